/* The virtual CPU's interrupts: a section keeps handlers out, whichever thread is in it, and nothing that came is lost.
 * Real signals, as fast as they come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "boards/virtual/common/bus.h"
#include "boards/virtual/periph/interrupt.h"
#include "core/hw/periph.h"
#include "tests/unit/still_bus.h"

enum { THREADS = 3, ROUNDS = 20000 };

/* --- what sections guard --- */

static struct {
	_Atomic int inside;
	_Atomic unsigned broken;      /* somebody else was inside */
	volatile unsigned one, other; /* always equal outside */
	_Atomic unsigned asked, served;
	unsigned alarms, ios; /* handlers' calls */
	pthread_t cpu;
	unsigned elsewhere; /* handlers that ran in another thread */
} here;

static void go_inside(void)
{
	if (atomic_exchange(&here.inside, 1) != 0 || here.one != here.other)
		atomic_fetch_add(&here.broken, 1);
	here.one++;
	for (volatile int i = 0; i < 20; i++)
		;
	here.other++;
	atomic_store(&here.inside, 0);
}

static void in_handler(unsigned *calls)
{
	(*calls)++;
	here.elsewhere += pthread_equal(pthread_self(), here.cpu) == 0;
	go_inside();
	here.served = here.asked;
	assert_int_equal(lb_periph_irq_save(), 1); /* a handler runs with interrupts masked */
	lb_periph_irq_restore(1);
}

static void on_alarm(void)
{
	in_handler(&here.alarms);
}

static void on_socket(void)
{
	in_handler(&here.ios);
}

static void on_nothing(void)
{
}

static const struct lb_interrupt_vectors vectors = {
	.sockets = {on_socket, on_nothing, on_nothing},
	.alarm = on_alarm,
};

static int start(void **state)
{
	(void)state;
	still_bus_open();
	here.cpu = pthread_self();
	lb_interrupt_init(&vectors);
	return 0;
}

/* A thread is born with the signals blocked that its maker has blocked: it must not get a single one. */
static pthread_t start_thread(void *(*entry)(void *))
{
	sigset_t signals, before;
	pthread_t thread;

	sigemptyset(&signals);
	sigaddset(&signals, SIGIO);
	sigaddset(&signals, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &signals, &before);
	assert_int_equal(pthread_create(&thread, NULL, entry, NULL), 0);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return thread;
}

static void one_round(int i)
{
	const uint32_t outer = lb_periph_irq_save();
	const uint32_t inner = lb_periph_irq_save();

	if (outer != 0 || inner != 1)
		atomic_fetch_add(&here.broken, 1);
	lb_periph_irq_restore(inner);
	if (i % 7 == 0) { /* within the section, so it is deferred if it comes at once */
		atomic_fetch_add(&here.asked, 1);
		kill(getpid(), i % 2 == 0 ? SIGALRM : SIGIO);
	}
	go_inside();
	lb_periph_irq_restore(outer);
	lb_periph_irq_restore(0); /* not ours any more: nothing */
}

static void *rounds(void *unused)
{
	for (int i = 0; i < ROUNDS; i++)
		one_round(i);
	return unused;
}

static void nobody_comes_into_a_section_and_nothing_is_lost(void **state)
{
	pthread_t threads[THREADS];

	(void)state;
	here.one = here.other = here.alarms = here.ios = 0;
	for (int i = 0; i < THREADS; i++)
		threads[i] = start_thread(rounds);
	for (int i = 0; i < ROUNDS; i++)
		one_round(i);
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	for (int i = 0; i < 1000 && here.served != here.asked; i++)
		lb_interrupt_sleep(NULL, 0, 1);
	assert_int_equal(here.served, here.asked);
	assert_int_equal(here.broken, 0);
	assert_int_equal(here.elsewhere, 0);
	assert_int_equal(here.one, (THREADS + 1) * ROUNDS + here.alarms + here.ios);
	assert_true(here.alarms > 100 && here.ios > 100);
}

/* --- one by one --- */

static void what_came_in_a_section_is_served_at_its_end(void **state)
{
	const unsigned before = here.alarms;
	const uint32_t open = lb_periph_irq_save();

	(void)state;
	raise(SIGALRM);
	raise(SIGALRM);
	assert_int_equal(here.alarms, before);
	lb_periph_irq_restore(open);
	assert_int_equal(here.alarms, before + 1);
}

static struct {
	_Atomic int step;
} other;

static void *hold(void *unused)
{
	const uint32_t open = lb_periph_irq_save();

	other.step = 1;
	while (other.step != 2)
		sched_yield();
	lb_periph_irq_restore(open);
	return unused;
}

static void a_section_of_another_thread_defers_it_too(void **state)
{
	const unsigned before = here.alarms;

	(void)state;
	other.step = 0;
	const pthread_t thread = start_thread(hold);

	while (other.step != 1)
		sched_yield();
	lb_periph_irq_restore(0); /* it is not ours */
	raise(SIGALRM);
	assert_int_equal(here.alarms, before);
	other.step = 2;
	pthread_join(thread, NULL);
	for (int i = 0; i < 1000 && here.alarms == before; i++)
		lb_interrupt_sleep(NULL, 0, 1);
	assert_int_equal(here.alarms, before + 1);
}

/* machine.disable_irq() and then a sleep: a console that is deaf for so long would be no console. */
static void a_sleep_lets_them_in_and_the_section_goes_on_behind_it(void **state)
{
	const unsigned before = here.ios;

	(void)state;
	lb_interrupt_sleep(NULL, 0, 0); /* what came before is known */
	const uint32_t open = lb_periph_irq_save();

	raise(SIGIO);
	assert_int_equal(here.ios, before);
	lb_interrupt_sleep(NULL, 0, 10000); /* a handler's call ends it */
	assert_int_equal(here.ios, before + 1);
	raise(SIGIO);
	assert_int_equal(here.ios, before + 1);
	lb_periph_irq_restore(open);
	assert_int_equal(here.ios, before + 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_came_in_a_section_is_served_at_its_end),
		cmocka_unit_test(a_section_of_another_thread_defers_it_too),
		cmocka_unit_test(a_sleep_lets_them_in_and_the_section_goes_on_behind_it),
		cmocka_unit_test(nobody_comes_into_a_section_and_nothing_is_lost),
	};

	return cmocka_run_group_tests(tests, start, NULL);
}
