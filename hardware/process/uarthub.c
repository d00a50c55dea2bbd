#include "hardware/process/uarthub.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hardware/process/clock.h"
#include "hardware/process/log.h"

enum { NS_PER_MS = 1000000 };

struct lb_uarthub_client {
	struct lb_uarthub *uart;
	struct lb_uarthub_client *next;
	struct lb_stream *stream;
	const struct lb_uarthub_coder *coder; /* NULL: plain bytes */
	void *coder_ctx;
	bool is_pty;
	bool stalled;
	uint64_t consumed_ms; /* when it last took bytes, or the first began to wait */
};

static uint64_t now_ms(void)
{
	return lb_clock_host_ns() / NS_PER_MS;
}

/* --- from the CPU to the clients --- */

static size_t waiting_bytes(const struct lb_uarthub_client *client)
{
	if (client->coder != NULL)
		return client->coder->waiting_bytes(client->coder_ctx);
	return lb_stream_waiting_bytes(client->stream);
}

static void drop(struct lb_uarthub_client *client)
{
	if (client->coder != NULL)
		client->coder->drop(client->coder_ctx);
	else
		lb_stream_drop(client->stream);
}

static bool is_held_up_by(const struct lb_uarthub_client *client, size_t limit_bytes)
{
	return !client->stalled && waiting_bytes(client) > limit_bytes;
}

/* Holds the CPU up when a client has too much before it, and lets it go on when all have little. */
static void pace_cpu(struct lb_uarthub *uart)
{
	bool somebody_is_full = false, all_have_room = true;

	if (uart->cpu == NULL)
		return;
	for (struct lb_uarthub_client *client = uart->clients; client != NULL; client = client->next) {
		somebody_is_full = somebody_is_full || is_held_up_by(client, LB_UARTHUB_HIGH_BYTES);
		all_have_room = all_have_room && !is_held_up_by(client, LB_UARTHUB_LOW_BYTES);
	}
	if (somebody_is_full)
		lb_stream_pause(uart->cpu, true);
	else if (all_have_room)
		lb_stream_pause(uart->cpu, false);
}

/* Whoever read nothing for so long holds the CPU up no more; the others' time goes on. */
static void on_stall_timer(uv_timer_t *timer)
{
	struct lb_uarthub *uart = timer->data;
	uint64_t now = now_ms(), soonest_ms = LB_UARTHUB_STALL_MS;
	bool somebody_waits = false;

	for (struct lb_uarthub_client *client = uart->clients; client != NULL; client = client->next) {
		if (client->stalled || waiting_bytes(client) == 0)
			continue;
		uint64_t idle_ms = now - client->consumed_ms;
		if (idle_ms >= LB_UARTHUB_STALL_MS) {
			client->stalled = true;
			drop(client);
			continue;
		}
		somebody_waits = true;
		if (LB_UARTHUB_STALL_MS - idle_ms < soonest_ms)
			soonest_ms = LB_UARTHUB_STALL_MS - idle_ms;
	}
	if (somebody_waits)
		uv_timer_start(timer, on_stall_timer, soonest_ms, 0);
	pace_cpu(uart);
}

/* A client's time to stall counts from when bytes first wait for it. */
static void send_to_client(struct lb_uarthub_client *client, const uint8_t *bytes, size_t size_bytes)
{
	struct lb_uarthub *uart = client->uart;

	if (client->stalled)
		return;
	bool was_idle = waiting_bytes(client) == 0;
	if (client->coder != NULL)
		client->coder->send(client->coder_ctx, bytes, size_bytes);
	else
		lb_stream_send(client->stream, bytes, size_bytes);
	if (waiting_bytes(client) == 0)
		return;
	if (was_idle)
		client->consumed_ms = now_ms();
	if (!uv_is_active((uv_handle_t *)&uart->stall_timer)) {
		uv_update_time(uart->loop);
		uv_timer_start(&uart->stall_timer, on_stall_timer, LB_UARTHUB_STALL_MS, 0);
	}
}

static void on_cpu_bytes(void *ctx, const uint8_t *bytes, size_t size_bytes)
{
	struct lb_uarthub *uart = ctx;

	/* Somebody may have opened the pty a moment ago: then these bytes are for him too. */
	if (!uart->pty.open)
		lb_pty_refresh(&uart->pty);
	for (struct lb_uarthub_client *client = uart->clients; client != NULL; client = client->next)
		send_to_client(client, bytes, size_bytes);
	if (uart->on_heard != NULL)
		uart->on_heard(uart->device_ctx, bytes, size_bytes);
	pace_cpu(uart);
}

/* --- from the clients to the CPU --- */

static void hold_clients(struct lb_uarthub *uart, bool held)
{
	for (struct lb_uarthub_client *client = uart->clients; client != NULL; client = client->next)
		lb_stream_pause(client->stream, held);
}

static void on_cpu_drained(void *ctx)
{
	struct lb_uarthub *uart = ctx;

	if (lb_stream_waiting_bytes(uart->cpu) < LB_UARTHUB_LOW_BYTES)
		hold_clients(uart, false);
}

void lb_uarthub_type(struct lb_uarthub_client *client, const uint8_t *bytes, size_t size_bytes)
{
	struct lb_uarthub *uart = client->uart;

	if (uart->cpu == NULL)
		return;
	lb_stream_send(uart->cpu, bytes, size_bytes);
	if (lb_stream_waiting_bytes(uart->cpu) > LB_UARTHUB_HIGH_BYTES)
		hold_clients(uart, true);
}

void lb_uarthub_speak(struct lb_uarthub *uart, const uint8_t *bytes, size_t size_bytes)
{
	if (uart->cpu != NULL && lb_stream_waiting_bytes(uart->cpu) < LB_UARTHUB_LOW_BYTES)
		lb_stream_send(uart->cpu, bytes, size_bytes);
}

static void on_client_bytes(void *ctx, const uint8_t *bytes, size_t size_bytes)
{
	struct lb_uarthub_client *client = ctx;

	if (client->coder != NULL)
		client->coder->receive(client->coder_ctx, bytes, size_bytes);
	else
		lb_uarthub_type(client, bytes, size_bytes);
}

/* --- clients come and go --- */

void lb_uarthub_drained(struct lb_uarthub_client *client)
{
	client->stalled = false;
	client->consumed_ms = now_ms();
	pace_cpu(client->uart);
}

static void on_client_drained(void *ctx)
{
	struct lb_uarthub_client *client = ctx;

	if (client->coder != NULL)
		client->coder->on_drained(client->coder_ctx);
	else
		lb_uarthub_drained(client);
}

void lb_uarthub_detach(struct lb_uarthub_client *client)
{
	struct lb_uarthub *uart = client->uart;
	struct lb_uarthub_client **link = &uart->clients;

	while (*link != client)
		link = &(*link)->next;
	*link = client->next;
	struct lb_uarthub_client gone = *client;
	lb_stream_close(client->stream);
	free(client);
	if (gone.is_pty)
		lb_pty_hung_up(&uart->pty);
	if (gone.coder != NULL)
		gone.coder->on_gone(gone.coder_ctx);
	pace_cpu(uart);
}

static void on_client_end(void *ctx)
{
	lb_uarthub_detach(ctx);
}

static const struct lb_stream_calls CLIENT_CALLS = {
	.on_bytes = on_client_bytes,
	.on_drained = on_client_drained,
	.on_end = on_client_end,
	.on_broken = on_client_end,
};

static struct lb_uarthub_client *add_client(struct lb_uarthub *uart, bool is_pty)
{
	struct lb_uarthub_client *client = calloc(1, sizeof(*client));

	if (client == NULL)
		return NULL;
	client->uart = uart;
	client->is_pty = is_pty;
	client->next = uart->clients;
	uart->clients = client;
	return client;
}

static void settle_client(struct lb_uarthub_client *client)
{
	const struct lb_stream *cpu = client->uart->cpu;

	lb_stream_pause(client->stream, cpu != NULL && lb_stream_waiting_bytes(cpu) > LB_UARTHUB_HIGH_BYTES);
}

void lb_uarthub_attach(struct lb_uarthub *uart, struct lb_stream *stream, const uint8_t *bytes, size_t size_bytes)
{
	struct lb_uarthub_client *client = add_client(uart, false);

	if (client == NULL) {
		lb_stream_close(stream);
		return;
	}
	client->stream = stream;
	lb_stream_set_owner(stream, &CLIENT_CALLS, client);
	if (size_bytes != 0)
		on_client_bytes(client, bytes, size_bytes);
	settle_client(client);
}

struct lb_uarthub_client *lb_uarthub_attach_coded(struct lb_uarthub *uart, struct lb_stream *stream,
                                                  const struct lb_uarthub_coder *coder, void *ctx)
{
	struct lb_uarthub_client *client = add_client(uart, false);

	if (client == NULL) {
		lb_stream_close(stream);
		return NULL;
	}
	client->stream = stream;
	client->coder = coder;
	client->coder_ctx = ctx;
	lb_stream_set_owner(stream, &CLIENT_CALLS, client);
	settle_client(client);
	return client;
}

/* A program has opened the pty: one more client, with a stream of its own. */
static void on_pty_open(void *ctx, int fd)
{
	struct lb_uarthub *uart = ctx;
	struct lb_uarthub_client *client = add_client(uart, true);

	if (client == NULL) {
		close(fd);
		return;
	}
	client->stream = lb_stream_open(uart->loop, fd, &CLIENT_CALLS, client);
	if (client->stream == NULL) {
		uart->clients = client->next;
		free(client);
		return;
	}
	settle_client(client);
}

static void on_pty_count(void *ctx, unsigned open_count)
{
	struct lb_uarthub *uart = ctx;

	if (!lb_events_wanted(uart->events, LB_EVENT_CLIENT))
		return;
	cJSON *event = lb_events_new(uart->events, LB_EVENT_CLIENT);
	cJSON_AddNumberToObject(event, "port", uart->port);
	cJSON_AddNumberToObject(event, "open", open_count);
	lb_events_emit(uart->events, LB_EVENT_CLIENT, event);
}

static void on_pty_moved(void *ctx)
{
	struct lb_uarthub *uart = ctx;

	lb_folder_link(uart->folder, uart->name, uart->pty.path);
}

static const struct lb_pty_calls PTY_CALLS = {
	.on_open = on_pty_open,
	.on_count = on_pty_count,
	.on_moved = on_pty_moved,
};

/* --- the port --- */

int lb_uarthub_open(struct lb_uarthub *uart, unsigned port, uv_loop_t *loop, const struct lb_folder *folder,
                    const struct lb_events *events)
{
	memset(uart, 0, sizeof(*uart));
	uart->port = port;
	uart->loop = loop;
	uart->folder = folder;
	uart->events = events;
	snprintf(uart->name, sizeof(uart->name), "uart%u", port);
	uv_timer_init(loop, &uart->stall_timer);
	uart->stall_timer.data = uart;
	int result = lb_pty_open(&uart->pty, loop, &PTY_CALLS, uart);
	if (result != 0) {
		lb_log_report("cannot make a pty for %s: %s", uart->name, strerror(-result));
		return -1;
	}
	return lb_folder_link(folder, uart->name, uart->pty.path);
}

void lb_uarthub_close(struct lb_uarthub *uart)
{
	lb_folder_remove(uart->folder, uart->name);
	while (uart->clients != NULL) {
		struct lb_uarthub_client *client = uart->clients;
		uart->clients = client->next;
		lb_stream_close(client->stream);
		if (client->coder != NULL)
			client->coder->on_gone(client->coder_ctx);
		free(client);
	}
	lb_pty_close(&uart->pty);
	uv_close((uv_handle_t *)&uart->stall_timer, NULL);
}

/* The CPU may close its end while it runs; that is noticed when it ends. */
static void on_cpu_end(void *ctx)
{
	(void)ctx;
}

static const struct lb_stream_calls CPU_CALLS = {
	.on_bytes = on_cpu_bytes,
	.on_drained = on_cpu_drained,
	.on_end = on_cpu_end,
	.on_broken = on_cpu_end,
};

int lb_uarthub_connect_cpu(struct lb_uarthub *uart)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		return -errno;
	uart->cpu = lb_stream_open(uart->loop, ends[0], &CPU_CALLS, uart);
	if (uart->cpu == NULL) {
		close(ends[1]);
		return -ENOMEM;
	}
	return ends[1];
}

void lb_uarthub_disconnect_cpu(struct lb_uarthub *uart)
{
	if (uart->cpu == NULL)
		return;
	lb_stream_drain(uart->cpu);
	lb_stream_close(uart->cpu);
	uart->cpu = NULL;
	hold_clients(uart, false);
}
