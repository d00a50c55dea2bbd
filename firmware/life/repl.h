/* The REPL on the console. */
#ifndef LB_LIFE_REPL_H
#define LB_LIFE_REPL_H

#include <stdbool.h>

enum lb_repl_end {
	LB_REPL_RESET,    /* a soft reset was asked for */
	LB_REPL_UNUSABLE, /* it is needed, without scripts: no memory, which was said in a line */
};

/* Serves the REPL, in the mode that the console was left in. What scripts left behind is repaired before. */
enum lb_repl_end lb_repl_run(void);

/* After code at the prompt: with too little memory to go on its result becomes one that leads back to lb_repl_run. */
void lb_repl_after_exec(int *result);

/* What pyexec.c calls for a byte (see Makefile): one from the console, as soon as it comes. */
int lb_repl_read_byte(void);

#endif
