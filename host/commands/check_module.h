/* A scratch module that tries scripts: what they do by themselves, and every way back in. */
#ifndef LB_COMMANDS_CHECK_MODULE_H
#define LB_COMMANDS_CHECK_MODULE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "host/commands/check_trace.h"
#include "host/commands/check_verdict.h"
#include "host/commands/environment.h"
#include "host/commands/fs_load.h"
#include "host/commands/rig.h"

_Static_assert((int)LB_FS_LOAD_ADDED >= (int)LB_ARGS_MANY, "--add as often as the command line has room");

struct lb_check_module {
	/* Set by the caller; rig.files_fd and facts.as and .strict too. */
	struct lb_environment environment;
	long watch_ms; /* module time */
	unsigned cuts;
	uint32_t heap_bytes;                     /* of a board; 0: as much as there is */
	const char *added[LB_FS_LOAD_ADDED + 1]; /* files beside the folder's; NULL ends them */
	char module[PATH_MAX + 16];              /* the module's own, which is not there yet */
	char card[PATH_MAX + 32];                /* a copy of the environment's */
	/* --- */
	struct lb_rig rig;
	struct lb_check_facts facts;
	struct lb_check_trace trace; /* the caller closes it */
	uint64_t watched_us;         /* module time since the last reset, at the end of the watch */
	int64_t run_ms;              /* host time that the scripts ran, or were watched */
	int slowness;                /* how many times longer than on a quiet machine that took; 0: not known yet */
	char reason[LB_TREE_REASON_BYTES];
};

/* Before it runs, possibly in another process than this: its trace in the folder, called so. False as below. */
bool lb_check_module_prepare(struct lb_check_module *check, const char *folder, const char *name);
/* From its first boot to its end; facts then say all that was found, but for what the trace says. False with one line
 * in reason, or after a signal. */
bool lb_check_module_run(struct lb_check_module *check);
/* What the trace says of the run. */
bool lb_check_module_audit(struct lb_check_module *check);

#endif
