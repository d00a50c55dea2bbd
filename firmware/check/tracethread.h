/* The trace's frames are those of the thread that runs Python; where the others wait is written down as with generators
 * that have yielded. */
#ifndef LB_CHECK_TRACETHREAD_H
#define LB_CHECK_TRACETHREAD_H

#include <stdint.h>

/* What the hook keeps of one thread beside its frames. Starts as all zeros but function, LB_TRACECODE_NONE. */
struct lb_tracethread_own {
	uint32_t function; /* LB_TRACECODE_NONE: not followed */
	uintptr_t seen;    /* as lb_tracehook_now */
};

/* Once: exchanges `own`, which the hook works on, and the trace's frames whenever another thread has its turn, and
 * calls `changed` then. */
void lb_tracethread_init(struct lb_tracethread_own *own, void (*changed)(void));

#endif
