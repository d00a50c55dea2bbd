/* The REPL on the console. */
#ifndef LB_LIFE_REPL_H
#define LB_LIFE_REPL_H

#include <stdbool.h>

/* Serves the REPL, in the mode that the console was left in, until a soft reset is asked for. */
void lb_repl_run(void);

/* What pyexec.c calls for a byte (see Makefile): one from the console, as soon as it comes. */
int lb_repl_read_byte(void);

/* Did a Ctrl-C come when the code that ran last was ending already, in an exception of its own? */
bool lb_repl_interrupt_overtaken(void);

#endif
