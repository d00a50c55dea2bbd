#include "boards/stub/ramflash.h"

#include <stddef.h>
#include <string.h>

#include "boards/stub/machine.h"
#include "core/base/error.h"

enum { SECTOR_BYTES = 4096, UNIT_BYTES = 4 };

static int flash_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	const int result = lb_flash_check(STUB_FLASH_BYTES, offset, size_bytes, 1);

	(void)ctx;
	if (result == LB_OK)
		memcpy(data, stub_flash + offset, size_bytes);
	return result;
}

static int flash_program(void *ctx, uint32_t offset, const void *data, uint32_t size_bytes)
{
	const uint8_t *bytes = data;
	const int result = lb_flash_check(STUB_FLASH_BYTES, offset, size_bytes, UNIT_BYTES);

	(void)ctx;
	for (uint32_t i = 0; result == LB_OK && i < size_bytes; i++)
		stub_flash[offset + i] &= bytes[i];
	return result;
}

static int flash_erase(void *ctx, uint32_t offset, uint32_t size_bytes)
{
	const int result = lb_flash_check(STUB_FLASH_BYTES, offset, size_bytes, SECTOR_BYTES);

	(void)ctx;
	if (result == LB_OK)
		memset(stub_flash + offset, 0xFF, size_bytes);
	return result;
}

const struct lb_flash stub_ramflash = {
	.read = flash_read,
	.program = flash_program,
	.erase = flash_erase,
	.size_bytes = STUB_FLASH_BYTES,
	.sector_bytes = SECTOR_BYTES,
	.program_bytes = UNIT_BYTES,
};
