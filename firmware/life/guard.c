#include "firmware/life/guard.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/assert.h"
#include "core/hw/periph.h"
#include "firmware/life/ctrl_c.h"
#include "firmware/threads/threads.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/gchelper.h"
#include "shared/runtime/softtimer.h"

static uint32_t interrupts_open;

void lb_guard_init(void)
{
	interrupts_open = lb_periph_irq_save();

	lb_periph_irq_restore(interrupts_open);
}

static void name_raised(void *exception)
{
	mp_printf(MP_PYTHON_PRINTER, "%s while an exception was shown\n", mp_obj_get_type_str(MP_OBJ_FROM_PTR(exception)));
}

int lb_guard(int (*work)(void))
{
	nlr_buf_t nlr;

	if (nlr_push(&nlr) == 0) {
		const int result = work();

		nlr_pop();
		return result;
	}
	mp_hal_set_interrupt_char(-1);
	name_raised(nlr.ret_val);
	return LB_GUARD_RAISED;
}

struct shown {
	void (*show)(const mp_print_t *print, mp_obj_t exception);
	const mp_print_t *print;
	mp_obj_t exception;
};

static void show_exception(void *shown_ptr)
{
	const struct shown *shown = shown_ptr;

	shown->show(shown->print, shown->exception);
}

/* Ctrl-C stays pending: it is also for what would come next. */
bool lb_guard_show(void (*show)(const mp_print_t *print, mp_obj_t exception), const mp_print_t *print,
                   mp_obj_t exception)
{
	struct shown shown = {show, print, exception};
	nlr_buf_t nlr;

	if (nlr_push(&nlr) == 0) {
		lb_ctrl_c_at_prompt(show_exception, &shown);
		nlr_pop();
		return true;
	}
	if (nlr.ret_val == &MP_STATE_VM(mp_kbd_exception))
		mp_sched_keyboard_interrupt();
	name_raised(nlr.ret_val);
	return false;
}

void lb_guard_let_interrupts_in(void)
{
	lb_periph_irq_restore(interrupts_open);
}

void lb_guard_after_exec(void)
{
	lb_guard_let_interrupts_in();
}

/* --- ends of the road: a line on uart0, then a reset as a fault --- */

_Noreturn static void die(const char *text)
{
	lb_periph_serial_write(0, text, strlen(text));
	lb_periph_serial_write(0, "\r\n", 2);
	abort();
}

void nlr_jump_fail(void *exception)
{
	(void)exception;
	die("\r\nfirmware fault: an exception outside of any guard");
}

_Noreturn void lb_assert_failed(unsigned place)
{
	char text[96];

	snprintf(text, sizeof(text), "\r\nfirmware fault: assertion %u (docs/assertions.md)", place);
	die(text);
}

void gc_collect(void)
{
	gc_collect_start();
	gc_helper_collect_regs_and_stack();
	lb_threads_mark();
	soft_timer_gc_mark_all();
	/* A timer may have gone from there to here meanwhile. */
	gc_collect_root((void **)MP_STATE_VM(sched_queue), sizeof(MP_STATE_VM(sched_queue)) / (sizeof(void *)));
	gc_collect_end();
}
