#define _GNU_SOURCE /* ppoll, F_SETOWN, O_ASYNC */
#include "boards/virtual/periph/interrupt.h"
#include "boards/virtual/periph/wireline.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "boards/virtual/common/bus.h"
#include "core/hw/periph.h"
#include "core/hw/thread.h"

enum { US_PER_MS = 1000, NS_PER_S = 1000000000 };

/* Bits of what came while a section was open, one for each signal. */
enum { DEFERRED_IO = 1, DEFERRED_ALARM = 2 };

static struct {
	sigset_t signals; /* of interrupts, and SIGUSR1, by which a thread is woken */
	const struct lb_interrupt_vectors *vectors;
	pthread_t thread; /* the only one that they are delivered to */
} cpu;

/* The threads that may wait, each under its number. */
static struct waiter {
	bool here;
	pthread_t thread;
	_Atomic bool waits;
	_Atomic bool noted; /* something happened since its last wait returned */
} waiters[LB_THREAD_COUNT];

static _Thread_local unsigned self_number;

/* The section in which nothing else happens: one for the whole program, held by a thread or by a handler that runs. */
static struct {
	_Atomic uintptr_t owner; /* 0: nobody */
	_Atomic unsigned deferred;
} section;

/* A number of the thread's own. */
static uintptr_t self(void)
{
	static _Thread_local char here;

	return (uintptr_t)&here;
}

static bool is_mine(void)
{
	return atomic_load_explicit(&section.owner, memory_order_relaxed) == self();
}

static bool try_enter(void)
{
	uintptr_t nobody = 0;

	return atomic_compare_exchange_strong(&section.owner, &nobody, self());
}

/* What a handler deferred is raised again. It has said so before it looked whether the section is open, so either it
 * finds the section left or this finds what it said. */
static void leave(void)
{
	unsigned deferred;

	atomic_store(&section.owner, 0);
	if (atomic_load(&section.deferred) == 0)
		return;
	deferred = atomic_exchange(&section.deferred, 0);
	if ((deferred & DEFERRED_IO) != 0)
		pthread_kill(cpu.thread, SIGIO);
	if ((deferred & DEFERRED_ALARM) != 0)
		pthread_kill(cpu.thread, SIGALRM);
}

static void serve(unsigned kind)
{
	if (kind == DEFERRED_ALARM) {
		cpu.vectors->alarm();
		return;
	}
	lb_interrupt_note(); /* also for a socket that nothing watches, and a change of the radio's link */
	for (int i = 0; i < LB_INTERRUPT_SOCKETS; i++)
		cpu.vectors->sockets[i]();
}

/* In a section, this thread's or another's, it is deferred to the section's end. */
static void on_signal(int signal_number)
{
	const unsigned kind = signal_number == SIGALRM ? DEFERRED_ALARM : DEFERRED_IO;
	const int saved_errno = errno;

	atomic_fetch_or(&section.deferred, kind);
	if (try_enter()) {
		atomic_fetch_and(&section.deferred, ~kind);
		serve(kind);
		leave();
	}
	errno = saved_errno;
}

/* That it came is all. */
static void on_wake(int signal_number)
{
	(void)signal_number;
}

static void handle(int signal_number, void (*handler)(int))
{
	const struct sigaction action = {.sa_handler = handler, .sa_mask = cpu.signals, .sa_flags = SA_RESTART};

	if (sigaction(signal_number, &action, NULL) != 0)
		lb_bus_fail("signal handler");
}

void lb_interrupt_from(int fd)
{
	const int flags = fcntl(fd, F_GETFL);

	if (flags == -1 || fcntl(fd, F_SETOWN, getpid()) != 0 || fcntl(fd, F_SETFL, flags | O_ASYNC) != 0)
		lb_bus_fail("signals from a socket");
}

void lb_interrupt_init(const struct lb_interrupt_vectors *vectors)
{
	cpu.vectors = vectors;
	cpu.thread = pthread_self();
	sigemptyset(&cpu.signals);
	sigaddset(&cpu.signals, SIGIO);
	sigaddset(&cpu.signals, SIGALRM);
	sigaddset(&cpu.signals, SIGUSR1);
	lb_interrupt_join(0);
	handle(SIGIO, on_signal);
	handle(SIGALRM, on_signal);
	handle(SIGUSR1, on_wake);
	lb_interrupt_from(WIRE_FD_MESSAGES);
	lb_interrupt_from(WIRE_FD_UART0);
	lb_interrupt_from(WIRE_FD_UART1);
	lb_interrupt_from(WIRE_FD_UART2);
	raise(SIGIO); /* for what came before */
}

/* --- who waits --- */

void lb_interrupt_join(unsigned number)
{
	const uint32_t state = lb_periph_irq_save();
	sigset_t wake;

	sigemptyset(&wake);
	sigaddset(&wake, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &wake, NULL);
	self_number = number;
	waiters[number].thread = pthread_self();
	waiters[number].noted = false;
	waiters[number].here = true;
	lb_periph_irq_restore(state);
}

/* Whoever wakes threads does so in a section, and so never one that is no more. */
void lb_interrupt_quit(unsigned number)
{
	const uint32_t state = lb_periph_irq_save();

	waiters[number].here = false;
	lb_periph_irq_restore(state);
}

/* It has said that it waits before it looks whether something happened, so one of the two sees the other. */
void lb_interrupt_wake(unsigned number)
{
	struct waiter *waiter = &waiters[number];
	const uint32_t state = lb_periph_irq_save();

	atomic_store(&waiter->noted, true);
	if (waiter->here && atomic_load(&waiter->waits))
		pthread_kill(waiter->thread, SIGUSR1);
	lb_periph_irq_restore(state);
}

void lb_interrupt_note(void)
{
	for (unsigned number = 0; number < LB_THREAD_COUNT; number++)
		if (waiters[number].here)
			lb_interrupt_wake(number);
}

/* --- the section --- */

uint32_t lb_periph_irq_save(void)
{
	if (is_mine())
		return 1;
	while (!try_enter())
		sched_yield(); /* another thread's section, which is short */
	return 0;
}

void lb_periph_irq_restore(uint32_t state)
{
	if (state == 0 && is_mine())
		leave();
}

/* How long until then, in a form for ppoll; false when it is over. */
static bool time_left(uint64_t deadline_ns, struct timespec *left)
{
	const uint64_t now_ns = lb_bus_host_ns();

	if (now_ns >= deadline_ns)
		return false;
	left->tv_sec = (time_t)((deadline_ns - now_ns) / NS_PER_S);
	left->tv_nsec = (long)((deadline_ns - now_ns) % NS_PER_S);
	return true;
}

/* Sleeps until then, or until something is noted for this thread. */
static void sleep_until(struct pollfd *fds, nfds_t count, uint64_t deadline_ns, const sigset_t *open)
{
	struct waiter *waiter = &waiters[self_number];
	const bool endless = deadline_ns == UINT64_MAX;
	struct timespec left;

	atomic_store(&waiter->waits, true);
	while (!atomic_load(&waiter->noted) && (endless || time_left(deadline_ns, &left)))
		if (ppoll(fds, count, endless ? NULL : &left, open) != -1 || errno != EINTR)
			break;
	atomic_store(&waiter->waits, false);
	atomic_store(&waiter->noted, false);
}

/* What this thread may be interrupted by while it sleeps. */
static sigset_t signals_let_in(const sigset_t *before)
{
	sigset_t open = *before;

	sigdelset(&open, SIGUSR1);
	if (self_number == 0) {
		sigdelset(&open, SIGIO);
		sigdelset(&open, SIGALRM);
	}
	return open;
}

/* The signals are let in only inside ppoll, so an interrupt falls either before the look at `noted` or ends the sleep.
 * A section of the caller's does not hold during the sleep. */
void lb_interrupt_sleep(struct pollfd *fds, nfds_t count, uint32_t wait_ms)
{
	const uint64_t deadline_ns =
		wait_ms == UINT32_MAX ? UINT64_MAX : lb_bus_host_ns() + lb_bus_host_span_ns((uint64_t)wait_ms * US_PER_MS);
	const bool was_mine = is_mine();
	sigset_t before, open;

	pthread_sigmask(SIG_BLOCK, &cpu.signals, &before);
	open = signals_let_in(&before);
	if (was_mine)
		leave();
	sleep_until(fds, count, deadline_ns, &open);
	if (was_mine)
		lb_periph_irq_save();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void lb_periph_wait_ms(uint32_t wait_ms)
{
	const uint64_t since_us = lb_bus_micros();

	lb_interrupt_sleep(NULL, 0, wait_ms);
	lb_wireline_wait(lb_bus_micros() - since_us);
}
