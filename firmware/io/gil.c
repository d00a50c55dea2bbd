#include "firmware/io/gil.h"

#include <stdatomic.h>
#include <stddef.h>

#include "core/hw/periph.h"
#include "core/hw/thread.h"

enum { NOBODY = LB_THREAD_COUNT, SLICE_US = 500, US_PER_MS = 1000 };

/* Changed with interrupts masked. */
static struct {
	_Atomic unsigned owner;   /* from the start number 0 */
	_Atomic uint64_t waiting; /* bit n: thread n wants it */
	unsigned turn;            /* who had it last but the main thread */
	uint64_t since_us;        /* when the owner got it */
	unsigned kept;            /* the owner's calls of keep without an unkeep */
	void **stack[LB_THREAD_COUNT];
	void (*on_switch)(unsigned number);
} gil;

static void ignore(unsigned number)
{
	(void)number;
}

static void report_switch(unsigned number)
{
	(gil.on_switch != NULL ? gil.on_switch : ignore)(number);
}

static bool is_mine(void)
{
	return atomic_load_explicit(&gil.owner, memory_order_acquire) == lb_thread_self();
}

bool lb_gil_is_main(void)
{
	return lb_thread_self() == 0;
}

/* --- whose it is --- */

static void give_to(unsigned number)
{
	gil.owner = number;
	if (number == NOBODY)
		return;
	gil.waiting &= ~(UINT64_C(1) << number);
	gil.since_us = lb_periph_micros();
	if (number != 0)
		gil.turn = number;
}

/* The main thread each second time, the others in a circle. */
static unsigned next(void)
{
	const uint64_t waiting = gil.waiting;

	if ((waiting & 1) != 0 && gil.owner != 0)
		return 0;
	for (unsigned step = 1; step <= LB_THREAD_COUNT; step++) {
		const unsigned number = (gil.turn + step) % LB_THREAD_COUNT;

		if ((waiting >> number & 1) != 0)
			return number;
	}
	return NOBODY;
}

static void hand_on(void)
{
	const uint32_t state = lb_periph_irq_save();
	const unsigned number = next();

	give_to(number);
	lb_periph_irq_restore(state);
	if (number != NOBODY)
		lb_thread_resume(number);
}

/* At once, if nobody has it; otherwise it stands in the line from now on. */
static bool ask(unsigned self)
{
	const uint32_t state = lb_periph_irq_save();
	const bool free = gil.owner == NOBODY;

	if (free)
		give_to(self);
	else
		gil.waiting |= UINT64_C(1) << self;
	lb_periph_irq_restore(state);
	return free;
}

/* False: it came meanwhile. */
static bool give_up(unsigned self)
{
	const uint32_t state = lb_periph_irq_save();
	const bool given = gil.owner == self;

	gil.waiting &= ~(UINT64_C(1) << self);
	lb_periph_irq_restore(state);
	return !given;
}

bool lb_gil_enter(uint32_t wait_ms)
{
	const uint64_t end_us = lb_periph_micros() + (uint64_t)wait_ms * US_PER_MS;
	const unsigned self = lb_thread_self();
	bool mine = ask(self);

	while (!mine) {
		const uint64_t now_us = lb_periph_micros();

		if (wait_ms == UINT32_MAX)
			lb_thread_pause(UINT32_MAX);
		else if (now_us < end_us)
			lb_thread_pause((uint32_t)((end_us - now_us) / US_PER_MS + 1));
		else if (give_up(self))
			return false;
		mine = is_mine();
	}
	report_switch(self);
	return true;
}

void lb_gil_leave(void) __attribute__((noinline));

/* A function of its own, so that what its caller keeps in the stack lies above this one's part of it. */
void lb_gil_leave(void)
{
	gil.stack[lb_thread_self()] = __builtin_frame_address(0);
	report_switch(0);
	hand_on();
}

/* --- changing hands --- */

static bool are_interrupts_masked(void)
{
	const uint32_t state = lb_periph_irq_save();

	lb_periph_irq_restore(state);
	return state != 0;
}

bool lb_gil_may_change(void)
{
	return is_mine() && gil.kept == 0 && !are_interrupts_masked();
}

void lb_gil_without(void (*work)(void *arg), void *arg) __attribute__((noinline));

/* The collector finds what the registers held in this function's part of the stack. */
void lb_gil_without(void (*work)(void *arg), void *arg)
{
	if (!lb_gil_may_change()) {
		work(arg);
		return;
	}
	__builtin_unwind_init();
	lb_gil_leave();
	work(arg);
	lb_gil_enter(UINT32_MAX);
}

static void wait_ms(void *wait_ms_ptr)
{
	lb_periph_wait_ms(*(const uint32_t *)wait_ms_ptr);
}

void lb_gil_wait_ms(uint32_t time_ms)
{
	lb_gil_without(wait_ms, &time_ms);
}

static void do_nothing(void *unused)
{
	(void)unused;
}

static uint64_t waiting(void)
{
	return atomic_load_explicit(&gil.waiting, memory_order_relaxed);
}

void lb_gil_yield(void)
{
	if (waiting() != 0 && lb_periph_micros() - gil.since_us >= SLICE_US)
		lb_gil_without(do_nothing, NULL);
}

void lb_gil_yield_to_main(void)
{
	if ((waiting() & 1) != 0)
		lb_gil_without(do_nothing, NULL);
	else
		lb_gil_yield();
}

void lb_gil_keep(void)
{
	gil.kept++;
}

void lb_gil_unkeep(void)
{
	gil.kept--;
}

/* --- interrupts --- */

enum lb_gil_claim lb_gil_claim(void)
{
	const uint32_t state = lb_periph_irq_save();
	const bool ours = is_mine();
	const bool taken = gil.owner == NOBODY;

	if (taken)
		give_to(lb_thread_self());
	lb_periph_irq_restore(state);
	return ours ? LB_GIL_OURS : taken ? LB_GIL_TAKEN : LB_GIL_REFUSED;
}

void lb_gil_end_claim(enum lb_gil_claim claim)
{
	if (claim == LB_GIL_TAKEN)
		hand_on();
}

void **lb_gil_stack(unsigned number)
{
	return gil.stack[number];
}

void lb_gil_wake_main(void)
{
	if (!lb_gil_is_main())
		lb_thread_wake(0);
}

void lb_gil_on_switch(void (*handler)(unsigned number))
{
	gil.on_switch = handler;
}
