#include "hardware/process/uartport.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hardware/process/listener.h"
#include "hardware/process/log.h"
#include "hardware/process/queue.h"
#include "hardware/process/refusal.h"
#include "protocols/rfc2217/rfc2217_server.h"
#include "protocols/rfc2217/rfc2217_wire.h"
#include "protocols/telnet/telnet.h"

enum {
	CHUNK_BYTES = 4096, /* of the UART's bytes that are put into telnet's form at a time, and parsed of it */
	FIVE_BITS = 5,
};

static const char IN_USE[] = "lifeboat: another client has this module's serial port: try again when it left\r\n";

enum kind { KIND_UNKNOWN, KIND_PLAIN, KIND_TELNET };

struct lb_uartport_client {
	struct lb_uartport *server;
	struct lb_uarthub_client *uart;
	struct lb_stream *stream;
	int fd; /* the stream's */
	struct lb_telnet telnet;
	enum kind kind;
	bool grace_is_over;
	uint64_t heard_ns; /* when it sent something last */
	bool asks;         /* the module has sent nothing since then */
	struct lb_rfc2217_server port;
	struct lb_queue waiting; /* the UART's bytes as they came */
};

/* --- to the client --- */

/* How many of the waiting bytes may go out now, for their form is known. */
static size_t sendable_bytes(const struct lb_uartport_client *client)
{
	size_t size_bytes = client->waiting.waiting_bytes < CHUNK_BYTES ? client->waiting.waiting_bytes : CHUNK_BYTES;

	if (client->port.suspended || size_bytes == 0)
		return 0;
	if (client->kind != KIND_UNKNOWN || client->grace_is_over)
		return size_bytes;
	const uint8_t *bytes = lb_queue_front(&client->waiting), *first = memchr(bytes, LB_TELNET_IAC, size_bytes);
	return first == NULL ? size_bytes : (size_t)(first - bytes);
}

/* At most CHUNK_BYTES of the UART's. */
static void send_text(struct lb_uartport_client *client, const uint8_t *bytes, size_t size_bytes)
{
	uint8_t wire[2 * CHUNK_BYTES];

	lb_stream_send(client->stream, wire, lb_telnet_put(wire, bytes, size_bytes));
}

static void feed(struct lb_uartport_client *client)
{
	size_t size_bytes;

	while (lb_stream_waiting_bytes(client->stream) == 0 && (size_bytes = sendable_bytes(client)) != 0) {
		const uint8_t *bytes = lb_queue_front(&client->waiting);
		if (client->kind == KIND_TELNET)
			send_text(client, bytes, size_bytes);
		else
			lb_stream_send(client->stream, bytes, size_bytes);
		lb_queue_pop(&client->waiting, size_bytes);
	}
}

static void on_uart_send(void *ctx, const uint8_t *bytes, size_t size_bytes)
{
	struct lb_uartport_client *client = ctx;

	client->asks = false;
	if (client->port.data_bits == FIVE_BITS)
		return; /* the client listens to the shield's controller */
	lb_queue_add(&client->waiting, bytes, size_bytes);
	feed(client);
}

static size_t count_waiting(const void *ctx)
{
	const struct lb_uartport_client *client = ctx;

	return client->waiting.waiting_bytes + lb_stream_waiting_bytes(client->stream);
}

static void drop_waiting(void *ctx)
{
	struct lb_uartport_client *client = ctx;

	lb_queue_release(&client->waiting);
}

static void on_stream_drained(void *ctx)
{
	struct lb_uartport_client *client = ctx;

	feed(client);
	lb_uarthub_drained(client->uart);
}

/* --- from the client --- */

static void send_answer(struct lb_uartport_client *client, const struct lb_rfc2217_server_answer *answer)
{
	uint8_t wire[LB_TELNET_FRAME_BYTES + 2 * sizeof(answer->bytes)];

	if (answer->size_bytes != 0)
		lb_stream_send(client->stream, wire,
		               lb_telnet_put_order(wire, LB_RFC2217_OPTION, answer->bytes, answer->size_bytes));
}

static void follow_data_bits(struct lb_uartport_client *client)
{
	if (client->port.data_bits != FIVE_BITS)
		return;
	lb_queue_release(&client->waiting);
	lb_bootlines_shield_start(&client->server->lines);
}

/* What changed is done before it is answered, so that a client that got the answer may rely on it. */
static void run_order(struct lb_uartport_client *client)
{
	const struct lb_telnet *telnet = &client->telnet;
	struct lb_rfc2217_server_answer answer;

	if (telnet->order_bytes == 0 || telnet->order[0] != LB_RFC2217_OPTION)
		return;
	answer = lb_rfc2217_server_run(&client->port, telnet->order + 1, telnet->order_bytes - 1u);
	if ((answer.changes & LB_RFC2217_SERVER_LINES) != 0)
		lb_bootlines_set(&client->server->lines, client->port.dtr, client->port.rts);
	if ((answer.changes & LB_RFC2217_SERVER_DATA_BITS) != 0)
		follow_data_bits(client);
	if ((answer.changes & LB_RFC2217_SERVER_PURGE) != 0)
		lb_queue_release(&client->waiting);
	send_answer(client, &answer);
	if ((answer.changes & LB_RFC2217_SERVER_FLOW) != 0 && !client->port.suspended) {
		feed(client);
		lb_uarthub_drained(client->uart);
	}
}

static void type_to_shield(struct lb_uartport_client *client, const uint8_t *bytes, size_t size_bytes)
{
	uint8_t answer[LB_SHIELD_ANSWER_BYTES];

	for (size_t i = 0; i < size_bytes; i++) {
		unsigned answer_bytes = lb_bootlines_shield_step(&client->server->lines, bytes[i], answer);
		if (answer_bytes != 0)
			send_text(client, answer, answer_bytes);
	}
}

static void on_data(struct lb_uartport_client *client, const uint8_t *bytes, size_t size_bytes)
{
	if (client->port.data_bits == FIVE_BITS)
		type_to_shield(client, bytes, size_bytes);
	else if (size_bytes != 0)
		lb_uarthub_type(client->uart, bytes, size_bytes);
}

static void note_option(struct lb_uartport_client *client, uint8_t option)
{
	const struct lb_telnet *telnet = &client->telnet;
	struct lb_rfc2217_server_answer greeting = lb_rfc2217_server_greeting();

	if (telnet->answer_bytes == 0)
		return;
	lb_stream_send(client->stream, telnet->answer, telnet->answer_bytes);
	if (option == LB_RFC2217_OPTION && telnet->verb == LB_TELNET_WILL)
		send_answer(client, &greeting);
}

/* At most CHUNK_BYTES. An order applies to the text that comes after it: what came before is passed on first. */
static void parse(struct lb_uartport_client *client, const uint8_t *bytes, size_t size_bytes)
{
	uint8_t text[CHUNK_BYTES];
	size_t text_bytes = 0;

	for (size_t i = 0; i < size_bytes; i++) {
		switch (lb_telnet_parse(&client->telnet, bytes[i])) {
		case LB_TELNET_TEXT: text[text_bytes++] = bytes[i]; break;
		case LB_TELNET_OPTION: note_option(client, bytes[i]); break;
		case LB_TELNET_ORDER:
			on_data(client, text, text_bytes);
			text_bytes = 0;
			run_order(client);
			break;
		case LB_TELNET_PART:
		case LB_TELNET_COMMAND:
		default: break;
		}
	}
	on_data(client, text, text_bytes);
}

/* The first byte says what the client speaks. */
static void decide_kind(struct lb_uartport_client *client, uint8_t first)
{
	client->kind = first == LB_TELNET_IAC ? KIND_TELNET : KIND_PLAIN;
	uv_timer_stop(&client->server->grace_timer);
	lb_log("serial port: the client speaks %s", client->kind == KIND_TELNET ? "RFC 2217" : "plain bytes");
}

/* All 256 values go both ways; a client that asked for it already is not asked again. */
static void offer_binary(struct lb_uartport_client *client)
{
	uint8_t wire[2 * LB_TELNET_VERB_BYTES];
	size_t used = lb_telnet_offer(&client->telnet, LB_TELNET_WILL, LB_TELNET_BINARY, wire);

	used += lb_telnet_offer(&client->telnet, LB_TELNET_DO, LB_TELNET_BINARY, wire + used);
	lb_stream_send(client->stream, wire, used);
}

static void receive_telnet(struct lb_uartport_client *client, const uint8_t *bytes, size_t size_bytes, bool is_first)
{
	for (size_t at = 0; at < size_bytes; at += CHUNK_BYTES)
		parse(client, bytes + at, size_bytes - at < CHUNK_BYTES ? size_bytes - at : CHUNK_BYTES);
	if (is_first)
		offer_binary(client);
	if (lb_stream_waiting_bytes(client->stream) <= LB_UARTPORT_ANSWERS_BYTES)
		return;
	lb_log("serial port: the client reads no answers");
	lb_uarthub_detach(client->uart);
}

static void on_stream_bytes(void *ctx, const uint8_t *bytes, size_t size_bytes)
{
	struct lb_uartport_client *client = ctx;
	bool is_first = client->kind == KIND_UNKNOWN;

	client->heard_ns = uv_hrtime();
	client->asks = true;
	if (is_first)
		decide_kind(client, bytes[0]);
	if (client->kind == KIND_PLAIN)
		lb_uarthub_type(client->uart, bytes, size_bytes);
	else
		receive_telnet(client, bytes, size_bytes, is_first);
}

/* --- clients come and go --- */

/* What it leaves asserted is let go with it; the shield keeps what it was told. */
static void report_left(const struct lb_uartport_client *client)
{
	const struct lb_shield *shield = &client->server->lines.shield;

	lb_log("serial port: the client left%s%s", client->port.dtr ? ", DTR asserted" : "",
	       client->port.rts ? ", RTS asserted" : "");
	if (lb_shield_holds_boot(shield) || lb_shield_holds_reset(shield))
		lb_log("serial port: the shield goes on to hold%s%s low", lb_shield_holds_boot(shield) ? " G23" : "",
		       lb_shield_holds_reset(shield) ? " the reset line" : "");
}

static void on_client_gone(void *ctx)
{
	struct lb_uartport_client *client = ctx;
	struct lb_uartport *server = client->server;

	report_left(client);
	uv_timer_stop(&server->grace_timer);
	lb_queue_release(&client->waiting);
	free(client);
	server->client = NULL;
	lb_bootlines_set(&server->lines, false, false);
}

static const struct lb_uarthub_coder CODER = {
	.send = on_uart_send,
	.waiting_bytes = count_waiting,
	.drop = drop_waiting,
	.receive = on_stream_bytes,
	.on_drained = on_stream_drained,
	.on_gone = on_client_gone,
};

static void on_grace_timer(uv_timer_t *timer)
{
	struct lb_uartport *server = timer->data;

	server->client->grace_is_over = true;
	feed(server->client);
}

static struct lb_uartport_client *make_client(struct lb_uartport *server)
{
	const uint64_t both_ways =
		LB_TELNET_BIT(LB_TELNET_BINARY) | LB_TELNET_BIT(LB_TELNET_SGA) | LB_TELNET_BIT(LB_RFC2217_OPTION);
	struct lb_uartport_client *client = calloc(1, sizeof(*client));

	if (client == NULL)
		return NULL;
	client->server = server;
	client->heard_ns = uv_hrtime();
	client->telnet.they_may = both_ways;
	client->telnet.we_can = both_ways | LB_TELNET_BIT(LB_TELNET_ECHO);
	lb_rfc2217_server_init(&client->port);
	return client;
}

/* Fails without a trace: the connection ends, and the port is free for the next one. */
static void welcome(struct lb_uartport *server, struct lb_stream *stream, int fd)
{
	struct lb_uartport_client *client = make_client(server);

	if (client == NULL) {
		lb_stream_close(stream);
		return;
	}
	client->stream = stream;
	client->fd = fd;
	client->uart = lb_uarthub_attach_coded(server->uart, stream, &CODER, client);
	if (client->uart == NULL) {
		free(client);
		return;
	}
	server->client = client;
	uv_update_time(server->loop);
	uv_timer_start(&server->grace_timer, on_grace_timer, LB_UARTPORT_GRACE_MS, 0);
	lb_log("serial port: a client came");
}

/* Why the client makes room for one at this connection; NULL: it does not. */
static const char *why_gives_way(const struct lb_uartport *server, int fd)
{
	const struct lb_uartport_client *client = server->client;

	if (lb_listener_is_gone(client->fd))
		return "acknowledges nothing";
	if (!server->takeover && !lb_listener_is_local(fd))
		return NULL;
	if (lb_listener_is_half_closed(client->fd))
		return "has closed its sending side";
	bool silent = uv_hrtime() - client->heard_ns >= LB_UARTPORT_SILENT_MS * UINT64_C(1000000);
	return silent && !(server->in_loader && client->asks) ? "was silent for long" : NULL;
}

/* One client at a time, but one that is as good as gone makes room. */
static void on_connection(uv_poll_t *poll, int status, int events)
{
	struct lb_uartport *server = poll->data;

	(void)status;
	(void)events;
	int fd = lb_listener_accept(server->listen_fd);
	if (fd < 0)
		return;
	const char *why = server->client != NULL ? why_gives_way(server, fd) : NULL;
	if (why != NULL) {
		lb_log("serial port: another client takes over from one that %s", why);
		lb_uarthub_detach(server->client->uart);
	}
	if (server->client != NULL) {
		lb_log("serial port: one more client, refused");
		lb_refusal_send(&server->refusal, fd, IN_USE);
		return;
	}
	struct lb_stream *stream = lb_stream_open(server->loop, fd, NULL, NULL); /* the UART becomes its owner */
	if (stream != NULL)
		welcome(server, stream, fd);
}

/* --- the server --- */

void lb_uartport_init(struct lb_uartport *server, uv_loop_t *loop)
{
	server->loop = loop;
	server->listen_fd = -1;
	server->refusal.loop = loop;
	lb_bootlines_init(&server->lines, loop);
	uv_timer_init(loop, &server->grace_timer);
	server->grace_timer.data = server;
}

static const char *explain(int error)
{
	if (error == -EADDRINUSE)
		return "somebody else listens there; choose another one, or --port 0 for any that is free";
	if (error == -EADDRNOTAVAIL)
		return "this host has no such address";
	return error == -EINVAL ? "not an IPv4 or IPv6 address" : strerror(-error);
}

int lb_uartport_listen(struct lb_uartport *server, const struct lb_uartport_setup *setup)
{
	const char *address = setup->address != NULL ? setup->address : "127.0.0.1";
	struct lb_listener listener;

	if (setup->port < 0)
		return 0;
	int result = lb_listener_open(&listener, address, setup->port);
	if (result != 0) {
		lb_log_report("cannot listen on port %d of %s: %s", setup->port, address, explain(result));
		return -1;
	}
	server->takeover = setup->takeover;
	server->listen_fd = listener.fd;
	snprintf(server->url, sizeof(server->url), "rfc2217://%s", listener.text);
	uv_poll_init(server->loop, &server->listen_poll, server->listen_fd);
	server->listen_poll.data = server;
	uv_poll_start(&server->listen_poll, UV_READABLE, on_connection);
	if (listener.is_loopback)
		lb_log("serial port: %s", server->url);
	else
		lb_log_report("warning: whoever reaches %s controls this module; there is no password", address);
	return 0;
}

void lb_uartport_close(struct lb_uartport *server)
{
	if (server->client != NULL)
		lb_uarthub_detach(server->client->uart);
	lb_refusal_end(&server->refusal);
	lb_bootlines_close(&server->lines);
	uv_close((uv_handle_t *)&server->grace_timer, NULL);
	if (server->listen_fd < 0)
		return;
	uv_close((uv_handle_t *)&server->listen_poll, NULL);
	close(server->listen_fd);
}
