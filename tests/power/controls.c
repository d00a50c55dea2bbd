#include "tests/power/controls.h"

#include "core/base/error.h"
#include "core/loader/loader.h"
#include "core/update/download.h"
#include "core/update/rules.h"

struct controls controls;

int __real_lb_record_append(struct lb_record *record, const struct lb_record_state *state);
int __wrap_lb_record_append(struct lb_record *record, const struct lb_record_state *state);
int __real_lb_update_target(const struct lb_record_state *now, enum lb_slot running,
                            const struct lb_update_slot slots[LB_SLOT_COUNT], const struct lb_flashmap *map,
                            enum lb_slot *target);
int __wrap_lb_update_target(const struct lb_record_state *now, enum lb_slot running,
                            const struct lb_update_slot slots[LB_SLOT_COUNT], const struct lb_flashmap *map,
                            enum lb_slot *target);
int __real_lb_download_renew_first(const struct lb_flash *flash, struct lb_region region, uint8_t *copy);
int __wrap_lb_download_renew_first(const struct lb_flash *flash, struct lb_region region, uint8_t *copy);
int __real_lb_region_erase_next(const struct lb_flash *flash, struct lb_region region, uint32_t *offset, uint32_t end);
int __wrap_lb_region_erase_next(const struct lb_flash *flash, struct lb_region region, uint32_t *offset, uint32_t end);
void __real_lb_loader_init(struct lb_loader *loader, const struct lb_loader_setup *setup);
void __wrap_lb_loader_init(struct lb_loader *loader, const struct lb_loader_setup *setup);

static int append_single(struct lb_record *record, const struct lb_record_state *state)
{
	int result = lb_region_erase(record->flash, record->region, 0, record->region.size_bytes);

	if (result != LB_OK)
		return result;
	lb_record_open(record, record->flash, record->region);
	return __real_lb_record_append(record, state);
}

static int append_unsettled(struct lb_record *record, const struct lb_record_state *state)
{
	struct lb_record_state next = *state;

	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		if (next.id[slot] == LB_RECORD_SETTLED_ID)
			next.id[slot] = LB_RECORD_NO_ID;
	return __real_lb_record_append(record, &next);
}

int __wrap_lb_record_append(struct lb_record *record, const struct lb_record_state *state)
{
	if (controls.single_record)
		return append_single(record, state);
	return controls.unsettled ? append_unsettled(record, state) : __real_lb_record_append(record, state);
}

int __wrap_lb_update_target(const struct lb_record_state *now, enum lb_slot running,
                            const struct lb_update_slot slots[LB_SLOT_COUNT], const struct lb_flashmap *map,
                            enum lb_slot *target)
{
	return __real_lb_update_target(now, controls.target_from_record ? LB_SLOT_FACTORY : running, slots, map, target);
}

int __wrap_lb_download_renew_first(const struct lb_flash *flash, struct lb_region region, uint8_t *copy)
{
	return controls.first_kept ? LB_OK : __real_lb_download_renew_first(flash, region, copy);
}

/* A download has its first sector erased alone by an end that leaves no room for a block. */
int __wrap_lb_region_erase_next(const struct lb_flash *flash, struct lb_region region, uint32_t *offset, uint32_t end)
{
	const bool at_once = controls.first_in_block && end == *offset;

	return __real_lb_region_erase_next(flash, region, offset, at_once ? region.size_bytes : end);
}

void __wrap_lb_loader_init(struct lb_loader *loader, const struct lb_loader_setup *setup)
{
	struct lb_loader_setup used = *setup;

	if (controls.tool_unreported)
		used.slot_changes = NULL;
	__real_lb_loader_init(loader, &used);
}
