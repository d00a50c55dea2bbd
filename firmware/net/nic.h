/* The network interface that MicroPython's socket module works on: core/hw/net.h behind its protocol of functions.
 *
 * Blocking is done here, by waiting for a non-blocking call to have something, so that Ctrl-C and callbacks get in.
 */
#ifndef LB_NET_NIC_H
#define LB_NET_NIC_H

#include <stdbool.h>
#include <stdint.h>

#include "py/obj.h"

/* At every start of the VM: registers the interface with the socket module. */
void lb_nic_start(void);
/* Closes all sockets; nobody waits for a link any more. */
void lb_nic_stop(void);
/* The timeout of a socket, in ms: 0 never waits, -1 waits without limit. NULL for an object that is no socket. */
int32_t *lb_nic_timeout(mp_obj_t stream);
/* True of a socket that is neither connected nor bound, or closed. */
bool lb_nic_is_unconnected(mp_obj_t stream);

#endif
