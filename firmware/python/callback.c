#include "firmware/python/callback.h"

#include "firmware/io/gil.h"
#include "firmware/io/irq.h"
#include "firmware/life/ctrl_c.h"
#include "firmware/net/servers.h"
#include "firmware/python/machine_timer.h"
#include "py/mphal.h"
#include "py/runtime.h"

static struct {
	unsigned hard;       /* so many hard ones, one in the other */
	unsigned interrupts; /* count of those raised in callbacks */
} here;

/* At each backward jump of bytecode while the scheduler is locked (see mpconfigport.h). That is also so in a block
 * device in Python that FTP uses, and in a thread while a callback of the main one waits. */
void lb_callback_jump(void)
{
	if (!lb_gil_is_main() && lb_gil_may_change()) {
		lb_gil_yield();
		return;
	}
	if (!lb_ctrl_c_is_due())
		return;
	if (here.hard == 0)
		lb_servers_serve_inside();
	if (!(here.hard > 0 ? lb_ctrl_c_is_coming() : lb_ctrl_c_came()))
		return;
	here.interrupts++;
	MP_STATE_VM(mp_kbd_exception).traceback_data = NULL;
	nlr_raise(MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_kbd_exception)));
}

/* True: it was interrupted, which it may have caught. */
static bool run(mp_obj_t function, mp_obj_t argument, mp_obj_t *result)
{
	const uint32_t outer_ms = lb_ctrl_c_enter();
	const unsigned before = here.interrupts;

	*result = mp_call_function_1_protected(function, argument);
	lb_ctrl_c_leave(outer_ms);
	return here.interrupts != before;
}

static void forget_scheduled(void)
{
	const uint32_t state = lb_periph_irq_save();

	MP_STATE_VM(sched_len) = 0;
	lb_periph_irq_restore(state);
}

/* The program is interrupted as well, at once, before it can schedule the same again. */
mp_obj_t lb_callback_scheduled(mp_obj_t function, mp_obj_t argument)
{
	mp_obj_t result;

	if (!run(function, argument, &result))
		return result;
	lb_machine_timer_drop(function, argument);
	lb_irq_drop(function, argument);
	forget_scheduled();
	if (lb_ctrl_c_is_key()) {
		mp_sched_keyboard_interrupt();
		return result;
	}
	mp_sched_unlock(); /* all that the scheduler has yet to do */
	nlr_raise(MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_kbd_exception)));
}

mp_obj_t lb_callback_finalise(mp_obj_t function, mp_obj_t argument)
{
	mp_obj_t result;

	lb_gil_keep(); /* the collector is at work */
	if (run(function, argument, &result))
		mp_sched_keyboard_interrupt();
	lb_gil_unkeep();
	return result;
}

/* The interrupt is for the program too, without further ado: its byte is received when interrupts are let in again. */
mp_obj_t lb_callback_hard(mp_obj_t function, mp_obj_t argument)
{
	const uint32_t outer_ms = lb_ctrl_c_enter();
	nlr_buf_t nlr;
	mp_obj_t result = mp_const_none;

	here.hard++;
	lb_gil_keep();
	const bool raised = nlr_push(&nlr) != 0;

	if (!raised) {
		result = mp_call_function_1(function, argument);
		nlr_pop();
	}
	lb_gil_unkeep();
	here.hard--;
	lb_ctrl_c_leave(outer_ms);
	if (raised)
		nlr_jump(nlr.ret_val);
	return result;
}
