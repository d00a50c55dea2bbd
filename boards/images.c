#include "boards/images.h"

#include <stddef.h>

#include "core/base/error.h"
#include "core/hw/board.h"
#include "core/image/keys.h"

static struct lb_image_slot image_slot(enum lb_slot slot)
{
	return (struct lb_image_slot){lb_board_flash(), lb_board_flashmap()->part[lb_slot_part(slot)]};
}

struct lb_update_slot images_inspect(enum lb_slot slot, uint32_t *key_id)
{
	struct lb_image_slot in_flash = image_slot(slot);
	struct lb_image_source source = lb_image_slot_source(&in_flash);
	struct lb_image_info info;

	if (lb_image_inspect(&source, &info) != LB_IMAGE_GOOD)
		return (struct lb_update_slot){.verdict = LB_IMAGE_UNKNOWN};
	*key_id = lb_image_key_id(info.key_hash);
	return lb_update_describe(LB_IMAGE_UNKNOWN, &info);
}

static enum lb_image_verdict load_and_verify(enum lb_slot slot, struct lb_image_info *info)
{
	struct lb_image_slot in_flash = image_slot(slot);
	struct lb_image_source flash_source = lb_image_slot_source(&in_flash);
	struct lb_image_source loaded = {lb_board_image_read, NULL, 0};
	const struct lb_image_trust trust = {lb_board_crypto(), lb_image_keys, lb_image_key_count, lb_board_id()};
	enum lb_image_verdict verdict = lb_image_inspect(&flash_source, info);

	if (verdict != LB_IMAGE_GOOD)
		return verdict;
	loaded.size_bytes = info->total_bytes;
	if (lb_board_image_load(in_flash.region.offset, info->header_bytes, info->total_bytes) != LB_OK)
		return LB_IMAGE_NOT_LOADED;
	verdict = lb_image_verify(&loaded, &trust, info);
	if (verdict != LB_IMAGE_GOOD)
		return verdict;
	if (lb_board_payload_check(info->header_bytes, info->payload_bytes) != LB_OK)
		return LB_IMAGE_OTHER_BOARD;
	return LB_IMAGE_GOOD;
}

struct lb_update_slot images_verify(enum lb_slot slot, struct lb_image_info *info)
{
	enum lb_image_verdict verdict = load_and_verify(slot, info);

	return verdict == LB_IMAGE_GOOD ? lb_update_describe(verdict, info) : (struct lb_update_slot){.verdict = verdict};
}
