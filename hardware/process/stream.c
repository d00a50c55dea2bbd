#include "hardware/process/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "hardware/process/queue.h"

enum { READ_BYTES = 16384 };

struct lb_stream {
	uv_poll_t poll;
	int fd;
	const struct lb_stream_calls *calls;
	void *ctx;
	bool paused;
	bool ended;  /* nothing more to read */
	bool broken; /* nothing can be written */
	bool reported_broken;
	bool closed;
	bool wants_room; /* on_taken is due when the fd can take bytes, though the queue is empty */
	struct lb_queue queue;
};

static void on_poll(uv_poll_t *poll, int status, int events);

/* Asks libuv for just what can be acted on: what is paused must not keep the loop awake. */
static void poll_again(struct lb_stream *stream)
{
	int events = 0;

	if (stream->closed)
		return;
	if (stream->broken) {
		/* A broken file descriptor is ready at once, so poll is how the owner learns of it, outside its own calls. */
		events = stream->reported_broken ? 0 : UV_READABLE | UV_WRITABLE;
	} else {
		if (!stream->paused && !stream->ended)
			events |= UV_READABLE;
		if (stream->queue.waiting_bytes != 0 || stream->wants_room)
			events |= UV_WRITABLE;
	}
	if (events == 0)
		uv_poll_stop(&stream->poll);
	else
		uv_poll_start(&stream->poll, events, on_poll);
}

struct lb_stream *lb_stream_open(uv_loop_t *loop, int fd, const struct lb_stream_calls *calls, void *ctx)
{
	struct lb_stream *stream = calloc(1, sizeof(*stream));

	if (stream == NULL || fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) != 0 ||
	    uv_poll_init(loop, &stream->poll, fd) != 0) {
		free(stream);
		close(fd);
		return NULL;
	}
	stream->poll.data = stream;
	stream->fd = fd;
	lb_stream_set_owner(stream, calls, ctx);
	poll_again(stream);
	return stream;
}

static void on_closed(uv_handle_t *handle)
{
	free(handle->data);
}

void lb_stream_close(struct lb_stream *stream)
{
	stream->closed = true;
	uv_poll_stop(&stream->poll);
	close(stream->fd);
	lb_queue_release(&stream->queue);
	uv_close((uv_handle_t *)&stream->poll, on_closed);
}

void lb_stream_set_owner(struct lb_stream *stream, const struct lb_stream_calls *calls, void *ctx)
{
	stream->calls = calls;
	stream->ctx = ctx;
}

size_t lb_stream_waiting_bytes(const struct lb_stream *stream)
{
	return stream->queue.waiting_bytes;
}

/* How many bytes the other side took; -1 when it is gone. */
static ssize_t write_some(struct lb_stream *stream, const uint8_t *bytes, size_t size_bytes)
{
	ssize_t wrote;

	do
		wrote = write(stream->fd, bytes, size_bytes);
	while (wrote < 0 && errno == EINTR);
	if (wrote >= 0)
		return wrote;
	if (errno == EAGAIN)
		return 0;
	stream->broken = true;
	lb_queue_release(&stream->queue);
	return -1;
}

void lb_stream_send(struct lb_stream *stream, const void *bytes, size_t size_bytes)
{
	const uint8_t *rest = bytes;

	if (stream->broken)
		return;
	if (stream->queue.waiting_bytes == 0) {
		ssize_t wrote = write_some(stream, rest, size_bytes);
		if (wrote < 0) {
			poll_again(stream);
			return;
		}
		rest += wrote;
		size_bytes -= (size_t)wrote;
	}
	if (size_bytes != 0 && lb_queue_add(&stream->queue, rest, size_bytes))
		poll_again(stream);
}

void lb_stream_drop(struct lb_stream *stream)
{
	lb_queue_release(&stream->queue);
	stream->wants_room = true;
	poll_again(stream);
}

void lb_stream_pause(struct lb_stream *stream, bool paused)
{
	if (stream->paused == paused)
		return;
	stream->paused = paused;
	poll_again(stream);
}

/* True when there may be more. */
static bool read_some(struct lb_stream *stream)
{
	uint8_t bytes[READ_BYTES];
	ssize_t got = read(stream->fd, bytes, sizeof(bytes));

	if (got > 0) {
		stream->calls->on_bytes(stream->ctx, bytes, (size_t)got);
		return true;
	}
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	stream->ended = true;
	poll_again(stream);
	stream->calls->on_end(stream->ctx);
	return false;
}

void lb_stream_drain(struct lb_stream *stream)
{
	while (!stream->closed && !stream->ended && read_some(stream))
		continue;
}

static void write_queue(struct lb_stream *stream)
{
	struct lb_queue *queue = &stream->queue;

	if (queue->waiting_bytes != 0) {
		ssize_t wrote = write_some(stream, lb_queue_front(queue), queue->waiting_bytes);
		if (wrote > 0)
			lb_queue_pop(queue, (size_t)wrote);
	}
	stream->wants_room = false;
	poll_again(stream);
	if (!stream->broken && stream->calls->on_drained != NULL)
		stream->calls->on_drained(stream->ctx);
}

/* Writes before it reads: room in the queue is what the other end waits for. */
static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct lb_stream *stream = poll->data;

	if (status < 0) {
		/* The other side is gone; what it had sent before is still there. */
		stream->broken = true;
		lb_stream_drain(stream);
	}
	if (!stream->broken && (events & UV_WRITABLE) != 0)
		write_queue(stream);
	if (stream->closed)
		return;
	if (!stream->broken && !stream->paused && !stream->ended && (events & UV_READABLE) != 0)
		read_some(stream);
	if (stream->broken && !stream->closed) {
		stream->reported_broken = true;
		poll_again(stream);
		stream->calls->on_broken(stream->ctx);
	}
}
