/* What is behind the networks in the air: names that the module asks for, and servers of ours on the loopback that
 * stand for those that it calls.
 *
 * Each server that the module calls has a listener (or, for datagrams, a socket) of its own from the first call on,
 * until the process ends.
 */
#ifndef HARDWARE_PROCESS_BEHIND_H
#define HARDWARE_PROCESS_BEHIND_H

#include <cjson/cJSON.h>
#include <stdint.h>
#include <uv.h>

#include "hardware/model/air.h"
#include "hardware/process/cpu.h"
#include "hardware/process/registers.h"

enum { LB_BEHIND_NAMES = 64, LB_BEHIND_SERVERS = 64 };

struct lb_behind_server {
	struct lb_behind *behind;
	uint8_t kind; /* enum lb_net_kind */
	uint32_t ip;  /* as the module calls it */
	uint16_t port;
	enum lb_air_server server;
	int fd; /* -1: the place is free */
	uint16_t host_port;
	uv_poll_t poll;
	char tls[LB_AIR_NAME_BYTES + 8]; /* whom it was where a handshake failed; "" */
};

struct lb_behind {
	uv_loop_t *loop;
	struct lb_registers *registers;
	struct lb_cpu *cpu;
	const struct lb_air *air;
	unsigned name_count;
	char names[LB_BEHIND_NAMES][LB_AIR_NAME_BYTES]; /* 198.18.0.1 is the first */
	unsigned server_count;
	struct lb_behind_server servers[LB_BEHIND_SERVERS];
	struct lb_behind_connection *connections;
};

/* registers, cpu and air are set by then. */
void lb_behind_init(struct lb_behind *behind, uv_loop_t *loop);
/* WIRE_RESOLVE and WIRE_ROUTE. */
void lb_behind_resolve(struct lb_behind *behind);
void lb_behind_route(struct lb_behind *behind, uint8_t kind, uint32_t ip, uint16_t port);
void lb_behind_close(struct lb_behind *behind);

/* Into status's "net": "tls", a list of servers with which a TLS handshake came to nothing. */
void lb_behind_add_status(const struct lb_behind *behind, cJSON *net);

#endif
