#include "boards/pico/common/vectors.h"

#include "core/base/bytes.h"

#define RAM_START 0x20000000u
#define RAM_END 0x20042000u

enum { WORD_BYTES = 4, STACK_ALIGN = 8 };

bool pico_vectors_are_good(const void *start, size_t size_bytes, struct pico_vectors_room room)
{
	const uint8_t *bytes = start;
	uint32_t stack, reset;

	if (size_bytes < 2 * WORD_BYTES)
		return false;
	stack = lb_load32le(bytes);
	reset = lb_load32le(bytes + WORD_BYTES);
	return stack > RAM_START && stack <= RAM_END && stack % STACK_ALIGN == 0 && (reset & 1) != 0 &&
	       reset - room.address < room.size_bytes;
}
