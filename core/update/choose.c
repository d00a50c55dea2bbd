#include "core/update/choose.h"

#include "core/base/assert.h"

static bool is_unknown(const struct lb_choose_facts *facts, enum lb_slot slot)
{
	return facts->slots[slot].verdict == LB_IMAGE_UNKNOWN;
}

static bool is_good(const struct lb_choose_facts *facts, enum lb_slot slot)
{
	return facts->slots[slot].verdict == LB_IMAGE_GOOD;
}

static struct lb_choose_plan plan_verify(enum lb_slot slot)
{
	return (struct lb_choose_plan){.action = LB_CHOOSE_VERIFY, .slot = slot};
}

static struct lb_choose_plan plan_start(enum lb_slot slot, enum lb_boot_why why, bool write,
                                        const struct lb_record_state *state)
{
	return (struct lb_choose_plan){LB_CHOOSE_START, slot, why, write, *state};
}

/* ---- what holds before anything is chosen ---- */

static enum lb_slot next_question(const struct lb_choose_facts *facts)
{
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		if (is_unknown(facts, (enum lb_slot)slot) &&
		    lb_update_asks(facts->status, &facts->state, facts->slots, (enum lb_slot)slot))
			return (enum lb_slot)slot;
	return LB_SLOT_NONE;
}

/* ---- candidates ---- */

/* An image that was rolled back and an update that was never finished are the last choice, unless the record or
 * somebody's wish names the slot. */
static bool is_demoted(const struct lb_choose_facts *facts, const struct lb_record_state *state, enum lb_slot slot)
{
	bool failed = state->failed_id != LB_RECORD_NO_ID && facts->slots[slot].id == state->failed_id;

	return slot != state->latest && (failed || slot == state->download);
}

/* Latest, previous, factory, any other; but not the slot to be avoided. */
static struct lb_choose_plan plan_candidates(const struct lb_choose_facts *facts, const struct lb_record_state *state,
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
				return plan_start(slot, slot == state->latest ? why_latest : LB_WHY_FALLBACK, write, state);
		}
	}
	return (struct lb_choose_plan){.action = LB_CHOOSE_NOTHING, .slot = LB_SLOT_NONE};
}

/* ---- trial ---- */

static struct lb_choose_plan plan_revert(const struct lb_choose_facts *facts, const struct lb_record_state *state)
{
	struct lb_record_state next;

	if (state->previous != LB_SLOT_NONE && is_unknown(facts, state->previous))
		return plan_verify(state->previous);
	lb_update_revert(state, facts->slots, &next);
	return plan_candidates(facts, &next, LB_WHY_REVERTED, LB_SLOT_NONE, !facts->stuck);
}

/* A normal boot has come to the latest image, which is on trial. */
static struct lb_choose_plan plan_trial(const struct lb_choose_facts *facts, const struct lb_record_state *state,
                                        enum lb_boot_why why)
{
	struct lb_record_state next;
	struct lb_choose_plan plan;

	if (state->tries_left == 0)
		return plan_revert(facts, state);
	if (is_unknown(facts, state->latest))
		return plan_verify(state->latest);
	if (!is_good(facts, state->latest))
		return plan_revert(facts, state);
	if (!facts->stuck) {
		lb_update_try(state, &next);
		return plan_start(state->latest, why, true, &next);
	}
	/* A try that cannot be counted is not made, unless nothing else would start. */
	plan = plan_candidates(facts, state, why, state->latest, false);
	return plan.action != LB_CHOOSE_NOTHING ? plan : plan_start(state->latest, why, false, state);
}

/* ---- wishes ---- */

static enum lb_slot wished_slot(const struct lb_choose_facts *facts, const struct lb_record_state *state)
{
	switch (facts->wish) {
	case LB_WISH_PREVIOUS: return state->previous != LB_SLOT_NONE ? state->previous : state->latest;
	case LB_WISH_FACTORY: return LB_SLOT_FACTORY;
	case LB_WISH_SLOT: return facts->wish_slot;
	default: return state->latest;
	}
}

static enum lb_boot_why why_wished(const struct lb_choose_facts *facts, const struct lb_record_state *state,
                                   enum lb_slot slot)
{
	if (facts->wish == LB_WISH_FACTORY)
		return LB_WHY_FACTORY;
	if (slot == state->latest)
		return facts->status == LB_RECORD_LOST ? LB_WHY_RECORD_LOST : LB_WHY_LATEST;
	if (slot == state->previous)
		return LB_WHY_PREVIOUS;
	return slot == LB_SLOT_FACTORY ? LB_WHY_FACTORY : LB_WHY_FALLBACK;
}

struct lb_choose_plan lb_update_choose(const struct lb_choose_facts *facts)
{
	enum lb_slot question = next_question(facts);
	struct lb_record_state state;
	bool write;

	if (question != LB_SLOT_NONE)
		return plan_verify(question);
	write = lb_update_base(facts->status, &facts->state, facts->slots, &state) && !facts->safe && !facts->stuck;

	enum lb_slot slot = wished_slot(facts, &state);
	enum lb_boot_why why = why_wished(facts, &state, slot);
	LB_ASSERT(slot < LB_SLOT_COUNT);
	if (slot != state.latest) {
		if (is_unknown(facts, slot))
			return plan_verify(slot);
		if (is_good(facts, slot))
			return plan_start(slot, why, write, &state);
		why = LB_WHY_FALLBACK;
	}
	if (state.on_trial && !facts->safe && !facts->wake)
		return plan_trial(facts, &state, why);
	return plan_candidates(facts, &state, why, LB_SLOT_NONE, write);
}
