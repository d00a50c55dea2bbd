/* Where scripts would have gone: functions of a few instructions each, what ran of them, and what is ahead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "host/audit/flow.h"

enum { END = 255 };

/* An instruction's offset is its number. */
struct step {
	uint8_t kind, target, ran;
};

struct world {
	struct lb_trace trace;
	uint8_t ahead[LB_TRACE_INSTRUCTIONS];
	struct lb_flow flow;
};

static struct world *make(void)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->flow = (struct lb_flow){.code = &world->trace, .ran = &world->trace, .ahead = world->ahead};
	return world;
}

static void add(struct world *world, const struct step *steps)
{
	struct lb_trace *trace = &world->trace;
	struct lb_trace_function *function = &trace->function[trace->functions++];

	function->instructions_at = trace->instructions;
	function->seen_at = trace->seen_bytes;
	for (uint16_t i = 0; steps[i].kind != END; i++) {
		trace->instruction[trace->instructions++] =
			(struct lb_trace_instruction){.kind = steps[i].kind, .argument = steps[i].target, .offset = i};
		trace->seen[trace->seen_bytes++] = steps[i].ran;
		function->instructions++;
	}
	function->code_bytes = function->instructions;
}

static void be_at(struct world *world, uint32_t function, uint32_t offset)
{
	world->trace.frames[world->trace.depth++] = (struct lb_trace_frame){.function = function + 1, .offset = offset};
}

/* expected: one character an instruction of all functions, '.' for what is not ahead. */
static void expect(struct world *world, const char *expected)
{
	char found[64] = "";

	lb_flow_mark(&world->flow);
	for (uint32_t i = 0; i < world->trace.instructions; i++)
		found[i] = (world->ahead[i] & LB_FLOW_PENDING) != 0 ? 'p' :
		           (world->ahead[i] & LB_FLOW_AWAITED) != 0 ? 'w' :
		           world->ahead[i] != 0                     ? 'a' :
		                                                      '.';
	assert_string_equal(found, expected);
	free(world);
}

static void test_an_error_stops(void **state)
{
	struct world *world = make();

	(void)state;
	add(world, (const struct step[]){{LB_TRACE_NAME, 0, 1},
	                                 {LB_TRACE_CALL, 0, 1},
	                                 {LB_TRACE_POP, 0, 0},
	                                 {LB_TRACE_CALL, 0, 0},
	                                 {LB_TRACE_RETURN, 0, 0},
	                                 {END, 0, 0}});
	expect(world, "..aaa");
}

static void test_a_call_whose_argument_failed_is_still_to_come(void **state)
{
	struct world *world = make();

	(void)state;
	add(world, (const struct step[]){{LB_TRACE_METHOD, 0, 1},
	                                 {LB_TRACE_NAME, 0, 1},
	                                 {LB_TRACE_CALL, 0, 1},
	                                 {LB_TRACE_CALL, 0, 0},
	                                 {LB_TRACE_RETURN, 0, 0},
	                                 {END, 0, 0}});
	expect(world, "pp.aa");
}

static void test_a_branch_that_was_passed(void **state)
{
	struct world *world = make();

	(void)state;
	add(world,
	    (const struct step[]){{LB_TRACE_BRANCH, 2, 1}, {LB_TRACE_CALL, 0, 0}, {LB_TRACE_RETURN, 0, 1}, {END, 0, 0}});
	expect(world, "...");
}

static void test_what_comes_behind_a_loop_that_waits(void **state)
{
	struct world *world = make();

	(void)state;
	/* while not connected: sleep; the branch in it is passed again and again */
	add(world, (const struct step[]){{LB_TRACE_JUMP, 3, 1},
	                                 {LB_TRACE_BRANCH, 3, 1},
	                                 {LB_TRACE_CALL, 0, 0},
	                                 {LB_TRACE_BRANCH, 1, 1},
	                                 {LB_TRACE_CALL, 0, 0},
	                                 {LB_TRACE_RETURN, 0, 0},
	                                 {END, 0, 0}});
	be_at(world, 0, 1);
	expect(world, "....ww");
}

static void test_a_loop_that_was_left_is_passed(void **state)
{
	struct world *world = make();

	(void)state;
	add(world, (const struct step[]){{LB_TRACE_CALL, 0, 1},
	                                 {LB_TRACE_BRANCH, 0, 1},
	                                 {LB_TRACE_BRANCH, 4, 1},
	                                 {LB_TRACE_CALL, 0, 0},
	                                 {LB_TRACE_CALL, 0, 1},
	                                 {LB_TRACE_JUMP, 0, 1},
	                                 {END, 0, 0}});
	be_at(world, 0, 4);
	expect(world, "......");
}

static void test_an_error_may_end_any_loop(void **state)
{
	struct world *world = make();

	(void)state;
	add(world, (const struct step[]){{LB_TRACE_CALL, 0, 1}, {LB_TRACE_CALL, 0, 0}, {END, 0, 0}});
	add(world, (const struct step[]){{LB_TRACE_CALL, 0, 1}, {LB_TRACE_JUMP, 0, 1}, {END, 0, 0}});
	be_at(world, 0, 0);
	be_at(world, 1, 0);
	expect(world, ".w..");
}

static void test_a_loop_that_can_end_lets_its_caller_go_on(void **state)
{
	struct world *world = make();

	(void)state;
	add(world, (const struct step[]){{LB_TRACE_CALL, 0, 1}, {LB_TRACE_CALL, 0, 0}, {END, 0, 0}});
	add(world,
	    (const struct step[]){{LB_TRACE_CALL, 0, 1}, {LB_TRACE_BRANCH, 0, 1}, {LB_TRACE_RETURN, 0, 0}, {END, 0, 0}});
	be_at(world, 0, 0);
	be_at(world, 1, 0);
	expect(world, ".w..w");
}

static void test_a_generator_that_was_left_waits(void **state)
{
	struct world *world = make();

	(void)state;
	add(world, (const struct step[]){{LB_TRACE_YIELD, 0, 1},
	                                 {LB_TRACE_BRANCH, 0, 1},
	                                 {LB_TRACE_CALL, 0, 0},
	                                 {LB_TRACE_RETURN, 0, 0},
	                                 {END, 0, 0}});
	world->trace.function[0].suspended = 1;
	expect(world, "..ww");
}

static void test_what_a_handler_does_is_not_ahead(void **state)
{
	struct world *world = make();

	(void)state;
	add(world, (const struct step[]){{LB_TRACE_HANDLER, 3, 1},
	                                 {LB_TRACE_CALL, 0, 1},
	                                 {LB_TRACE_JUMP, 1, 1},
	                                 {LB_TRACE_CALL, 0, 0},
	                                 {LB_TRACE_RETURN, 0, 0},
	                                 {END, 0, 0}});
	be_at(world, 0, 1);
	expect(world, ".....");
}

/* if not connected: raise; then the rest */
static void test_a_condition_that_only_gave_up(void **state)
{
	struct world *world = make();

	(void)state;
	add(world, (const struct step[]){{LB_TRACE_BRANCH, 3, 1},
	                                 {LB_TRACE_NAME, 0, 1},
	                                 {LB_TRACE_RAISE, 0, 1},
	                                 {LB_TRACE_CALL, 0, 0},
	                                 {LB_TRACE_RETURN, 0, 0},
	                                 {END, 0, 0}});
	expect(world, "...aa");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_error_stops),
		cmocka_unit_test(test_a_call_whose_argument_failed_is_still_to_come),
		cmocka_unit_test(test_a_branch_that_was_passed),
		cmocka_unit_test(test_what_comes_behind_a_loop_that_waits),
		cmocka_unit_test(test_a_loop_that_was_left_is_passed),
		cmocka_unit_test(test_an_error_may_end_any_loop),
		cmocka_unit_test(test_a_loop_that_can_end_lets_its_caller_go_on),
		cmocka_unit_test(test_a_generator_that_was_left_waits),
		cmocka_unit_test(test_what_a_handler_does_is_not_ahead),
		cmocka_unit_test(test_a_condition_that_only_gave_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
