/* The interpreter's lock, with the host's threads: one at a time has it, each has its turn, and waits end when they
 * should. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
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

enum { NS_PER_S = 1000000000, NS_PER_US = 1000, STACK_BYTES = 64 << 10, THREADS = 8 };

/* --- the bus --- */

void lb_bus_fail(const char *what)
{
	fail_msg("%s", what);
	abort();
}

uint64_t lb_bus_host_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t lb_bus_host_span_ns(uint64_t module_us)
{
	return module_us * NS_PER_US;
}

uint64_t lb_periph_micros(void)
{
	return lb_bus_host_ns() / NS_PER_US;
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
	const int nothing = open("/dev/null", O_RDWR);

	(void)state;
	for (int fd = WIRE_FD_MESSAGES; fd < WIRE_FD_END; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			dup2(nothing, fd);
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

/* --- a thread that does not give it back --- */

static _Atomic bool let_go;

static void hold(void *unused)
{
	(void)unused;
	lb_gil_enter(UINT32_MAX);
	while (!let_go)
		usleep(1000);
	finish();
}

static void a_thread_that_holds_it_can_be_given_up(void **state)
{
	const uint64_t start_us = lb_periph_micros();

	(void)state;
	assert_true(lb_thread_start(hold, NULL, STACK_BYTES) > 0);
	lb_gil_leave();
	usleep(20000);
	assert_false(lb_gil_enter(50));
	assert_true(lb_periph_micros() - start_us >= 50000);
	assert_int_equal(lb_gil_claim(), LB_GIL_REFUSED);
	let_go = true;
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
		cmocka_unit_test(nobody_comes_in_while_it_is_kept),
		cmocka_unit_test(a_wait_for_it_has_an_end),
		cmocka_unit_test(a_thread_that_holds_it_can_be_given_up),
		cmocka_unit_test(an_interrupt_may_have_it_while_nobody_does),
		cmocka_unit_test(a_wake_is_for_one_and_is_not_lost),
		cmocka_unit_test(numbers_come_to_an_end_and_again),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
