/* What `lifeboat check` concludes and says: every combination of ways in, and the words of each kind of result. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "host/commands/check_verdict.h"

static const struct {
	bool ctrl_c, mpremote;
	enum lb_check_radio radio;
	bool p12;
	unsigned cuts;
	bool comes_back, mounts;
	enum lb_check_verdict verdict;
} verdicts[] = {
	{true, true, LB_CHECK_RADIO_ANSWERS, true, 20, true, true, LB_CHECK_FREE},
	{true, false, LB_CHECK_RADIO_OFF, true, 20, true, true, LB_CHECK_FREE},
	{false, true, LB_CHECK_RADIO_OFF, true, 20, true, true, LB_CHECK_FREE},
	{false, false, LB_CHECK_RADIO_ANSWERS, true, 20, true, true, LB_CHECK_FREE},
	{false, false, LB_CHECK_RADIO_OFF, true, 20, true, true, LB_CHECK_PIN},
	{false, false, LB_CHECK_RADIO_SILENT, true, 20, true, true, LB_CHECK_PIN},
	{false, false, LB_CHECK_RADIO_SILENT, false, 20, true, true, LB_CHECK_LOST},
	{true, true, LB_CHECK_RADIO_ANSWERS, true, 20, false, false, LB_CHECK_LOST},
	{true, true, LB_CHECK_RADIO_ANSWERS, true, 20, true, false, LB_CHECK_LOST},
	{true, true, LB_CHECK_RADIO_ANSWERS, true, 0, false, false, LB_CHECK_FREE},
	{false, false, LB_CHECK_RADIO_OFF, true, 0, false, false, LB_CHECK_PIN},
	{false, false, LB_CHECK_RADIO_OFF, false, 0, false, false, LB_CHECK_LOST},
};

static void test_verdicts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		struct lb_check_facts facts = {
			.ctrl_c = verdicts[i].ctrl_c,
			.mpremote = verdicts[i].mpremote,
			.radio = verdicts[i].radio,
			.p12 = verdicts[i].p12,
			.cuts = verdicts[i].cuts,
			.comes_back = verdicts[i].comes_back,
			.mounts = verdicts[i].mounts,
		};
		if (lb_check_judge(&facts) != verdicts[i].verdict)
			fail_msg("case %zu: %d", i, lb_check_judge(&facts));
		/* What was not reached makes a safe one open, and no other better. */
		enum lb_check_verdict open = verdicts[i].verdict == LB_CHECK_FREE ? LB_CHECK_OPEN : verdicts[i].verdict;
		lb_audit_add(&facts.audit, LB_AUDIT_UNTRIED, "main.py", 3, "x");
		assert_int_equal(lb_check_judge(&facts), verdicts[i].verdict);
		facts.strict = true;
		assert_int_equal(lb_check_judge(&facts), open);
		facts.strict = false;
		lb_audit_add(&facts.audit, LB_AUDIT_MISSING, "main.py", 1, "y");
		assert_int_equal(lb_check_judge(&facts), open);
	}
}

static void expect_line(const struct lb_check_facts *facts, int index, bool good, const char *text)
{
	struct lb_check_line lines[LB_CHECK_LINES];

	lb_check_describe(facts, lines);
	assert_string_equal(lines[index].text, text);
	assert_int_equal(lines[index].good, good);
}

static void test_scripts(void **state)
{
	struct lb_check_facts facts = {.scripts = LB_CHECK_RAISED, .error = "ValueError: x", .seconds = 2.5};

	(void)state;
	expect_line(&facts, 0, false, "raised ValueError: x");
	facts.scripts = LB_CHECK_RUNNING;
	expect_line(&facts, 0, true, "still run after 2.5 s");
	strcpy(facts.audit.at_file, "main.py");
	facts.audit.at_line = 7;
	expect_line(&facts, 0, true, "still run after 2.5 s, at main.py:7");
	facts.scripts = LB_CHECK_ENDED;
	expect_line(&facts, 0, true, "ended");
	facts.scripts = LB_CHECK_SLEEPING;
	expect_line(&facts, 0, false, "put the module into deep sleep");
	expect_line(&facts, 1, true, "no reset");
	facts.watchdog_resets = 3;
	facts.other_resets = 1;
	expect_line(&facts, 1, false, "3 resets; 1 by the scripts themselves");
}

static void test_what_happened(void **state)
{
	struct lb_check_facts facts = {.scripts = LB_CHECK_SLEEPING, .seconds = 10, .sleeps = 4, .awake_share = 0.05};

	(void)state;
	expect_line(&facts, 0, false, "put the module into deep sleep, 4 times in 10 s, awake 5 % of the time");
	expect_line(&facts, 2, false, "does not give a prompt that lasts");
	facts.ctrl_c = true;
	expect_line(&facts, 2, true, "gives the prompt when a tool holds it down: awake 5 % of the time");
	assert_int_equal(lb_check_judge(&facts), LB_CHECK_FREE);
	facts.awake_share = 0.5;
	expect_line(&facts, 2, true, "gives the prompt, pressed now and then: awake 50 % of the time");
	facts.awake_share = 0.0005;
	facts.p12 = true;
	expect_line(&facts, 2, false, "gives the prompt, but hardly ever: awake 0.05 % of the time");
	assert_int_equal(lb_check_judge(&facts), LB_CHECK_PIN);
	facts.sleeps_on = true;
	expect_line(&facts, 0, false, "put the module into deep sleep, for ever");
	facts = (struct lb_check_facts){.scripts = LB_CHECK_RUNNING, .seconds = 10, .soft_resets = 7};
	expect_line(&facts, 0, true, "exit and start anew, 7 times in 10 s");
	expect_line(&facts, 1, true, "no reset; 7 soft resets");
	facts.heap_bytes = 160 << 10;
	facts.heap_peak_bytes = 100 << 10;
	expect_line(&facts, 8, true, "100 KiB of 160 KiB at most");
	facts.heap_peak_bytes = 150 << 10;
	expect_line(&facts, 8, false, "150 KiB of 160 KiB at most, less than a fifth is left");
	strcpy(facts.script[1].traceback, "Traceback\n  x\n");
	expect_line(&facts, LB_CHECK_TRIED, false, "Traceback\n  x\n");
}

static void test_exhaustion(void **state)
{
	struct lb_check_facts facts = {.ctrl_c_exhausts = true};

	(void)state;
	expect_line(&facts, 2, false, "ends the scripts only when those that they swallowed have filled the stack or heap");
	assert_true(lb_check_is_exhaustion("RuntimeError: maximum recursion depth exceeded"));
	assert_true(lb_check_is_exhaustion("MemoryError: memory allocation failed, allocating 512 bytes"));
	assert_true(lb_check_is_exhaustion("MemoryError"));
	assert_false(lb_check_is_exhaustion("RuntimeError: no link"));
	assert_false(lb_check_is_exhaustion("ValueError: MemoryError"));
	assert_false(lb_check_is_exhaustion(""));
}

static void test_cuts(void **state)
{
	struct lb_check_facts facts = {.cuts = 0};

	(void)state;
	expect_line(&facts, 6, true, "none tried");
	facts.cuts_wanted = 20;
	expect_line(&facts, 6, true, "no flash write: not judged");
	facts.cuts = 20;
	facts.cut[0] = 7;
	facts.cut[1] = 6;
	facts.cut[2] = 5;
	expect_line(&facts, 6, false,
	            "after 20, 7 before, 6 within and 5 after a flash write: the module does not come back");
	facts.comes_back = true;
	expect_line(&facts, 6, false,
	            "after 20, 7 before, 6 within and 5 after a flash write: the module comes back, /flash does not mount");
	facts.mounts = true;
	expect_line(&facts, 6, true,
	            "after 20, 7 before, 6 within and 5 after a flash write: the module comes back, /flash mounts");
}

static void test_notes(void **state)
{
	struct lb_check_facts facts = {.strict = false};
	struct lb_check_line lines[LB_CHECK_LINES];

	(void)state;
	expect_line(&facts, 7, true, "nothing");
	assert_int_equal(lb_check_describe(&facts, lines), LB_CHECK_TRIED);
	facts.audit.files[0] = (struct lb_audit_file){"boot.py", 3, 3};
	facts.audit.files[1] = (struct lb_audit_file){"main.py", 9, 2};
	facts.audit.file_count = 2;
	expect_line(&facts, 7, true, "boot.py 3 of 3 lines, main.py 2 of 9 lines");
	lb_audit_add(&facts.audit, LB_AUDIT_CAUGHT, "main.py", 4, "OSError: 5");
	lb_audit_add(&facts.audit, LB_AUDIT_CAUGHT, "main.py", 4, "OSError: 5");
	lb_audit_add(&facts.audit, LB_AUDIT_UNSEEN, "", 0, "no scripts");
	assert_int_equal(lb_check_describe(&facts, lines), LB_CHECK_TRIED + 2);
	expect_line(&facts, LB_CHECK_TRIED, true, "main.py:4: OSError: 5");
	expect_line(&facts, LB_CHECK_TRIED + 1, false, "no scripts");
}

static void test_the_worst_of_several(void **state)
{
	const struct lb_check_result results[] = {{"a", false, LB_CHECK_FREE},
	                                          {"b", false, LB_CHECK_OPEN},
	                                          {"c", false, LB_CHECK_PIN},
	                                          {"d", true, LB_CHECK_LOST}};

	(void)state;
	assert_int_equal(lb_check_worst(results, 1), LB_CHECK_FREE);
	assert_int_equal(lb_check_worst(results, 2), LB_CHECK_OPEN);
	assert_int_equal(lb_check_worst(results, 3), LB_CHECK_PIN);
	assert_int_equal(lb_check_worst(results, 4), LB_CHECK_LOST);
}

static void test_networks(void **state)
{
	struct lb_check_facts facts = {.world_count = 1, .worlds = {{"none", false, LB_CHECK_FREE}}};

	(void)state;
	expect_line(&facts, LB_CHECK_TRIED - 1, true, "not used: tried without one alone");
	facts.worlds[0].folder = "given";
	expect_line(&facts, LB_CHECK_TRIED - 1, true, "as given: you get back in");
	facts.world_count = 3;
	facts.worlds[0].folder = "none";
	facts.worlds[1] = (struct lb_check_result){"answers", false, LB_CHECK_OPEN};
	facts.worlds[2] = (struct lb_check_result){"stalls", false, LB_CHECK_PIN};
	expect_line(
		&facts, LB_CHECK_TRIED - 1, false,
		"without one: you get back in; with one that answers: inconclusive; with servers that stall: P12 alone");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_what_happened),
		cmocka_unit_test(test_exhaustion),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_notes),
		cmocka_unit_test(test_the_worst_of_several),
		cmocka_unit_test(test_networks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
