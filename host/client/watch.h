/* A virtual module watched by its control socket while something else is waited for: is it still there, and is it still
 * the same boot? So a wait at its port ends at once when there is nothing left to wait for.
 *
 * The caller owns the struct, which holds one connection between start and end.
 */
#ifndef LB_CLIENT_WATCH_H
#define LB_CLIENT_WATCH_H

#include <stdbool.h>

#include "host/client/client.h"
#include "host/client/port.h"
#include "host/client/view.h"

struct lb_watch {
	struct lb_client client;
	struct lb_view view;
	long boot;         /* another one is the end; 0: any may come */
	const char *ended; /* why, in words; NULL: it has not */
};

/* Watches the module of dir on behalf of the port, whose waits are LB_PORT_GONE once it has lost its power or its
 * hardware process. A module that cannot be watched has ended. */
void lb_watch_start(struct lb_watch *watch, const char *dir, struct lb_port *port);
/* From now on its next reset is the end as well. */
void lb_watch_hold_boot(struct lb_watch *watch);
/* After an LB_PORT_GONE of the port: why, in words. */
const char *lb_watch_why(struct lb_watch *watch);
/* Safe to call twice, and on one that is zeroed; the words stay. */
void lb_watch_end(struct lb_watch *watch, struct lb_port *port);

#endif
