/* The ports of the host's loopback where the module's telnet and FTP servers listen.
 *
 * They are bound here and listened on by the CPU (both with SO_REUSEADDR), so they are the same for as long as this
 * process lives, and while no server runs a client is refused.
 */
#ifndef HARDWARE_PROCESS_PORTS_H
#define HARDWARE_PROCESS_PORTS_H

#include <stdint.h>

enum { LB_PORTS_TELNET = 0, LB_PORTS_FTP = 1, LB_PORTS_COUNT = 2 };

struct lb_ports {
	int fd[LB_PORTS_COUNT];
	uint16_t number[LB_PORTS_COUNT];
};

/* 0, or a negative errno. */
int lb_ports_open(struct lb_ports *ports);
void lb_ports_close(struct lb_ports *ports);

#endif
