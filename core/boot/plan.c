#define LB_ASSERT_FILE 1
#include "core/boot/plan.h"

#include <string.h>

#include "core/base/assert.h"

static bool is_unknown(const struct lb_plan_facts *facts, enum lb_slot slot)
{
	return facts->slots[slot].verdict == LB_IMAGE_UNKNOWN;
}

static bool is_good(const struct lb_plan_facts *facts, enum lb_slot slot)
{
	return facts->slots[slot].verdict == LB_IMAGE_GOOD;
}

/* ---- what pin, gate and script ask for; a hand at the pin outranks a request that a script left behind ---- */

bool lb_plan_wants_loader(const struct lb_plan_facts *facts)
{
	return facts->g23_low || facts->request == LB_REQUEST_LOADER;
}

static bool is_request(const struct lb_plan_facts *facts)
{
	return facts->choice == LB_GATE_NONE &&
	       (facts->request == LB_REQUEST_SAFE_BOOT || facts->request == LB_REQUEST_SLOT_ONCE);
}

static bool is_safe(const struct lb_plan_facts *facts)
{
	return facts->choice != LB_GATE_NONE || facts->request == LB_REQUEST_SAFE_BOOT;
}

enum lb_slot lb_plan_choice_slot(const struct lb_record_state *state, enum lb_gate_choice choice)
{
	if (choice == LB_GATE_FACTORY)
		return LB_SLOT_FACTORY;
	if (choice == LB_GATE_PREVIOUS && state->previous != LB_SLOT_NONE)
		return state->previous;
	return state->latest;
}

static enum lb_slot chosen_slot(const struct lb_plan_facts *facts, const struct lb_record_state *state)
{
	if (is_request(facts) && facts->request_slot != LB_SLOT_NONE)
		return facts->request_slot;
	return lb_plan_choice_slot(state, facts->choice);
}

/* A script that asks for a slot is no way around the security floor, which refused this image as an update; a safe
 * boot of what latest, previous and factory already are is no downgrade. Everybody else may go below: the pin, a
 * rollback and a fallback, for getting back in comes first, and what a tool wrote, for its owner meant it. */
static bool is_below_floor(const struct lb_plan_facts *facts, const struct lb_record_state *state, enum lb_slot slot)
{
	const bool is_kept = slot == state->latest || slot == state->previous || slot == LB_SLOT_FACTORY;

	return is_request(facts) && !(is_safe(facts) && is_kept) && lb_update_is_below_floor(state, &facts->slots[slot]);
}

static enum lb_boot_why why_chosen(const struct lb_plan_facts *facts, const struct lb_record_state *state,
                                   enum lb_slot slot)
{
	if (facts->choice == LB_GATE_FACTORY)
		return LB_WHY_FACTORY;
	if (slot == state->latest)
		return facts->status == LB_RECORD_LOST ? LB_WHY_RECORD_LOST : LB_WHY_LATEST;
	if (slot == state->previous)
		return LB_WHY_PREVIOUS;
	return slot == LB_SLOT_FACTORY ? LB_WHY_FACTORY : LB_WHY_FALLBACK;
}

/* ---- plans ---- */

static struct lb_plan plan_verify(enum lb_slot slot)
{
	return (struct lb_plan){.action = LB_PLAN_VERIFY, .slot = slot};
}

static struct lb_plan plan_start(const struct lb_plan_facts *facts, enum lb_slot slot, enum lb_boot_why why, bool write,
                                 const struct lb_record_state *state)
{
	enum lb_boot_reason reason = is_request(facts) ? LB_REASON_REQUEST : LB_REASON_NONE;

	return (struct lb_plan){
		.action = LB_PLAN_START,
		.slot = slot,
		.mode = is_safe(facts) ? LB_MODE_SAFE : LB_MODE_NORMAL,
		.reason = facts->choice != LB_GATE_NONE ? LB_REASON_PIN : reason,
		.why = why,
		.write = write,
		.state = *state,
	};
}

static struct lb_plan plan_loader(const struct lb_plan_facts *facts, enum lb_boot_reason reason)
{
	struct lb_plan plan = {
		.action = LB_PLAN_LOADER,
		.slot = LB_SLOT_NONE,
		.mode = LB_MODE_LOADER,
		.reason = reason,
		.why = LB_WHY_LATEST,
	};

	lb_plan_expect(facts, &plan.state);
	return plan;
}

/* ---- what holds before anything is chosen ---- */

static enum lb_slot next_question(const struct lb_plan_facts *facts)
{
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		if (is_unknown(facts, (enum lb_slot)slot) &&
		    lb_update_asks(facts->status, &facts->state, facts->slots, (enum lb_slot)slot))
			return (enum lb_slot)slot;
	return LB_SLOT_NONE;
}

void lb_plan_expect(const struct lb_plan_facts *facts, struct lb_record_state *state)
{
	struct lb_update_slot slots[LB_SLOT_COUNT];

	memcpy(slots, facts->slots, sizeof(slots));
	for (unsigned i = 0; i < LB_SLOT_COUNT; i++)
		if (slots[i].verdict == LB_IMAGE_UNKNOWN && slots[i].id != LB_RECORD_NO_ID)
			slots[i].verdict = LB_IMAGE_GOOD;
	(void)lb_update_base(facts->status, &facts->state, slots, state);
}

/* ---- candidates ---- */

/* An image that was rolled back and an update that was never finished are the last choice, unless the record or
 * somebody's choice names the slot. */
static bool is_demoted(const struct lb_plan_facts *facts, const struct lb_record_state *state, enum lb_slot slot)
{
	bool failed = state->failed_id != LB_RECORD_NO_ID && facts->slots[slot].id == state->failed_id;

	return slot != state->latest && (failed || slot == state->download);
}

/* Latest, previous, factory, any other; but not the slot to be avoided. Bootloader mode when none verifies. */
static struct lb_plan plan_candidates(const struct lb_plan_facts *facts, const struct lb_record_state *state,
                                      enum lb_boot_why why_latest, enum lb_slot avoid, bool write)
{
	const enum lb_slot order[] = {state->latest, state->previous, LB_SLOT_FACTORY, LB_SLOT_OTA_0, LB_SLOT_OTA_1};

	for (unsigned demoted = 0; demoted < 2; demoted++) {
		for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
			enum lb_slot slot = order[i];

			if (slot == LB_SLOT_NONE || slot == avoid || is_demoted(facts, state, slot) != (demoted == 1))
				continue;
			if (is_unknown(facts, slot))
				return plan_verify(slot);
			if (is_good(facts, slot))
				return plan_start(facts, slot, slot == state->latest ? why_latest : LB_WHY_FALLBACK, write, state);
		}
	}
	return plan_loader(facts, LB_REASON_NONE);
}

/* ---- trial ---- */

static struct lb_plan plan_revert(const struct lb_plan_facts *facts, const struct lb_record_state *state)
{
	struct lb_record_state next;

	if (state->previous != LB_SLOT_NONE && is_unknown(facts, state->previous))
		return plan_verify(state->previous);
	lb_update_revert(state, facts->slots, &next);
	return plan_candidates(facts, &next, LB_WHY_REVERTED, LB_SLOT_NONE, !facts->stuck);
}

/* A normal boot has come to the latest image, which is on trial. */
static struct lb_plan plan_trial(const struct lb_plan_facts *facts, const struct lb_record_state *state,
                                 enum lb_boot_why why)
{
	struct lb_record_state next;
	struct lb_plan plan;

	if (state->tries_left == 0)
		return plan_revert(facts, state);
	if (is_unknown(facts, state->latest))
		return plan_verify(state->latest);
	if (!is_good(facts, state->latest))
		return plan_revert(facts, state);
	if (!facts->stuck) {
		lb_update_try(state, &next);
		return plan_start(facts, state->latest, why, true, &next);
	}
	/* A try that cannot be counted is not made, unless nothing else would start. */
	plan = plan_candidates(facts, state, why, state->latest, false);
	return plan.action != LB_PLAN_LOADER ? plan : plan_start(facts, state->latest, why, false, state);
}

/* A safe boot costs a trial nothing, and a wake too but for one in so many: an image that sleeps before it could be
 * confirmed would be on trial for ever. */
static bool spares_trial(const struct lb_plan_facts *facts)
{
	return is_safe(facts) || (facts->wake && facts->trial_wakes + 1 < LB_UPDATE_WAKES);
}

struct lb_plan lb_plan_make(const struct lb_plan_facts *facts)
{
	enum lb_slot question = next_question(facts);
	struct lb_record_state state;
	bool write;

	if (lb_plan_wants_loader(facts))
		return plan_loader(facts, facts->g23_low ? LB_REASON_PIN : LB_REASON_REQUEST);
	if (question != LB_SLOT_NONE)
		return plan_verify(question);
	write = lb_update_base(facts->status, &facts->state, facts->slots, &state) && !is_safe(facts) && !facts->stuck;

	enum lb_slot slot = chosen_slot(facts, &state);
	enum lb_boot_why why = why_chosen(facts, &state, slot);
	LB_ASSERT(slot < LB_SLOT_COUNT);
	if (slot != state.latest) {
		if (is_unknown(facts, slot))
			return plan_verify(slot);
		if (is_good(facts, slot) && !is_below_floor(facts, &state, slot))
			return plan_start(facts, slot, why, write, &state);
		why = LB_WHY_FALLBACK;
	}
	if (state.on_trial && !spares_trial(facts))
		return plan_trial(facts, &state, why);
	return plan_candidates(facts, &state, why, LB_SLOT_NONE, write);
}
