/* Sockets of the host, as far as the radio carries them. A socket number is an index of `sockets`, so that no other
 * descriptor of this process is ever in a script's reach. */
#define _GNU_SOURCE /* accept4, SOCK_NONBLOCK */
#include "core/hw/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "boards/virtual/periph/interrupt.h"
#include "boards/virtual/periph/sockets.h"
#include "boards/virtual/periph/radiostate.h"
#include "core/hw/periph.h"

struct slot {
	bool taken;
	int fd;        /* -1: the radio went off since */
	unsigned want; /* what is watched for; 0: nothing */
};

static struct slot sockets[LB_NET_SOCKETS];
static lb_net_ready_fn *handler;

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
static int enter(int fd)
{
	if (fd < 0)
		return -errno;
	for (int sock = 0; sock < LB_NET_SOCKETS; sock++) {
		if (!sockets[sock].taken) {
			sockets[sock] = (struct slot){.taken = true, .fd = fd};
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

int lb_net_open(enum lb_net_kind kind)
{
	const int type = kind == LB_NET_STREAM ? SOCK_STREAM : SOCK_DGRAM;

	if (!lb_radiostate_carries())
		return -ENODEV;
	return enter(socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
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

int lb_net_bind(int sock, struct lb_net_address address)
{
	const struct sockaddr_in host = to_host(address);
	const int fd = fd_of(sock);

	return fd < 0 ? fd : outcome(bind(fd, (const struct sockaddr *)&host, sizeof(host)));
}

int lb_net_listen(int sock, int backlog)
{
	const int fd = fd_of(sock);

	return fd < 0 ? fd : outcome(listen(fd, backlog));
}

int lb_net_accept(int sock, struct lb_net_address *peer)
{
	struct sockaddr_in host = {.sin_family = AF_INET};
	socklen_t host_bytes = sizeof(host);
	const int fd = fd_of(sock);
	int accepted;

	if (fd < 0)
		return fd;
	accepted = enter(accept4(fd, (struct sockaddr *)&host, &host_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC));
	if (accepted >= 0 && peer != NULL)
		*peer = from_host(&host);
	return accepted;
}

/* Asked again while it is under way, the host says EALREADY. */
int lb_net_connect(int sock, struct lb_net_address address)
{
	const struct sockaddr_in host = to_host(address);
	const int fd = fd_of(sock);
	int result;

	if (fd < 0)
		return fd;
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
	struct sockaddr_in host;

	if (fd < 0)
		return fd;
	if (to == NULL)
		return outcome(send(fd, data, count_of(size_bytes), MSG_NOSIGNAL));
	host = to_host(*to);
	return outcome(sendto(fd, data, count_of(size_bytes), MSG_NOSIGNAL, (const struct sockaddr *)&host, sizeof(host)));
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
	if (got >= 0 && from != NULL)
		*from = from_host(&host);
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
	code = getaddrinfo(host, NULL, &hints, &found);
	if (code != 0)
		return -errno_of_resolver(code);
	address->ip = from_host((const struct sockaddr_in *)(const void *)found->ai_addr).ip;
	freeaddrinfo(found);
	return 0;
}
