/* The control socket of docs/spec/control.md: connections, lines, watchers. */
#ifndef HARDWARE_PROCESS_CONTROL_H
#define HARDWARE_PROCESS_CONTROL_H

#include <uv.h>

#include "hardware/process/module.h"

enum {
	LB_CONTROL_CLIENTS_MAX = 100,
	LB_CONTROL_WATCHER_BYTES = 256 * 1024, /* a client for which more waits is dropped */
	LB_CONTROL_PAUSE_BYTES = 64 * 1024,    /* while more waits for a client, none of its requests is run */
};

struct lb_control_client;

struct lb_control {
	struct lb_module *module;
	int listen_fd;
	uv_poll_t listen_poll;
	struct lb_control_client *clients;
	unsigned client_count;
	/* A client asked for the end, and has its reply. */
	void (*on_stop)(void *ctx);
	void *ctx;
};

/* Listens from now on. 0, or -1 after telling the person. */
int lb_control_open(struct lb_control *control, struct lb_module *module);
/* Removes the socket and ends all connections. */
void lb_control_close(struct lb_control *control);

#endif
