#include "firmware/life/ctrl_c.h"

#include "firmware/io/console.h"
#include "firmware/io/gil.h"
#include "firmware/io/uart.h"
#include "firmware/net/telnet_server.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/readline/readline.h"

enum { GRACE_MS = 100 };

static uint32_t start_ms; /* of the callback that runs; 0: none does */
static bool code_runs;
static bool overtaken;

static bool is_pending(void)
{
	return MP_STATE_MAIN_THREAD(mp_pending_exception) == MP_OBJ_FROM_PTR(&MP_STATE_VM(mp_kbd_exception));
}

void lb_ctrl_c_note_code(bool runs)
{
	code_runs = runs;
	overtaken = !runs && is_pending();
}

bool lb_ctrl_c_is_key(void)
{
	return !code_runs;
}

bool lb_ctrl_c_typed_ahead(void)
{
	return lb_uart_interrupt_typed_ahead() || lb_telnet_server_interrupt_typed_ahead();
}

bool lb_ctrl_c_overtaken(void)
{
	return overtaken;
}

bool lb_ctrl_c_came(void)
{
	if (!is_pending())
		return !code_runs && lb_ctrl_c_typed_ahead();
	MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_NULL;
	return true;
}

bool lb_ctrl_c_is_coming(void)
{
	const int c = code_runs ? mp_interrupt_char : CHAR_CTRL_C;

	return is_pending() || (c >= 0 && lb_uart_is_coming((uint8_t)c));
}

bool lb_ctrl_c_became_key(void)
{
	if (code_runs || !is_pending())
		return false;
	MP_STATE_MAIN_THREAD(mp_pending_exception) = MP_OBJ_NULL;
	return true;
}

/* --- callbacks --- */

uint32_t lb_ctrl_c_enter(void)
{
	const uint32_t outer_ms = start_ms;

	start_ms = lb_console_now_ms();
	return outer_ms;
}

void lb_ctrl_c_leave(uint32_t outer_ms)
{
	start_ms = outer_ms;
}

bool lb_ctrl_c_is_due(void)
{
	return lb_console_now_ms() - start_ms >= GRACE_MS;
}

/* The scheduler is locked for the VM's hook, which looks for Ctrl-C in callbacks only. */
void lb_ctrl_c_at_prompt(void (*work)(void *arg), void *arg)
{
	if (code_runs || !lb_gil_is_main()) {
		work(arg);
		return;
	}
	const uint32_t outer_ms = lb_ctrl_c_enter();
	nlr_buf_t nlr;

	mp_sched_lock();
	const bool raised = nlr_push(&nlr) != 0;

	if (!raised) {
		work(arg);
		nlr_pop();
	}
	mp_sched_unlock();
	lb_ctrl_c_leave(outer_ms);
	if (raised)
		nlr_jump(nlr.ret_val);
}
