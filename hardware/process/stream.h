/* A byte stream over a non-blocking file descriptor, with a queue for what cannot be written at once.
 *
 * Callbacks may close the stream. Nothing here limits the queue: the owner looks at `waiting_bytes` and stops sending.
 * Used for the control connections, the ptys, the TCP port and the CPU's UART sockets.
 */
#ifndef HARDWARE_PROCESS_STREAM_H
#define HARDWARE_PROCESS_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct lb_stream;

struct lb_stream_calls {
	void (*on_bytes)(void *ctx, const uint8_t *bytes, size_t size_bytes);
	/* The other side took bytes; NULL when nobody needs to know. */
	void (*on_drained)(void *ctx);
	/* End of file or an error: nothing is read any more, but the queue is still being written. */
	void (*on_end)(void *ctx);
	/* The other side is gone: writing failed. */
	void (*on_broken)(void *ctx);
};

/* Takes the file descriptor over, and reads from now on. NULL when there is no memory for it; it is closed then. */
struct lb_stream *lb_stream_open(uv_loop_t *loop, int fd, const struct lb_stream_calls *calls, void *ctx);
/* Closes the file descriptor and drops the queue; no callback is called any more. */
void lb_stream_close(struct lb_stream *stream);
/* Hands the stream to another owner. */
void lb_stream_set_owner(struct lb_stream *stream, const struct lb_stream_calls *calls, void *ctx);

void lb_stream_send(struct lb_stream *stream, const void *bytes, size_t size_bytes);
size_t lb_stream_waiting_bytes(const struct lb_stream *stream);
/* Empties the queue, and calls on_taken when the other side could take bytes again. */
void lb_stream_drop(struct lb_stream *stream);
/* Stops reading, or goes on. */
void lb_stream_pause(struct lb_stream *stream, bool paused);
/* Reads all that is there now, paused or not. */
void lb_stream_drain(struct lb_stream *stream);

#endif
