#include "confirm.h"

#include "core/base/error.h"
#include "core/hw/periph.h"
#include "core/image/image.h"
#include "core/record/record.h"
#include "core/update/rules.h"
#include "crypto/providers.h"

/* What the rule wants to know of the running image; false: it is not whole in its slot. It was when the bootloader
 * copied it, but what has rotted since must not get into the record. The smallest provider has a hash, too. */
static bool describe(const struct lb_handoff_down *boot, struct lb_update_slot *facts)
{
	struct lb_image_slot slot = {lb_periph_flash(), boot->flashmap.part[lb_slot_part(boot->slot)]};
	const struct lb_image_source source = lb_image_slot_source(&slot);
	struct lb_image_info info;

	if (lb_image_check(&source, &lb_crypto_small, &info) != LB_IMAGE_GOOD)
		return false;
	*facts = (struct lb_update_slot){.verdict = LB_IMAGE_GOOD,
	                                 .id = lb_image_id(&info),
	                                 .version = info.version,
	                                 .security_counter = info.security_counter};
	return true;
}

/* For whoever asks from outside what runs here. */
static void tell(struct lb_handoff_down *boot, const struct lb_record_state *state)
{
	boot->on_trial = state->on_trial;
	boot->tries_left = state->tries_left;
	boot->last_change = state->change;
	lb_handoff_put_down(lb_periph_retained(), boot);
}

int confirm(struct lb_handoff_down *boot)
{
	struct lb_record record;
	struct lb_record_state next;
	struct lb_update_slot facts;
	int result;

	if (boot->slot >= LB_SLOT_COUNT || !describe(boot, &facts))
		return LB_ERR_FORMAT;
	lb_record_open(&record, lb_periph_flash(), boot->flashmap.part[LB_PART_RECORD]);
	result = lb_update_confirm(&record.state, boot->slot, &facts, &next);
	if (result == LB_OK)
		result = lb_record_append(&record, &next);
	if (result != LB_OK)
		return result;
	lb_periph_watchdog(0);
	tell(boot, &next);
	return LB_OK;
}
