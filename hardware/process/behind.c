#define _GNU_SOURCE /* SOCK_NONBLOCK */
#include "hardware/process/behind.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/base/bytes.h"
#include "core/hw/net.h"
#include "hardware/model/answer.h"
#include "hardware/process/listener.h"
#include "hardware/process/log.h"
#include "hardware/process/stream.h"
#include "hardware/process/tlspeer.h"

enum { NTP_PORT = 123, DATAGRAM_BYTES = 2048 };

#define FIRST_NAME 0xC6120001u /* 198.18.0.1 */

#define LOOPBACK "127.0.0.1"

/* A module that we listen to, or, at a server that stalls, do not. */
struct lb_behind_connection {
	struct lb_behind_server *server;
	struct lb_behind_connection *next;
	struct lb_stream *stream;
	int fd;
	struct lb_tlspeer *tls; /* NULL: in the clear, or not begun */
	struct lb_answer answer;
};

/* --- names --- */

static void reply(struct lb_behind *behind, int error, uint32_t ip, uint16_t port)
{
	uint8_t message[11] = {WIRE_ROUTED};

	lb_store32le(message + 1, (uint32_t)error);
	lb_store32le(message + 5, ip);
	message[9] = (uint8_t)port;
	message[10] = (uint8_t)(port >> 8);
	lb_cpu_send(behind->cpu, message, sizeof(message));
}

/* A name keeps its address; -1: there are too many. */
static int number_of(struct lb_behind *behind, const char *name)
{
	for (unsigned i = 0; i < behind->name_count; i++)
		if (strcmp(behind->names[i], name) == 0)
			return (int)i;
	if (behind->name_count == LB_BEHIND_NAMES)
		return -1;
	strcpy(behind->names[behind->name_count], name);
	return (int)behind->name_count++;
}

/* Also of an address: as the module calls it. */
static void name_of(const struct lb_behind *behind, uint32_t ip, char name[LB_AIR_NAME_BYTES])
{
	if (ip >= FIRST_NAME && ip - FIRST_NAME < behind->name_count)
		strcpy(name, behind->names[ip - FIRST_NAME]);
	else
		snprintf(name, LB_AIR_NAME_BYTES, "%u.%u.%u.%u", ip >> 24, ip >> 16 & 255, ip >> 8 & 255, ip & 255);
}

void lb_behind_resolve(struct lb_behind *behind)
{
	char name[LB_AIR_NAME_BYTES];

	_Static_assert((int)LB_AIR_NAME_BYTES == (int)WIRE_HOST_BYTES, "a name has its room in the registers");
	memcpy(name, behind->registers->page + WIRE_REG_HOST, sizeof(name));
	name[sizeof(name) - 1] = '\0';
	const int number = lb_air_find_place(behind->air, name, 0) != NULL ? number_of(behind, name) : -1;
	if (number < 0)
		reply(behind, ENOENT, 0, 0);
	else
		reply(behind, 0, FIRST_NAME + (uint32_t)number, 0);
}

/* --- connections --- */

static void disconnect(struct lb_behind_connection *connection)
{
	struct lb_behind_connection **link = &connection->server->behind->connections;

	while (*link != connection)
		link = &(*link)->next;
	*link = connection->next;
	lb_stream_close(connection->stream);
	lb_tlspeer_close(connection->tls);
	free(connection);
}

/* --- TLS --- */

/* A handshake that came to nothing is kept, for whoever judges what the scripts did. */
static void note_tls(const struct lb_behind_connection *connection)
{
	struct lb_behind_server *server = connection->server;
	char name[LB_AIR_NAME_BYTES];

	if (connection->tls == NULL || lb_tlspeer_is_up(connection->tls))
		return;
	name_of(server->behind, server->ip, name);
	snprintf(server->tls, sizeof(server->tls), "%s:%u", name, server->port);
}

static void on_end(void *ctx)
{
	note_tls(ctx);
	disconnect(ctx);
}

static void send_raw(void *ctx, const void *bytes, size_t size_bytes)
{
	const struct lb_behind_connection *connection = ctx;

	lb_stream_send(connection->stream, bytes, size_bytes);
}

static void send_back(void *ctx, const void *bytes, size_t size_bytes)
{
	const struct lb_behind_connection *connection = ctx;

	if (connection->tls != NULL)
		lb_tlspeer_say(connection->tls, bytes, size_bytes);
	else
		lb_stream_send(connection->stream, bytes, size_bytes);
}

static void on_heard(void *ctx, const uint8_t *bytes, size_t size_bytes)
{
	struct lb_behind_connection *connection = ctx;

	lb_answer_feed(&connection->answer, bytes, size_bytes, send_back, connection);
}

static const struct lb_tlspeer_calls TLS_CALLS = {.send = send_raw, .heard = on_heard};

/* Whoever begins with a handshake gets one, on whatever port. */
static bool is_handshake(const struct lb_behind_connection *connection, uint8_t first)
{
	enum { TLS_HANDSHAKE = 0x16 };

	return connection->answer.protocol == LB_ANSWER_NEW && first == TLS_HANDSHAKE;
}

/* --- what is said --- */

static void on_bytes(void *ctx, const uint8_t *bytes, size_t size_bytes)
{
	struct lb_behind_connection *connection = ctx;
	bool usable = true;

	if (connection->server->server != LB_AIR_ANSWERS || connection->answer.ended || size_bytes == 0)
		return;
	if (connection->tls == NULL && is_handshake(connection, bytes[0]))
		connection->tls = lb_tlspeer_open(LB_TLSPEER_SERVER, &TLS_CALLS, connection);
	if (connection->tls != NULL)
		usable = lb_tlspeer_feed(connection->tls, bytes, size_bytes);
	else
		on_heard(connection, bytes, size_bytes);
	if (usable && connection->answer.ended && connection->tls != NULL)
		lb_tlspeer_end(connection->tls);
	if (!usable)
		note_tls(connection);
	connection->answer.ended = connection->answer.ended || !usable;
	if (connection->answer.ended)
		shutdown(connection->fd, SHUT_WR);
}

static const struct lb_stream_calls CALLS = {.on_bytes = on_bytes, .on_end = on_end, .on_broken = on_end};

static void on_connection(uv_poll_t *poll, int status, int events)
{
	struct lb_behind_server *server = poll->data;
	int fd = lb_listener_accept(server->fd);

	(void)status;
	(void)events;
	if (fd < 0)
		return;
	struct lb_behind_connection *connection = calloc(1, sizeof(*connection));
	if (connection == NULL) {
		close(fd);
		return;
	}
	*connection = (struct lb_behind_connection){.server = server, .next = server->behind->connections, .fd = fd};
	server->behind->connections = connection;
	connection->stream = lb_stream_open(server->behind->loop, fd, &CALLS, connection);
	if (connection->stream == NULL) {
		server->behind->connections = connection->next;
		free(connection);
	}
}

/* --- datagrams --- */

static uint64_t unix_us(void)
{
	enum { US_PER_S = 1000000, NS_PER_US = 1000 };
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * US_PER_S + (uint64_t)now.tv_nsec / NS_PER_US;
}

static void on_datagram(uv_poll_t *poll, int status, int events)
{
	const struct lb_behind_server *server = poll->data;
	uint8_t packet[DATAGRAM_BYTES];
	struct sockaddr_in from;
	socklen_t from_bytes = sizeof(from);

	(void)status;
	(void)events;
	const ssize_t got =
		recvfrom(server->fd, packet, sizeof(packet), MSG_DONTWAIT, (struct sockaddr *)&from, &from_bytes);
	if (got < 0 || server->server != LB_AIR_ANSWERS || server->port != NTP_PORT ||
	    !lb_answer_ntp(packet, (size_t)got, unix_us()))
		return;
	sendto(server->fd, packet, LB_ANSWER_NTP_BYTES, MSG_DONTWAIT, (struct sockaddr *)&from, from_bytes);
}

/* --- servers --- */

static int open_datagrams(uint16_t *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size_bytes = sizeof(address);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd >= 0 && (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 ||
	                getsockname(fd, (struct sockaddr *)&address, &size_bytes) != 0)) {
		close(fd);
		fd = -1;
	}
	*port = ntohs(address.sin_port);
	return fd;
}

static int open_stream(uint16_t *port)
{
	struct lb_listener listener;

	if (lb_listener_open(&listener, LOOPBACK, 0) != 0)
		return -1;
	*port = (uint16_t)strtol(strrchr(listener.text, ':') + 1, NULL, 10);
	return listener.fd;
}

static bool open_server(struct lb_behind_server *server)
{
	bool datagrams = server->kind == LB_NET_DATAGRAM;

	server->fd = datagrams ? open_datagrams(&server->host_port) : open_stream(&server->host_port);
	if (server->fd < 0)
		return false;
	uv_poll_init(server->behind->loop, &server->poll, server->fd);
	server->poll.data = server;
	uv_poll_start(&server->poll, UV_READABLE, datagrams ? on_datagram : on_connection);
	return true;
}

/* The one that stands for this address and port; NULL: no room, or no socket. */
static struct lb_behind_server *find_server(struct lb_behind *behind, uint8_t kind, uint32_t ip, uint16_t port,
                                            enum lb_air_server what)
{
	for (unsigned i = 0; i < behind->server_count; i++) {
		struct lb_behind_server *server = &behind->servers[i];
		if (server->kind == kind && server->ip == ip && server->port == port)
			return server;
	}
	if (behind->server_count == LB_BEHIND_SERVERS)
		return NULL;
	struct lb_behind_server *server = &behind->servers[behind->server_count];
	*server = (struct lb_behind_server){.behind = behind, .kind = kind, .ip = ip, .port = port, .server = what};
	if (!open_server(server))
		return NULL;
	behind->server_count++;
	return server;
}

void lb_behind_route(struct lb_behind *behind, uint8_t kind, uint32_t ip, uint16_t port)
{
	char name[LB_AIR_NAME_BYTES];

	name_of(behind, ip, name);
	const struct lb_air_place *place = lb_air_find_place(behind->air, name, port);
	const enum lb_air_server what = place != NULL ? place->server : LB_AIR_UNKNOWN;
	lb_log("radio: %s:%u is called", name, port);
	if (what == LB_AIR_UNKNOWN) {
		reply(behind, EHOSTUNREACH, 0, 0);
	} else if (what == LB_AIR_REFUSES) {
		reply(behind, ECONNREFUSED, 0, 0);
	} else if (what == LB_AIR_HOST) {
		reply(behind, 0, place->host_ip, place->host_port);
	} else {
		const struct lb_behind_server *server = find_server(behind, kind, ip, port, what);
		reply(behind, server != NULL ? 0 : EMFILE, INADDR_LOOPBACK, server != NULL ? server->host_port : 0);
	}
}

/* --- all of it --- */

void lb_behind_init(struct lb_behind *behind, uv_loop_t *loop)
{
	behind->loop = loop;
	lb_registers_put(behind->registers, WIRE_REG_ROUTES, behind->air->has_behind);
}

void lb_behind_close(struct lb_behind *behind)
{
	while (behind->connections != NULL)
		disconnect(behind->connections);
	for (unsigned i = 0; i < behind->server_count; i++) {
		uv_close((uv_handle_t *)&behind->servers[i].poll, NULL);
		close(behind->servers[i].fd);
	}
	behind->server_count = 0;
}

void lb_behind_add_status(const struct lb_behind *behind, cJSON *net)
{
	cJSON *tls = cJSON_AddArrayToObject(net, "tls");

	for (unsigned i = 0; i < behind->server_count; i++)
		if (behind->servers[i].tls[0] != '\0')
			cJSON_AddItemToArray(tls, cJSON_CreateString(behind->servers[i].tls));
}
