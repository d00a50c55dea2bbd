/* Contract: a serial port, as code that speaks a protocol over one sees it: bytes, the two lines that reset a board,
 * and time. A struct of functions and a context, so that such code runs over a tty, a socket, or a test's memory.
 *
 * Functions return 0 or more, or a negative enum lb_port_error. Times are milliseconds of any steady clock.
 */
#ifndef LB_CLIENT_PORT_H
#define LB_CLIENT_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lb_port_error {
	LB_PORT_GONE = -1,        /* unplugged, or the other side ended the connection */
	LB_PORT_STOPPED = -2,     /* by the person */
	LB_PORT_UNSUPPORTED = -3, /* this kind of port has no such thing */
};

struct lb_port {
	/* All of it. */
	int (*send)(void *ctx, const void *data, size_t size_bytes);
	/* What is there, waiting for the first byte at most time_ms: how many bytes, 0 when none came. */
	int (*receive)(void *ctx, void *data, size_t room_bytes, int time_ms);
	/* true: asserted. */
	int (*set_lines)(void *ctx, bool dtr, bool rts);
	int (*set_baud)(void *ctx, uint32_t baud);
	int (*pause)(void *ctx, int time_ms);
	int64_t (*now_ms)(void *ctx);
	void *ctx;
};

#endif
