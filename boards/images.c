#include "boards/images.h"

#include <stddef.h>

#include "boards/trust.h"
#include "core/base/error.h"
#include "core/hw/board.h"

struct lb_survey_config images_config(void)
{
	size_t key_count;
	const struct lb_image_key *keys = trust_keys(&key_count);

	return (struct lb_survey_config){
		.flash = lb_board_flash(),
		.map = lb_board_flashmap(),
		.trust = {lb_board_crypto(), keys, key_count, lb_board_id()},
		.payload_runs = lb_board_payload_runs,
	};
}

void images_verify(enum lb_slot slot, struct lb_image_info *info, struct lb_update_slot *found)
{
	const struct lb_survey_config config = images_config();
	struct lb_image_slot in_flash = {config.flash, config.map->part[lb_slot_part(slot)]};
	const struct lb_image_source flash_source = lb_image_slot_source(&in_flash);
	struct lb_image_source loaded = {lb_board_image_read, NULL, 0, NULL};

	*found = (struct lb_update_slot){.verdict = lb_image_inspect(&flash_source, info)};
	if (found->verdict != LB_IMAGE_GOOD)
		return;
	loaded.size_bytes = info->total_bytes;
	found->verdict = LB_IMAGE_NOT_LOADED;
	if (lb_board_image_load(in_flash.region.offset, info->header_bytes, info->total_bytes) != LB_OK)
		return;
	loaded.mapped = lb_board_image_mapped();
	lb_survey_judge(&config, &loaded, info, found);
}
