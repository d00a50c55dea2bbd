/* boot.py and main.py. */
#ifndef LB_LIFE_SCRIPTS_H
#define LB_LIFE_SCRIPTS_H

#include "py/obj.h"

/* machine.main(name): what runs after boot.py, in /flash unless the name begins with a slash. Until the next reset,
 * soft or hard. Raises ValueError for a name that is too long. */
void lb_scripts_set_main(const char *name);

enum lb_scripts_end {
	LB_SCRIPTS_WELL,   /* boot.py and main.py ended by themselves, without an uncaught error; or there were none */
	LB_SCRIPTS_BADLY,  /* an error, or Ctrl-C, or main.py was not run */
	LB_SCRIPTS_EXITED, /* a script asked for a soft reset */
};

/* Runs boot.py, then main.py unless the console is in raw mode. An error is shown on console and LED and kept for
 * status; main.py still follows. Ctrl-C ends a script and skips what would follow it. With the console in raw mode a
 * boot.py that asks for a soft reset has ended badly instead: the client there asked for the last one, and waits for
 * its prompt. */
enum lb_scripts_end lb_scripts_run(void);

/* What pyexec.c calls for an exception that came through (see Makefile). */
void lb_scripts_show(const mp_print_t *print, mp_obj_t exception);

/* How many runs in a row, up to the last one, ended in LB_SCRIPTS_EXITED within 10 s of that script's start. */
unsigned lb_scripts_early_exits(void);

#endif
