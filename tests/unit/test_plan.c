/* Facts to plan: the design's tables, and that every set of facts is settled in a few questions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include "core/boot/plan.h"

#define GOOD LB_IMAGE_GOOD
#define BAD LB_IMAGE_WRONG_HASH
#define F LB_SLOT_FACTORY
#define O0 LB_SLOT_OTA_0
#define O1 LB_SLOT_OTA_1
#define NONE LB_SLOT_NONE

/* Asks as the sequencer does: a slot is verified when the plan says so, and found as truth says. */
static struct lb_plan settle(struct lb_plan_facts facts, const enum lb_image_verdict *truth, unsigned *verified)
{
	*verified = 0;
	for (;;) {
		struct lb_plan plan = lb_plan_make(&facts);

		if (plan.action != LB_PLAN_VERIFY)
			return plan;
		assert_true(plan.slot < LB_SLOT_COUNT);
		assert_int_equal(facts.slots[plan.slot].verdict, LB_IMAGE_UNKNOWN);
		facts.slots[plan.slot].verdict = truth[plan.slot];
		(*verified)++;
		assert_in_range(*verified, 1, LB_SLOT_COUNT);
	}
}

struct plan_case {
	const char *name;
	struct lb_plan_facts facts;
	enum lb_image_verdict truth[LB_SLOT_COUNT];
	enum lb_plan_action action;
	enum lb_slot slot;
	enum lb_boot_mode mode;
	enum lb_boot_reason reason;
	enum lb_boot_why why;
	unsigned verified;
};

/* clang-format off */
#define RECORD(latest_, previous_) \
	.status = LB_RECORD_VALID, .state = {.latest = (latest_), .previous = (previous_), .download = NONE}
#define ASK(req, slot_, choice_, latest_, previous_) \
	{.request = (req), .request_slot = (slot_), .choice = (choice_), RECORD(latest_, previous_)}
#define ALONE {GOOD, LB_IMAGE_BLANK, LB_IMAGE_BLANK}
#define ALL {GOOD, GOOD, GOOD}

static const struct plan_case cases[] = {
	/* one image, in factory */
	{"normal", ASK(LB_REQUEST_NONE, NONE, LB_GATE_NONE, F, NONE), ALONE,
	 LB_PLAN_START, F, LB_MODE_NORMAL, LB_REASON_NONE, LB_WHY_LATEST, 1},
	{"window 1", ASK(LB_REQUEST_NONE, NONE, LB_GATE_LATEST, F, NONE), ALONE,
	 LB_PLAN_START, F, LB_MODE_SAFE, LB_REASON_PIN, LB_WHY_LATEST, 1},
	{"window 2", ASK(LB_REQUEST_NONE, NONE, LB_GATE_PREVIOUS, F, NONE), ALONE,
	 LB_PLAN_START, F, LB_MODE_SAFE, LB_REASON_PIN, LB_WHY_LATEST, 1},
	{"window 3", ASK(LB_REQUEST_NONE, NONE, LB_GATE_FACTORY, F, NONE), ALONE,
	 LB_PLAN_START, F, LB_MODE_SAFE, LB_REASON_PIN, LB_WHY_FACTORY, 1},
	{"safe boot asked for", ASK(LB_REQUEST_SAFE_BOOT, NONE, LB_GATE_NONE, F, NONE), ALONE,
	 LB_PLAN_START, F, LB_MODE_SAFE, LB_REASON_REQUEST, LB_WHY_LATEST, 1},
	{"no image at all", ASK(LB_REQUEST_NONE, NONE, LB_GATE_NONE, F, NONE), {BAD, LB_IMAGE_BLANK, LB_IMAGE_BLANK},
	 LB_PLAN_LOADER, NONE, LB_MODE_LOADER, LB_REASON_NONE, LB_WHY_LATEST, 3},
	{"no image, pin held", ASK(LB_REQUEST_NONE, NONE, LB_GATE_FACTORY, F, NONE), {BAD, BAD, BAD},
	 LB_PLAN_LOADER, NONE, LB_MODE_LOADER, LB_REASON_NONE, LB_WHY_LATEST, 3},
	/* three images */
	{"latest", ASK(LB_REQUEST_NONE, NONE, LB_GATE_NONE, O0, O1), ALL,
	 LB_PLAN_START, O0, LB_MODE_NORMAL, LB_REASON_NONE, LB_WHY_LATEST, 1},
	{"window 1 of three", ASK(LB_REQUEST_NONE, NONE, LB_GATE_LATEST, O0, O1), ALL,
	 LB_PLAN_START, O0, LB_MODE_SAFE, LB_REASON_PIN, LB_WHY_LATEST, 1},
	{"window 2 of three", ASK(LB_REQUEST_NONE, NONE, LB_GATE_PREVIOUS, O0, O1), ALL,
	 LB_PLAN_START, O1, LB_MODE_SAFE, LB_REASON_PIN, LB_WHY_PREVIOUS, 1},
	{"window 3 of three", ASK(LB_REQUEST_NONE, NONE, LB_GATE_FACTORY, O0, O1), ALL,
	 LB_PLAN_START, F, LB_MODE_SAFE, LB_REASON_PIN, LB_WHY_FACTORY, 1},
	{"latest is bad", ASK(LB_REQUEST_NONE, NONE, LB_GATE_NONE, O0, O1), {GOOD, BAD, GOOD},
	 LB_PLAN_START, O1, LB_MODE_NORMAL, LB_REASON_NONE, LB_WHY_FALLBACK, 2},
	{"latest and previous are bad", ASK(LB_REQUEST_NONE, NONE, LB_GATE_NONE, O0, O1), {GOOD, BAD, BAD},
	 LB_PLAN_START, F, LB_MODE_NORMAL, LB_REASON_NONE, LB_WHY_FALLBACK, 3},
	{"only some other is good", ASK(LB_REQUEST_NONE, NONE, LB_GATE_NONE, O0, NONE), {BAD, BAD, GOOD},
	 LB_PLAN_START, O1, LB_MODE_NORMAL, LB_REASON_NONE, LB_WHY_FALLBACK, 3},
	{"the chosen previous is bad", ASK(LB_REQUEST_NONE, NONE, LB_GATE_PREVIOUS, O0, O1), {GOOD, GOOD, BAD},
	 LB_PLAN_START, O0, LB_MODE_SAFE, LB_REASON_PIN, LB_WHY_FALLBACK, 2},
	{"the chosen factory is bad", ASK(LB_REQUEST_NONE, NONE, LB_GATE_FACTORY, O0, O1), {BAD, GOOD, GOOD},
	 LB_PLAN_START, O0, LB_MODE_SAFE, LB_REASON_PIN, LB_WHY_FALLBACK, 2},
	/* requests */
	{"safe boot of a slot", ASK(LB_REQUEST_SAFE_BOOT, O1, LB_GATE_NONE, O0, O1), ALL,
	 LB_PLAN_START, O1, LB_MODE_SAFE, LB_REASON_REQUEST, LB_WHY_PREVIOUS, 1},
	{"a slot once", ASK(LB_REQUEST_SLOT_ONCE, F, LB_GATE_NONE, O0, O1), ALL,
	 LB_PLAN_START, F, LB_MODE_NORMAL, LB_REASON_REQUEST, LB_WHY_FACTORY, 1},
	{"a slot without a part", ASK(LB_REQUEST_SLOT_ONCE, O1, LB_GATE_NONE, O0, NONE), ALL,
	 LB_PLAN_START, O1, LB_MODE_NORMAL, LB_REASON_REQUEST, LB_WHY_FALLBACK, 1},
	{"the pin outranks a request", ASK(LB_REQUEST_SLOT_ONCE, O1, LB_GATE_LATEST, O0, O1), ALL,
	 LB_PLAN_START, O0, LB_MODE_SAFE, LB_REASON_PIN, LB_WHY_LATEST, 1},
	{"loader asked for", ASK(LB_REQUEST_LOADER, NONE, LB_GATE_NONE, O0, O1), ALL,
	 LB_PLAN_LOADER, NONE, LB_MODE_LOADER, LB_REASON_REQUEST, LB_WHY_LATEST, 0},
	{"G23 low", {.g23_low = true, .request_slot = NONE, RECORD(F, NONE)}, ALL,
	 LB_PLAN_LOADER, NONE, LB_MODE_LOADER, LB_REASON_PIN, LB_WHY_LATEST, 0},
	{"G23 low and loader asked for",
	 {.g23_low = true, .request = LB_REQUEST_LOADER, .request_slot = NONE, RECORD(F, NONE)}, ALL,
	 LB_PLAN_LOADER, NONE, LB_MODE_LOADER, LB_REASON_PIN, LB_WHY_LATEST, 0},
};
/* clang-format on */

static void plans_are_as_designed(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct plan_case *c = &cases[i];
		unsigned verified;
		struct lb_plan plan = settle(c->facts, c->truth, &verified);

		if (plan.action != c->action || plan.slot != c->slot || plan.mode != c->mode || plan.reason != c->reason ||
		    plan.why != c->why || verified != c->verified)
			fail_msg("%s: action %d slot %d mode %d reason %d why %d verified %u", c->name, (int)plan.action,
			         (int)plan.slot, (int)plan.mode, (int)plan.reason, (int)plan.why, verified);
	}
}

/* Whatever the record, the request, the pin and the state of the images: a good image is started when there is one,
 * and never one that is not good. */
static void no_facts_lead_to_a_dead_end(void **state)
{
	static const enum lb_slot slots[] = {F, O0, O1, NONE};
	unsigned settled = 0;

	(void)state;
	for (unsigned n = 0; n < 3 * 4 * 3 * 4 * 4 * 8; n++) {
		struct lb_plan_facts facts = {
			RECORD(slots[n % 3], slots[n / 3 % 4]),
			.request = (enum lb_request[]){LB_REQUEST_NONE, LB_REQUEST_SAFE_BOOT, LB_REQUEST_SLOT_ONCE}[n / 12 % 3],
			.request_slot = slots[n / 36 % 4],
			.choice = (enum lb_gate_choice)(n / 144 % 4),
		};
		unsigned good = n / 576;
		enum lb_image_verdict truth[LB_SLOT_COUNT];
		unsigned verified;
		struct lb_plan plan;

		if (facts.state.latest == facts.state.previous)
			continue; /* no record says that */
		for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
			truth[slot] = (good >> slot & 1) != 0 ? GOOD : BAD;
		plan = settle(facts, truth, &verified);
		assert_int_equal(plan.action, good != 0 ? LB_PLAN_START : LB_PLAN_LOADER);
		if (plan.action == LB_PLAN_START) {
			assert_int_equal(truth[plan.slot], GOOD);
			assert_true((plan.mode == LB_MODE_SAFE) ==
			            (facts.choice != LB_GATE_NONE || facts.request == LB_REQUEST_SAFE_BOOT));
		}
		settled++;
	}
	assert_int_equal(settled, 4608 / 4 * 3);
}

static void a_verdict_that_is_no_verdict_starts_nothing(void **state)
{
	struct lb_plan_facts facts = ASK(LB_REQUEST_NONE, NONE, LB_GATE_NONE, F, NONE);

	(void)state;
	for (unsigned bit = 0; bit < 31; bit++) {
		for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
			facts.slots[slot].verdict = (enum lb_image_verdict)(LB_IMAGE_GOOD ^ 1 << bit);
		assert_int_equal(lb_plan_make(&facts).action, LB_PLAN_LOADER);
	}
}

/* How the choices of pin, gate and script reach the rules of the record, whose own cases are docs/spec/update.md's. */
static void a_trial_is_counted_only_by_a_normal_boot(void **state)
{
	static const struct {
		enum lb_request request;
		enum lb_gate_choice choice;
		bool wake, write;
		enum lb_slot slot;
	} ways[] = {
		{LB_REQUEST_NONE, LB_GATE_NONE, false, true, O1},      {LB_REQUEST_NONE, LB_GATE_NONE, true, false, O1},
		{LB_REQUEST_NONE, LB_GATE_LATEST, false, false, O1},   {LB_REQUEST_NONE, LB_GATE_PREVIOUS, false, false, O0},
		{LB_REQUEST_NONE, LB_GATE_FACTORY, false, false, F},   {LB_REQUEST_SAFE_BOOT, LB_GATE_NONE, false, false, O1},
		{LB_REQUEST_SLOT_ONCE, LB_GATE_NONE, false, true, O1},
	};
	static const enum lb_image_verdict truth[] = ALL;

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct lb_plan_facts facts = ASK(ways[i].request, NONE, ways[i].choice, O1, O0);
		struct lb_plan plan;
		unsigned verified;

		facts.state.on_trial = true;
		facts.state.tries_left = 3;
		facts.wake = ways[i].wake;
		plan = settle(facts, truth, &verified);
		assert_int_equal(plan.action, LB_PLAN_START);
		assert_int_equal(plan.slot, ways[i].slot);
		assert_int_equal(plan.write, ways[i].write);
		assert_true(plan.state.on_trial);
		assert_int_equal(plan.state.tries_left, ways[i].write ? 2 : 3);
	}
}

static void what_is_expected_takes_images_at_their_word(void **state)
{
	struct lb_plan_facts facts = ASK(LB_REQUEST_NONE, NONE, LB_GATE_NONE, O1, O0);
	struct lb_record_state expected;

	(void)state;
	lb_plan_expect(&facts, &expected);
	assert_int_equal(expected.latest, O1);
	assert_int_equal(lb_plan_choice_slot(&expected, LB_GATE_PREVIOUS), O0);
	facts.slots[O0].id = 7; /* a tool's */
	lb_plan_expect(&facts, &expected);
	assert_int_equal(expected.latest, O0);
	assert_int_equal(lb_plan_choice_slot(&expected, LB_GATE_PREVIOUS), O0);
	facts.slots[O0].verdict = BAD;
	lb_plan_expect(&facts, &expected);
	assert_int_equal(expected.latest, O1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_trial_is_counted_only_by_a_normal_boot),
		cmocka_unit_test(what_is_expected_takes_images_at_their_word),
		cmocka_unit_test(plans_are_as_designed),
		cmocka_unit_test(no_facts_lead_to_a_dead_end),
		cmocka_unit_test(a_verdict_that_is_no_verdict_starts_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
