#include "core/boot/decide.h"

#include <string.h>

/* What is to be started if it verifies, and what that would be called. */
struct wish {
	enum lb_wish wish;
	enum lb_slot slot;
	enum lb_boot_mode mode;
	enum lb_boot_reason reason;
};

bool lb_boot_wants_loader(const struct lb_boot_facts *facts)
{
	if (facts->request == LB_REQUEST_START)
		return false;
	return facts->g23_low || facts->request == LB_REQUEST_LOADER;
}

void lb_boot_expect(const struct lb_boot_facts *facts, struct lb_record_state *state)
{
	struct lb_update_slot slots[LB_SLOT_COUNT];

	memcpy(slots, facts->choose.slots, sizeof(slots));
	for (unsigned i = 0; i < LB_SLOT_COUNT; i++)
		if (slots[i].verdict == LB_IMAGE_UNKNOWN && slots[i].id != LB_RECORD_NO_ID)
			slots[i].verdict = LB_IMAGE_GOOD;
	(void)lb_update_base(facts->choose.status, &facts->choose.state, slots, state);
}

enum lb_slot lb_boot_choice_slot(const struct lb_record_state *state, enum lb_gate_choice choice)
{
	if (choice == LB_GATE_FACTORY)
		return LB_SLOT_FACTORY;
	if (choice == LB_GATE_PREVIOUS && state->previous != LB_SLOT_NONE)
		return state->previous;
	return state->latest;
}

static struct wish wish_of_gate(enum lb_gate_choice choice)
{
	enum lb_wish wish = LB_WISH_LATEST;

	if (choice == LB_GATE_FACTORY)
		wish = LB_WISH_FACTORY;
	else if (choice == LB_GATE_PREVIOUS)
		wish = LB_WISH_PREVIOUS;
	return (struct wish){wish, LB_SLOT_NONE, LB_MODE_SAFE, LB_REASON_PIN};
}

/* A hand at the pin outranks a request that a script left behind. */
static struct wish wish_of(const struct lb_boot_facts *facts)
{
	enum lb_slot slot = facts->request_slot;
	enum lb_wish wish = slot != LB_SLOT_NONE ? LB_WISH_SLOT : LB_WISH_LATEST;

	if (facts->choice != LB_GATE_NONE)
		return wish_of_gate(facts->choice);
	if (facts->request == LB_REQUEST_SAFE_BOOT)
		return (struct wish){wish, slot, LB_MODE_SAFE, LB_REASON_REQUEST};
	if (facts->request == LB_REQUEST_SLOT_ONCE)
		return (struct wish){wish, slot, LB_MODE_NORMAL, LB_REASON_REQUEST};
	return (struct wish){LB_WISH_LATEST, LB_SLOT_NONE, LB_MODE_NORMAL, LB_REASON_NONE};
}

static struct lb_boot_plan loader_plan(const struct lb_boot_facts *facts, enum lb_boot_reason reason)
{
	struct lb_boot_plan plan = {
		.action = LB_BOOT_LOADER,
		.slot = LB_SLOT_NONE,
		.mode = LB_MODE_LOADER,
		.reason = reason,
		.why = LB_WHY_LATEST,
	};

	lb_boot_expect(facts, &plan.state);
	return plan;
}

struct lb_boot_plan lb_boot_decide(const struct lb_boot_facts *facts)
{
	struct wish wish = wish_of(facts);
	struct lb_choose_facts asked = facts->choose;
	struct lb_choose_plan chosen;

	if (lb_boot_wants_loader(facts))
		return loader_plan(facts, facts->g23_low ? LB_REASON_PIN : LB_REASON_REQUEST);
	asked.safe = wish.mode == LB_MODE_SAFE;
	asked.wish = wish.wish;
	asked.wish_slot = wish.slot;
	chosen = lb_update_choose(&asked);
	if (chosen.action == LB_CHOOSE_NOTHING)
		return loader_plan(facts, LB_REASON_NONE);
	return (struct lb_boot_plan){
		.action = chosen.action == LB_CHOOSE_VERIFY ? LB_BOOT_VERIFY : LB_BOOT_START,
		.slot = chosen.slot,
		.mode = wish.mode,
		.reason = wish.reason,
		.why = chosen.why,
		.write = chosen.write,
		.state = chosen.state,
	};
}
