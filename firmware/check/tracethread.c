#include "firmware/check/tracethread.h"

#include <stdbool.h>
#include <string.h>

#include "core/hw/thread.h"
#include "firmware/check/tracecode.h"
#include "firmware/check/tracing.h"
#include "firmware/io/gil.h"

static struct {
	struct lb_tracethread_own *own; /* the hook's */
	void (*changed)(void);
	unsigned current;
	struct kept {
		struct lb_tracethread_own own;
		uint32_t depth;
		struct lb_trace_frame frames[LB_TRACE_FRAMES];
	} kept[LB_THREAD_COUNT];
} here;

static uint32_t frames_of(uint32_t depth)
{
	return depth < LB_TRACE_FRAMES ? depth : LB_TRACE_FRAMES;
}

/* Where each function of a thread waits; or that it does not. */
static void mark_waiting(const struct kept *thread, bool waits)
{
	for (uint32_t i = 0; i < frames_of(thread->depth); i++) {
		const struct lb_trace_frame *frame = &thread->frames[i];

		if (frame->function != 0)
			lb_tracing()->function[frame->function - 1].suspended =
				waits ? (uint32_t)(frame->now - frame->code) + 1 : 0;
	}
}

static void put_away(struct kept *thread)
{
	struct lb_trace *trace = lb_tracing();

	thread->own = *here.own;
	thread->depth = trace->depth;
	memcpy(thread->frames, trace->frames, frames_of(thread->depth) * sizeof(thread->frames[0]));
	mark_waiting(thread, true);
}

static void bring(const struct kept *thread)
{
	struct lb_trace *trace = lb_tracing();

	mark_waiting(thread, false);
	*here.own = thread->own;
	trace->depth = thread->depth;
	memcpy(trace->frames, thread->frames, frames_of(thread->depth) * sizeof(thread->frames[0]));
}

static void on_switch(unsigned number)
{
	if (number == here.current)
		return;
	put_away(&here.kept[here.current]);
	bring(&here.kept[number]);
	here.current = number;
	here.changed();
}

void lb_tracethread_init(struct lb_tracethread_own *own, void (*changed)(void))
{
	here.own = own;
	here.changed = changed;
	for (unsigned number = 0; number < LB_THREAD_COUNT; number++)
		here.kept[number].own.function = LB_TRACECODE_NONE;
	lb_gil_on_switch(on_switch);
}
