/* Partitions: named regions of a flash device, and bounds-checked access to them.
 *
 * A map is a plain value: the board gives it to the bootloader, the bootloader hands it to the image, and the firmware
 * uses the one it was given. Layout of the boards so far: docs/spec/flashmap.md.
 */
#ifndef LB_FLASHMAP_FLASHMAP_H
#define LB_FLASHMAP_FLASHMAP_H

#include <stdbool.h>
#include <stdint.h>

#include "core/hw/flash.h"

enum lb_part {
	LB_PART_PROTECTED = 0, /* for a bootloader on boards that keep it in this flash */
	LB_PART_NVS = 1,
	LB_PART_FACTORY = 2,
	LB_PART_RECORD = 3,
	LB_PART_LOG = 4,
	LB_PART_OTA_0 = 5,
	LB_PART_CONFIG = 6,
	LB_PART_OTA_1 = 7,
	LB_PART_FS = 8,
	LB_PART_COUNT = 9,
};

enum lb_slot {
	LB_SLOT_FACTORY = 0,
	LB_SLOT_OTA_0 = 1,
	LB_SLOT_OTA_1 = 2,
	LB_SLOT_COUNT = 3,
	LB_SLOT_NONE = 0xFF,
};

struct lb_region {
	uint32_t offset;     /* from the start of the device; a multiple of the sector */
	uint32_t size_bytes; /* 0: the board has no such partition */
};

struct lb_flashmap {
	struct lb_region part[LB_PART_COUNT];
};

extern const struct lb_flashmap lb_flashmap_8mib;

/* "factory", "ota_0", …; NULL for a number that is none. */
const char *lb_part_name(enum lb_part part);
const char *lb_slot_name(enum lb_slot slot);
enum lb_part lb_slot_part(enum lb_slot slot);

/* LB_OK when all partitions lie inside the device, on sector borders, and none overlaps another; else LB_ERR_BOUNDS or
 * LB_ERR_ALIGN. */
int lb_flashmap_check(const struct lb_flashmap *map, const struct lb_flash *flash);

/* Do they share a byte? Both lie inside one device. */
static inline bool lb_region_overlaps(struct lb_region a, struct lb_region b)
{
	return a.size_bytes != 0 && b.size_bytes != 0 && a.offset < b.offset + b.size_bytes &&
	       b.offset < a.offset + a.size_bytes;
}

/* Access inside one region; offsets count from its start. LB_ERR_BOUNDS when any byte asked for lies outside. */
int lb_region_read(const struct lb_flash *flash, struct lb_region region, uint32_t offset, void *data,
                   uint32_t size_bytes);
int lb_region_program(const struct lb_flash *flash, struct lb_region region, uint32_t offset, const void *data,
                      uint32_t size_bytes);
int lb_region_erase(const struct lb_flash *flash, struct lb_region region, uint32_t offset, uint32_t size_bytes);
/* One step of erasing from offset to end, both on sector borders: a block where the flash has such and one fits there,
 * else a sector. *offset moves behind it. For whoever wants all of it erased soon: a block takes as long as three
 * sectors, and a cut in it leaves any of its sectors half erased. */
int lb_region_erase_next(const struct lb_flash *flash, struct lb_region region, uint32_t *offset, uint32_t end);
/* LB_OK: all of it is blank. LB_ERR_NOT_ERASED: something is there. Else what reading it answered. */
int lb_region_check_blank(const struct lb_flash *flash, struct lb_region region, uint32_t offset, uint32_t size_bytes);

#endif
