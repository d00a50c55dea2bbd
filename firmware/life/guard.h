/* The last line of defence around everything that runs Python code. */
#ifndef LB_LIFE_GUARD_H
#define LB_LIFE_GUARD_H

#include <stdbool.h>

#include "py/obj.h"

enum { LB_GUARD_RAISED = 1 << 30 };

/* Once, after a hard reset. */
void lb_guard_init(void);
/* Calls work and returns its result; LB_GUARD_RAISED when an exception came through that work should have dealt with
 * (such as one raised while another was being printed). It is named on the console. */
int lb_guard(int (*work)(void));
/* Shows an exception by show, such as mp_obj_print_exception. Its text may be code of the user's, which Ctrl-C ends;
 * false when that raised something, which is named on the console. */
bool lb_guard_show(void (*show)(const mp_print_t *print, mp_obj_t exception), const mp_print_t *print,
                   mp_obj_t exception);
/* Interrupts are on from here, whatever switched them off. */
void lb_guard_let_interrupts_in(void);
/* After each piece of Python code: interrupts that it left masked are let in again, or the console would be deaf. */
void lb_guard_after_exec(void);

#endif
