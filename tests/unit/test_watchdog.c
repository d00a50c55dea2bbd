/* The watchdog of two masters: the user's own and the guard of an image on trial, minute by minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/hw/periph.h"
#include "firmware/io/watchdog.h"

/* --- the hardware --- */

static uint64_t now_us;
static uint64_t bite_us; /* UINT64_MAX: it is off */
static uint32_t timeout_ms;

uint64_t lb_periph_micros(void)
{
	return now_us;
}

uint32_t lb_periph_irq_save(void)
{
	return 0;
}

void lb_periph_irq_restore(uint32_t state)
{
	(void)state;
}

void lb_periph_watchdog(uint32_t wanted_ms)
{
	timeout_ms = wanted_ms;
	bite_us = wanted_ms != 0 ? now_us + wanted_ms * UINT64_C(1000) : UINT64_MAX;
}

void lb_periph_watchdog_feed(void)
{
	lb_periph_watchdog(timeout_ms);
}

/* Seconds until it bites: the VM's tick comes every 5 s while alive, the user's feed every feed_s while he does. */
static unsigned bitten_after(unsigned vm_alive_s, unsigned feed_s, unsigned user_alive_s)
{
	for (unsigned s = 1; s <= 1000; s++) {
		now_us += 1000000;
		if (now_us >= bite_us)
			return s;
		if (s % 5 == 0 && s <= vm_alive_s)
			lb_watchdog_guard_feed();
		if (feed_s != 0 && s % feed_s == 0 && s <= user_alive_s)
			lb_watchdog_feed();
	}
	return 0;
}

static int as_after_a_reset(void **state)
{
	(void)state;
	lb_watchdog_hold(0);
	lb_watchdog_guard(false);
	lb_watchdog_arm(0);
	return 0;
}

static void the_guard_bites_30_s_after_the_vm_hangs(void **state)
{
	(void)state;
	lb_watchdog_guard(true);
	assert_int_equal(bitten_after(1000, 0, 0), 0);
	assert_int_equal(bitten_after(0, 0, 0), 30);
}

static void a_confirmation_stops_it(void **state)
{
	(void)state;
	lb_watchdog_guard(true);
	lb_watchdog_guard(false);
	assert_int_equal(bitten_after(0, 0, 0), 0);
	lb_watchdog_guard_feed();
	lb_watchdog_progress();
	assert_int_equal(bitten_after(0, 0, 0), 0);
}

static void the_users_bites_whatever_the_vm_does(void **state)
{
	static const unsigned times_s[] = {1, 5, 29, 30, 31, 33, 60, 300};

	(void)state;
	for (size_t i = 0; i < sizeof(times_s) / sizeof(times_s[0]); i++)
		for (int guarded = 0; guarded < 2; guarded++) {
			as_after_a_reset(NULL);
			lb_watchdog_guard(guarded == 1);
			lb_watchdog_arm(times_s[i] * 1000);
			assert_in_range(bitten_after(1000, 0, 0), times_s[i], times_s[i] + 1);
		}
}

static void a_user_who_feeds_from_an_interrupt_does_not_defeat_the_guard(void **state)
{
	static const unsigned times_s[] = {2, 10, 30, 31, 600};

	(void)state;
	for (size_t i = 0; i < sizeof(times_s) / sizeof(times_s[0]); i++) {
		as_after_a_reset(NULL);
		lb_watchdog_guard(true);
		lb_watchdog_arm(times_s[i] * 1000);
		assert_int_equal(bitten_after(100, times_s[i] / 2, 1000), 130);
		as_after_a_reset(NULL);
		lb_watchdog_arm(times_s[i] * 1000); /* wdt_on_boot, say */
		lb_watchdog_guard(true);
		assert_int_equal(bitten_after(100, times_s[i] / 2, 1000), 130);
	}
}

static void a_long_time_of_the_user_does_not_defeat_the_guard(void **state)
{
	(void)state;
	lb_watchdog_guard(true);
	lb_watchdog_arm(600000);
	assert_int_equal(bitten_after(100, 20, 1000), 130); /* the user feeds on, from an interrupt, say */
	as_after_a_reset(NULL);
	lb_watchdog_guard(true);
	lb_watchdog_arm(600000);
	assert_int_equal(bitten_after(100, 0, 0), 130);
}

static void long_work_of_the_firmware_feeds_both(void **state)
{
	(void)state;
	lb_watchdog_guard(true);
	lb_watchdog_arm(40000);
	for (unsigned s = 0; s < 200; s += 25) {
		assert_true(now_us < bite_us);
		lb_watchdog_progress();
		now_us += 25000000;
	}
	assert_true(now_us < bite_us);
}

static void fed_by_both_it_never_bites(void **state)
{
	static const unsigned times_s[] = {10, 30, 40, 100};

	(void)state;
	for (size_t i = 0; i < sizeof(times_s) / sizeof(times_s[0]); i++) {
		as_after_a_reset(NULL);
		lb_watchdog_guard(true);
		lb_watchdog_arm(times_s[i] * 1000);
		assert_int_equal(bitten_after(1000, times_s[i] - 1, 1000), 0);
	}
}

static void after_the_confirmation_the_users_own_time_holds(void **state)
{
	(void)state;
	lb_watchdog_guard(true);
	lb_watchdog_arm(100000);
	now_us += 20000000;
	lb_watchdog_guard(false);
	assert_int_equal(bitten_after(0, 0, 0), 100);
}

static void while_held_the_users_waits_and_then_gives_its_whole_time(void **state)
{
	(void)state;
	for (int guarded = 0; guarded < 2; guarded++) {
		as_after_a_reset(NULL);
		lb_watchdog_guard(guarded == 1);
		lb_watchdog_arm(2000);
		lb_watchdog_hold(30000);
		assert_int_equal(bitten_after(1000, 0, 0), 32);
		as_after_a_reset(NULL);
		lb_watchdog_guard(guarded == 1);
		lb_watchdog_arm(2000);
		lb_watchdog_hold(30000);
		lb_watchdog_feed(); /* from an interrupt, say: it shortens nothing */
		assert_int_equal(bitten_after(1000, 1, 10), 32);
	}
}

static void no_longer_held_it_has_its_whole_time_again(void **state)
{
	(void)state;
	lb_watchdog_arm(2000);
	lb_watchdog_hold(30000);
	now_us += 10000000;
	lb_watchdog_hold(0);
	assert_int_equal(bitten_after(1000, 0, 0), 2);
	as_after_a_reset(NULL);
	lb_watchdog_arm(2000);
	now_us += 1000000;
	lb_watchdog_hold(0); /* it was not held, so this feeds nothing */
	assert_int_equal(bitten_after(1000, 0, 0), 1);
}

static void to_hold_starts_no_watchdog_and_feeds_no_guard(void **state)
{
	(void)state;
	lb_watchdog_hold(30000);
	assert_int_equal(bitten_after(0, 0, 0), 0);
	lb_watchdog_guard(true);
	lb_watchdog_arm(2000);
	now_us += 1000000;
	lb_watchdog_hold(60000);
	assert_int_equal(bitten_after(0, 0, 0), 29);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_guard_bites_30_s_after_the_vm_hangs, as_after_a_reset),
		cmocka_unit_test_setup(a_confirmation_stops_it, as_after_a_reset),
		cmocka_unit_test_setup(the_users_bites_whatever_the_vm_does, as_after_a_reset),
		cmocka_unit_test_setup(a_user_who_feeds_from_an_interrupt_does_not_defeat_the_guard, as_after_a_reset),
		cmocka_unit_test_setup(a_long_time_of_the_user_does_not_defeat_the_guard, as_after_a_reset),
		cmocka_unit_test_setup(long_work_of_the_firmware_feeds_both, as_after_a_reset),
		cmocka_unit_test_setup(fed_by_both_it_never_bites, as_after_a_reset),
		cmocka_unit_test_setup(after_the_confirmation_the_users_own_time_holds, as_after_a_reset),
		cmocka_unit_test_setup(while_held_the_users_waits_and_then_gives_its_whole_time, as_after_a_reset),
		cmocka_unit_test_setup(no_longer_held_it_has_its_whole_time_again, as_after_a_reset),
		cmocka_unit_test_setup(to_hold_starts_no_watchdog_and_feeds_no_guard, as_after_a_reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
