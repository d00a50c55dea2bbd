#define _GNU_SOURCE /* for what only Linux has */
#include "hardware/process/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hardware/process/requests.h"
#include "hardware/process/log.h"
#include "hardware/process/stream.h"

static const char NAME[] = "control";
enum { BACKLOG = 64 };

struct lb_control_client {
	struct lb_control *control;
	struct lb_control_client *next;
	struct lb_stream *stream;
	unsigned events; /* bit n: watches enum lb_event n */
	bool busy;       /* one of its requests is being run: it must not be freed */
	bool doomed;     /* to be closed as soon as it is not busy */
	bool leaving;    /* to be closed as soon as it has its replies */
	size_t line_bytes;
	char line[LB_COMMANDS_LINE_BYTES];
};

/* --- clients come and go --- */

static void watch_listener(struct lb_control *control);

static void update_wanted(struct lb_control *control)
{
	unsigned wanted = 0;

	for (struct lb_control_client *client = control->clients; client != NULL; client = client->next)
		wanted |= client->events;
	control->module->events.wanted = wanted;
}

/* Forgets the client; its stream is somebody else's by now, or closed. */
static void forget_client(struct lb_control_client *client)
{
	struct lb_control *control = client->control;
	struct lb_control_client **link = &control->clients;

	while (*link != client)
		link = &(*link)->next;
	*link = client->next;
	control->client_count--;
	free(client);
	update_wanted(control);
	watch_listener(control);
}

static void close_client(struct lb_control_client *client)
{
	if (client->busy) {
		client->doomed = true;
		return;
	}
	lb_stream_close(client->stream);
	forget_client(client);
}

static void send_json(struct lb_control_client *client, const cJSON *message)
{
	char *text = cJSON_PrintUnformatted(message);

	if (text == NULL) {
		close_client(client);
		return;
	}
	size_t text_bytes = strlen(text);
	text[text_bytes] = '\n'; /* in place of the NUL: one write, so that no reader sees half a line */
	lb_stream_send(client->stream, text, text_bytes + 1);
	cJSON_free(text);
	if (lb_stream_waiting_bytes(client->stream) > LB_CONTROL_WATCHER_BYTES)
		close_client(client);
}

/* --- lines --- */

static void drop_line(struct lb_control_client *client, size_t size_bytes)
{
	client->line_bytes -= size_bytes;
	memmove(client->line, client->line + size_bytes, client->line_bytes);
}

/* The connection is the byte stream of a UART from now on. */
static void become_uart(struct lb_control_client *client, unsigned port)
{
	struct lb_uarthub *uart = &client->control->module->uart[port];

	lb_uarthub_attach(uart, client->stream, (const uint8_t *)client->line, client->line_bytes);
	forget_client(client);
}

/* Runs one request. False when the client is not ours any more, or its end was asked for. */
static bool run_line(struct lb_control_client *client, size_t line_bytes)
{
	struct lb_control *control = client->control;

	client->busy = true;
	struct lb_requests_result result = lb_requests_run(control->module, client->line, line_bytes);
	send_json(client, result.reply);
	cJSON_Delete(result.reply);
	client->busy = false;
	drop_line(client, line_bytes + 1);

	if (result.next == LB_NEXT_STOP) {
		control->on_stop(control->ctx);
		return false;
	}
	if (client->doomed) {
		close_client(client);
		return false;
	}
	if (result.next == LB_NEXT_ATTACH) {
		become_uart(client, result.port);
		return false;
	}
	if (result.next == LB_NEXT_WATCH) {
		client->events = result.events;
		update_wanted(control);
	}
	return true;
}

static void refuse_long_line(struct lb_control_client *client)
{
	char reason[80];

	snprintf(reason, sizeof(reason), "this line is longer than %d bytes", LB_COMMANDS_LINE_BYTES);
	cJSON *reply = lb_requests_refusal(reason);
	client->busy = true;
	send_json(client, reply);
	client->busy = false;
	cJSON_Delete(reply);
	client->leaving = true;
	client->line_bytes = 0;
}

/* Runs the requests that are there, as long as the client takes the replies. False when it is not ours any more. */
static bool run_lines(struct lb_control_client *client)
{
	while (!client->leaving && lb_stream_waiting_bytes(client->stream) <= LB_CONTROL_PAUSE_BYTES) {
		const char *end = memchr(client->line, '\n', client->line_bytes);
		if (end == NULL)
			break;
		if (!run_line(client, (size_t)(end - client->line)))
			return false;
	}
	if (client->line_bytes == sizeof(client->line) && memchr(client->line, '\n', client->line_bytes) == NULL)
		refuse_long_line(client);
	bool full = lb_stream_waiting_bytes(client->stream) > LB_CONTROL_PAUSE_BYTES;
	lb_stream_pause(client->stream, full || client->leaving);
	if (client->doomed || (client->leaving && lb_stream_waiting_bytes(client->stream) == 0)) {
		close_client(client);
		return false;
	}
	return true;
}

static void on_bytes(void *ctx, const uint8_t *bytes, size_t size_bytes)
{
	struct lb_control_client *client = ctx;

	while (size_bytes != 0 && !client->leaving) {
		size_t room_bytes = sizeof(client->line) - client->line_bytes;
		size_t piece_bytes = size_bytes < room_bytes ? size_bytes : room_bytes;
		memcpy(client->line + client->line_bytes, bytes, piece_bytes);
		client->line_bytes += piece_bytes;
		bytes += piece_bytes;
		size_bytes -= piece_bytes;
		if (!run_lines(client))
			return;
	}
}

static void on_drained(void *ctx)
{
	run_lines(ctx);
}

/* A client that sends no more still gets its replies. */
static void on_end(void *ctx)
{
	struct lb_control_client *client = ctx;

	client->leaving = true;
	run_lines(client);
}

static void on_broken(void *ctx)
{
	close_client(ctx);
}

static const struct lb_stream_calls CALLS = {
	.on_bytes = on_bytes,
	.on_drained = on_drained,
	.on_end = on_end,
	.on_broken = on_broken,
};

/* --- events --- */

static void on_event(void *ctx, enum lb_event kind, const cJSON *event)
{
	struct lb_control *control = ctx;
	struct lb_control_client *next;

	for (struct lb_control_client *client = control->clients; client != NULL; client = next) {
		next = client->next;
		if ((client->events >> kind & 1) != 0)
			send_json(client, event);
	}
}

/* --- the listener --- */

/* Without memory the connection ends; the client sees that, and the module goes on. */
static void add_client(struct lb_control *control, int fd)
{
	struct lb_control_client *client = calloc(1, sizeof(*client));

	if (client == NULL) {
		close(fd);
		return;
	}
	client->control = control;
	client->stream = lb_stream_open(control->module->loop, fd, &CALLS, client);
	if (client->stream == NULL) {
		free(client);
		return;
	}
	client->next = control->clients;
	control->clients = client;
	control->client_count++;
}

static void on_connection(uv_poll_t *poll, int status, int events)
{
	struct lb_control *control = poll->data;

	(void)status;
	(void)events;
	int fd = accept4(control->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		add_client(control, fd);
	watch_listener(control);
}

/* While there are too many clients, the next ones wait in the kernel's queue. */
static void watch_listener(struct lb_control *control)
{
	if (control->client_count < LB_CONTROL_CLIENTS_MAX)
		uv_poll_start(&control->listen_poll, UV_READABLE, on_connection);
	else
		uv_poll_stop(&control->listen_poll);
}

/* The socket, ready to be polled, or a negative errno. */
static int listen_in(const struct lb_folder *folder)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return -errno;
	/* A socket's address takes some 100 bytes; a folder's path may take more. */
	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", folder->fd, NAME);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, BACKLOG) != 0) {
		int error = errno;
		close(fd);
		return -error;
	}
	return fd;
}

int lb_control_open(struct lb_control *control, struct lb_module *module)
{
	memset(control, 0, sizeof(*control));
	control->module = module;
	control->listen_fd = listen_in(&module->folder);
	if (control->listen_fd < 0) {
		lb_log_report("cannot listen on %s/%s: %s", module->folder.path, NAME, strerror(-control->listen_fd));
		return -1;
	}
	uv_poll_init(module->loop, &control->listen_poll, control->listen_fd);
	control->listen_poll.data = control;
	module->events.listener = on_event;
	module->events.ctx = control;
	watch_listener(control);
	return 0;
}

void lb_control_close(struct lb_control *control)
{
	lb_folder_remove(&control->module->folder, NAME);
	control->module->events.wanted = 0;
	while (control->clients != NULL) {
		struct lb_control_client *client = control->clients;
		control->clients = client->next;
		lb_stream_close(client->stream);
		free(client);
	}
	uv_close((uv_handle_t *)&control->listen_poll, NULL);
	close(control->listen_fd);
}
