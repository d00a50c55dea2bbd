/* The host's threads, for the firmware's (core/hw/thread.h). */
#define _GNU_SOURCE /* sem_clockwait */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <time.h>

#include "boards/virtual/common/bus.h"
#include "boards/virtual/periph/interrupt.h"
#include "core/base/error.h"
#include "core/hw/periph.h"
#include "core/hw/thread.h"

/* Below what was asked for: the C library's own, and a signal's frame. */
enum { STACK_RESERVE_BYTES = 64 << 10, US_PER_MS = 1000, NS_PER_S = 1000000000 };

struct thread {
	bool taken;
	bool ready; /* to be resumed: was once initialised */
	sem_t resumed;
	lb_thread_fn *entry;
	void *arg;
};

static struct thread threads[LB_THREAD_COUNT] = {{.taken = true}};

static _Thread_local unsigned self;

/* Nobody starts threads but one at a time; one that ends gives its number back on its own. */
static struct thread *take_slot(void)
{
	const uint32_t state = lb_periph_irq_save();
	struct thread *found = NULL;

	for (unsigned number = 1; found == NULL && number < LB_THREAD_COUNT; number++)
		if (!threads[number].taken)
			found = &threads[number];
	if (found != NULL)
		found->taken = true;
	lb_periph_irq_restore(state);
	return found;
}

static void give_back(struct thread *thread)
{
	const uint32_t state = lb_periph_irq_save();

	thread->taken = false;
	lb_periph_irq_restore(state);
}

static sem_t *resumed(unsigned number)
{
	struct thread *thread = &threads[number];
	const uint32_t state = lb_periph_irq_save();

	if (!thread->ready && sem_init(&thread->resumed, 0, 0) != 0)
		lb_bus_fail("semaphore");
	thread->ready = true;
	lb_periph_irq_restore(state);
	return &thread->resumed;
}

static void *run(void *thread_ptr)
{
	struct thread *thread = thread_ptr;

	self = (unsigned)(thread - threads);
	lb_interrupt_join(self);
	thread->entry(thread->arg);
	lb_periph_irq_restore(0);
	lb_interrupt_quit(self);
	give_back(thread);
	return NULL;
}

/* The host's own thread. It is born with all signals blocked, since they are the main thread's. */
static int start_host_thread(struct thread *thread, size_t stack_bytes)
{
	pthread_attr_t attributes;
	sigset_t all, before;
	pthread_t id;
	int error;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	error = pthread_attr_setstacksize(&attributes, (stack_bytes + STACK_RESERVE_BYTES + 4095) & ~(size_t)4095);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (error == 0)
		error = pthread_create(&id, &attributes, run, thread);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	pthread_attr_destroy(&attributes);
	return error;
}

int lb_thread_start(lb_thread_fn *entry, void *arg, size_t stack_bytes)
{
	struct thread *thread = take_slot();

	if (thread == NULL)
		return LB_ERR_BOUNDS;
	thread->entry = entry;
	thread->arg = arg;
	if (start_host_thread(thread, stack_bytes) == 0)
		return (int)(thread - threads);
	give_back(thread);
	return LB_ERR_BOUNDS;
}

unsigned lb_thread_self(void)
{
	return self;
}

void lb_thread_wake(unsigned number)
{
	lb_interrupt_wake(number);
}

bool lb_thread_pause(uint32_t wait_ms)
{
	const uint64_t end_ns = lb_bus_host_ns() + lb_bus_host_span_ns((uint64_t)wait_ms * US_PER_MS);
	const struct timespec end = {.tv_sec = (time_t)(end_ns / NS_PER_S), .tv_nsec = (long)(end_ns % NS_PER_S)};
	sem_t *token = resumed(self);

	for (;;) {
		if ((wait_ms == UINT32_MAX ? sem_wait(token) : sem_clockwait(token, CLOCK_MONOTONIC, &end)) == 0)
			return true;
		if (errno != EINTR)
			return false;
	}
}

void lb_thread_resume(unsigned number)
{
	sem_post(resumed(number));
}
