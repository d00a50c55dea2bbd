#include "firmware/net/telnet_server.h"

#include <stdio.h>
#include <string.h>

#include "firmware/io/console.h"
#include "firmware/io/rescue.h"
#include "protocols/telnet/telnet_console.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"

enum {
	RING_BYTES = 4096, /* more than MICROPY_REPL_STDIN_BUFFER_MAX, so that raw paste never has to wait */
	PIECE_BYTES = 128,
	PATIENCE_MS = 500, /* for a client that does not read */
	CTRL_C = 3,
};

struct connection {
	bool open;
	bool stalled; /* the client does not read: what is printed is lost until it does */
	int sock;
	struct lb_net_address peer;
	uint32_t since_ms;
	uint32_t active_ms;
	uint8_t input_at;
	uint8_t input_bytes;
	uint8_t input[PIECE_BYTES];
	struct lb_telnet_console telnet;
};

static struct {
	struct connection connections[LB_TELNET_CONNECTIONS];
	struct connection *console;
	uint8_t ring[RING_BYTES];
	uint32_t written; /* counts of bytes ever put into the ring, and read from it */
	uint32_t read;
	bool is_pending; /* something came for the program */
} server;

static void hang_up(struct connection *connection)
{
	lb_net_close(connection->sock);
	connection->open = false;
	if (connection == server.console)
		server.console = NULL;
}

/* --- output --- */

/* True when something was sent. */
static bool flush(struct connection *connection)
{
	size_t size_bytes;
	const uint8_t *bytes = lb_telnet_console_output(&connection->telnet, &size_bytes);
	const int sent = size_bytes == 0 ? 0 : lb_net_send(connection->sock, bytes, size_bytes, NULL);

	if (sent < 0 && sent != -MP_EAGAIN) {
		hang_up(connection);
		return false;
	}
	if (sent <= 0)
		return false;
	lb_telnet_console_sent(&connection->telnet, (size_t)sent);
	connection->stalled = false;
	connection->active_ms = (uint32_t)mp_hal_ticks_ms();
	return true;
}

void lb_telnet_server_flush(void)
{
	if (server.console != NULL)
		flush(server.console);
}

/* Until some of the console's output is gone; false when the client does not read. */
static bool wait_for_room(void)
{
	const uint32_t start_ms = (uint32_t)mp_hal_ticks_ms();

	while (server.console != NULL && !server.console->stalled) {
		const uint32_t waited_ms = (uint32_t)mp_hal_ticks_ms() - start_ms;

		if (flush(server.console))
			return true;
		if (server.console != NULL && waited_ms >= PATIENCE_MS)
			server.console->stalled = true;
		else if (server.console != NULL)
			lb_net_wait(server.console->sock, LB_NET_WRITABLE, PATIENCE_MS - waited_ms);
	}
	return false;
}

void lb_telnet_server_print(const char *text, size_t size_bytes)
{
	while (server.console != NULL && size_bytes > 0) {
		const size_t count = lb_telnet_console_print(&server.console->telnet, (const uint8_t *)text, size_bytes);

		text += count;
		size_bytes -= count;
		if (size_bytes > 0 && !flush(server.console) && !wait_for_room())
			return;
	}
}

/* --- input --- */

static size_t ring_room(void)
{
	return RING_BYTES - (server.written - server.read);
}

/* As uart.c does it: while Python code runs, a full ring loses bytes, so that a Ctrl-C behind them is still heard;
 * otherwise the sender is held back. */
static void read_console_bytes(const uint8_t *bytes, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++)
		if (lb_console_is_rescue(bytes[i], mp_interrupt_char))
			lb_rescue_start();
		else if (bytes[i] == mp_interrupt_char)
			mp_sched_keyboard_interrupt();
		else if (ring_room() > 0)
			server.ring[server.written++ % RING_BYTES] = bytes[i];
	if (size_bytes > 0)
		lb_console_note_input();
	server.is_pending |= size_bytes > 0;
}

static bool may_read(const struct connection *connection)
{
	return connection->input_bytes == 0 &&
	       (connection != server.console || mp_interrupt_char >= 0 || ring_room() >= PIECE_BYTES);
}

static void become_console(struct connection *connection)
{
	if (server.console != NULL)
		lb_telnet_console_end(&server.console->telnet, "\r\nAnother client has logged in and taken over.");
	server.console = connection;
	server.read = server.written;
}

/* What is in the input, as far as it may go; true when some of it went. */
static bool feed(struct connection *connection, uint32_t now_ms)
{
	const bool was_console = connection->telnet.phase == LB_TELNET_CONSOLE_LOGGED_IN;
	uint8_t bytes[PIECE_BYTES];
	size_t count;
	const size_t used = lb_telnet_console_receive(&connection->telnet, now_ms, connection->input + connection->input_at,
	                                              connection->input_bytes, bytes, &count);

	connection->input_at = (uint8_t)(connection->input_at + used);
	connection->input_bytes = (uint8_t)(connection->input_bytes - used);
	if (!was_console && connection->telnet.phase == LB_TELNET_CONSOLE_LOGGED_IN)
		become_console(connection);
	if (connection == server.console)
		read_console_bytes(bytes, count);
	return used > 0;
}

/* True when something came. */
static bool receive(struct connection *connection, uint32_t now_ms)
{
	int got;

	if (!may_read(connection))
		return false;
	got = lb_net_receive(connection->sock, connection->input, sizeof(connection->input), NULL);
	if (got == -MP_EAGAIN)
		return false;
	if (got <= 0) {
		hang_up(connection);
		return false;
	}
	connection->input_at = 0;
	connection->input_bytes = (uint8_t)got;
	connection->active_ms = now_ms;
	return true;
}

/* --- the server --- */

/* Whoever gives way hears why. */
static void evict(struct connection *connection)
{
	lb_telnet_console_end(&connection->telnet, "\r\nAnother client came, and nobody had logged in here.");
	flush(connection);
	if (connection->open)
		hang_up(connection);
}

/* A free one, or that of whoever has been there longest without logging in, which all but the console are: however many
 * idle clients there are, the next one gets in. */
static struct connection *find_place(uint32_t now_ms)
{
	struct connection *oldest = NULL;

	for (int i = 0; i < LB_TELNET_CONNECTIONS; i++) {
		struct connection *connection = &server.connections[i];

		if (!connection->open)
			return connection;
		if (connection->telnet.phase != LB_TELNET_CONSOLE_LOGGED_IN &&
		    (oldest == NULL || now_ms - connection->since_ms > now_ms - oldest->since_ms))
			oldest = connection;
	}
	evict(oldest);
	return oldest;
}

void lb_telnet_server_accept(int sock, struct lb_net_address peer, const struct lb_login *login, uint32_t now_ms)
{
	struct connection *connection = find_place(now_ms);
	char notice[80];

	if (server.console != NULL)
		snprintf(notice, sizeof(notice), "Another client (%u.%u.%u.%u) is logged in; log in to take over.",
		         (unsigned)(server.console->peer.ip >> 24), (unsigned)(server.console->peer.ip >> 16 & 255),
		         (unsigned)(server.console->peer.ip >> 8 & 255), (unsigned)(server.console->peer.ip & 255));
	connection->open = true;
	connection->stalled = false;
	connection->sock = sock;
	connection->peer = peer;
	connection->since_ms = connection->active_ms = now_ms;
	connection->input_at = connection->input_bytes = 0;
	lb_telnet_console_open(&connection->telnet, login, server.console != NULL ? notice : NULL, now_ms);
}

static bool serve(struct connection *connection, uint32_t now_ms)
{
	bool moved = flush(connection);

	if (connection->open)
		moved |= receive(connection, now_ms);
	if (connection->open && connection->input_bytes > 0)
		moved |= feed(connection, now_ms);
	if (connection->open)
		moved |= flush(connection);
	return moved;
}

bool lb_telnet_server_serve(uint32_t now_ms)
{
	bool moved = false;

	for (int i = 0; i < LB_TELNET_CONNECTIONS; i++)
		if (server.connections[i].open)
			moved |= serve(&server.connections[i], now_ms);
	return moved;
}

/* One that has ended goes when its last words are sent, or after a moment. */
static uint32_t step(struct connection *connection, uint32_t now_ms, uint32_t idle_ms)
{
	const uint32_t idle_for_ms = now_ms - connection->active_ms;
	uint32_t wait_ms = lb_telnet_console_step(&connection->telnet, now_ms);
	size_t left_bytes;

	if (connection->telnet.phase == LB_TELNET_CONSOLE_LOGGED_IN) {
		if (idle_for_ms < idle_ms)
			return idle_ms - idle_for_ms;
		lb_telnet_console_end(&connection->telnet, "\r\nNothing came for too long; goodbye.");
		wait_ms = UINT32_MAX;
	}
	flush(connection);
	if (!connection->open || connection->telnet.phase != LB_TELNET_CONSOLE_ENDED)
		return wait_ms;
	lb_telnet_console_output(&connection->telnet, &left_bytes);
	if (left_bytes > 0 && idle_for_ms < PATIENCE_MS)
		return PATIENCE_MS - idle_for_ms;
	hang_up(connection);
	return UINT32_MAX;
}

uint32_t lb_telnet_server_step(uint32_t now_ms, uint32_t idle_ms)
{
	uint32_t least_ms = UINT32_MAX;

	for (int i = 0; i < LB_TELNET_CONNECTIONS; i++) {
		const uint32_t wait_ms =
			server.connections[i].open ? step(&server.connections[i], now_ms, idle_ms) : UINT32_MAX;

		least_ms = wait_ms < least_ms ? wait_ms : least_ms;
	}
	return least_ms;
}

void lb_telnet_server_watch(void)
{
	for (int i = 0; i < LB_TELNET_CONNECTIONS; i++) {
		struct connection *connection = &server.connections[i];
		size_t left_bytes = 0;
		unsigned want = 0;

		if (!connection->open)
			continue;
		lb_telnet_console_output(&connection->telnet, &left_bytes);
		want |= left_bytes > 0 ? (unsigned)LB_NET_WRITABLE : 0;
		want |= may_read(connection) ? (unsigned)LB_NET_READABLE : 0;
		lb_net_watch(connection->sock, want);
	}
}

void lb_telnet_server_close_all(const char *why)
{
	for (int i = 0; i < LB_TELNET_CONNECTIONS; i++) {
		if (!server.connections[i].open)
			continue;
		lb_telnet_console_end(&server.connections[i].telnet, why);
		flush(&server.connections[i]);
		if (server.connections[i].open)
			hang_up(&server.connections[i]);
	}
}

bool lb_telnet_server_owns(int sock)
{
	for (int i = 0; i < LB_TELNET_CONNECTIONS; i++)
		if (server.connections[i].open && server.connections[i].sock == sock)
			return true;
	return false;
}

/* --- the console --- */

bool lb_telnet_server_is_console(void)
{
	return server.console != NULL;
}

bool lb_telnet_server_readable(void)
{
	return server.written != server.read;
}

int lb_telnet_server_read(void)
{
	return server.written == server.read ? -1 : server.ring[server.read++ % RING_BYTES];
}

bool lb_telnet_server_interrupt_typed_ahead(void)
{
	for (uint32_t at = server.read; at != server.written; at++) {
		if (server.ring[at % RING_BYTES] != CTRL_C)
			continue;
		server.read = at + 1;
		return true;
	}
	return false;
}

bool lb_telnet_server_is_pending(void)
{
	const bool had = server.is_pending;

	server.is_pending = false;
	return had;
}
