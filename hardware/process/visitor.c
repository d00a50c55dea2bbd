#define _GNU_SOURCE /* SOCK_NONBLOCK */
#include "hardware/process/visitor.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/hw/net.h"
#include "hardware/process/log.h"
#include "hardware/process/stream.h"
#include "hardware/process/tlspeer.h"

/* Module time. */
enum { FIRST_MS = 200, AGAIN_MS = 1000, PATIENCE_MS = 5000, SILENT_MOST = 3 };

struct lb_visit {
	struct lb_visit *next;
	struct lb_visitor_port *to;
	struct lb_stream *stream;
	struct lb_tlspeer *tls; /* NULL: in the clear */
	bool asked;
	uint64_t until_ms; /* module time; silent ones stay */
};

/* --- what is asked --- */

static const char HTTP[] = "GET / HTTP/1.1\r\nHost: 192.168.4.1\r\nAccept: */*\r\nConnection: close\r\n\r\n";
static const char LINE[] = "\r\n";
/* RFC 1035: who is example.com? */
static const char DNS[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x07"
						  "example\x03"
						  "com\x00\x00\x01\x00\x01";

static bool is_secure(uint16_t port)
{
	return port == 443 || port == 8443 || port == 8883;
}

/* Ports that web servers have; on others a line comes first, and HTTP every other time. */
static bool is_web(uint16_t port)
{
	return port == 80 || port == 81 || port == 443 || port == 3000 || port == 5000 || (port >= 8000 && port < 9000);
}

static void ask(struct lb_visit *visit)
{
	const bool web = is_web(visit->to->port) || visit->to->visits % 2 == 0;
	const char *question = web ? HTTP : LINE;

	if (visit->asked)
		return;
	visit->asked = true;
	if (visit->tls != NULL)
		lb_tlspeer_say(visit->tls, question, strlen(question));
	else
		lb_stream_send(visit->stream, question, strlen(question));
}

/* --- a visit --- */

static void end_visit(struct lb_visit *visit)
{
	struct lb_visit **link = &visit->to->visitor->visits;

	while (*link != visit)
		link = &(*link)->next;
	*link = visit->next;
	lb_stream_close(visit->stream);
	lb_tlspeer_close(visit->tls);
	free(visit);
}

static void on_end(void *ctx)
{
	end_visit(ctx);
}

static void send_raw(void *ctx, const void *bytes, size_t size_bytes)
{
	const struct lb_visit *visit = ctx;

	lb_stream_send(visit->stream, bytes, size_bytes);
}

static void on_heard(void *ctx, const uint8_t *bytes, size_t size_bytes)
{
	(void)ctx;
	(void)bytes;
	(void)size_bytes;
}

static const struct lb_tlspeer_calls TLS_CALLS = {.send = send_raw, .heard = on_heard};

/* What the module says is only read; within TLS the question is asked once the handshake is over. */
static void on_bytes(void *ctx, const uint8_t *bytes, size_t size_bytes)
{
	struct lb_visit *visit = ctx;

	if (visit->tls == NULL)
		return;
	if (!lb_tlspeer_feed(visit->tls, bytes, size_bytes))
		lb_stream_pause(visit->stream, true);
	else if (lb_tlspeer_is_up(visit->tls))
		ask(visit);
}

static const struct lb_stream_calls CALLS = {.on_bytes = on_bytes, .on_end = on_end, .on_broken = on_end};

static bool begins(struct lb_visit *visit)
{
	const struct lb_visitor *visitor = visit->to->visitor;

	if (visitor->air->visitors == LB_AIR_VISITORS_STALL)
		return true;
	if (!is_secure(visit->to->port)) {
		ask(visit);
		return true;
	}
	visit->tls = lb_tlspeer_open(LB_TLSPEER_CLIENT, &TLS_CALLS, visit);
	return visit->tls != NULL;
}

static void keep(struct lb_visitor_port *to, int fd)
{
	struct lb_visitor *visitor = to->visitor;
	struct lb_visit *visit = calloc(1, sizeof(*visit));

	if (visit == NULL) {
		close(fd);
		return;
	}
	*visit = (struct lb_visit){
		.next = visitor->visits,
		.to = to,
		.until_ms = lb_clock_module_ms(visitor->clock) + PATIENCE_MS,
		.stream = lb_stream_open(visitor->timer.loop, fd, &CALLS, visit),
	};
	if (visit->stream == NULL) {
		free(visit);
		return;
	}
	visitor->visits = visit;
	if (!begins(visit))
		end_visit(visit);
}

/* --- the ports --- */

/* On this host this comes to an end at once: the kernel answers for the module. -1: nobody is there. */
static int dial(const struct lb_visitor_port *port)
{
	const int type = port->kind == LB_NET_STREAM ? SOCK_STREAM : SOCK_DGRAM;
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(wire_dial_ip(lb_registers_get(port->visitor->registers, WIRE_REG_BIND))),
		.sin_port = htons(port->host_port),
	};
	const int fd = socket(AF_INET, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0 || errno == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

static void send_datagram(struct lb_visitor_port *port, int fd)
{
	enum { DNS_PORT = 53 };
	const bool is_dns = port->port == DNS_PORT;

	if (port->visitor->air->visitors == LB_AIR_VISITORS_ASK)
		send(fd, is_dns ? DNS : LINE, (is_dns ? sizeof(DNS) : sizeof(LINE)) - 1, MSG_NOSIGNAL);
	close(fd);
}

static unsigned count_visits(const struct lb_visitor_port *port)
{
	unsigned count = 0;

	for (const struct lb_visit *visit = port->visitor->visits; visit != NULL; visit = visit->next)
		count += visit->to == port;
	return count;
}

/* One after the other; those that say nothing stay, some beside each other. */
static void visit_port(struct lb_visitor_port *port)
{
	const enum lb_air_visitors how = port->visitor->air->visitors;

	if (port->gone || count_visits(port) >= (how == LB_AIR_VISITORS_STALL ? SILENT_MOST : 1))
		return;
	const int fd = dial(port);
	if (fd < 0) {
		port->gone = true;
		return;
	}
	port->visits++;
	if (port->kind != LB_NET_STREAM)
		send_datagram(port, fd);
	else if (how == LB_AIR_VISITORS_LEAVE)
		close(fd);
	else
		keep(port, fd);
}

static void end_late(struct lb_visitor *visitor)
{
	const uint64_t now_ms = lb_clock_module_ms(visitor->clock);
	struct lb_visit *next;

	for (struct lb_visit *visit = visitor->visits; visit != NULL; visit = next) {
		next = visit->next;
		if (visit->until_ms <= now_ms && visitor->air->visitors != LB_AIR_VISITORS_STALL)
			end_visit(visit);
	}
}

static void on_timer(uv_timer_t *timer)
{
	struct lb_visitor *visitor = timer->data;

	end_late(visitor);
	for (unsigned i = 0; i < visitor->port_count; i++)
		visit_port(&visitor->ports[i]);
}

/* A port that is opened again begins anew. */
static struct lb_visitor_port *find_place(struct lb_visitor *visitor, uint8_t kind, uint16_t port)
{
	for (unsigned i = 0; i < visitor->port_count; i++)
		if (visitor->ports[i].kind == kind && visitor->ports[i].port == port)
			return &visitor->ports[i];
	return visitor->port_count < LB_VISITOR_PORTS ? &visitor->ports[visitor->port_count++] : NULL;
}

/* The module's telnet and FTP are its owner's. */
static bool is_owners(const struct lb_visitor *visitor, uint16_t host_port)
{
	return host_port == lb_registers_get(visitor->registers, WIRE_REG_TELNET_PORT) ||
	       host_port == lb_registers_get(visitor->registers, WIRE_REG_FTP_PORT);
}

void lb_visitor_add(struct lb_visitor *visitor, uint8_t kind, uint16_t port, uint16_t host_port)
{
	if (visitor->air->visitors == LB_AIR_VISITORS_NONE || host_port == 0 || is_owners(visitor, host_port))
		return;
	struct lb_visitor_port *place = find_place(visitor, kind, port);
	if (place == NULL)
		return;
	const unsigned visits = place->port == port ? place->visits : 0;
	*place = (struct lb_visitor_port){visitor, kind, port, host_port, visits, false};
	lb_log("radio: port %u is visited", port);
	uv_update_time(visitor->timer.loop);
	uv_timer_start(&visitor->timer, on_timer, lb_clock_host_ms(visitor->clock, FIRST_MS),
	               lb_clock_host_ms(visitor->clock, AGAIN_MS));
}

void lb_visitor_init(struct lb_visitor *visitor, uv_loop_t *loop)
{
	uv_timer_init(loop, &visitor->timer);
	visitor->timer.data = visitor;
}

void lb_visitor_forget(struct lb_visitor *visitor)
{
	uv_timer_stop(&visitor->timer);
	while (visitor->visits != NULL)
		end_visit(visitor->visits);
	visitor->port_count = 0;
}

void lb_visitor_close(struct lb_visitor *visitor)
{
	lb_visitor_forget(visitor);
	uv_close((uv_handle_t *)&visitor->timer, NULL);
}
