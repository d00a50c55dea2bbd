/* Whoever visits the ports that the module's scripts open, as the air says (hardware/model/air.h): it asks, leaves, or
 * says nothing.
 *
 * A port is visited from shortly after it was opened on, each second of module time, until nobody is there any more.
 */
#ifndef HARDWARE_PROCESS_VISITOR_H
#define HARDWARE_PROCESS_VISITOR_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "hardware/model/air.h"
#include "hardware/process/clock.h"
#include "hardware/process/registers.h"

enum { LB_VISITOR_PORTS = 16 };

struct lb_visitor_port {
	struct lb_visitor *visitor;
	uint8_t kind; /* enum lb_net_kind */
	uint16_t port, host_port;
	unsigned visits;
	bool gone; /* nobody is there any more */
};

struct lb_visitor {
	const struct lb_air *air;
	const struct lb_clock *clock;
	const struct lb_registers *registers;
	uv_timer_t timer;
	unsigned port_count;
	struct lb_visitor_port ports[LB_VISITOR_PORTS];
	struct lb_visit *visits;
};

void lb_visitor_init(struct lb_visitor *visitor, uv_loop_t *loop);
/* WIRE_SERVES: the module's port, and where that is on the host. */
void lb_visitor_add(struct lb_visitor *visitor, uint8_t kind, uint16_t port, uint16_t host_port);
/* The CPU is gone, and its ports with it. */
void lb_visitor_forget(struct lb_visitor *visitor);
void lb_visitor_close(struct lb_visitor *visitor);

#endif
