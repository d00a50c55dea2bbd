#include "firmware/update/slots.h"

#include <string.h>

#include "core/base/error.h"
#include "core/hw/periph.h"
#include "firmware/io/bootinfo.h"

/* --- judging --- */

uint32_t lb_slots_trusted_key_id(void)
{
	struct lb_image_key keys[LB_HANDOFF_KEYS_MAX];
	size_t count;

	(void)lb_handoff_get_keys(lb_periph_retained(), keys, &count);
	return lb_image_key_id(keys[0].hash);
}

static bool can_run(const struct lb_image_source *source, const struct lb_image_info *info)
{
	uint8_t start[LB_PAYLOAD_START_BYTES];
	const uint32_t start_bytes = info->payload_bytes < sizeof(start) ? info->payload_bytes : (uint32_t)sizeof(start);

	if (source->read(source->ctx, info->header_bytes, start, start_bytes) != LB_OK)
		return false;
	return lb_periph_payload_runs(start, start_bytes);
}

struct lb_finding lb_slots_judge(const struct lb_image_source *source)
{
	struct lb_image_key keys[LB_HANDOFF_KEYS_MAX];
	struct lb_image_trust trust = {lb_periph_crypto(), keys, 0, lb_bootinfo_down()->board_id};
	struct lb_finding finding = {.facts = {.id = LB_RECORD_NO_ID}};
	struct lb_image_info info;

	(void)lb_handoff_get_keys(lb_periph_retained(), keys, &trust.key_count);
	if (lb_image_inspect(source, &info) == LB_IMAGE_GOOD) {
		finding.facts = lb_update_describe(LB_IMAGE_UNKNOWN, &info);
		finding.key_id = lb_image_key_id(info.key_hash);
	}
	finding.facts.verdict = lb_image_verify(source, &trust, &info);
	if (finding.facts.verdict == LB_IMAGE_GOOD && !can_run(source, &info))
		finding.facts.verdict = LB_IMAGE_OTHER_BOARD;
	return finding;
}

/* --- reading --- */

enum lb_slot lb_slots_running(void)
{
	return lb_bootinfo_down()->slot;
}

struct lb_region lb_slots_region(enum lb_slot slot)
{
	return lb_bootinfo_down()->flashmap.part[lb_slot_part(slot)];
}

static void inspect(struct lb_slots *slots, enum lb_slot slot)
{
	struct lb_image_slot in_flash = {lb_periph_flash(), lb_slots_region(slot)};
	const struct lb_image_source source = lb_image_slot_source(&in_flash);
	struct lb_image_info info;

	if (lb_image_inspect(&source, &info) == LB_IMAGE_GOOD)
		slots->facts[slot] = lb_update_describe(LB_IMAGE_UNKNOWN, &info);
}

const struct lb_finding *lb_slots_verify(struct lb_slots *slots, enum lb_slot slot)
{
	if (slots->facts[slot].verdict == LB_IMAGE_UNKNOWN) {
		struct lb_image_slot in_flash = {lb_periph_flash(), lb_slots_region(slot)};
		const struct lb_image_source source = lb_image_slot_source(&in_flash);

		slots->finding[slot] = lb_slots_judge(&source);
		slots->facts[slot] = slots->finding[slot].facts;
	}
	return &slots->finding[slot];
}

void lb_slots_read(struct lb_slots *slots, enum lb_slots_depth depth)
{
	memset(slots, 0, sizeof(*slots));
	lb_record_open(&slots->record, lb_periph_flash(), lb_bootinfo_down()->flashmap.part[LB_PART_RECORD]);
	for (enum lb_slot slot = LB_SLOT_FACTORY; slot < LB_SLOT_COUNT; slot++) {
		inspect(slots, slot);
		if (depth == LB_SLOTS_VERIFY || lb_update_asks(slots->record.status, &slots->record.state, slots->facts, slot))
			lb_slots_verify(slots, slot);
	}
	(void)lb_update_base(slots->record.status, &slots->record.state, slots->facts, &slots->now);
}

bool lb_slots_on_trial(const struct lb_slots *slots)
{
	const enum lb_slot running = lb_slots_running();

	return running != LB_SLOT_NONE && lb_update_is_trial(&slots->now, running, slots->facts[running].id);
}

int lb_slots_append(struct lb_slots *slots, const struct lb_record_state *next)
{
	const int error = lb_record_append(&slots->record, next);

	if (error != LB_OK)
		return error == LB_ERR_VERSION ? error : LB_ERR_IO;
	slots->now = *next;
	lb_bootinfo_report_record(next);
	return LB_OK;
}
