/* Contract: a NOR flash device.
 *
 * The board gives a struct of functions and a context; everything in core and firmware that touches flash goes through
 * it. Offsets count from the start of the device, in bytes. Every function returns LB_OK or a negative enum lb_error
 * and, when it fails for bounds or alignment, has changed nothing.
 *
 *   read     any offset, any size.
 *   program  offset and size are multiples of program_bytes; clears bits (1 to 0) and never sets them. Each program
 *            unit is programmed at most once between two erases, blank (all 0xFF) data included.
 *   erase    offset and size are multiples of sector_bytes; all bytes become 0xFF, sector by sector.
 *   erase_block  offset is a multiple of erase_block_bytes; as many bytes become 0xFF in one operation, which takes the
 *            part much less than its sectors one by one. A board whose part has none leaves it NULL and the size 0.
 *
 * A power cut may fall inside program or erase: then any prefix of the bytes, any subset of the bits of the unit,
 * sector or block under work, and unstable reads there are possible; nothing outside the range asked for changes.
 */
#ifndef LB_HW_FLASH_H
#define LB_HW_FLASH_H

#include <stdint.h>

#include "core/base/error.h"

struct lb_flash {
	int (*read)(void *ctx, uint32_t offset, void *data, uint32_t size_bytes);
	int (*program)(void *ctx, uint32_t offset, const void *data, uint32_t size_bytes);
	int (*erase)(void *ctx, uint32_t offset, uint32_t size_bytes);
	int (*erase_block)(void *ctx, uint32_t offset);
	void *ctx;
	uint32_t size_bytes;
	uint32_t sector_bytes;      /* erase unit */
	uint32_t erase_block_bytes; /* larger erase unit, a multiple of the sector; 0: none */
	uint32_t program_bytes;     /* program unit: a power of two, at most 16 */
};

/* What a device of flash_bytes asks of a range before it changes anything: LB_OK, LB_ERR_BOUNDS or LB_ERR_ALIGN. */
static inline int lb_flash_check(uint32_t flash_bytes, uint32_t offset, uint32_t size_bytes, uint32_t unit_bytes)
{
	if (offset > flash_bytes || size_bytes > flash_bytes - offset)
		return LB_ERR_BOUNDS;
	return offset % unit_bytes == 0 && size_bytes % unit_bytes == 0 ? LB_OK : LB_ERR_ALIGN;
}

#endif
