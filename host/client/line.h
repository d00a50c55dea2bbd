/* A real serial port as a struct lb_port: a tty or a pty by its path, rfc2217://HOST:PORT with the lines of a modem,
 * or socket://HOST:PORT with bytes alone.
 */
#ifndef LB_CLIENT_LINE_H
#define LB_CLIENT_LINE_H

#include <signal.h>

#include "host/client/port.h"
#include "protocols/rfc2217/rfc2217_client.h"

enum { LB_LINE_REASON_BYTES = 320 };

/* The caller owns it; it holds a file descriptor until it is closed. */
struct lb_line {
	struct lb_port port; /* its context is this struct: not to be moved while open */
	int fd;
	bool modem; /* a tty that has the lines, and rates */
	bool over_telnet;
	const volatile sig_atomic_t *stop; /* set by a signal handler: ends every wait. NULL: nothing sets it */
	struct lb_rfc2217_client telnet;
	size_t held_bytes;
	uint8_t held[1024]; /* what the port said while an order's answer was awaited */
};

/* At 115200 baud, 8N1, both lines released. False after one line in reason. */
bool lb_line_open(struct lb_line *line, const char *name, const volatile sig_atomic_t *stop,
                  char reason[LB_LINE_REASON_BYTES]);
/* A file descriptor that is open already, non-blocking, and stays the caller's to close: bytes alone. */
void lb_line_adopt(struct lb_line *line, int fd, const volatile sig_atomic_t *stop);
/* Safe to call twice. */
void lb_line_close(struct lb_line *line);

#endif
