/* The auto-reset circuit: what tools do with DTR and RTS, and what comes of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hardware/model/autoreset.h"

/* The lines one after the other, and what is pulled low after each. */
struct step {
	bool dtr, rts;
	bool reset_low, boot_low;
};

static void go(struct lb_autoreset *circuit, const struct step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		bool settles = lb_autoreset_set(circuit, steps[i].dtr, steps[i].rts);
		if (circuit->reset_low != steps[i].reset_low || circuit->boot_low != steps[i].boot_low)
			fail_msg("step %zu: reset %d, boot %d", i, circuit->reset_low, circuit->boot_low);
		assert_int_equal(settles, circuit->dtr && circuit->rts && circuit->reset_low);
	}
}
#define GO(circuit, ...) \
	go(circuit, (const struct step[]){__VA_ARGS__}, sizeof((const struct step[]){__VA_ARGS__}) / sizeof(struct step))

static void a_program_that_opens_and_closes_the_port_resets_nothing(void **state)
{
	struct lb_autoreset circuit = {.dtr = false};

	(void)state;
	GO(&circuit, {1, 0, 0, 1}, {1, 1, 0, 0}, {0, 0, 0, 0});
}

static void the_classic_reset_comes_up_with_g23_low(void **state)
{
	struct lb_autoreset circuit = {.dtr = true, .rts = true};

	(void)state;
	/* Line by line, with the moment of both between reset and G23. */
	GO(&circuit, {0, 1, 1, 0}, {0, 1, 1, 0}, {1, 1, 1, 0}, {1, 0, 0, 1}, {0, 0, 0, 0});
}

static void the_tight_reset_does_too(void **state)
{
	struct lb_autoreset circuit = {.dtr = true, .rts = true};

	(void)state;
	/* Both lines at a time. */
	GO(&circuit, {0, 0, 0, 0}, {1, 1, 0, 0}, {0, 1, 1, 0}, {1, 0, 0, 1}, {0, 0, 0, 0});
}

static void the_hard_reset_comes_up_with_g23_high(void **state)
{
	struct lb_autoreset circuit = {.dtr = false};

	(void)state;
	GO(&circuit, {0, 1, 1, 0}, {0, 0, 0, 0});
}

static void a_client_that_leaves_lets_go(void **state)
{
	struct lb_autoreset circuit = {.dtr = false};

	(void)state;
	GO(&circuit, {0, 1, 1, 0}, {0, 0, 0, 0}, {0, 1, 1, 0}, {1, 1, 1, 0}, {0, 0, 0, 0});
}

static void both_asserted_hold_a_reset_for_a_moment_only(void **state)
{
	struct lb_autoreset circuit = {.dtr = false};

	(void)state;
	GO(&circuit, {0, 1, 1, 0}, {1, 1, 1, 0});
	lb_autoreset_settle(&circuit);
	assert_false(circuit.reset_low);
	GO(&circuit, {1, 1, 0, 0});

	/* One that is told late changes nothing. */
	GO(&circuit, {0, 1, 1, 0});
	lb_autoreset_settle(&circuit);
	assert_true(circuit.reset_low);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_program_that_opens_and_closes_the_port_resets_nothing),
		cmocka_unit_test(the_classic_reset_comes_up_with_g23_low),
		cmocka_unit_test(the_tight_reset_does_too),
		cmocka_unit_test(the_hard_reset_comes_up_with_g23_high),
		cmocka_unit_test(a_client_that_leaves_lets_go),
		cmocka_unit_test(both_asserted_hold_a_reset_for_a_moment_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
