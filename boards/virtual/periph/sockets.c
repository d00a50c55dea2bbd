/* Sockets of the host, as far as the radio carries them. A socket number is an index of `sockets`, so that no other
 * descriptor of this process is ever in a script's reach. What a script binds is on the loopback alone, or where
 * the hardware process says, ports below 1024 above it; where its calls go the hardware process says, unless they go
 * to the host's own network (docs/spec/environment.md). */
#define _GNU_SOURCE /* accept4, SOCK_NONBLOCK */
#include "core/hw/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "boards/virtual/common/bus.h"
#include "boards/virtual/periph/inbox.h"
#include "boards/virtual/periph/interrupt.h"
#include "boards/virtual/periph/sockets.h"
#include "boards/virtual/periph/radiostate.h"
#include "core/base/bytes.h"
#include "core/hw/periph.h"
#include "core/hw/radio.h"

enum { PORTS_MAPPED = 1024, MAPPED_BY = 8000, LOOPBACK_NET = 127 };

struct slot {
	bool taken;
	int fd;        /* -1: the radio went off since */
	unsigned want; /* what is watched for; 0: nothing */
	enum lb_net_kind kind;
	uint16_t own_port; /* as it was bound; on the host it may be another one */
	/* The server that was called last, and where that is on the host. */
	struct lb_net_address peer, peer_host;
};

static struct slot sockets[LB_NET_SOCKETS];
static lb_net_ready_fn *handler;
static struct {
	int error;
	struct lb_net_address address;
} routed; /* the last answer */

static struct slot *slot_of(int sock)
{
	return sock >= 0 && sock < LB_NET_SOCKETS && sockets[sock].taken ? &sockets[sock] : NULL;
}

/* The descriptor, or the negative errno that every call then fails with. */
static int fd_of(int sock)
{
	const struct slot *slot = slot_of(sock);

	if (slot == NULL)
		return -EBADF;
	return slot->fd != -1 ? slot->fd : -ENOTCONN;
}

/* What is sent leaves at once: a console's characters must not wait for each other. Datagrams know no such thing. */
static void send_at_once(int fd)
{
	const int value = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, sizeof(value));
}

/* The socket's number; takes the descriptor over, also when there is no room. */
static int enter(int fd, enum lb_net_kind kind)
{
	if (fd < 0)
		return -errno;
	for (int sock = 0; sock < LB_NET_SOCKETS; sock++) {
		if (!sockets[sock].taken) {
			sockets[sock] = (struct slot){.taken = true, .fd = fd, .kind = kind};
			lb_interrupt_from(fd);
			send_at_once(fd);
			return sock;
		}
	}
	close(fd);
	return -EMFILE;
}

static struct sockaddr_in to_host(struct lb_net_address address)
{
	return (struct sockaddr_in){
		.sin_family = AF_INET,
		.sin_port = htons(address.port),
		.sin_addr.s_addr = htonl(address.ip),
	};
}

static struct lb_net_address from_host(const struct sockaddr_in *address)
{
	return (struct lb_net_address){.ip = ntohl(address->sin_addr.s_addr), .port = ntohs(address->sin_port)};
}

/* The result of a call of the host as the contract wants it. */
static int outcome(ssize_t result)
{
	return result < 0 ? -errno : (int)result;
}

/* Do the module's calls go where the hardware process says? */
static bool is_routed(void)
{
	return lb_bus_get(WIRE_REG_ROUTES) != 0;
}

int lb_net_open(enum lb_net_kind kind)
{
	const int type = kind == LB_NET_STREAM ? SOCK_STREAM : SOCK_DGRAM;

	if (!lb_radiostate_carries())
		return -ENODEV;
	return enter(socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), kind);
}

/* The interrupt must not find a descriptor that is another's by now. */
static void cut(struct slot *slot, bool taken)
{
	const uint32_t state = lb_periph_irq_save();

	if (slot->fd != -1)
		close(slot->fd);
	slot->fd = -1;
	slot->taken = taken;
	if (!taken)
		slot->want = 0;
	lb_interrupt_note(); /* another thread may wait for it */
	lb_periph_irq_restore(state);
}

void lb_net_close(int sock)
{
	struct slot *slot = slot_of(sock);

	if (slot != NULL)
		cut(slot, false);
}

void lb_sockets_cut_all(void)
{
	for (int sock = 0; sock < LB_NET_SOCKETS; sock++)
		if (sockets[sock].taken)
			cut(&sockets[sock], true);
	lb_interrupt_note();
	lb_sockets_interrupt();
}

static int bind_to(int fd, uint16_t port)
{
	const uint32_t ip = wire_bind_ip(lb_bus_get(WIRE_REG_BIND));
	const struct sockaddr_in host = to_host((struct lb_net_address){.ip = ip, .port = port});

	return outcome(bind(fd, (const struct sockaddr *)&host, sizeof(host)));
}

static uint16_t host_port_of(const struct slot *slot)
{
	struct sockaddr_in host = {.sin_family = AF_INET};
	socklen_t host_bytes = sizeof(host);

	getsockname(slot->fd, (struct sockaddr *)&host, &host_bytes);
	return ntohs(host.sin_port);
}

/* Of a socket that listens, or a datagram socket that was bound: somebody may come. */
static void report_serving(int sock)
{
	const struct slot *slot = &sockets[sock];
	const uint16_t host_port = host_port_of(slot);

	lb_bus_send((uint8_t[]){WIRE_SERVES, (uint8_t)slot->kind, (uint8_t)slot->own_port, (uint8_t)(slot->own_port >> 8),
	                        (uint8_t)host_port, (uint8_t)(host_port >> 8)},
	            6);
}

/* Whoever asked for a world of its own gets a port in it, whoever else has that port on this host. */
int lb_net_bind(int sock, struct lb_net_address address)
{
	const uint16_t above = address.port != 0 && address.port < PORTS_MAPPED ? MAPPED_BY : 0;
	const int fd = fd_of(sock);
	int result;

	if (fd < 0)
		return fd;
	result = bind_to(fd, (uint16_t)(address.port + above));
	if (result == -EADDRINUSE && is_routed())
		result = bind_to(fd, 0);
	if (result != 0)
		return result;
	sockets[sock].own_port = address.port;
	if (sockets[sock].kind == LB_NET_DATAGRAM && address.port != 0)
		report_serving(sock);
	return 0;
}

int lb_net_listen(int sock, int backlog)
{
	const int fd = fd_of(sock);
	const int result = fd < 0 ? fd : outcome(listen(fd, backlog));

	if (result == 0)
		report_serving(sock);
	return result;
}

int lb_net_accept(int sock, struct lb_net_address *peer)
{
	struct sockaddr_in host = {.sin_family = AF_INET};
	socklen_t host_bytes = sizeof(host);
	const int fd = fd_of(sock);
	int accepted;

	if (fd < 0)
		return fd;
	accepted = enter(accept4(fd, (struct sockaddr *)&host, &host_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC), LB_NET_STREAM);
	if (accepted >= 0 && peer != NULL)
		*peer = from_host(&host);
	return accepted;
}

/* --- where a call goes --- */

void lb_sockets_routed(int error, struct lb_net_address address)
{
	routed.error = error;
	routed.address = address;
}

/* A server of the module's own; of the host's others none, where the module has a world of its own. */
static int route_to_itself(struct lb_net_address *address)
{
	for (int sock = 0; sock < LB_NET_SOCKETS; sock++) {
		if (!sockets[sock].taken || sockets[sock].fd == -1 || sockets[sock].own_port != address->port)
			continue;
		address->ip = wire_dial_ip(lb_bus_get(WIRE_REG_BIND));
		address->port = host_port_of(&sockets[sock]);
		return 0;
	}
	return is_routed() ? -ECONNREFUSED : 0;
}

static int ask_route(enum lb_net_kind kind, struct lb_net_address *address)
{
	uint8_t question[] = {WIRE_ROUTE, (uint8_t)kind, 0, 0, 0, 0, (uint8_t)address->port, (uint8_t)(address->port >> 8)};

	lb_store32le(question + 2, address->ip);
	lb_inbox_ask_with(question, sizeof(question), WIRE_ROUTED);
	*address = routed.address;
	return routed.error;
}

/* Makes an address that a script calls one of the host's. Asked once for calls of the same server in a row. */
static int route(struct slot *slot, struct lb_net_address *address)
{
	const struct lb_net_address peer = *address;
	int error;

	if (peer.port != 0 && slot->peer.ip == peer.ip && slot->peer.port == peer.port) {
		*address = slot->peer_host;
		return 0;
	}
	if (peer.ip >> 24 == LOOPBACK_NET || peer.ip == lb_radio_ap_ip())
		error = route_to_itself(address);
	else
		error = is_routed() ? ask_route(slot->kind, address) : 0;
	if (error != 0)
		return error;
	slot->peer = peer;
	slot->peer_host = *address;
	return 0;
}

/* Asked again while it is under way, the host says EALREADY. */
int lb_net_connect(int sock, struct lb_net_address address)
{
	const int fd = fd_of(sock);
	struct sockaddr_in host;
	int result;

	if (fd < 0)
		return fd;
	result = route(&sockets[sock], &address);
	if (result != 0)
		return result;
	host = to_host(address);
	result = outcome(connect(fd, (const struct sockaddr *)&host, sizeof(host)));
	return result == -EALREADY ? -EINPROGRESS : result;
}

static size_t count_of(size_t size_bytes)
{
	return size_bytes < INT_MAX ? size_bytes : INT_MAX;
}

int lb_net_send(int sock, const void *data, size_t size_bytes, const struct lb_net_address *to)
{
	const int fd = fd_of(sock);
	struct lb_net_address address;
	struct sockaddr_in host;
	int error;

	if (fd < 0)
		return fd;
	if (to == NULL)
		return outcome(send(fd, data, count_of(size_bytes), MSG_NOSIGNAL));
	address = *to;
	error = route(&sockets[sock], &address);
	if (error != 0)
		return error;
	host = to_host(address);
	return outcome(sendto(fd, data, count_of(size_bytes), MSG_NOSIGNAL, (const struct sockaddr *)&host, sizeof(host)));
}

/* By the address that the script has of it. */
static struct lb_net_address known_as(const struct slot *slot, struct lb_net_address host)
{
	return slot->peer_host.ip == host.ip && slot->peer_host.port == host.port ? slot->peer : host;
}

/* Somebody who was not called: may be answered. */
static void know_sender(struct slot *slot, struct lb_net_address host)
{
	if (slot->peer_host.ip != host.ip || slot->peer_host.port != host.port)
		slot->peer = slot->peer_host = host;
}

/* A stream's peer is not in recvfrom's answer; `from` is then left 0. */
int lb_net_receive(int sock, void *data, size_t size_bytes, struct lb_net_address *from)
{
	struct sockaddr_in host = {.sin_family = AF_INET};
	socklen_t host_bytes = sizeof(host);
	const int fd = fd_of(sock);
	int got;

	if (fd < 0)
		return fd;
	got = outcome(recvfrom(fd, data, count_of(size_bytes), 0, (struct sockaddr *)&host, &host_bytes));
	if (got >= 0 && sockets[sock].kind == LB_NET_DATAGRAM)
		know_sender(&sockets[sock], from_host(&host));
	if (got >= 0 && from != NULL)
		*from = known_as(&sockets[sock], from_host(&host));
	return got;
}

int lb_net_reuse_address(int sock, bool on)
{
	const int value = on, fd = fd_of(sock);

	return fd < 0 ? fd : outcome(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &value, sizeof(value)));
}

int lb_net_local(int sock, struct lb_net_address *address)
{
	struct sockaddr_in host = {.sin_family = AF_INET};
	socklen_t host_bytes = sizeof(host);
	const int fd = fd_of(sock);
	int error;

	if (fd < 0)
		return fd;
	error = outcome(getsockname(fd, (struct sockaddr *)&host, &host_bytes));
	*address = from_host(&host);
	if (sockets[sock].own_port != 0)
		address->port = sockets[sock].own_port;
	return error;
}

static struct pollfd poll_for(int sock, unsigned want)
{
	struct pollfd poll_fd = {.fd = fd_of(sock)};

	if ((want & LB_NET_READABLE) != 0)
		poll_fd.events |= POLLIN;
	if ((want & LB_NET_WRITABLE) != 0)
		poll_fd.events |= POLLOUT;
	return poll_fd;
}

unsigned lb_net_ready(int sock, unsigned want)
{
	struct pollfd poll_fd = poll_for(sock, want);
	unsigned ready = 0;

	if (poll_fd.fd < 0)
		return poll_fd.fd == -ENOTCONN ? LB_NET_ERROR | LB_NET_CLOSED : LB_NET_ERROR;
	poll(&poll_fd, 1, 0);
	if ((poll_fd.revents & POLLIN) != 0)
		ready |= LB_NET_READABLE;
	if ((poll_fd.revents & POLLOUT) != 0)
		ready |= LB_NET_WRITABLE;
	if ((poll_fd.revents & (POLLERR | POLLNVAL)) != 0)
		ready |= LB_NET_ERROR;
	if ((poll_fd.revents & POLLHUP) != 0)
		ready |= LB_NET_CLOSED;
	return ready;
}

void lb_net_wait(int sock, unsigned want, uint32_t wait_ms)
{
	struct pollfd poll_fd = poll_for(sock, want);

	if (poll_fd.fd >= 0)
		lb_interrupt_sleep(&poll_fd, 1, wait_ms);
}

/* --- watching --- */

static void look(int sock)
{
	struct slot *slot = &sockets[sock];
	const unsigned want = slot->want;
	unsigned ready;

	if (!slot->taken || want == 0 || handler == NULL)
		return;
	ready = lb_net_ready(sock, want);
	if (ready == 0)
		return;
	slot->want = 0;
	lb_interrupt_note();
	handler(sock, ready);
}

void lb_sockets_interrupt(void)
{
	const uint32_t state = lb_periph_irq_save();

	for (int sock = 0; sock < LB_NET_SOCKETS; sock++)
		look(sock);
	lb_periph_irq_restore(state);
}

void lb_net_on_ready(lb_net_ready_fn *new_handler)
{
	const uint32_t state = lb_periph_irq_save();

	handler = new_handler;
	for (int sock = 0; new_handler == NULL && sock < LB_NET_SOCKETS; sock++)
		sockets[sock].want = 0;
	lb_periph_irq_restore(state);
}

void lb_net_watch(int sock, unsigned want)
{
	const uint32_t state = lb_periph_irq_save();
	struct slot *slot = slot_of(sock);

	if (slot != NULL) {
		slot->want = want;
		look(sock);
	}
	lb_periph_irq_restore(state);
}

/* --- names --- */

/* The resolver's own codes, as the errno values that come nearest. */
static int errno_of_resolver(int code)
{
	switch (code) {
	case EAI_NONAME: return ENOENT;
	case EAI_AGAIN: return EHOSTUNREACH; /* no name server answered; EAGAIN would mean "not now" */
	case EAI_MEMORY: return ENOMEM;
	case EAI_SYSTEM: return errno;
	default: return EIO;
	}
}

static int ask_name(const char *host, struct lb_net_address *address)
{
	const size_t size_bytes = strlen(host) + 1;

	if (size_bytes > WIRE_HOST_BYTES)
		return -ENOENT;
	memcpy(lb_bus_bytes(WIRE_REG_HOST), host, size_bytes);
	lb_inbox_ask(WIRE_RESOLVE, WIRE_ROUTED);
	address->ip = routed.address.ip;
	return routed.error;
}

int lb_net_resolve(const char *host, struct lb_net_address *address)
{
	const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	struct in_addr numeric;
	int code;

	if (!lb_radiostate_carries())
		return -ENODEV;
	address->port = 0;
	if (inet_pton(AF_INET, host, &numeric) == 1) {
		address->ip = ntohl(numeric.s_addr);
		return 0;
	}
	if (is_routed())
		return ask_name(host, address);
	code = getaddrinfo(host, NULL, &hints, &found);
	if (code != 0)
		return -errno_of_resolver(code);
	address->ip = from_host((const struct sockaddr_in *)(const void *)found->ai_addr).ip;
	freeaddrinfo(found);
	return 0;
}
