/* uart0 on a TCP port: RFC 2217 (telnet with the COM-PORT-OPTION), or plain bytes.
 *
 * What kind of client it is shows in its first byte: 0xFF, telnet's IAC, with which every RFC 2217 client begins, or
 * anything else: then the connection is the plain bytes of the UART, both ways, until it ends. Until then the client
 * hears the UART, but nothing of telnet, and a 0xFF, which the two kinds write differently, waits for up to
 * LB_UARTPORT_GRACE_MS for the first byte.
 *
 * One client at a time; any other gets a line that says so, unless the first gives way: its host is gone, or it has
 * closed its sending side, or it sent nothing for LB_UARTPORT_SILENT_MS and waits for no answer of the bootloader. The
 * last two are for clients of this host, unless the setup says from anywhere. The client is one of the UART's, beside
 * the pty: output goes to both, input comes from both. It has DTR and RTS, which are released when it leaves, and the
 * shield's controller (hardware/process/bootlines.h).
 */
#ifndef HARDWARE_PROCESS_UARTPORT_H
#define HARDWARE_PROCESS_UARTPORT_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "hardware/process/bootlines.h"
#include "hardware/process/refusal.h"
#include "hardware/process/uarthub.h"

enum {
	LB_UARTPORT_URL_BYTES = 80,
	LB_UARTPORT_GRACE_MS = 1000,
	LB_UARTPORT_SILENT_MS = 15000,         /* of the host's clock */
	LB_UARTPORT_ANSWERS_BYTES = 64 * 1024, /* a client that leaves more of telnet's answers unread is dropped */
};

struct lb_uartport_setup {
	const char *address; /* IPv4 or IPv6; NULL: loopback */
	int port;            /* 0: any that is free; negative: no server */
	bool takeover;       /* a client of another host may take the port over too */
};

struct lb_uartport_client;

struct lb_uartport {
	struct lb_uarthub *uart;   /* set by the owner before lb_uartport_init */
	struct lb_bootlines lines; /* likewise its first part */

	uv_loop_t *loop;
	int listen_fd; /* -1: no server */
	uv_poll_t listen_poll;
	uv_timer_t grace_timer;
	char url[LB_UARTPORT_URL_BYTES]; /* for a client on this host; "" without a server */
	struct lb_uartport_client *client;
	bool takeover;
	bool in_loader; /* set by the owner: the module is in bootloader mode */
	struct lb_refusal refusal;
};

void lb_uartport_init(struct lb_uartport *server, uv_loop_t *loop);
/* Listens from now on, if the setup says so. 0, or -1 after telling the person, who is also told when more than this
 * host can reach the port. */
int lb_uartport_listen(struct lb_uartport *server, const struct lb_uartport_setup *setup);
void lb_uartport_close(struct lb_uartport *server);

#endif
