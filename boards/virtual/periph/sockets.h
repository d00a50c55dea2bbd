/* The board's own side of the sockets (core/hw/net.h). */
#ifndef LB_VIRTUAL_SOCKETS_H
#define LB_VIRTUAL_SOCKETS_H

#include "core/hw/net.h"

/* A vector (interrupt.h). */
void lb_sockets_interrupt(void);
/* For a radio that carries nothing any more: ends all connections, and closes all ports that listen. */
void lb_sockets_cut_all(void);

/* The hardware's answer about a name or a server. */
void lb_sockets_routed(int error, struct lb_net_address address);

#endif
