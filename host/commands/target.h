/* The module that `lifeboat flash` works on: into bootloader mode, out of it, and what runs then.
 *
 * Of a virtual module the control socket moves pin G23 and the reset switch, and uart0 is attached. A port's DTR and
 * RTS do the same to a board with the usual circuit; where there are none, or they do nothing, its REPL is asked.
 * Functions that return false leave one line in reason.
 */
#ifndef LB_COMMANDS_TARGET_H
#define LB_COMMANDS_TARGET_H

#include <signal.h>
#include <stdbool.h>

#include "host/client/client.h"
#include "host/client/espflash.h"
#include "host/client/port.h"
#include "host/client/view.h"
#include "host/client/watch.h"

struct lb_target;

struct lb_target_way {
	bool (*enter)(struct lb_target *target);
	/* By a reset. */
	bool (*leave)(struct lb_target *target);
	/* Until the module is up or in bootloader mode again, or for as long as that may last. */
	bool (*await)(struct lb_target *target, struct lb_view *view);
};

extern const struct lb_target_way lb_target_module; /* of the folder dir */
extern const struct lb_target_way lb_target_port;   /* at the port of this name */

struct lb_target {
	/* set by the caller */
	const struct lb_target_way *way;
	const char *dir;
	const char *name;
	const volatile sig_atomic_t *stop;
	uint32_t baud;
	/* --- */
	struct lb_port port;
	struct lb_client control; /* fd -1: a port has none */
	struct lb_watch watch;    /* of a module, while it is in bootloader mode */
	bool resets;              /* the port's lines do */
	struct lb_espflash flash; /* ready once it is entered */
	char reason[LB_PORT_REASON_BYTES];
};

bool lb_target_enter(struct lb_target *target);
/* In any case; safe to call twice. */
void lb_target_close(struct lb_target *target);
/* One line into reason about a negative enum lb_esp_error; false, for callers to return. */
bool lb_target_explain(struct lb_target *target, int error);

#endif
