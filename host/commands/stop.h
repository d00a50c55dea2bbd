/* Signals that ask a command to end, for commands that have something to put in order first. */
#ifndef LB_COMMANDS_STOP_H
#define LB_COMMANDS_STOP_H

#include <signal.h>

/* The signal that came, 0: none. A command that goes on nevertheless, to put things in order, sets it to 0. */
extern volatile sig_atomic_t lb_stop_signal;

/* From now on SIGINT, SIGTERM and SIGHUP end the wait that they come into (no SA_RESTART), and not the process. SIGPIPE
 * is ignored: that nobody reads what is printed any more is no reason to leave a module with half an update. */
void lb_stop_catch_signals(void);

#endif
