/* Contract: IPv4 stream and datagram sockets of a board that has a network.
 *
 * Sockets are small non-negative numbers; failures are negative errno values by Linux's numbers, which are
 * MicroPython's, so that they reach a script as OSError unchanged: -EBADF for a number that is no open socket, -EMFILE
 * when LB_NET_SOCKETS are open. Every call is non-blocking: -EAGAIN means "not now", and lb_net_wait sleeps until the
 * socket is ready, an interrupt was handled or the time is over. A socket that becomes ready counts as an interrupt: it
 * ends lb_periph_wait_ms too, which is how several are waited for at once. Addresses are host order; ports too.
 *
 * The radio (radio.h) carries all of it. While it is linked to nobody lb_net_open and lb_net_resolve fail with -ENODEV.
 * When it goes off, every open socket is cut: its peer or port is gone for good, calls fail with -ENOTCONN,
 * lb_net_ready says LB_NET_ERROR | LB_NET_CLOSED, and its number stays taken until lb_net_close.
 */
#ifndef LB_HW_NET_H
#define LB_HW_NET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lb_net_address {
	uint32_t ip; /* 127.0.0.1 is 0x7F000001 */
	uint16_t port;
};

enum { LB_NET_SOCKETS = 32 }; /* the module's own servers take up to half of them */
enum lb_net_kind { LB_NET_STREAM = 0, LB_NET_DATAGRAM = 1 };
enum lb_net_ready { LB_NET_READABLE = 1, LB_NET_WRITABLE = 2, LB_NET_ERROR = 4, LB_NET_CLOSED = 8 };

int lb_net_open(enum lb_net_kind kind);
void lb_net_close(int sock);
int lb_net_bind(int sock, struct lb_net_address address);
int lb_net_listen(int sock, int backlog);
int lb_net_accept(int sock, struct lb_net_address *peer);
int lb_net_connect(int sock, struct lb_net_address address); /* -EINPROGRESS: wait for writable, then ask again */
int lb_net_send(int sock, const void *data, size_t size_bytes, const struct lb_net_address *to);
int lb_net_receive(int sock, void *data, size_t size_bytes, struct lb_net_address *from);
int lb_net_reuse_address(int sock, bool on);
/* The socket's own end: with the port that bind gave for 0, and the address at which the peer reached it. */
int lb_net_local(int sock, struct lb_net_address *address);
/* Bit set of lb_net_ready that hold now, of those in want, plus error and closed. */
unsigned lb_net_ready(int sock, unsigned want);
/* Sleeps; the same rules as lb_periph_wait_ms. */
void lb_net_wait(int sock, unsigned want, uint32_t wait_ms);
/* For servers that run beside a script: the handler is called in interrupt context, once for each lb_net_watch, as soon
 * as something of want, an error or the end holds for the socket; inside lb_net_watch when it does so already. So serve
 * until -EAGAIN, then watch again. 0 as want ends a watch, as closing the socket does. A NULL handler ends them all. */
typedef void lb_net_ready_fn(int sock, unsigned ready);
void lb_net_on_ready(lb_net_ready_fn *handler);
void lb_net_watch(int sock, unsigned want);
/* May block for as long as the host's resolver does. 0 or a negative errno. */
int lb_net_resolve(const char *host, struct lb_net_address *address);

#endif
