/* The clock by SNTP (RFC 4330): one server, asked again and again.
 *
 * All of it happens in the VM's thread; interrupts only ask for that.
 */
#ifndef LB_NET_NTP_H
#define LB_NET_NTP_H

#include <stdbool.h>
#include <stdint.h>

enum { LB_NTP_LEAST_PERIOD_S = 15 };

/* Looks the server up, "host" or "host:port", which may take a while, and sets the clock by it from now on, until the
 * VM ends. A negative errno, and nothing changed, when it is not found or no network is there to look. */
int lb_ntp_start(const char *server, uint32_t period_s);
void lb_ntp_stop(void);
bool lb_ntp_is_synced(void); /* has the clock been set since lb_ntp_start? */

/* In interrupt context, from whoever has the sockets' interrupt: true when this socket is ours, and seen to. */
bool lb_ntp_on_ready(int sock);
/* At the end of the VM: as lb_ntp_stop, and not synced. */
void lb_ntp_vm_stops(void);

#endif
