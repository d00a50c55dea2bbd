/* Bytes that wait: a first-in, first-out queue of any size. All zero is an empty one. */
#ifndef HARDWARE_PROCESS_QUEUE_H
#define HARDWARE_PROCESS_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lb_queue {
	uint8_t *bytes;
	size_t first;
	size_t waiting_bytes;
	size_t space_bytes;
};

/* False, and nothing added, when there is no memory for it. */
bool lb_queue_add(struct lb_queue *queue, const void *bytes, size_t size_bytes);
/* The first of those that wait; valid until something is added or taken. */
const uint8_t *lb_queue_front(const struct lb_queue *queue);
/* Takes the first size_bytes, at most waiting_bytes; an empty queue has no memory. */
void lb_queue_pop(struct lb_queue *queue, size_t size_bytes);
/* Empties it. */
void lb_queue_release(struct lb_queue *queue);

#endif
