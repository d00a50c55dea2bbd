/* What MicroPython does between two bytecodes and where it waits: in the main thread all of it, by its own functions,
 * which have other names here (see Makefile); in another thread nothing but the exceptions that are meant for it.
 * Callbacks are the main thread's. */
#include "firmware/io/gil.h"
#include "firmware/threads/threads.h"
#include "py/mphal.h"
#include "py/objexcept.h"
#include "py/runtime.h"

void lb_events_handle_pending(bool raise);

/* Within a finaliser it waits. */
static void handle_pending_in_thread(bool raise)
{
	const mp_obj_t exception = MP_STATE_THREAD(mp_pending_exception);

	if (exception != MP_OBJ_NULL && lb_gil_may_change()) {
		if (!lb_threads_are_to_end())
			MP_STATE_THREAD(mp_pending_exception) = MP_OBJ_NULL;
		((mp_obj_exception_t *)MP_OBJ_TO_PTR(exception))->traceback_data = NULL;
		if (raise)
			nlr_raise(exception);
	}
	if (MP_STATE_VM(sched_state) == MP_SCHED_PENDING)
		lb_gil_yield_to_main();
}

void mp_handle_pending(bool raise)
{
	if (lb_gil_is_main())
		lb_events_handle_pending(raise);
	else
		handle_pending_in_thread(raise);
}

void mp_event_handle_nowait(void)
{
	mp_handle_pending(true);
}

void mp_event_wait_indefinite(void)
{
	mp_handle_pending(true);
	lb_gil_wait_ms(UINT32_MAX);
}

void mp_event_wait_ms(mp_uint_t wait_ms)
{
	mp_handle_pending(true);
	lb_gil_wait_ms(wait_ms < UINT32_MAX ? (uint32_t)wait_ms : UINT32_MAX);
}
