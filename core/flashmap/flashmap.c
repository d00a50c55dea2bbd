#include "core/flashmap/flashmap.h"

#include <stddef.h>

#include "core/base/bytes.h"
#include "core/base/error.h"

const struct lb_flashmap lb_flashmap_8mib = {
	.part =
		{
			[LB_PART_PROTECTED] = {0x000000, 0x009000},
			[LB_PART_NVS] = {0x009000, 0x007000},
			[LB_PART_FACTORY] = {0x010000, 0x1EF000},
			[LB_PART_RECORD] = {0x200000, 0x004000},
			[LB_PART_LOG] = {0x204000, 0x00C000},
			[LB_PART_OTA_0] = {0x210000, 0x1EF000},
			[LB_PART_CONFIG] = {0x3FF000, 0x001000},
			[LB_PART_OTA_1] = {0x400000, 0x1EF000},
			[LB_PART_FS] = {0x600000, 0x200000},
		},
};

static const char *const part_names[LB_PART_COUNT] = {
	[LB_PART_PROTECTED] = "protected", [LB_PART_NVS] = "nvs",     [LB_PART_FACTORY] = "factory",
	[LB_PART_RECORD] = "record",       [LB_PART_LOG] = "log",     [LB_PART_OTA_0] = "ota_0",
	[LB_PART_CONFIG] = "config",       [LB_PART_OTA_1] = "ota_1", [LB_PART_FS] = "fs",
};

const char *lb_part_name(enum lb_part part)
{
	return (unsigned)part < LB_PART_COUNT ? part_names[part] : NULL;
}

const char *lb_slot_name(enum lb_slot slot)
{
	return lb_part_name(lb_slot_part(slot));
}

enum lb_part lb_slot_part(enum lb_slot slot)
{
	switch (slot) {
	case LB_SLOT_FACTORY: return LB_PART_FACTORY;
	case LB_SLOT_OTA_0: return LB_PART_OTA_0;
	case LB_SLOT_OTA_1: return LB_PART_OTA_1;
	default: return LB_PART_COUNT;
	}
}

static bool inside(uint32_t outer_bytes, uint32_t offset, uint32_t size_bytes)
{
	return offset <= outer_bytes && size_bytes <= outer_bytes - offset;
}

int lb_flashmap_check(const struct lb_flashmap *map, const struct lb_flash *flash)
{
	for (unsigned i = 0; i < LB_PART_COUNT; i++) {
		struct lb_region region = map->part[i];

		if (region.size_bytes == 0)
			continue;
		if (!inside(flash->size_bytes, region.offset, region.size_bytes))
			return LB_ERR_BOUNDS;
		if (region.offset % flash->sector_bytes != 0 || region.size_bytes % flash->sector_bytes != 0)
			return LB_ERR_ALIGN;
		for (unsigned other = 0; other < i; other++)
			if (lb_region_overlaps(region, map->part[other]))
				return LB_ERR_BOUNDS;
	}
	return LB_OK;
}

int lb_region_read(const struct lb_flash *flash, struct lb_region region, uint32_t offset, void *data,
                   uint32_t size_bytes)
{
	if (!inside(region.size_bytes, offset, size_bytes))
		return LB_ERR_BOUNDS;
	return flash->read(flash->ctx, region.offset + offset, data, size_bytes);
}

int lb_region_program(const struct lb_flash *flash, struct lb_region region, uint32_t offset, const void *data,
                      uint32_t size_bytes)
{
	if (!inside(region.size_bytes, offset, size_bytes))
		return LB_ERR_BOUNDS;
	return flash->program(flash->ctx, region.offset + offset, data, size_bytes);
}

int lb_region_erase(const struct lb_flash *flash, struct lb_region region, uint32_t offset, uint32_t size_bytes)
{
	if (!inside(region.size_bytes, offset, size_bytes))
		return LB_ERR_BOUNDS;
	return flash->erase(flash->ctx, region.offset + offset, size_bytes);
}

int lb_region_erase_next(const struct lb_flash *flash, struct lb_region region, uint32_t *offset, uint32_t end)
{
	const uint32_t at = region.offset + *offset;
	const uint32_t block_bytes = flash->erase_block_bytes;
	const bool is_block = block_bytes != 0 && at % block_bytes == 0 && inside(end, *offset, block_bytes);
	const uint32_t size_bytes = is_block ? block_bytes : flash->sector_bytes;
	int error = LB_ERR_BOUNDS;

	if (inside(region.size_bytes, *offset, size_bytes))
		error = is_block ? flash->erase_block(flash->ctx, at) : flash->erase(flash->ctx, at, size_bytes);
	if (error == LB_OK)
		*offset += size_bytes;
	return error;
}

int lb_region_check_blank(const struct lb_flash *flash, struct lb_region region, uint32_t offset, uint32_t size_bytes)
{
	uint8_t piece[256];
	int error = LB_OK;

	while (size_bytes != 0 && error == LB_OK) {
		uint32_t piece_bytes = size_bytes < sizeof(piece) ? size_bytes : (uint32_t)sizeof(piece);

		error = lb_region_read(flash, region, offset, piece, piece_bytes);
		if (error == LB_OK && !lb_bytes_are_blank(piece, piece_bytes))
			error = LB_ERR_NOT_ERASED;
		offset += piece_bytes;
		size_bytes -= piece_bytes;
	}
	return error;
}
