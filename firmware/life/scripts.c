#include "firmware/life/scripts.h"

#include <string.h>

#include "core/hw/periph.h"
#include "firmware/life/ctrl_c.h"
#include "firmware/life/guard.h"
#include "firmware/io/led.h"
#include "py/mphal.h"
#include "py/objexcept.h"
#include "py/runtime.h"
#include "firmware/life/repair.h"
#include "firmware/life/repl.h"
#include "firmware/io/bootinfo.h"
#include "shared/runtime/pyexec.h"
#include "firmware/life/trialrun.h"

enum outcome { ENDED, FAILED, INTERRUPTED, EXITED };

enum { PATH_BYTES = MICROPY_ALLOC_PATH_MAX, EARLY_MS = 10000 };

static struct {
	char main_path[PATH_BYTES];
	const char *running; /* NULL while no script runs */
	enum outcome outcome;
	bool unshown;       /* the exception's text is code that does not work */
	bool overtaken;     /* a Ctrl-C came too late to be raised in the script */
	mp_uint_t start_ms; /* when it started, or the one before it */
	unsigned early_exits;
} script;

/* --- what became of it: called by MicroPython after each piece of code, script or not --- */

struct line {
	char text[LB_HANDOFF_ERROR_BYTES];
	size_t used;
};

static void add_to_line(void *line_ptr, const char *text, size_t size_bytes)
{
	struct line *line = line_ptr;
	const size_t room = sizeof(line->text) - 1 - line->used;
	const size_t count = size_bytes < room ? size_bytes : room;

	memcpy(line->text + line->used, text, count);
	line->used += count;
	line->text[line->used] = '\0';
}

/* A character of several bytes that was cut off at the end goes away as a whole: the text is UTF-8 for its readers. */
static void trim_to_character(struct line *line)
{
	size_t start = line->used;

	while (start > 0 && UTF8_IS_CONT(line->text[start - 1]))
		start--;
	if (start > 0 && UTF8_IS_NONASCII(line->text[start - 1]) && line->used == sizeof(line->text) - 1)
		line->text[start - 1] = '\0';
}

void lb_scripts_show(const mp_print_t *print, mp_obj_t exception)
{
	script.unshown = !lb_guard_show(mp_obj_print_exception, print, exception);
}

static void print_last_line(const mp_print_t *print, mp_obj_t exception)
{
	mp_obj_print_helper(print, exception, PRINT_EXC);
}

/* "ValueError: no such pin": what the traceback ends with; no more than the first word where the text did not work. */
static void keep_error(mp_obj_t exception)
{
	struct line line = {.used = 0};
	const mp_print_t print = {&line, add_to_line};

	if (script.unshown || !lb_guard_show(print_last_line, &print, exception)) {
		line.used = 0;
		mp_print_str(&print, mp_obj_get_type_str(exception));
	}
	trim_to_character(&line);
	lb_bootinfo_set_last_error(line.text);
}

/* The only place that sees the exception itself: pyexec returns no more than a number. */
void lb_script_after_exec(void *raised, int *result)
{
	lb_guard_after_exec();
	lb_repair_after_exec();
	if (script.running == NULL) {
		lb_repl_after_exec(result);
		return;
	}
	script.overtaken = lb_ctrl_c_became_key() || (raised != NULL && lb_ctrl_c_overtaken());
	if (raised == NULL)
		return;
	const mp_obj_t exception = MP_OBJ_FROM_PTR(raised);

	if (mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_KeyboardInterrupt))) {
		script.outcome = INTERRUPTED;
	} else if (!mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(&mp_type_SystemExit))) {
		script.outcome = FAILED;
		lb_led_show_error();
		keep_error(exception);
	}
}

/* --- running --- */

static int run_file(void)
{
	return pyexec_file_if_exists(script.running);
}

/* One script to its end, which lb_script_after_exec has noted meanwhile. */
static enum outcome run(const char *path)
{
	script.outcome = ENDED;
	script.overtaken = false;
	script.running = path;
	script.start_ms = mp_hal_ticks_ms();
	const int result = lb_guard(run_file);

	script.running = NULL;
	if (result == LB_GUARD_RAISED)
		script.outcome = FAILED;
	else if ((result & PYEXEC_FORCED_EXIT) != 0)
		script.outcome = EXITED;
	if (script.outcome == FAILED)
		lb_trialrun_failed();
	return script.overtaken ? INTERRUPTED : script.outcome;
}

void lb_scripts_set_main(const char *name)
{
	const char *folder = name[0] == '/' ? "" : "/flash/";

	if (strlen(folder) + strlen(name) >= sizeof(script.main_path))
		mp_raise_ValueError(MP_ERROR_TEXT("name too long"));
	strcpy(script.main_path, folder);
	strcat(script.main_path, name);
}

/* With the console in raw mode a client is at work there: it wants no main.py, and its prompt however boot.py ends. */
static enum lb_scripts_end run_both(void)
{
	enum outcome boot, last;

	lb_scripts_set_main("main.py");
	lb_bootinfo_set_last_error("");
	boot = run("/flash/boot.py");
	if (boot == INTERRUPTED || pyexec_mode_kind != PYEXEC_MODE_FRIENDLY_REPL)
		return LB_SCRIPTS_BADLY;
	if (boot == EXITED)
		return LB_SCRIPTS_EXITED;
	lb_trialrun_main_starts();
	last = run(script.main_path);
	if (last == EXITED)
		return LB_SCRIPTS_EXITED;
	return boot == ENDED && last == ENDED ? LB_SCRIPTS_WELL : LB_SCRIPTS_BADLY;
}

enum lb_scripts_end lb_scripts_run(void)
{
	const enum lb_scripts_end end = run_both();
	const bool early = end == LB_SCRIPTS_EXITED && mp_hal_ticks_ms() - script.start_ms < EARLY_MS;

	script.early_exits = early ? script.early_exits + 1 : 0;
	return end;
}

unsigned lb_scripts_early_exits(void)
{
	return script.early_exits;
}
