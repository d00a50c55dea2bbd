/* The vectors that a payload begins with: the stack's end, and the reset. Pure. */
#ifndef PICO_VECTORS_H
#define PICO_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PICO_VECTORS_ALIGN = 256 };

/* Addresses that a reset may start at. */
struct pico_vectors_room {
	uint32_t address;
	uint32_t size_bytes;
};

/* Is the stack in RAM, and the reset Thumb code in that room? */
bool pico_vectors_are_good(const void *start, size_t size_bytes, struct pico_vectors_room room);

#endif
