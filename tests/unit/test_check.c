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

static void test_cuts(void **state)
{
	struct lb_check_facts facts = {.cuts = 0};

	(void)state;
	expect_line(&facts, 6, true, "none tried");
	facts.cuts = 20;
	facts.torn = 2;
	expect_line(&facts, 6, false, "after 20, 2 of them in a flash write: the module does not come back");
	facts.comes_back = true;
	expect_line(&facts, 6, false, "after 20, 2 of them in a flash write: the module comes back, /flash does not mount");
	facts.mounts = true;
	expect_line(&facts, 6, true, "after 20, 2 of them in a flash write: the module comes back, /flash mounts");
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
	expect_line(&facts, 8, true, "main.py:4: OSError: 5");
	expect_line(&facts, 9, false, "no scripts");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdicts),
		cmocka_unit_test(test_scripts),
		cmocka_unit_test(test_cuts),
		cmocka_unit_test(test_notes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
