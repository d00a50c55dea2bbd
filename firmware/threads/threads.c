#include "firmware/threads/threads.h"

#include <stdatomic.h>
#include <string.h>

#include "core/base/error.h"
#include "core/hw/periph.h"
#include "core/hw/thread.h"
#include "firmware/io/gil.h"
#include "py/cstack.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/objexcept.h"
#include "py/runtime.h"

/* So long a thread may take to end, and so long its handlers and finally clauses go undisturbed. */
enum { STACK_BYTES = 64 << 10, STACK_LEAST_BYTES = 32 << 10 };
enum { END_MS = 2000, POLITE_MS = 1000, LOOK_MS = 100, US_PER_MS = 1000 };

struct start {
	lb_threads_fn *run;
	mp_obj_t argument;
	size_t stack_bytes;
	mp_obj_dict_t *locals, *globals;
};

/* By the board's number; 0 is the main thread. */
static struct script_thread {
	struct start *start;      /* NULL: there is none; a root of the collector's */
	mp_state_thread_t *state; /* NULL: it has not begun, or has ended; changed with interrupts masked */
	const void *awaits;
} threads[LB_THREAD_COUNT];

static _Atomic unsigned count; /* of those that have not ended */
static _Atomic bool ending;    /* none begins any more */
static _Atomic bool insists;   /* they are to end, whatever they catch */

_Thread_local mp_state_thread_t *lb_threads_state = &mp_state_ctx.thread;

/* --- beginning and end of one --- */

static void set_state(unsigned number, mp_state_thread_t *state)
{
	const uint32_t masked = lb_periph_irq_save();

	threads[number].state = state;
	lb_periph_irq_restore(masked);
}

/* Its state is the topmost of what the collector looks through. */
static void begin(void *start_ptr)
{
	const unsigned number = lb_thread_self();
	const struct start *start = start_ptr;
	mp_state_thread_t state;

	memset(&state, 0, sizeof(state));
	mp_thread_init_state(&state, start->stack_bytes, start->locals, start->globals);
	lb_gil_enter(UINT32_MAX);
	set_state(number, &state);
	if (!ending)
		start->run(start->argument);
	lb_periph_irq_restore(0);
	set_state(number, NULL);
	threads[number].start = NULL;
	count--;
	lb_gil_wake_main();
	lb_gil_leave();
}

static size_t asked_bytes; /* 0: the usual */

size_t lb_threads_set_stack(size_t wanted_bytes)
{
	const size_t before_bytes = asked_bytes;

	asked_bytes = wanted_bytes;
	return before_bytes;
}

static size_t stack_bytes(void)
{
	if (asked_bytes == 0)
		return STACK_BYTES;
	return asked_bytes > STACK_LEAST_BYTES ? asked_bytes : STACK_LEAST_BYTES;
}

int lb_threads_start(lb_threads_fn *run, mp_obj_t argument)
{
	if (ending)
		return LB_ERR_BUSY;
	struct start *start = m_new_obj(struct start);

	*start = (struct start){run, argument, stack_bytes(), mp_locals_get(), mp_globals_get()};
	const int number = lb_thread_start(begin, start, start->stack_bytes);

	if (number < 0)
		return number;
	threads[number].start = start;
	count++;
	return number;
}

unsigned lb_threads_self(void)
{
	return lb_thread_self();
}

/* --- waiting for each other --- */

void lb_threads_await(const void *object, uint32_t wait_ms)
{
	struct script_thread *self = &threads[lb_thread_self()];

	self->awaits = object;
	lb_gil_wait_ms(wait_ms);
	self->awaits = NULL;
}

void lb_threads_wake(const void *object)
{
	for (unsigned number = 0; number < LB_THREAD_COUNT; number++)
		if (threads[number].awaits == object)
			lb_thread_wake(number);
}

/* --- the soft reset --- */

struct asking {
	mp_obj_t exits[LB_THREAD_COUNT]; /* an exception for each: it gets a traceback of its own */
};

static void ask_to_end(const struct asking *asking)
{
	for (unsigned number = 1; number < LB_THREAD_COUNT; number++) {
		const uint32_t masked = lb_periph_irq_save();

		if (threads[number].state != NULL)
			threads[number].state->mp_pending_exception = asking->exits[number];
		lb_periph_irq_restore(masked);
		lb_thread_wake(number);
	}
}

/* Without the interpreter's lock, which a thread that does not end may have for ever. */
static bool await_end(const struct asking *asking)
{
	const uint64_t start_us = lb_periph_micros();

	for (;;) {
		const uint64_t waited_us = lb_periph_micros() - start_us;

		if (count == 0 || waited_us >= (uint64_t)END_MS * US_PER_MS)
			return count == 0;
		insists = waited_us >= (uint64_t)POLITE_MS * US_PER_MS;
		if (insists)
			ask_to_end(asking);
		lb_periph_wait_ms(LOOK_MS);
	}
}

bool lb_threads_end(void)
{
	struct asking asking = {{MP_OBJ_NULL}};
	bool ended;

	asked_bytes = 0;
	if (count == 0)
		return true;
	for (unsigned number = 1; number < LB_THREAD_COUNT; number++)
		if (threads[number].start != NULL)
			asking.exits[number] = mp_obj_new_exception(&mp_type_SystemExit);
	ending = true;
	ask_to_end(&asking);
	lb_gil_leave();
	ended = await_end(&asking);
	ending = insists = false;
	if (ended)
		lb_gil_enter(UINT32_MAX);
	return ended;
}

bool lb_threads_are_to_end(void)
{
	return insists;
}

/* --- the collector --- */

static void mark_stack(unsigned number, void *top)
{
	void **end = lb_gil_stack(number);

	gc_collect_root(end, (size_t)((void **)top - end));
}

void lb_threads_mark(void)
{
	const unsigned self = lb_thread_self();

	for (unsigned number = 0; number < LB_THREAD_COUNT; number++) {
		gc_collect_root((void **)&threads[number].start, 1);
		if (number != self && threads[number].state != NULL)
			mark_stack(number, threads[number].state->stack_top);
	}
	if (self != 0)
		mark_stack(0, mp_state_ctx.thread.stack_top);
}
