/* What MicroPython asks of a port with threads. Its GIL is firmware/io/gil.h's: EXIT and ENTER stand side by side
 * wherever it has them, so EXIT does nothing and ENTER lets another thread come first. */
#ifndef LB_MPTHREADPORT_H
#define LB_MPTHREADPORT_H

#include "firmware/io/gil.h"

typedef struct {
	char unused;
} mp_thread_mutex_t;

/* Each thread's own. */
extern _Thread_local struct _mp_state_thread_t *lb_threads_state;

static inline struct _mp_state_thread_t *mp_thread_get_state(void)
{
	return lb_threads_state;
}

static inline void mp_thread_set_state(struct _mp_state_thread_t *state)
{
	lb_threads_state = state;
}

static inline void mp_thread_mutex_init(mp_thread_mutex_t *mutex)
{
	(void)mutex;
}

static inline int mp_thread_mutex_lock(mp_thread_mutex_t *mutex, int wait)
{
	(void)mutex;
	(void)wait;
	lb_gil_yield();
	return 1;
}

static inline void mp_thread_mutex_unlock(mp_thread_mutex_t *mutex)
{
	(void)mutex;
}

#endif
