/* `run --watch`: a process beside the terminal that brings each saved change of a folder to the module that runs.
 *
 * It writes what changed, and removes what went, by the raw REPL, and ends with a soft reset. A module that cannot be
 * interrupted is started as a safe boot by its hardware first, and reset by it in the end. What it does it says in
 * lines on a pipe that the terminal shows (notes_fd of host/terminal/attach.h). It ends with the process that made it.
 */
#ifndef LB_COMMANDS_RUN_WATCH_H
#define LB_COMMANDS_RUN_WATCH_H

#include <stdbool.h>
#include <sys/types.h>

#include "host/client/filelist.h"

struct lb_run_watch {
	/* Set by the caller. */
	const char *dir; /* the module's */
	const char *folder;
	struct lb_filelist loaded; /* what is on the module already; it is freed */
	/* --- */
	pid_t pid;
	int notes_fd; /* the caller's, not to be waited for */
};

/* life_fd is closed in the new process. False, with errno. */
bool lb_run_watch_start(struct lb_run_watch *watch, int life_fd);
/* Waits until it has let go of the module. */
void lb_run_watch_end(struct lb_run_watch *watch);

#endif
