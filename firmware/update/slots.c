#include "firmware/update/slots.h"

#include "core/hw/periph.h"
#include "firmware/io/bootinfo.h"

enum lb_slot lb_slots_running(void)
{
	return lb_bootinfo_down()->slot;
}

struct lb_region lb_slots_region(enum lb_slot slot)
{
	return lb_bootinfo_down()->flashmap.part[lb_slot_part(slot)];
}

/* Filled at each call, since what it points to is known only once the hand-off was read. */
const struct lb_survey_config *lb_slots_config(void)
{
	static struct {
		struct lb_survey_config config;
		struct lb_image_key keys[LB_HANDOFF_KEYS_MAX];
	} means;
	struct lb_image_trust *trust = &means.config.trust;

	means.config.flash = lb_periph_flash();
	means.config.map = &lb_bootinfo_down()->flashmap;
	means.config.payload_runs = lb_periph_payload_runs;
	trust->crypto = lb_periph_crypto();
	trust->keys = means.keys;
	trust->board_id = lb_bootinfo_down()->board_id;
	(void)lb_handoff_get_keys(lb_periph_retained(), means.keys, &trust->key_count);
	return &means.config;
}

uint32_t lb_slots_trusted_key_id(void)
{
	return lb_image_key_id(lb_slots_config()->trust.keys[0].hash);
}

void lb_slots_read(struct lb_survey *slots)
{
	lb_survey_open(slots, lb_slots_config());
	lb_survey_read(slots, NULL);
}
