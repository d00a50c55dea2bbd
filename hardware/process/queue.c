#include "hardware/process/queue.h"

#include <stdlib.h>
#include <string.h>

enum { STEP_BYTES = 4096 };

/* Moves before it grows, and grows by doubling: bytes are added far more often than space. */
static bool make_room(struct lb_queue *queue, size_t size_bytes)
{
	if (queue->first != 0) {
		memmove(queue->bytes, queue->bytes + queue->first, queue->waiting_bytes);
		queue->first = 0;
	}
	size_t needed_bytes = queue->waiting_bytes + size_bytes;
	if (needed_bytes <= queue->space_bytes)
		return true;
	size_t space_bytes = queue->space_bytes < STEP_BYTES ? STEP_BYTES : queue->space_bytes;
	while (space_bytes < needed_bytes)
		space_bytes *= 2;
	uint8_t *bytes = realloc(queue->bytes, space_bytes);
	if (bytes == NULL)
		return false;
	queue->bytes = bytes;
	queue->space_bytes = space_bytes;
	return true;
}

bool lb_queue_add(struct lb_queue *queue, const void *bytes, size_t size_bytes)
{
	if (size_bytes == 0)
		return true;
	if (!make_room(queue, size_bytes))
		return false;
	memcpy(queue->bytes + queue->waiting_bytes, bytes, size_bytes);
	queue->waiting_bytes += size_bytes;
	return true;
}

const uint8_t *lb_queue_front(const struct lb_queue *queue)
{
	return queue->bytes + queue->first;
}

void lb_queue_pop(struct lb_queue *queue, size_t size_bytes)
{
	queue->first += size_bytes;
	queue->waiting_bytes -= size_bytes;
	if (queue->waiting_bytes == 0)
		lb_queue_release(queue);
}

void lb_queue_release(struct lb_queue *queue)
{
	free(queue->bytes);
	*queue = (struct lb_queue){.bytes = NULL};
}
