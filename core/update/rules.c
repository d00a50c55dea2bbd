#define LB_ASSERT_FILE 12
#include "core/update/rules.h"

#include <stddef.h>
#include <string.h>

#include "core/base/assert.h"
#include "core/base/error.h"

static bool is_good(const struct lb_update_slot *facts)
{
	return facts->verdict == LB_IMAGE_GOOD;
}

void lb_update_describe(const struct lb_image_info *info, struct lb_update_slot *facts)
{
	facts->id = lb_image_id(info);
	facts->version = info->version;
	facts->security_counter = info->security_counter;
	facts->key_id = lb_image_key_id(info->key_hash);
}

static bool is_image(uint64_t id)
{
	return id != LB_RECORD_NO_ID && id != LB_RECORD_TOOL_ID && id != LB_RECORD_SETTLED_ID;
}

bool lb_update_is_below_floor(const struct lb_record_state *now, const struct lb_update_slot *facts)
{
	return facts->security_counter < now->counter_floor;
}

bool lb_update_is_trial(const struct lb_record_state *now, enum lb_slot slot, uint64_t id)
{
	return now->on_trial && slot == now->latest && id == now->id[slot];
}

static void end_trial(struct lb_record_state *state)
{
	state->on_trial = false;
	state->tries_left = 0;
}

static void make_latest(struct lb_record_state *state, enum lb_slot slot)
{
	state->latest = slot;
	if (state->previous == slot)
		state->previous = LB_SLOT_NONE;
	end_trial(state);
}

/* Somebody wants this image now, whatever became of it before. */
static void forgive(struct lb_record_state *state, uint64_t id)
{
	if (state->failed_id == id)
		state->failed_id = LB_RECORD_NO_ID;
}

/* Every change starts here. What a tool started and has not finished by now is not to overrule what comes after
 * it, should it verify now and then because the power went in the middle of a write. */
static void start_change(const struct lb_record_state *now, struct lb_record_state *next)
{
	*next = *now;
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		if (next->id[slot] == LB_RECORD_TOOL_ID)
			next->id[slot] = LB_RECORD_SETTLED_ID;
}

/* The good one of the higher version; of equal ones the first. LB_SLOT_NONE when neither is good. */
static enum lb_slot higher_version(const struct lb_update_slot slots[LB_SLOT_COUNT], bool ota_0, bool ota_1)
{
	const struct lb_version *version_0 = &slots[LB_SLOT_OTA_0].version;
	const struct lb_version *version_1 = &slots[LB_SLOT_OTA_1].version;

	if (ota_0 && ota_1)
		return lb_image_version_compare(version_0, version_1) >= 0 ? LB_SLOT_OTA_0 : LB_SLOT_OTA_1;
	if (ota_0)
		return LB_SLOT_OTA_0;
	return ota_1 ? LB_SLOT_OTA_1 : LB_SLOT_NONE;
}

/* ---- no valid entry; tools ---- */

void lb_update_initial(enum lb_record_status status, const struct lb_update_slot slots[LB_SLOT_COUNT],
                       struct lb_record_state *next)
{
	LB_ASSERT(status != LB_RECORD_VALID);
	memset(next, 0, sizeof(*next));
	next->latest = LB_SLOT_FACTORY;
	next->previous = LB_SLOT_NONE;
	next->download = LB_SLOT_NONE;
	if (status == LB_RECORD_LOST && !is_good(&slots[LB_SLOT_FACTORY])) {
		enum lb_slot found = higher_version(slots, is_good(&slots[LB_SLOT_OTA_0]), is_good(&slots[LB_SLOT_OTA_1]));

		next->latest = found != LB_SLOT_NONE ? found : LB_SLOT_FACTORY;
	}
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		if (is_good(&slots[slot]) || slots[slot].verdict == LB_IMAGE_UNKNOWN)
			next->id[slot] = slots[slot].id;
		else if (slots[slot].verdict != LB_IMAGE_BLANK)
			next->id[slot] = LB_RECORD_SETTLED_ID; /* also if it should verify now and then */
}

/* Was this slot perhaps written by a tool? */
static bool is_suspect(const struct lb_record_state *now, enum lb_slot slot, const struct lb_update_slot *facts)
{
	return facts->id != LB_RECORD_NO_ID && facts->id != now->id[slot] && now->id[slot] != LB_RECORD_SETTLED_ID &&
	       slot != now->download;
}

bool lb_update_adopt(const struct lb_record_state *now, const struct lb_update_slot slots[LB_SLOT_COUNT],
                     struct lb_record_state *next)
{
	bool written[LB_SLOT_COUNT];
	enum lb_slot slot;

	for (unsigned i = 0; i < LB_SLOT_COUNT; i++)
		written[i] = is_suspect(now, (enum lb_slot)i, &slots[i]) && is_good(&slots[i]);
	slot = higher_version(slots, written[LB_SLOT_OTA_0], written[LB_SLOT_OTA_1]);
	if (written[LB_SLOT_FACTORY])
		slot = LB_SLOT_FACTORY;
	*next = *now;
	if (slot == LB_SLOT_NONE)
		return false;

	start_change(now, next);
	make_latest(next, slot);
	next->previous = LB_SLOT_NONE;
	for (unsigned i = 0; i < LB_SLOT_COUNT; i++)
		if (written[i])
			next->id[i] = slots[i].id;
	forgive(next, slots[slot].id);
	next->change = LB_CHANGE_TOOL;
	return true;
}

bool lb_update_asks(enum lb_record_status status, const struct lb_record_state *now,
                    const struct lb_update_slot slots[LB_SLOT_COUNT], enum lb_slot slot)
{
	switch (status) {
	case LB_RECORD_VALID: return is_suspect(now, slot, &slots[slot]);
	case LB_RECORD_LOST: return slot == LB_SLOT_FACTORY || !is_good(&slots[LB_SLOT_FACTORY]);
	default: return false;
	}
}

bool lb_update_base(enum lb_record_status status, const struct lb_record_state *now,
                    const struct lb_update_slot slots[LB_SLOT_COUNT], struct lb_record_state *next)
{
	if (status == LB_RECORD_VALID)
		return lb_update_adopt(now, slots, next);
	lb_update_initial(status, slots, next);
	return false;
}

void lb_update_tool_start(const struct lb_record_state *now, const bool slots[LB_SLOT_COUNT],
                          struct lb_record_state *next)
{
	start_change(now, next);
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++) {
		if (!slots[slot])
			continue;
		next->id[slot] = LB_RECORD_TOOL_ID;
		if (next->download == slot)
			next->download = LB_SLOT_NONE;
	}
	next->change = LB_CHANGE_TOOL_START;
}

/* ---- trial ---- */

void lb_update_try(const struct lb_record_state *now, struct lb_record_state *next)
{
	LB_ASSERT(now->on_trial && now->tries_left > 0);
	start_change(now, next);
	next->tries_left--;
	next->change = LB_CHANGE_TRY;
}

void lb_update_revert(const struct lb_record_state *now, const struct lb_update_slot slots[LB_SLOT_COUNT],
                      struct lb_record_state *next)
{
	uint64_t failed_id = now->id[now->latest];
	bool to_previous = now->previous != LB_SLOT_NONE && is_good(&slots[now->previous]);

	LB_ASSERT(now->on_trial);
	start_change(now, next);
	make_latest(next, to_previous ? now->previous : LB_SLOT_FACTORY);
	next->previous = LB_SLOT_NONE;
	if (is_image(failed_id))
		next->failed_id = failed_id;
	next->change = LB_CHANGE_REVERT;
}

int lb_update_confirm(const struct lb_record_state *now, enum lb_slot running, const struct lb_update_slot *facts,
                      struct lb_record_state *next)
{
	if (!lb_update_is_trial(now, running, facts->id))
		return LB_REFUSED_NOT_TRIAL;
	start_change(now, next);
	end_trial(next);
	if (facts->security_counter > next->counter_floor)
		next->counter_floor = facts->security_counter;
	next->change = LB_CHANGE_CONFIRM;
	return LB_OK;
}

/* ---- updates ---- */

/* Would an update rather write slot a than slot b? */
static bool is_better_target(const struct lb_record_state *now, const struct lb_update_slot slots[LB_SLOT_COUNT],
                             enum lb_slot a, enum lb_slot b)
{
	int order;

	if ((a == now->previous) != (b == now->previous))
		return b == now->previous;
	if (is_good(&slots[a]) != is_good(&slots[b]))
		return is_good(&slots[b]);
	order = is_good(&slots[a]) ? lb_image_version_compare(&slots[a].version, &slots[b].version) : 0;
	return order != 0 ? order < 0 : a < b;
}

/* Neither what runs nor a slot without a partition; of the others the one that is missed least. */
static enum lb_slot choose_target(const struct lb_record_state *now, enum lb_slot running,
                                  const struct lb_update_slot slots[LB_SLOT_COUNT], const struct lb_flashmap *map)
{
	static const enum lb_slot ota_slots[] = {LB_SLOT_OTA_0, LB_SLOT_OTA_1};
	enum lb_slot best = LB_SLOT_NONE;

	for (unsigned i = 0; i < sizeof(ota_slots) / sizeof(ota_slots[0]); i++) {
		enum lb_slot slot = ota_slots[i];

		if (slot == running || map->part[lb_slot_part(slot)].size_bytes == 0)
			continue;
		if (best == LB_SLOT_NONE || is_better_target(now, slots, slot, best))
			best = slot;
	}
	return best;
}

int lb_update_target(const struct lb_record_state *now, enum lb_slot running,
                     const struct lb_update_slot slots[LB_SLOT_COUNT], const struct lb_flashmap *map,
                     enum lb_slot *target)
{
	LB_ASSERT(running < LB_SLOT_COUNT);
	if (lb_update_is_trial(now, running, slots[running].id))
		return LB_REFUSED_ON_TRIAL;
	*target = choose_target(now, running, slots, map);
	return *target != LB_SLOT_NONE ? LB_OK : LB_REFUSED_NO_TARGET;
}

int lb_update_start(const struct lb_record_state *now, enum lb_slot running,
                    const struct lb_update_slot slots[LB_SLOT_COUNT], enum lb_slot target, struct lb_record_state *next)
{
	LB_ASSERT(running < LB_SLOT_COUNT && target < LB_SLOT_COUNT);
	if (lb_update_is_trial(now, running, slots[running].id))
		return LB_REFUSED_ON_TRIAL;
	start_change(now, next);
	if (now->download != LB_SLOT_NONE && now->download != target)
		next->id[now->download] = LB_RECORD_SETTLED_ID;
	/* The next boot must not want what is about to be lost, nor what it cannot have: the running image is at hand. */
	if (target == now->latest || !is_good(&slots[now->latest]))
		make_latest(next, running);
	if (target == next->previous)
		next->previous = LB_SLOT_NONE;
	next->download = target;
	next->id[target] = slots[target].id; /* of what lies there before: that is never this update's image */
	next->change = LB_CHANGE_OTA_START;
	return LB_OK;
}

int lb_update_resume(const struct lb_record_state *now, enum lb_slot running, uint64_t running_id,
                     struct lb_record_state *next)
{
	if (lb_update_is_trial(now, running, running_id))
		return LB_REFUSED_ON_TRIAL;
	if (now->download == LB_SLOT_NONE || now->download == running)
		return LB_REFUSED_NOT_STARTED;
	start_change(now, next);
	next->change = LB_CHANGE_OTA_START;
	return LB_OK;
}

int lb_update_finish(const struct lb_record_state *now, enum lb_slot running, const struct lb_update_slot *target,
                     bool force, struct lb_record_state *next)
{
	enum lb_slot slot = now->download;

	LB_ASSERT(running < LB_SLOT_COUNT);
	if (slot == LB_SLOT_NONE || slot == running)
		return LB_REFUSED_NOT_STARTED;
	if (now->on_trial && running == now->latest)
		return LB_REFUSED_ON_TRIAL;
	if (!is_good(target))
		return LB_REFUSED_BAD_IMAGE;
	if (lb_update_is_below_floor(now, target))
		return LB_REFUSED_LOW_COUNTER;
	if (target->id == now->failed_id && !force)
		return LB_REFUSED_FAILED_IMAGE;

	start_change(now, next);
	next->latest = slot;
	next->previous = running;
	next->download = LB_SLOT_NONE;
	next->on_trial = true;
	next->tries_left = LB_UPDATE_TRIES;
	next->id[slot] = target->id;
	forgive(next, target->id);
	next->change = LB_CHANGE_OTA_FINISH;
	return LB_OK;
}

bool lb_update_is_same(const struct lb_record_state *a, const struct lb_record_state *b)
{
	return a->latest == b->latest && a->previous == b->previous && a->download == b->download &&
	       a->on_trial == b->on_trial && a->tries_left == b->tries_left && a->counter_floor == b->counter_floor &&
	       a->failed_id == b->failed_id && memcmp(a->id, b->id, sizeof(a->id)) == 0 &&
	       memcmp(a->reserved, b->reserved, sizeof(a->reserved)) == 0;
}

int lb_update_use(const struct lb_record_state *now, enum lb_slot slot, const struct lb_update_slot *facts,
                  struct lb_record_state *next)
{
	LB_ASSERT(slot < LB_SLOT_COUNT);
	if (!is_good(facts))
		return LB_REFUSED_BAD_IMAGE;
	if (lb_update_is_below_floor(now, facts))
		return LB_REFUSED_LOW_COUNTER;
	start_change(now, next);
	make_latest(next, slot);
	if (next->download == slot)
		next->download = LB_SLOT_NONE;
	next->id[slot] = facts->id;
	forgive(next, facts->id);
	next->change = LB_CHANGE_USE;
	return LB_OK;
}

const char *lb_refusal_text(int refusal)
{
	switch (refusal) {
	case LB_REFUSED_ON_TRIAL: return "image is on trial: lifeboat.confirm() first";
	case LB_REFUSED_NO_TARGET: return "no slot is free for an update";
	case LB_REFUSED_NOT_STARTED: return "no update under way: ota_start() first";
	case LB_REFUSED_BAD_IMAGE: return "image does not verify";
	case LB_REFUSED_LOW_COUNTER: return "security counter is below the floor";
	case LB_REFUSED_FAILED_IMAGE: return "this image was rolled back before";
	case LB_REFUSED_NOT_TRIAL: return "the running image is not on trial";
	case LB_REFUSED_NOT_WRITTEN: return "less than a whole image was written: ota_start() first";
	default: return lb_error_text(refusal);
	}
}
