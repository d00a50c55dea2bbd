/* A byte stream to a module's uart0, whatever carries it: a pty or tty, TCP, RFC 2217, telnet, or the control socket.
 *
 * Code that speaks a protocol over one calls the functions at the struct's head, so that it runs over a test's memory
 * too; they return 0 or more, or a negative enum lb_port_error. Times are milliseconds of any steady clock. A real port
 * is made by host/client/port_open.h; it is the caller's, and is not to be moved while it is open.
 */
#ifndef LB_CLIENT_PORT_H
#define LB_CLIENT_PORT_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocols/rfc2217/rfc2217_client.h"

enum {
	LB_PORT_BAUD = 115200, /* of a module after a reset, 8N1 */
	LB_PORT_ANSWER_MS = 3000,
	LB_PORT_HELD_BYTES = 8192,
	LB_PORT_CHUNK_BYTES = 1024,
	LB_PORT_REASON_BYTES = 512,
};

enum lb_port_error {
	LB_PORT_GONE = -1,        /* unplugged, or the other side ended the connection */
	LB_PORT_STOPPED = -2,     /* by the person */
	LB_PORT_UNSUPPORTED = -3, /* this kind of port has no such thing */
	LB_PORT_SILENT = -4,      /* what was awaited did not come in time */
};

enum lb_port_kind {
	LB_PORT_BYTES,   /* and nothing else: a pty, a socket */
	LB_PORT_MODEM,   /* a tty with rates and modem lines */
	LB_PORT_TELNET,  /* bytes, in telnet's framing */
	LB_PORT_RFC2217, /* the same with rates and modem lines */
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
	/* Of a real port, for whom the two functions below poll; the rest is private. */
	int fd;            /* -1: closed */
	size_t held_bytes; /* were received already, so that receive does not wait */
	size_t out_bytes;  /* wait for room */
	enum lb_port_kind kind;
	const volatile sig_atomic_t *stop;  /* set by a signal handler: ends every wait. NULL: nothing sets it */
	bool (*has_ended)(void *ended_ctx); /* polled while it waits: what is at the other end is no more. May be NULL */
	void *ended_ctx;
	struct lb_rfc2217_client telnet;
	uint8_t held[LB_PORT_HELD_BYTES];
	uint8_t out[LB_RFC2217_CLIENT_DATA_BYTES * LB_PORT_CHUNK_BYTES];
};

/* A descriptor that is open and non-blocking, and is the port's from now on; -1 for one that will be. */
void lb_port_adopt(struct lb_port *port, int fd, enum lb_port_kind kind, const volatile sig_atomic_t *stop);
/* Sends as much as goes without waiting; returns how many bytes that was. */
int lb_port_offer(struct lb_port *port, const void *data, size_t size_bytes);
/* 1: the descriptor is ready for these events of poll(2), 0: time is over; or an error. */
int lb_port_wait(const struct lb_port *port, short events, int time_ms);
/* Agrees with the other end on telnet, and for RFC 2217 on 8N1, LB_PORT_BAUD and released lines. STOPPED, GONE, SILENT
 * when it speaks no RFC 2217, UNSUPPORTED when it does not carry out its orders. */
int lb_port_agree(struct lb_port *port);
/* Safe to call twice. */
void lb_port_close(struct lb_port *port);

#endif
