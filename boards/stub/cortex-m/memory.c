/* What core wants of a libc, by the byte: newlib's three are 566 bytes on a Cortex-M4, and what is long is mapped and
 * not copied here. "used": the optimiser at link time makes calls of them when it has dropped what nobody calls.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Nothing, in a loop that the compiler would else make a call of the very function that it is in. */
#define STAY_A_LOOP() __asm__ volatile("")

__attribute__((used)) void *memcpy(void *restrict to, const void *restrict from, size_t size_bytes)
{
	const uint8_t *source = from;
	uint8_t *bytes = to;

	for (size_t i = 0; i < size_bytes; i++) {
		STAY_A_LOOP();
		bytes[i] = source[i];
	}
	return to;
}

__attribute__((used)) void *memset(void *to, int value, size_t size_bytes)
{
	uint8_t *bytes = to;

	for (size_t i = 0; i < size_bytes; i++) {
		STAY_A_LOOP();
		bytes[i] = (uint8_t)value;
	}
	return to;
}

__attribute__((used)) int memcmp(const void *one, const void *other, size_t size_bytes)
{
	const uint8_t *a = one;
	const uint8_t *b = other;

	for (size_t i = 0; i < size_bytes; i++)
		if (a[i] != b[i])
			return a[i] - b[i];
	return 0;
}
