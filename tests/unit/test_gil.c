/* The interpreter's lock, with the host's threads: one at a time has it, each has its turn, and waits end when they
 * should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "boards/virtual/common/bus.h"
#include "boards/virtual/periph/interrupt.h"
#include "core/base/error.h"
#include "core/hw/periph.h"
#include "core/hw/thread.h"
#include "firmware/io/gil.h"
#include "tests/unit/still_bus.h"

enum { STACK_BYTES = 64 << 10, THREADS = 8 };

uint64_t lb_periph_micros(void)
{
	return lb_bus_host_ns() / 1000;
}

static void on_nothing(void)
{
}

static const struct lb_interrupt_vectors vectors = {
	.sockets = {on_nothing, on_nothing, on_nothing},
	.alarm = on_nothing,
};

static int start(void **state)
{
	(void)state;
	still_bus_open();
	lb_interrupt_init(&vectors);
	return 0;
}

/* --- threads that count --- */

static struct {
	_Atomic int inside;
	_Atomic unsigned broken, ended;
	volatile bool stop;
	volatile unsigned turns[LB_THREAD_COUNT]; /* times that it got the lock back from another */
	volatile unsigned last;
} here;

static void be_inside(void)
{
	if (atomic_exchange(&here.inside, 1) != 0)
		atomic_fetch_add(&here.broken, 1);
	if (here.last != lb_thread_self())
		here.turns[lb_thread_self()]++;
	here.last = lb_thread_self();
	for (volatile int i = 0; i < 50; i++)
		;
	atomic_store(&here.inside, 0);
}

static void finish(void)
{
	here.ended++;
	lb_gil_wake_main();
	lb_gil_leave();
}

/* Busy, and now and then asleep. */
static void busy(void *sleeps)
{
	lb_gil_enter(UINT32_MAX);
	for (unsigned i = 0; !here.stop; i++) {
		be_inside();
		lb_gil_yield();
		if (sleeps != NULL && i % 100 == 0)
			lb_gil_wait_ms(1);
	}
	finish();
}

static void await_ends(unsigned count)
{
	for (unsigned i = 0; i < 10000 && here.ended < count; i++)
		lb_gil_wait_ms(1);
	assert_int_equal(here.ended, count);
	here.ended = 0;
	here.stop = false;
	usleep(20000); /* the host's threads end a moment later than ours */
}

static void one_at_a_time_and_each_in_turn(void **state)
{
	static char sleeps;
	int numbers[THREADS];
	unsigned turns = 0;

	(void)state;
	for (int i = 0; i < THREADS; i++)
		assert_true((numbers[i] = lb_thread_start(busy, i % 2 == 0 ? &sleeps : NULL, STACK_BYTES)) > 0);
	for (const uint64_t end_us = lb_periph_micros() + 500000; lb_periph_micros() < end_us;) {
		be_inside();
		lb_gil_yield();
	}
	here.stop = true;
	await_ends(THREADS);
	assert_int_equal(here.broken, 0);
	for (int i = 0; i < THREADS; i++) {
		assert_true(here.turns[numbers[i]] > 3);
		turns += i % 2 != 0 ? here.turns[numbers[i]] : 0;
	}
	assert_true(here.turns[0] > turns / 3); /* the main thread each second time */
}

/* One that yields to the main thread alone. */
static _Atomic unsigned rounds;

static void eager(void *unused)
{
	(void)unused;
	lb_gil_enter(UINT32_MAX);
	assert_false(lb_gil_is_main());
	for (; !here.stop; rounds++) {
		be_inside();
		lb_gil_yield_to_main();
	}
	finish();
}

/* Not at each chance: a turn is some time. */
static void a_turn_lasts_a_while(void **state)
{
	enum { TURN_US = 500 };
	const uint64_t start_us = lb_periph_micros();
	unsigned turns = here.turns[0];

	(void)state;
	assert_true(lb_gil_is_main());
	assert_true(lb_thread_start(busy, NULL, STACK_BYTES) > 0);
	while (lb_periph_micros() < start_us + 200000) {
		be_inside();
		lb_gil_yield();
	}
	turns = here.turns[0] - turns;
	assert_true(turns <= (lb_periph_micros() - start_us) / TURN_US + 1);
	here.stop = true;
	await_ends(1);
}

static void the_others_have_turns_while_the_main_thread_waits(void **state)
{
	int numbers[4];
	unsigned turns[4];

	(void)state;
	for (int i = 0; i < 4; i++) {
		assert_true((numbers[i] = lb_thread_start(i < 2 ? busy : eager, NULL, STACK_BYTES)) > 0);
		turns[i] = here.turns[numbers[i]];
	}
	lb_gil_wait_ms(200);
	for (int i = 0; i < 4; i++)
		assert_true(here.turns[numbers[i]] > turns[i] + 3);
	here.stop = true;
	await_ends(4);
}

/* Within some rounds of the other's loop, of which its turn has thousands. */
static void the_main_thread_gets_it_at_once_from_one_that_yields_to_it(void **state)
{
	unsigned least = UINT32_MAX;

	(void)state;
	assert_true(lb_thread_start(eager, NULL, STACK_BYTES) > 0);
	for (const uint64_t end_us = lb_periph_micros() + 5000000; least > 50 && lb_periph_micros() < end_us;) {
		lb_gil_leave();
		const unsigned before = rounds;

		lb_gil_enter(UINT32_MAX);
		if (rounds != before && rounds - before < least)
			least = rounds - before;
	}
	assert_true(least <= 50);
	here.stop = true;
	await_ends(1);
}

/* --- what it says and keeps --- */

static _Atomic bool let_go;

static void hold(void *unused)
{
	(void)unused;
	lb_gil_enter(UINT32_MAX);
	while (!let_go)
		usleep(1000);
	finish();
}

static volatile unsigned switches[LB_THREAD_COUNT];

static void count_switch(unsigned number)
{
	switches[number]++;
}

static void **stack_of_main;

static void look_at_stack(void *unused)
{
	(void)unused;
	stack_of_main = lb_gil_stack(0);
}

static void note_work(void *done)
{
	*(bool *)done = true;
}

static void who_has_it_is_told_and_where_its_stack_ends(void **state)
{
	bool done = false;
	void *here_too = &done;

	(void)state;
	lb_gil_on_switch(count_switch);
	lb_gil_without(look_at_stack, NULL);
	assert_int_equal(switches[0], 2);
	assert_true((char *)stack_of_main < (char *)&here_too && (char *)stack_of_main > (char *)&here_too - 4096);
	let_go = true;
	assert_true(lb_thread_start(hold, NULL, STACK_BYTES) == 1);
	await_ends(1);
	assert_int_equal(switches[1], 1);
	lb_gil_on_switch(NULL);
	lb_gil_keep();
	lb_gil_without(note_work, &done);
	lb_gil_unkeep();
	assert_true(done);
}

static void wake_and_end(void *unused)
{
	(void)unused;
	lb_gil_enter(UINT32_MAX);
	finish();
}

static void what_ends_wakes_the_main_thread(void **state)
{
	const uint64_t start_us = lb_periph_micros();

	(void)state;
	lb_gil_wake_main(); /* itself: nothing to do */
	lb_gil_wait_ms(100);
	assert_true(lb_periph_micros() - start_us >= 100000);
	assert_true(lb_thread_start(wake_and_end, NULL, STACK_BYTES) > 0);
	lb_gil_wait_ms(20000);
	assert_true(lb_periph_micros() - start_us < 10000000);
	await_ends(1);
}

static void nobody_comes_in_while_it_is_kept(void **state)
{
	const uint32_t open = lb_periph_irq_save();
	unsigned turns;

	(void)state;
	lb_periph_irq_restore(open);
	assert_true(lb_thread_start(busy, NULL, STACK_BYTES) > 0);
	lb_gil_wait_ms(20);
	be_inside();
	for (int masked = 0; masked < 2; masked++) {
		uint32_t mask = 0;
		if (masked != 0)
			mask = lb_periph_irq_save();
		else
			lb_gil_keep();
		assert_false(lb_gil_may_change());
		turns = here.turns[0];
		for (int i = 0; i < 20; i++) {
			lb_gil_wait_ms(1);
			lb_gil_yield();
			lb_gil_yield_to_main();
			be_inside();
		}
		assert_int_equal(here.turns[0], turns);
		if (masked != 0)
			lb_periph_irq_restore(mask);
		else
			lb_gil_unkeep();
	}
	assert_true(lb_gil_may_change());
	here.stop = true;
	await_ends(1);
	assert_int_equal(here.broken, 0);
}

static void a_wait_for_it_has_an_end(void **state)
{
	(void)state;
	assert_true(lb_thread_start(busy, NULL, STACK_BYTES) > 0);
	lb_gil_leave();
	usleep(20000); /* the thread has it, and is asked for nothing but in its yields */
	assert_true(lb_gil_enter(1000));
	lb_gil_keep(); /* nor is it given to it again */
	here.stop = true;
	lb_gil_unkeep();
	await_ends(1);
}

/* --- one that does not give it back --- */

static void a_thread_that_holds_it_can_be_given_up(void **state)
{
	const uint64_t start_us = lb_periph_micros();

	(void)state;
	let_go = false;
	assert_true(lb_thread_start(hold, NULL, STACK_BYTES) > 0);
	lb_gil_leave();
	usleep(20000);
	assert_false(lb_gil_enter(50));
	assert_true(lb_periph_micros() - start_us >= 50000);
	assert_int_equal(lb_gil_claim(), LB_GIL_REFUSED);
	let_go = true;
	while (here.ended == 0)
		usleep(1000);
	usleep(20000);
	assert_int_equal(lb_gil_claim(), LB_GIL_TAKEN); /* who gave up does not stand in the line */
	lb_gil_end_claim(LB_GIL_TAKEN);
	assert_true(lb_gil_enter(UINT32_MAX));
	await_ends(1);
}

/* --- in interrupts --- */

static void an_interrupt_may_have_it_while_nobody_does(void **state)
{
	(void)state;
	assert_int_equal(lb_gil_claim(), LB_GIL_OURS);
	lb_gil_end_claim(LB_GIL_OURS);
	assert_true(lb_gil_may_change());
	lb_gil_leave();
	assert_int_equal(lb_gil_claim(), LB_GIL_TAKEN);
	assert_int_equal(lb_gil_claim(), LB_GIL_OURS);
	lb_gil_end_claim(LB_GIL_TAKEN);
	assert_false(lb_gil_may_change());
	assert_true(lb_gil_enter(UINT32_MAX));
}

/* --- waits and numbers --- */

static void wait_for_wake(void *unused)
{
	(void)unused;
	lb_gil_enter(UINT32_MAX);
	lb_gil_wait_ms(UINT32_MAX);
	finish();
}

static void a_wake_is_for_one_and_is_not_lost(void **state)
{
	(void)state;
	for (int i = 0; i < 50; i++) {
		const int number = lb_thread_start(wait_for_wake, NULL, STACK_BYTES);

		assert_true(number > 0);
		if (i % 2 == 0)
			lb_gil_wait_ms(2);
		else
			lb_gil_wait_ms(0);
		while (here.ended == 0) {
			lb_thread_wake((unsigned)number);
			lb_gil_wait_ms(5);
		}
		await_ends(1);
	}
}

static void numbers_come_to_an_end_and_again(void **state)
{
	(void)state;
	let_go = true;
	here.stop = true; /* those that begin end at once, once they may */
	for (int i = 1; i < LB_THREAD_COUNT; i++)
		assert_int_equal(lb_thread_start(hold, NULL, STACK_BYTES), i);
	assert_int_equal(lb_thread_start(hold, NULL, STACK_BYTES), LB_ERR_BOUNDS);
	await_ends(LB_THREAD_COUNT - 1);
	assert_int_equal(lb_thread_start(hold, NULL, STACK_BYTES), 1);
	await_ends(1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_at_a_time_and_each_in_turn),
		cmocka_unit_test(a_turn_lasts_a_while),
		cmocka_unit_test(the_others_have_turns_while_the_main_thread_waits),
		cmocka_unit_test(the_main_thread_gets_it_at_once_from_one_that_yields_to_it),
		cmocka_unit_test(who_has_it_is_told_and_where_its_stack_ends),
		cmocka_unit_test(what_ends_wakes_the_main_thread),
		cmocka_unit_test(nobody_comes_in_while_it_is_kept),
		cmocka_unit_test(a_wait_for_it_has_an_end),
		cmocka_unit_test(a_thread_that_holds_it_can_be_given_up),
		cmocka_unit_test(an_interrupt_may_have_it_while_nobody_does),
		cmocka_unit_test(a_wake_is_for_one_and_is_not_lost),
		cmocka_unit_test(numbers_come_to_an_end_and_again),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
