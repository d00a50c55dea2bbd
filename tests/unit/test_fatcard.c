/* An empty card, read as a reader of FAT would: every figure is derived from the boot sector. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/base/bytes.h"
#include "hardware/model/fatcard.h"

enum { VOLUME_ID = 0x1234ABCD };

static void the_boot_sector_describes_the_whole_card_as_fat16(void **state)
{
	uint8_t boot[LB_FATCARD_BLOCK_BYTES];

	(void)state;
	assert_true(lb_fatcard_block(0, VOLUME_ID, boot));
	uint32_t reserved = lb_load16le(boot + 14), fats = boot[16], fat_sectors = lb_load16le(boot + 22);
	uint32_t root_sectors = lb_load16le(boot + 17) * 32u / 512u;
	uint32_t clusters = (lb_load32le(boot + 32) - LB_FATCARD_HEAD_BLOCKS) / boot[13];
	assert_int_equal(lb_load16le(boot + 11), 512);
	assert_int_equal(lb_load32le(boot + 32), 32 * 1024 * 1024 / 512);
	assert_int_equal(reserved + fats * fat_sectors + root_sectors, LB_FATCARD_HEAD_BLOCKS);
	assert_int_equal(LB_FATCARD_HEAD_BLOCKS % boot[13], 0);
	assert_in_range(clusters, 4085, 65524);
	assert_true(fat_sectors * 256 >= clusters + 2);
	assert_int_equal(lb_load32le(boot + 39), VOLUME_ID);
	assert_memory_equal(boot + 54, "FAT16   ", 8);
	assert_int_equal(lb_load16le(boot + 510), 0xAA55);
}

static void both_fats_begin_alike_and_nothing_else_is_written(void **state)
{
	static const uint8_t FIRST[] = {0xF8, 0xFF, 0xFF, 0xFF, 0, 0};
	static const uint8_t ZERO[LB_FATCARD_BLOCK_BYTES];
	uint8_t boot[LB_FATCARD_BLOCK_BYTES], data[LB_FATCARD_BLOCK_BYTES];
	unsigned written = 0;

	(void)state;
	lb_fatcard_block(0, VOLUME_ID, boot);
	uint32_t first = lb_load16le(boot + 14), second = first + lb_load16le(boot + 22);
	for (uint32_t block = 1; block < LB_FATCARD_HEAD_BLOCKS + 8; block++) {
		if (!lb_fatcard_block(block, VOLUME_ID, data)) {
			assert_memory_equal(data, ZERO, sizeof(ZERO));
			continue;
		}
		written++;
		assert_true(block == first || block == second);
		assert_memory_equal(data, FIRST, sizeof(FIRST));
		assert_memory_equal(data + sizeof(FIRST), ZERO, sizeof(ZERO) - sizeof(FIRST));
	}
	assert_int_equal(written, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_boot_sector_describes_the_whole_card_as_fat16),
		cmocka_unit_test(both_fats_begin_alike_and_nothing_else_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
