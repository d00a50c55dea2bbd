/* A client that is sent away with a line that says why. A socket that is closed with something unread in it resets the
 * connection, and the line may never be seen: so it is kept until the client closes too, or the next one is sent away.
 */
#ifndef HARDWARE_PROCESS_REFUSAL_H
#define HARDWARE_PROCESS_REFUSAL_H

#include <uv.h>

#include "hardware/process/stream.h"

struct lb_refusal {
	uv_loop_t *loop;          /* set by the owner */
	struct lb_stream *stream; /* of the last one; NULL: none */
};

/* Takes the socket over. */
void lb_refusal_send(struct lb_refusal *refusal, int fd, const char *line);
void lb_refusal_end(struct lb_refusal *refusal);

#endif
