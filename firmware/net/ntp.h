/* The clock by SNTP (RFC 4330): one server, asked again and again. What scripts ask for is in network.h.
 *
 * All of it happens in the VM's thread; interrupts only ask for that.
 */
#ifndef LB_NET_NTP_H
#define LB_NET_NTP_H

#include <stdbool.h>

/* In interrupt context, from whoever has the sockets' interrupt: true when this socket is ours, and seen to. */
bool lb_ntp_on_ready(int sock);
/* At the end of the VM: as lb_ntp_stop, and not synced. */
void lb_ntp_vm_stops(void);

#endif
