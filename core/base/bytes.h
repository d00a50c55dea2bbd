/* Little-endian integers in byte buffers: how every format on flash, on the wire and in retained RAM is read and
 * written. The buffer needs no alignment. And what of flash is blank.
 */
#ifndef LB_BASE_BYTES_H
#define LB_BASE_BYTES_H

#include <stdbool.h>
#include <stdint.h>

static inline uint16_t lb_load16le(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static inline uint32_t lb_load32le(const uint8_t *bytes)
{
	return (uint32_t)lb_load16le(bytes) | (uint32_t)lb_load16le(bytes + 2) << 16;
}

static inline uint64_t lb_load64le(const uint8_t *bytes)
{
	return (uint64_t)lb_load32le(bytes) | (uint64_t)lb_load32le(bytes + 4) << 32;
}

static inline void lb_store16le(uint8_t *bytes, uint16_t value)
{
	bytes[0] = (uint8_t)value;
	bytes[1] = (uint8_t)(value >> 8);
}

static inline void lb_store32le(uint8_t *bytes, uint32_t value)
{
	lb_store16le(bytes, (uint16_t)value);
	lb_store16le(bytes + 2, (uint16_t)(value >> 16));
}

static inline void lb_store64le(uint8_t *bytes, uint64_t value)
{
	lb_store32le(bytes, (uint32_t)value);
	lb_store32le(bytes + 4, (uint32_t)(value >> 32));
}

/* Are all of them as an erase leaves flash? */
static inline bool lb_bytes_are_blank(const uint8_t *bytes, uint32_t size_bytes)
{
	for (uint32_t i = 0; i < size_bytes; i++)
		if (bytes[i] != 0xFF)
			return false;
	return true;
}

#endif
