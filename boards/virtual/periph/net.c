/* Sockets of the host. A socket number is an index of `sockets`, so that no other descriptor of this process is ever in
 * a script's reach. */
#define _GNU_SOURCE /* accept4, SOCK_NONBLOCK */
#include "core/hw/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "boards/virtual/periph/irq.h"

static int sockets[LB_NET_SOCKETS]; /* descriptors; 0: free */

static int fd_of(int sock)
{
	return sock >= 0 && sock < LB_NET_SOCKETS && sockets[sock] != 0 ? sockets[sock] : -1;
}

/* The socket's number; takes the descriptor over, also when there is no room. */
static int enter(int fd)
{
	if (fd < 0)
		return -errno;
	for (int sock = 0; sock < LB_NET_SOCKETS; sock++) {
		if (sockets[sock] == 0) {
			sockets[sock] = fd;
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
	return (struct lb_net_address){ .ip = ntohl(address->sin_addr.s_addr), .port = ntohs(address->sin_port) };
}

/* The result of a call of the host as the contract wants it. */
static int outcome(ssize_t result)
{
	return result < 0 ? -errno : (int)result;
}

int lb_net_open(enum lb_net_kind kind)
{
	const int type = kind == LB_NET_STREAM ? SOCK_STREAM : SOCK_DGRAM;

	return enter(socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

void lb_net_close(int sock)
{
	const int fd = fd_of(sock);

	if (fd == -1)
		return;
	close(fd);
	sockets[sock] = 0;
}

void lb_net_close_all(void)
{
	for (int sock = 0; sock < LB_NET_SOCKETS; sock++)
		lb_net_close(sock);
}

int lb_net_bind(int sock, struct lb_net_address address)
{
	const struct sockaddr_in host = to_host(address);

	return outcome(bind(fd_of(sock), (const struct sockaddr *)&host, sizeof host));
}

int lb_net_listen(int sock, int backlog)
{
	return outcome(listen(fd_of(sock), backlog));
}

int lb_net_accept(int sock, struct lb_net_address *peer)
{
	struct sockaddr_in host = { .sin_family = AF_INET };
	socklen_t host_bytes = sizeof host;
	const int fd = accept4(fd_of(sock), (struct sockaddr *)&host, &host_bytes, SOCK_NONBLOCK | SOCK_CLOEXEC);
	const int accepted = enter(fd);

	if (accepted >= 0 && peer != NULL)
		*peer = from_host(&host);
	return accepted;
}

/* Asked again while it is under way, the host says EALREADY. */
int lb_net_connect(int sock, struct lb_net_address address)
{
	const struct sockaddr_in host = to_host(address);
	const int result = outcome(connect(fd_of(sock), (const struct sockaddr *)&host, sizeof host));

	return result == -EALREADY ? -EINPROGRESS : result;
}

static size_t count_of(size_t size_bytes)
{
	return size_bytes < INT_MAX ? size_bytes : INT_MAX;
}

int lb_net_send(int sock, const void *data, size_t size_bytes, const struct lb_net_address *to)
{
	struct sockaddr_in host;

	if (to == NULL)
		return outcome(send(fd_of(sock), data, count_of(size_bytes), MSG_NOSIGNAL));
	host = to_host(*to);
	return outcome(sendto(fd_of(sock), data, count_of(size_bytes), MSG_NOSIGNAL, (const struct sockaddr *)&host,
	                      sizeof host));
}

/* A stream's peer is not in recvfrom's answer; `from` is then left 0. */
int lb_net_receive(int sock, void *data, size_t size_bytes, struct lb_net_address *from)
{
	struct sockaddr_in host = { .sin_family = AF_INET };
	socklen_t host_bytes = sizeof host;
	const ssize_t result =
		recvfrom(fd_of(sock), data, count_of(size_bytes), 0, (struct sockaddr *)&host, &host_bytes);
	const int got = outcome(result);

	if (got >= 0 && from != NULL)
		*from = from_host(&host);
	return got;
}

int lb_net_reuse_address(int sock, bool on)
{
	const int value = on;

	return outcome(setsockopt(fd_of(sock), SOL_SOCKET, SO_REUSEADDR, &value, sizeof value));
}

static struct pollfd poll_for(int sock, unsigned want)
{
	struct pollfd poll_fd = { .fd = fd_of(sock) };

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

	if (poll_fd.fd == -1)
		return LB_NET_ERROR;
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

	if (poll_fd.fd != -1)
		lb_irq_sleep(&poll_fd, 1, wait_ms);
}

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
	const struct addrinfo hints = { .ai_family = AF_INET, .ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	struct in_addr numeric;
	int code;

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
