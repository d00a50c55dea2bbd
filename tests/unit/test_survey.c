/* The survey of the slots that each change begins with. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/error.h"
#include "tests/unit/ota_desk.h"

static void a_survey_verifies_only_what_the_state_hangs_on(void **state)
{
	struct lb_survey survey;

	(void)state;
	update(2);
	put(O1, 3, &desk.signer); /* by a tool */
	lb_survey_open(&survey, &desk.config);
	lb_survey_read(&survey, NULL);
	assert_int_equal(survey.facts[F].verdict, LB_IMAGE_UNKNOWN);
	assert_int_equal(survey.facts[O0].verdict, LB_IMAGE_UNKNOWN);
	assert_int_equal(survey.facts[O1].verdict, LB_IMAGE_GOOD);
	assert_int_equal(survey.now.latest, O1);
	assert_false(lb_survey_is_trial(&survey, O0));
	assert_int_equal(lb_survey_verify(&survey, F), LB_IMAGE_GOOD);
}

static void what_is_hidden_is_not_looked_at(void **state)
{
	const bool hidden[LB_SLOT_COUNT] = {[O1] = true};
	struct lb_survey survey;

	(void)state;
	update(2);
	put(O1, 3, &desk.signer);
	lb_survey_open(&survey, &desk.config);
	lb_survey_read(&survey, hidden);
	assert_int_equal(survey.facts[O1].id, LB_RECORD_NO_ID);
	assert_int_equal(survey.now.latest, O0);
	assert_true(lb_survey_is_trial(&survey, O0));
	assert_false(lb_survey_is_trial(&survey, NONE));
}

static void what_the_cpu_cannot_run_is_not_good(void **state)
{
	struct lb_survey survey;

	(void)state;
	desk.runs_here = false;
	lb_survey_open(&survey, &desk.config);
	lb_survey_read(&survey, NULL);
	assert_int_equal(lb_survey_verify(&survey, F), LB_IMAGE_OTHER_BOARD);
	assert_int_equal(survey.facts[F].version.major, 1);
	assert_int_equal(lb_survey_verify(&survey, O0), LB_IMAGE_BLANK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_survey_verifies_only_what_the_state_hangs_on, reset_desk),
		cmocka_unit_test_setup(what_is_hidden_is_not_looked_at, reset_desk),
		cmocka_unit_test_setup(what_the_cpu_cannot_run_is_not_good, reset_desk),
	};
	int failed;

	if (!open_desk())
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	close_desk();
	return failed;
}
