#include "host/client/port.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "host/client/host_time.h"
#include "protocols/rfc2217/rfc2217_wire.h"

enum {
	SLICE_MS = 100, /* a signal just before a wait is seen so late */
	SEND_MS = 10000,
};

static int64_t now_ms(void *ctx)
{
	(void)ctx;
	return lb_host_now_ms();
}

static bool is_stopped(const struct lb_port *port)
{
	return port->stop != NULL && *port->stop != 0;
}

static bool has_ended(const struct lb_port *port)
{
	return port->has_ended != NULL && port->has_ended(port->ended_ctx);
}

int lb_port_wait(const struct lb_port *port, short events, int time_ms)
{
	struct pollfd wait = {.fd = port->fd, .events = events};
	int64_t until_ms = lb_host_now_ms() + time_ms;

	for (;;) {
		int64_t left_ms = until_ms - lb_host_now_ms();
		int slice_ms = left_ms < 0 ? 0 : left_ms < SLICE_MS ? (int)left_ms : SLICE_MS;

		if (is_stopped(port))
			return LB_PORT_STOPPED;
		int count = poll(&wait, 1, slice_ms);
		if (count > 0 && (wait.revents & events) != 0)
			return 1;
		if (count > 0 || (count < 0 && errno != EINTR) || has_ended(port))
			return LB_PORT_GONE;
		if (left_ms <= 0)
			return 0;
	}
}

static bool speaks_telnet(const struct lb_port *port)
{
	return port->kind == LB_PORT_TELNET || port->kind == LB_PORT_RFC2217;
}

/* --- out: all goes through one buffer, so that an answer of telnet's never comes into the middle of data --- */

static int flush(struct lb_port *port)
{
	if (port->out_bytes == 0)
		return 0;
	ssize_t count = send(port->fd, port->out, port->out_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (count < 0 && errno == ENOTSOCK)
		count = write(port->fd, port->out, port->out_bytes);
	if (count < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : LB_PORT_GONE;
	port->out_bytes -= (size_t)count;
	memmove(port->out, port->out + count, port->out_bytes);
	return 0;
}

static int flush_all(struct lb_port *port)
{
	int64_t until_ms = lb_host_now_ms() + SEND_MS;
	int result = flush(port);

	while (result == 0 && port->out_bytes > 0) {
		int ready = lb_port_wait(port, POLLOUT, (int)(until_ms - lb_host_now_ms()));
		if (ready <= 0)
			return ready < 0 ? ready : LB_PORT_SILENT;
		result = flush(port);
	}
	return result;
}

/* What is telnet's own; shorter than the buffer. */
static int send_wire(struct lb_port *port, const uint8_t *wire, size_t size_bytes)
{
	int result = flush_all(port);

	if (result != 0)
		return result;
	memcpy(port->out, wire, size_bytes);
	port->out_bytes = size_bytes;
	return flush_all(port);
}

int lb_port_offer(struct lb_port *port, const void *data, size_t size_bytes)
{
	size_t chunk = size_bytes < LB_PORT_CHUNK_BYTES ? size_bytes : LB_PORT_CHUNK_BYTES;
	int result = flush(port);

	if (result != 0 || port->out_bytes > 0)
		return result;
	if (speaks_telnet(port)) {
		port->out_bytes = lb_telnet_put(port->out, data, chunk);
	} else {
		memcpy(port->out, data, chunk);
		port->out_bytes = chunk;
	}
	result = flush(port);
	return result != 0 ? result : (int)chunk;
}

static int port_send(void *ctx, const void *data, size_t size_bytes)
{
	const uint8_t *bytes = data;
	int result = 0;

	for (size_t sent = 0; sent < size_bytes && result == 0;) {
		int count = lb_port_offer(ctx, bytes + sent, size_bytes - sent);
		sent += count > 0 ? (size_t)count : 0;
		result = count < 0 ? count : flush_all(ctx);
	}
	return result;
}

/* --- in --- */

static int read_raw(struct lb_port *port, uint8_t *data, size_t room_bytes, int time_ms)
{
	int ready = lb_port_wait(port, POLLIN, time_ms);

	if (ready <= 0)
		return ready;
	ssize_t count = read(port->fd, data, room_bytes < LB_PORT_CHUNK_BYTES ? room_bytes : LB_PORT_CHUNK_BYTES);
	if (count < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return count > 0 ? (int)count : LB_PORT_GONE;
}

/* 0 also when what came was for the telnet layer alone. */
static int read_some(struct lb_port *port, uint8_t *data, size_t room_bytes, int time_ms)
{
	uint8_t answer[LB_RFC2217_CLIENT_ANSWER_BYTES * LB_PORT_CHUNK_BYTES];
	size_t answer_bytes;
	int count = read_raw(port, data, room_bytes, time_ms);

	if (count <= 0 || !speaks_telnet(port))
		return count;
	count = (int)lb_rfc2217_client_parse(&port->telnet, data, (size_t)count, data, answer, &answer_bytes);
	int result = 0;
	for (size_t sent = 0; sent < answer_bytes && result == 0; sent += LB_PORT_CHUNK_BYTES) {
		size_t left = answer_bytes - sent;
		result = send_wire(port, answer + sent, left < LB_PORT_CHUNK_BYTES ? left : LB_PORT_CHUNK_BYTES);
	}
	return result < 0 ? result : count;
}

/* What is held comes first: it is older than what the descriptor has. */
static int port_receive(void *ctx, void *data, size_t room_bytes, int time_ms)
{
	struct lb_port *port = ctx;
	int64_t until_ms = lb_host_now_ms() + time_ms;
	int count, left_ms = time_ms;

	if (port->held_bytes > 0) {
		size_t size_bytes = port->held_bytes < room_bytes ? port->held_bytes : room_bytes;
		memcpy(data, port->held, size_bytes);
		port->held_bytes -= size_bytes;
		memmove(port->held, port->held + size_bytes, port->held_bytes);
		return (int)size_bytes;
	}
	do {
		count = read_some(port, data, room_bytes, left_ms);
		left_ms = (int)(until_ms - lb_host_now_ms());
	} while (count == 0 && left_ms > 0);
	return count;
}

/* Reads once; the beginning of what the port says meanwhile is kept. */
static int read_held(struct lb_port *port, int time_ms)
{
	uint8_t data[LB_PORT_CHUNK_BYTES];
	int count = read_some(port, data, sizeof(data), time_ms);

	if (count > 0) {
		size_t room = sizeof(port->held) - port->held_bytes;
		size_t kept = (size_t)count < room ? (size_t)count : room;
		memcpy(port->held + port->held_bytes, data, kept);
		port->held_bytes += kept;
	}
	return count < 0 ? count : 0;
}

/* --- rates and lines --- */

/* Sends orders and waits until so many are carried out. */
static int order(struct lb_port *port, const uint8_t *wire, size_t size_bytes, unsigned orders)
{
	int64_t until_ms = lb_host_now_ms() + LB_PORT_ANSWER_MS;

	port->telnet.confirmed = 0;
	int result = send_wire(port, wire, size_bytes);
	for (int64_t left_ms = LB_PORT_ANSWER_MS; result == 0 && port->telnet.confirmed < orders && left_ms > 0;) {
		result = read_held(port, (int)left_ms);
		left_ms = until_ms - lb_host_now_ms();
	}
	return result == 0 && port->telnet.confirmed < orders ? LB_PORT_UNSUPPORTED : result;
}

/* Both lines in one order or one ioctl: the circuit that they drive must not see the one without the other. */
static int port_set_lines(void *ctx, bool dtr, bool rts)
{
	struct lb_port *port = ctx;
	uint8_t wire[2 * LB_RFC2217_CLIENT_ORDER_BYTES];
	int levels;

	if (port->kind == LB_PORT_RFC2217) {
		size_t used = lb_rfc2217_client_set_control(wire, dtr ? LB_RFC2217_DTR_ON : LB_RFC2217_DTR_OFF);
		used += lb_rfc2217_client_set_control(wire + used, rts ? LB_RFC2217_RTS_ON : LB_RFC2217_RTS_OFF);
		return order(port, wire, used, 2);
	}
	if (port->kind != LB_PORT_MODEM || ioctl(port->fd, TIOCMGET, &levels) != 0)
		return LB_PORT_UNSUPPORTED;
	levels &= ~(TIOCM_DTR | TIOCM_RTS);
	levels |= (dtr ? TIOCM_DTR : 0) | (rts ? TIOCM_RTS : 0);
	return ioctl(port->fd, TIOCMSET, &levels) == 0 ? 0 : LB_PORT_GONE;
}

/* The rates that termios has names for; others are refused rather than rounded. */
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
	struct lb_port *port = ctx;
	uint8_t wire[LB_RFC2217_CLIENT_ORDER_BYTES];

	if (port->kind == LB_PORT_RFC2217)
		return order(port, wire, lb_rfc2217_client_set_baud(wire, baud), 1);
	return port->kind == LB_PORT_MODEM ? set_tty_baud(port->fd, baud) : LB_PORT_UNSUPPORTED;
}

static int port_pause(void *ctx, int time_ms)
{
	int64_t until_ms = lb_host_now_ms() + time_ms;

	for (;;) {
		int64_t left_ms = until_ms - lb_host_now_ms();
		if (is_stopped(ctx))
			return LB_PORT_STOPPED;
		if (has_ended(ctx))
			return LB_PORT_GONE;
		if (left_ms <= 0)
			return 0;
		poll(NULL, 0, left_ms < SLICE_MS ? (int)left_ms : SLICE_MS);
	}
}

/* --- start and end --- */

int lb_port_agree(struct lb_port *port)
{
	int64_t until_ms = lb_host_now_ms() + LB_PORT_ANSWER_MS;
	uint8_t wire[LB_RFC2217_CLIENT_START_BYTES];
	int result = send_wire(port, wire, lb_rfc2217_client_start(&port->telnet, wire));

	if (port->kind == LB_PORT_TELNET) /* which may answer as it likes: what it declines is not needed */
		return result;
	for (int64_t left_ms = LB_PORT_ANSWER_MS;
	     result == 0 && !port->telnet.agreed && !port->telnet.refused && left_ms > 0;) {
		result = read_held(port, (int)left_ms);
		left_ms = until_ms - lb_host_now_ms();
	}
	if (result != 0 || !port->telnet.agreed)
		return result != 0 ? result : LB_PORT_SILENT;
	result = order(port, wire, lb_rfc2217_client_set_8n1(wire), 3);
	if (result == 0)
		result = order(port, wire, lb_rfc2217_client_set_control(wire, LB_RFC2217_FLOW_NONE), 1);
	if (result == 0)
		result = port_set_baud(port, LB_PORT_BAUD);
	return result == 0 ? port_set_lines(port, false, false) : result;
}

void lb_port_adopt(struct lb_port *port, int fd, enum lb_port_kind kind, const volatile sig_atomic_t *stop)
{
	*port = (struct lb_port){
		.send = port_send,
		.receive = port_receive,
		.set_lines = port_set_lines,
		.set_baud = port_set_baud,
		.pause = port_pause,
		.now_ms = now_ms,
		.ctx = port,
		.fd = fd,
		.kind = kind,
		.stop = stop,
	};
}

void lb_port_close(struct lb_port *port)
{
	if (port->fd >= 0)
		close(port->fd);
	port->fd = -1;
}
