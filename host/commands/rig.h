/* A module on a rig, in the hands of a program: started, watched, its plug, switch and pin P12 moved.
 *
 * A module that the rig started ends with it, however the program goes. Times are of the host's clock; waits end early
 * once *stop is set (by a signal handler), as failures.
 */
#ifndef LB_COMMANDS_RIG_H
#define LB_COMMANDS_RIG_H

#include <cjson/cJSON.h>
#include <signal.h>
#include <stdbool.h>

#include "host/commands/environment.h"
#include "host/commands/hardware.h"
#include "host/client/client.h"
#include "host/client/port_open.h"
#include "host/client/repl.h"
#include "host/client/tree.h"
#include "host/client/view.h"

enum { LB_RIG_TAIL_BYTES = 64, LB_RIG_CLOCK = 10, LB_RIG_BOOT_MS = 10000 };

struct lb_rig {
	const char *dir;
	const volatile sig_atomic_t *stop;        /* NULL: nothing sets it */
	int files_fd;                             /* what /flash is at the start (host/commands/hardware.h); 0: as it was */
	const char *variant;                      /* of the image that a new module gets; NULL: the normal one */
	const char *trace;                        /* the file for what scripts do (check_trace.h); NULL: none */
	const struct lb_environment *environment; /* what is around it; NULL: nothing was said */
	const char *air, *card;                   /* files in the place of the environment's; NULL: none */
	struct lb_hardware hardware;
	struct lb_client control;
	struct lb_port port;  /* uart0 */
	struct lb_view view;  /* as it was polled last */
	long watchdog_resets; /* since the caller last set it to 0, as are other_resets */
	long other_resets;    /* by software, fault or the end of a deep sleep */
	/* the end of what uart0 said, 0-ended */
	char tail[LB_RIG_TAIL_BYTES];
	size_t tail_bytes;
};

/* At LB_RIG_CLOCK. False after one line in reason (empty: the hardware process has said it). */
bool lb_rig_start(struct lb_rig *rig, const char *dir, char reason[LB_TREE_REASON_BYTES]);
void lb_rig_end(struct lb_rig *rig);
/* The same for a module that runs already, beside whoever uses its uart0; it goes on when the rig parts from it. */
bool lb_rig_join(struct lb_rig *rig, const char *dir, char reason[LB_TREE_REASON_BYTES]);
void lb_rig_part(struct lb_rig *rig);

bool lb_rig_power(struct lb_rig *rig, bool on);
/* By its switch. */
bool lb_rig_reset(struct lb_rig *rig);
/* Closes the pty and opens it anew. */
bool lb_rig_reopen(struct lb_rig *rig);
/* The hardware's reply to `status`, to be freed by the caller; NULL: it does not answer. */
cJSON *lb_rig_status(struct lb_rig *rig);
/* Reads what uart0 says for about time_ms, then polls the state; false: the hardware does not answer, or *stop. */
bool lb_rig_poll(struct lb_rig *rig, int time_ms);
/* Until the phase is one of the two (second may be NULL); false at once without power. */
bool lb_rig_wait(struct lb_rig *rig, const char *first, const char *second, int time_ms);
/* What a hand does: P12 to 3V3, the reset switch, and let go when the gate shows itself. True at a REPL in a safe
 * boot. */
bool lb_rig_safe_boot(struct lb_rig *rig);

#endif
