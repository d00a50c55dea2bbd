/* The REPL on the console. */
#ifndef LB_REPL_H
#define LB_REPL_H

/* Serves the REPL, in the mode that the console was left in, until a soft reset is asked for. */
void lb_repl_run(void);

#endif
