#include "firmware/life/repl.h"

#include "firmware/life/ctrl_c.h"
#include "firmware/life/guard.h"
#include "firmware/life/lineedit.h"
#include "firmware/life/repair.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "firmware/io/bootinfo.h"
#include "firmware/io/console.h"
#include "shared/readline/readline.h"
#include "shared/runtime/pyexec.h"
#include "firmware/io/watchdog.h"

enum { RESCUE_MS = 30000 }; /* so long after the last input somebody is at work at the prompt */

/* What pyexec.c calls for a byte at any prompt, raw and paste mode too, in place of mp_hal_stdin_rx_chr (see Makefile).
 * The program that feeds the user's watchdog has ended here: it is not to reset whoever came to mend that program. */
int lb_repl_read_byte(void)
{
	const uint32_t input_ms = lb_console_input_ms();
	const uint32_t quiet_ms = lb_console_now_ms() - input_ms;

	lb_watchdog_hold(input_ms != 0 && quiet_ms < RESCUE_MS ? RESCUE_MS - quiet_ms : 0);
	return mp_hal_stdin_rx_chr();
}

/* In a result: pyexec was left for want of memory. What only its stack held is free then. */
enum { SHORT_OF_MEMORY = 1 << 29 };

int lb_repl_readline(vstr_t *line, const char *prompt);

/* What pyexec.c calls for a line at the prompt in place of readline (see Makefile): lb_lineedit_read, but Ctrl-F in
 * an empty first line is the way into safe boot. input(), raw mode and paste mode do not come here. */
int lb_repl_readline(vstr_t *line, const char *prompt)
{
	lb_lineedit_start(line, prompt);
	for (;;) {
		const int c = lb_repl_read_byte();

		lb_lineedit_resume(line, prompt);
		if (c == CHAR_CTRL_F && vstr_len(line) == 0) {
			mp_hal_stdout_tx_str("\r\nCtrl-F: hard reset into safe boot\r\n");
			lb_bootinfo_reset(LB_REQUEST_SAFE_BOOT);
		}
		const int result = lb_lineedit_key(c);

		if (result >= 0)
			return result;
	}
}

/* What pyexec.c calls before and after it runs code, in place of mp_hal_set_interrupt_char (see Makefile). A Ctrl-C
 * that came in one burst with the line end that starts the code came before anybody looked for one: it stops this
 * code, which might never read and leave it unseen. What was typed between the two was meant for this code, and is
 * dropped. One that came when the code was ending already in an exception of its own is about to be dropped: whoever
 * ran the code is to know. */
void lb_repl_set_interrupt_char(int c);

void lb_repl_set_interrupt_char(int c)
{
	mp_hal_set_interrupt_char(c);
	lb_ctrl_c_note_code(c >= 0);
	lb_console_note_code(c >= 0 && pyexec_mode_kind == PYEXEC_MODE_FRIENDLY_REPL);
	if (c < 0)
		return;
	lb_watchdog_hold(0);
	if (lb_ctrl_c_typed_ahead())
		mp_sched_keyboard_interrupt();
}

void lb_repl_after_exec(int *result)
{
	if (!lb_repair_has_memory())
		*result = PYEXEC_FORCED_EXIT | SHORT_OF_MEMORY;
}

enum lb_repl_end lb_repl_run(void)
{
	int result = 0;

	lb_repair_after_scripts();
	do {
		lb_repair_after_exec();
		if (!lb_repair_has_memory()) {
			mp_hal_stdout_tx_str("No memory is left for the prompt: a soft reset without boot.py and main.py.\r\n");
			return LB_REPL_UNUSABLE;
		}
		lb_repair_path();
		if (pyexec_mode_kind == PYEXEC_MODE_RAW_REPL)
			result = lb_guard(pyexec_raw_repl);
		else
			result = lb_guard(pyexec_friendly_repl);
	} while (result == 0 || result == LB_GUARD_RAISED || (result & SHORT_OF_MEMORY) != 0);
	return LB_REPL_RESET;
}
