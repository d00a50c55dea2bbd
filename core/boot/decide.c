#include "core/boot/decide.h"

/* What is to be started if it verifies, and what that would be called. */
struct wish {
	enum lb_slot slot;
	enum lb_boot_mode mode;
	enum lb_boot_reason reason;
	enum lb_boot_why why;
};

bool lb_boot_wants_loader(const struct lb_boot_facts *facts)
{
	return facts->g23_low || facts->request == LB_REQUEST_LOADER;
}

enum lb_slot lb_boot_choice_slot(const struct lb_boot_facts *facts, enum lb_gate_choice choice)
{
	if (choice == LB_GATE_FACTORY)
		return LB_SLOT_FACTORY;
	if (choice == LB_GATE_PREVIOUS && facts->previous != LB_SLOT_NONE)
		return facts->previous;
	return facts->latest;
}

/* A slot asked for by its number is called by the part it plays in the record. */
static enum lb_boot_why part_played(const struct lb_boot_facts *facts, enum lb_slot slot)
{
	if (slot == facts->latest)
		return LB_WHY_LATEST;
	if (slot == facts->previous)
		return LB_WHY_PREVIOUS;
	return slot == LB_SLOT_FACTORY ? LB_WHY_FACTORY : LB_WHY_FALLBACK;
}

static struct wish wish_of_gate(const struct lb_boot_facts *facts)
{
	struct wish wish = {lb_boot_choice_slot(facts, facts->choice), LB_MODE_SAFE, LB_REASON_PIN, LB_WHY_LATEST};

	if (facts->choice == LB_GATE_FACTORY)
		wish.why = LB_WHY_FACTORY;
	else if (facts->choice == LB_GATE_PREVIOUS && facts->previous != LB_SLOT_NONE)
		wish.why = LB_WHY_PREVIOUS;
	return wish;
}

/* A hand at the pin outranks a request that a script left behind. */
static struct wish wish_of(const struct lb_boot_facts *facts)
{
	enum lb_slot slot = facts->request_slot != LB_SLOT_NONE ? facts->request_slot : facts->latest;

	if (facts->choice != LB_GATE_NONE)
		return wish_of_gate(facts);
	if (facts->request == LB_REQUEST_SAFE_BOOT)
		return (struct wish){slot, LB_MODE_SAFE, LB_REASON_REQUEST, part_played(facts, slot)};
	if (facts->request == LB_REQUEST_SLOT_ONCE)
		return (struct wish){slot, LB_MODE_NORMAL, LB_REASON_REQUEST, part_played(facts, slot)};
	return (struct wish){facts->latest, LB_MODE_NORMAL, LB_REASON_NONE, LB_WHY_LATEST};
}

static struct lb_boot_plan loader_plan(enum lb_boot_reason reason)
{
	return (struct lb_boot_plan){
		.action = LB_BOOT_LOADER, .slot = LB_SLOT_NONE, .mode = LB_MODE_LOADER, .reason = reason, .why = LB_WHY_LATEST,
	};
}

struct lb_boot_plan lb_boot_decide(const struct lb_boot_facts *facts)
{
	struct wish wish = wish_of(facts);
	/* The order of the design: the chosen slot, then latest, previous, factory, any other. A slot met a second time has
	 * a verdict by then, so repetitions do no harm. */
	const enum lb_slot candidates[] = {
		wish.slot, facts->latest, facts->previous, LB_SLOT_FACTORY, LB_SLOT_OTA_0, LB_SLOT_OTA_1,
	};

	if (lb_boot_wants_loader(facts))
		return loader_plan(facts->g23_low ? LB_REASON_PIN : LB_REASON_REQUEST);
	for (unsigned i = 0; i < sizeof(candidates) / sizeof(candidates[0]); i++) {
		enum lb_slot slot = candidates[i];
		struct lb_boot_plan plan = {LB_BOOT_START, slot, wish.mode, wish.reason, wish.why};

		if (slot == LB_SLOT_NONE)
			continue;
		if (slot != wish.slot)
			plan.why = LB_WHY_FALLBACK;
		if (facts->verdict[slot] == LB_IMAGE_UNKNOWN)
			plan.action = LB_BOOT_VERIFY;
		if (facts->verdict[slot] == LB_IMAGE_UNKNOWN || facts->verdict[slot] == LB_IMAGE_GOOD)
			return plan;
	}
	return loader_plan(LB_REASON_NONE);
}
