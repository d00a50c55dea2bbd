#include "hardware/process/listener.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

enum {
	BACKLOG = 8,
	LOOPBACK_NET = 127,
	SEND_BUFFER_BYTES = 65536, /* the kernel's: what is in there, nobody can take back */
	GONE_MS = 15000,           /* in which the kernel has sent again what was not acknowledged a good many times */
};

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

static bool is_v6(const union address *address)
{
	return address->any.sa_family == AF_INET6;
}

static int parse(const char *text, int port, union address *address)
{
	if (uv_ip4_addr(text, port, &address->v4) == 0 || uv_ip6_addr(text, port, &address->v6) == 0)
		return 0;
	return -EINVAL;
}

static bool is_loopback(const union address *address)
{
	if (is_v6(address) && IN6_IS_ADDR_V4MAPPED(&address->v6.sin6_addr))
		return address->v6.sin6_addr.s6_addr[12] == LOOPBACK_NET;
	if (is_v6(address))
		return IN6_IS_ADDR_LOOPBACK(&address->v6.sin6_addr);
	return ntohl(address->v4.sin_addr.s_addr) >> 24 == LOOPBACK_NET;
}

/* A socket that listens on all of this host's addresses is also found on loopback. */
static void write_text(struct lb_listener *listener, const union address *address)
{
	char name[INET6_ADDRSTRLEN];

	uv_ip_name(&address->any, name, sizeof(name));
	if (is_v6(address))
		snprintf(listener->text, sizeof(listener->text), "[%s]:%d",
		         IN6_IS_ADDR_UNSPECIFIED(&address->v6.sin6_addr) ? "::1" : name, ntohs(address->v6.sin6_port));
	else
		snprintf(listener->text, sizeof(listener->text), "%s:%d",
		         address->v4.sin_addr.s_addr == htonl(INADDR_ANY) ? "127.0.0.1" : name, ntohs(address->v4.sin_port));
}

static int listen_on(int fd, union address *address)
{
	socklen_t size_bytes = is_v6(address) ? sizeof(address->v6) : sizeof(address->v4);
	int yes = 1;

	/* Connections of an earlier run that are being forgotten do not keep the port. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) != 0 || bind(fd, &address->any, size_bytes) != 0 ||
	    listen(fd, BACKLOG) != 0 || getsockname(fd, &address->any, &size_bytes) != 0)
		return -errno;
	return 0;
}

int lb_listener_open(struct lb_listener *listener, const char *text, int port)
{
	union address address;
	int result = parse(text, port, &address);

	if (result != 0)
		return result;
	listener->fd = socket(address.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener->fd < 0)
		return -errno;
	result = listen_on(listener->fd, &address);
	if (result != 0) {
		close(listener->fd);
		return result;
	}
	listener->is_loopback = is_loopback(&address);
	write_text(listener, &address);
	return 0;
}

/* --- connections --- */

/* A client whose host is gone without a word must not keep the port for ever. */
static void tune(int fd)
{
	const int yes = 1, idle_s = 30, interval_s = 10, probes = 3, send_buffer_bytes = SEND_BUFFER_BYTES;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof(yes));
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof(yes));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof(idle_s));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof(interval_s));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send_buffer_bytes, sizeof(send_buffer_bytes));
}

int lb_listener_accept(int fd)
{
	int connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (connection >= 0)
		tune(connection);
	return connection;
}

static bool read_info(int connection, struct tcp_info *info)
{
	socklen_t size = sizeof(*info);

	return getsockopt(connection, IPPROTO_TCP, TCP_INFO, info, &size) == 0;
}

/* As long as something waits to be acknowledged, the kernel does not look for life, and tries again for many minutes:
 * too long for somebody who stands there and wants the port. One that is only slow to read acknowledges at once. */
bool lb_listener_is_gone(int connection)
{
	struct tcp_info info;

	return read_info(connection, &info) && info.tcpi_unacked > 0 && info.tcpi_last_ack_recv >= GONE_MS;
}

bool lb_listener_is_half_closed(int connection)
{
	struct tcp_info info;

	return read_info(connection, &info) && info.tcpi_state == TCP_CLOSE_WAIT;
}

bool lb_listener_is_local(int connection)
{
	union address address;
	socklen_t size_bytes = sizeof(address);

	return getpeername(connection, &address.any, &size_bytes) == 0 && is_loopback(&address);
}
