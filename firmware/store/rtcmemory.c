#include "firmware/store/rtcmemory.h"

#include <string.h>

#include "core/base/bytes.h"
#include "core/base/crc32.h"
#include "core/handoff/handoff.h"
#include "core/hw/periph.h"

enum {
	AT_MAGIC = 0,
	AT_CRC = 4,
	AT_SIZE = 8,
	AT_ZERO = 10,
	AT_DATA = 12,
	PLACE = LB_RETAINED_BYTES - AT_DATA - LB_RTCMEMORY_BYTES
};
#define MAGIC 0x4D52424Cu /* "LBRM" */

_Static_assert((int)PLACE >= (int)LB_HANDOFF_SPACE, "behind the hand-off");

static uint32_t crc_of(const uint8_t *block, size_t size_bytes)
{
	return lb_crc32(0, block + AT_SIZE, AT_DATA - AT_SIZE + size_bytes);
}

const uint8_t *lb_rtcmemory_get(size_t *size_bytes)
{
	const uint8_t *block = lb_periph_retained() + PLACE;
	const size_t kept_bytes = lb_load16le(block + AT_SIZE);

	*size_bytes = 0;
	if (lb_load32le(block + AT_MAGIC) == MAGIC && kept_bytes <= LB_RTCMEMORY_BYTES &&
	    lb_load32le(block + AT_CRC) == crc_of(block, kept_bytes))
		*size_bytes = kept_bytes;
	return block + AT_DATA;
}

/* The magic comes last, so that a reset in the middle leaves nothing that looks whole. */
void lb_rtcmemory_put(const void *data, size_t size_bytes)
{
	uint8_t *block = lb_periph_retained() + PLACE;

	lb_store32le(block + AT_MAGIC, 0);
	memmove(block + AT_DATA, data, size_bytes);
	lb_store16le(block + AT_SIZE, (uint16_t)size_bytes);
	lb_store16le(block + AT_ZERO, 0);
	lb_store32le(block + AT_CRC, crc_of(block, size_bytes));
	lb_store32le(block + AT_MAGIC, MAGIC);
}
