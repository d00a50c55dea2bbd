/* Real ports by their names:
 *
 *   /dev/ttyUSB0, a path            a tty or a pty
 *   socket://HOST:PORT              TCP, bytes as they are
 *   rfc2217://HOST:PORT             a serial port over telnet, with rates and modem lines
 *   telnet://USER:PASSWORD@HOST:PORT   a module's telnet server, which is logged in to
 *
 * Functions return false after one line in reason; the port is closed then. stop may be NULL (host/client/port.h).
 */
#ifndef LB_CLIENT_PORT_OPEN_H
#define LB_CLIENT_PORT_OPEN_H

#include "host/client/port.h"

/* At 115200 baud, 8N1, both lines released, where it has such. */
bool lb_port_open(struct lb_port *port, const char *name, const volatile sig_atomic_t *stop,
                  char reason[LB_PORT_REASON_BYTES]);
/* The pty of uart0 of the virtual module in dir. */
bool lb_port_open_pty(struct lb_port *port, const char *dir, const volatile sig_atomic_t *stop,
                      char reason[LB_PORT_REASON_BYTES]);
/* The same uart0 by the control socket's `attach`: no program on the pty, and no end at a module's reset. */
bool lb_port_attach(struct lb_port *port, const char *dir, const volatile sig_atomic_t *stop,
                    char reason[LB_PORT_REASON_BYTES]);
/* The name as it may be shown: without a login. */
const char *lb_port_plain_name(const char *name);

#endif
