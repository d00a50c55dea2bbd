#include "host/client/host_time.h"
#include "host/client/line.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "protocols/rfc2217/rfc2217_wire.h"

enum {
	BAUD = 115200,
	SLICE_MS = 100, /* a signal just before a wait is seen so late */
	SEND_MS = 10000,
	ANSWER_MS = 3000,
	CONNECT_MS = 5000,
	HOST_BYTES = 256,
	CHUNK_BYTES = 1024,
};

static int64_t now_ms(void *ctx)
{
	(void)ctx;
	return lb_host_now_ms();
}

static bool is_stopped(const struct lb_line *line)
{
	return line->stop != NULL && *line->stop != 0;
}

/* 1: it happened, 0: time is over. */
static int wait_for(const struct lb_line *line, short events, int64_t until_ms)
{
	struct pollfd wait = {.fd = line->fd, .events = events};

	for (;;) {
		int64_t left_ms = until_ms - lb_host_now_ms();
		int slice_ms = left_ms < 0 ? 0 : left_ms < SLICE_MS ? (int)left_ms : SLICE_MS;

		if (is_stopped(line))
			return LB_PORT_STOPPED;
		int count = poll(&wait, 1, slice_ms);
		if (count > 0 && (wait.revents & events) != 0)
			return 1;
		if (count > 0 || (count < 0 && errno != EINTR))
			return LB_PORT_GONE;
		if (left_ms <= 0)
			return 0;
	}
}

static int send_raw(struct lb_line *line, const uint8_t *data, size_t size_bytes)
{
	int64_t until_ms = lb_host_now_ms() + SEND_MS;

	for (size_t sent = 0; sent < size_bytes;) {
		int ready = wait_for(line, POLLOUT, until_ms);
		if (ready <= 0)
			return ready < 0 ? ready : LB_PORT_GONE;
		ssize_t count = write(line->fd, data + sent, size_bytes - sent);
		if (count < 0 && errno != EAGAIN && errno != EINTR)
			return LB_PORT_GONE;
		sent += count > 0 ? (size_t)count : 0;
	}
	return 0;
}

static int port_send(void *ctx, const void *data, size_t size_bytes)
{
	struct lb_line *line = ctx;
	uint8_t wire[LB_RFC2217_CLIENT_DATA_BYTES * CHUNK_BYTES];
	int result = 0;

	if (!line->over_telnet)
		return send_raw(line, data, size_bytes);
	for (size_t sent = 0; sent < size_bytes && result == 0; sent += CHUNK_BYTES) {
		size_t chunk = size_bytes - sent < CHUNK_BYTES ? size_bytes - sent : CHUNK_BYTES;
		result = send_raw(line, wire, lb_telnet_put(wire, (const uint8_t *)data + sent, chunk));
	}
	return result;
}

static int read_raw(struct lb_line *line, uint8_t *data, size_t room_bytes, int64_t until_ms)
{
	int ready = wait_for(line, POLLIN, until_ms);

	if (ready <= 0)
		return ready;
	ssize_t count = read(line->fd, data, room_bytes < CHUNK_BYTES ? room_bytes : CHUNK_BYTES);
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return count > 0 ? (int)count : LB_PORT_GONE;
}

/* 0 also when what came was for the telnet layer alone. */
static int read_some(struct lb_line *line, uint8_t *data, size_t room_bytes, int64_t until_ms)
{
	uint8_t answer[LB_RFC2217_CLIENT_ANSWER_BYTES * CHUNK_BYTES];
	size_t answer_bytes;
	int count = read_raw(line, data, room_bytes, until_ms);

	if (count <= 0 || !line->over_telnet)
		return count;
	count = (int)lb_rfc2217_client_parse(&line->telnet, data, (size_t)count, data, answer, &answer_bytes);
	int result = send_raw(line, answer, answer_bytes);
	return result < 0 ? result : count;
}

static int port_receive(void *ctx, void *data, size_t room_bytes, int time_ms)
{
	struct lb_line *line = ctx;
	int64_t until_ms = lb_host_now_ms() + time_ms;
	int count;

	if (line->held_bytes > 0) {
		size_t taken = line->held_bytes < room_bytes ? line->held_bytes : room_bytes;
		memcpy(data, line->held, taken);
		line->held_bytes -= taken;
		memmove(line->held, line->held + taken, line->held_bytes);
		return (int)taken;
	}
	do {
		count = read_some(line, data, room_bytes, until_ms);
	} while (count == 0 && lb_host_now_ms() < until_ms);
	return count;
}

/* One look at what comes; the beginning of what the port says meanwhile is kept. */
static int listen_on(struct lb_line *line, int64_t until_ms)
{
	uint8_t data[CHUNK_BYTES];
	int count = read_some(line, data, sizeof(data), until_ms);

	if (count > 0) {
		size_t room = sizeof(line->held) - line->held_bytes;
		size_t kept = (size_t)count < room ? (size_t)count : room;
		memcpy(line->held + line->held_bytes, data, kept);
		line->held_bytes += kept;
	}
	return count < 0 ? count : 0;
}

/* Sends orders and waits until so many are carried out. */
static int order(struct lb_line *line, const uint8_t *wire, size_t size_bytes, unsigned orders)
{
	int64_t until_ms = lb_host_now_ms() + ANSWER_MS;
	int result;

	line->telnet.confirmed = 0;
	result = send_raw(line, wire, size_bytes);
	while (result == 0 && line->telnet.confirmed < orders && lb_host_now_ms() < until_ms)
		result = listen_on(line, until_ms);
	return result == 0 && line->telnet.confirmed < orders ? LB_PORT_UNSUPPORTED : result;
}

static int port_set_lines(void *ctx, bool dtr, bool rts)
{
	struct lb_line *line = ctx;
	uint8_t wire[2 * LB_RFC2217_CLIENT_ORDER_BYTES];
	int levels;

	if (line->over_telnet) {
		size_t used = lb_rfc2217_client_set_control(wire, dtr ? LB_RFC2217_DTR_ON : LB_RFC2217_DTR_OFF);
		used += lb_rfc2217_client_set_control(wire + used, rts ? LB_RFC2217_RTS_ON : LB_RFC2217_RTS_OFF);
		return order(line, wire, used, 2);
	}
	if (!line->modem || ioctl(line->fd, TIOCMGET, &levels) != 0)
		return LB_PORT_UNSUPPORTED;
	levels &= ~(TIOCM_DTR | TIOCM_RTS);
	levels |= (dtr ? TIOCM_DTR : 0) | (rts ? TIOCM_RTS : 0);
	return ioctl(line->fd, TIOCMSET, &levels) == 0 ? 0 : LB_PORT_GONE;
}

static int set_tty_baud(int fd, uint32_t baud)
{
	static const struct {
		uint32_t baud;
		speed_t speed;
	} rates[] = {
		{9600, B9600},       {19200, B19200},     {38400, B38400},     {57600, B57600},
		{115200, B115200},   {230400, B230400},   {460800, B460800},   {921600, B921600},
		{1000000, B1000000}, {1500000, B1500000}, {2000000, B2000000},
	};
	struct termios settings;

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		if (rates[i].baud == baud && tcgetattr(fd, &settings) == 0 && cfsetspeed(&settings, rates[i].speed) == 0)
			return tcsetattr(fd, TCSADRAIN, &settings) == 0 ? 0 : LB_PORT_GONE;
	return LB_PORT_UNSUPPORTED;
}

static int port_set_baud(void *ctx, uint32_t baud)
{
	struct lb_line *line = ctx;
	uint8_t wire[LB_RFC2217_CLIENT_ORDER_BYTES];

	if (line->over_telnet)
		return order(line, wire, lb_rfc2217_client_set_baud(wire, baud), 1);
	return line->modem ? set_tty_baud(line->fd, baud) : LB_PORT_UNSUPPORTED;
}

static int port_pause(void *ctx, int time_ms)
{
	int64_t until_ms = lb_host_now_ms() + time_ms;

	for (;;) {
		int64_t left_ms = until_ms - lb_host_now_ms();
		if (is_stopped(ctx))
			return LB_PORT_STOPPED;
		if (left_ms <= 0)
			return 0;
		poll(NULL, 0, left_ms < SLICE_MS ? (int)left_ms : SLICE_MS);
	}
}

/* --- opening --- */

static bool refuse(char *reason, const char *name, const char *what)
{
	snprintf(reason, LB_LINE_REASON_BYTES, "%.200s: %s", name, what);
	return false;
}

static bool open_tty(struct lb_line *line, const char *name, char *reason)
{
	struct termios settings;
	int levels;

	line->fd = open(name, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (line->fd < 0)
		return refuse(reason, name, strerror(errno));
	if (tcgetattr(line->fd, &settings) != 0)
		return refuse(reason, name, "is no serial port");
	cfmakeraw(&settings);
	settings.c_cflag |= CLOCAL | CREAD;
	settings.c_cflag &= ~(tcflag_t)(CRTSCTS | HUPCL);
	cfsetspeed(&settings, B115200);
	if (tcsetattr(line->fd, TCSANOW, &settings) != 0)
		return refuse(reason, name, strerror(errno));
	line->modem = ioctl(line->fd, TIOCMGET, &levels) == 0;
	int result = line->modem ? port_set_lines(line, false, false) : 0;
	return result == 0 || refuse(reason, name, "its DTR and RTS cannot be set");
}

/* Non-blocking from the start, so that a host that does not answer is not waited for as long as the system would. */
static bool connect_to(struct lb_line *line, const struct addrinfo *address)
{
	int one = 1, error = 0;
	socklen_t size = sizeof(error);

	line->fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (line->fd < 0)
		return false;
	if (connect(line->fd, address->ai_addr, address->ai_addrlen) != 0 && errno != EINPROGRESS)
		error = errno;
	else if (wait_for(line, POLLOUT, lb_host_now_ms() + CONNECT_MS) == 0)
		error = ETIMEDOUT;
	else
		getsockopt(line->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (error != 0) {
		close(line->fd);
		line->fd = -1;
		errno = error;
		return false;
	}
	setsockopt(line->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return true;
}

/* "127.0.0.1:5000", "[::1]:5000", "bench.local:5000". */
static bool open_socket(struct lb_line *line, const char *name, const char *address, char *reason)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	char host[HOST_BYTES];
	const char *colon = strrchr(address, ':');
	size_t brackets = address[0] == '[' && colon != NULL && colon > address + 1 && colon[-1] == ']' ? 1 : 0;
	size_t host_bytes = colon != NULL ? (size_t)(colon - address) : 0;

	if (host_bytes <= 2 * brackets || host_bytes >= sizeof(host) || colon[1] == '\0' ||
	    strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return refuse(reason, name, "is no address: rfc2217://HOST:PORT or socket://HOST:PORT");
	snprintf(host, sizeof(host), "%.*s", (int)(host_bytes - 2 * brackets), address + brackets);
	int error = getaddrinfo(host, colon + 1, &hints, &found);
	if (error != 0)
		return refuse(reason, name, gai_strerror(error));
	bool connected = false;
	for (const struct addrinfo *at = found; at != NULL && !connected; at = at->ai_next)
		connected = connect_to(line, at);
	freeaddrinfo(found);
	return connected || refuse(reason, name, strerror(errno));
}

static bool agree(struct lb_line *line, const char *name, char *reason)
{
	int64_t until_ms = lb_host_now_ms() + ANSWER_MS;
	uint8_t wire[LB_RFC2217_CLIENT_START_BYTES];
	int result;

	line->over_telnet = true;
	result = send_raw(line, wire, lb_rfc2217_client_start(&line->telnet, wire));
	while (result == 0 && !line->telnet.agreed && !line->telnet.refused && lb_host_now_ms() < until_ms)
		result = listen_on(line, until_ms);
	if (result == LB_PORT_GONE)
		return refuse(reason, name, "ended the connection: another program may be using it");
	if (result < 0 || !line->telnet.agreed)
		return refuse(reason, name, "speaks no RFC 2217: if it passes bytes as they are, say socket://");
	size_t used = lb_rfc2217_client_set_8n1(wire);
	result = order(line, wire, used, 3);
	if (result == 0)
		result = order(line, wire, lb_rfc2217_client_set_control(wire, LB_RFC2217_FLOW_NONE), 1);
	if (result == 0)
		result = port_set_baud(line, BAUD);
	if (result == 0)
		result = port_set_lines(line, false, false);
	return result == 0 || refuse(reason, name, "does not carry out the orders of RFC 2217");
}

static const char *after(const char *name, const char *scheme)
{
	size_t length = strlen(scheme);

	return strncmp(name, scheme, length) == 0 ? name + length : NULL;
}

void lb_line_adopt(struct lb_line *line, int fd, const volatile sig_atomic_t *stop)
{
	*line = (struct lb_line){
		.port = {port_send, port_receive, port_set_lines, port_set_baud, port_pause, now_ms, line},
		.fd = fd,
		.stop = stop,
	};
}

bool lb_line_open(struct lb_line *line, const char *name, const volatile sig_atomic_t *stop,
                  char reason[LB_LINE_REASON_BYTES])
{
	const char *telnet = after(name, "rfc2217://"), *bytes = after(name, "socket://");
	bool opened;

	lb_line_adopt(line, -1, stop);
	if (telnet != NULL)
		opened = open_socket(line, name, telnet, reason) && agree(line, name, reason);
	else if (bytes != NULL)
		opened = open_socket(line, name, bytes, reason);
	else
		opened = open_tty(line, name, reason);
	if (!opened)
		lb_line_close(line);
	return opened;
}

void lb_line_close(struct lb_line *line)
{
	if (line->fd >= 0) {
		close(line->fd);
		line->fd = -1;
	}
}
