/* Partitions: the 8 MiB map, what a map must hold, and access inside one region. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include "core/base/error.h"
#include "core/flashmap/flashmap.h"

/* A device that only notes what it was asked. */
struct asked {
	char what;
	uint32_t offset;
	uint32_t size_bytes;
	unsigned calls;
};

static int note(struct asked *asked, char what, uint32_t offset, uint32_t size_bytes)
{
	*asked = (struct asked){what, offset, size_bytes, asked->calls + 1};
	return LB_OK;
}

static int note_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	(void)data;
	return note(ctx, 'r', offset, size_bytes);
}

static int note_program(void *ctx, uint32_t offset, const void *data, uint32_t size_bytes)
{
	(void)data;
	return note(ctx, 'p', offset, size_bytes);
}

static int note_erase(void *ctx, uint32_t offset, uint32_t size_bytes)
{
	return note(ctx, 'e', offset, size_bytes);
}

static int note_erase_block(void *ctx, uint32_t offset)
{
	return note(ctx, 'b', offset, 0x10000);
}

static struct lb_flash device(struct asked *asked)
{
	return (struct lb_flash){
		.read = note_read,
		.program = note_program,
		.erase = note_erase,
		.ctx = asked,
		.size_bytes = 8u << 20,
		.sector_bytes = 4096,
		.program_bytes = 1,
	};
}

static void the_8_mib_map_is_sound_and_reaches_both_ends(void **state)
{
	struct lb_flash flash = device(NULL);
	const struct lb_region *part = lb_flashmap_8mib.part;

	(void)state;
	assert_int_equal(lb_flashmap_check(&lb_flashmap_8mib, &flash), LB_OK);
	assert_int_equal(part[LB_PART_PROTECTED].offset, 0);
	assert_int_equal(part[LB_PART_FS].offset + part[LB_PART_FS].size_bytes, 8u << 20);
	flash.size_bytes = 4u << 20;
	assert_int_equal(lb_flashmap_check(&lb_flashmap_8mib, &flash), LB_ERR_BOUNDS);
}

static void a_map_that_is_not_sound_is_refused(void **state)
{
	static const struct {
		struct lb_region a, b;
		int result;
	} cases[] = {
		{{0, 0x1000}, {0x1000, 0x1000}, LB_OK},
		{{0x1000, 0x1000}, {0, 0x1000}, LB_OK},
		{{0, 0x2000}, {0x1000, 0x1000}, LB_ERR_BOUNDS},
		{{0x1000, 0x1000}, {0, 0x2000}, LB_ERR_BOUNDS},
		{{0x1000, 0x1000}, {0x1000, 0x1000}, LB_ERR_BOUNDS},
		{{0, 0x4000}, {0x1000, 0x1000}, LB_ERR_BOUNDS},
		{{0x800, 0x1000}, {0, 0}, LB_ERR_ALIGN},
		{{0, 0x800}, {0, 0}, LB_ERR_ALIGN},
		{{0x7FF000, 0x1000}, {0, 0}, LB_OK},
		{{0x7FF000, 0x2000}, {0, 0}, LB_ERR_BOUNDS},
		{{0x800000, 0x1000}, {0, 0}, LB_ERR_BOUNDS},
		{{0xFFFFF000, 0x2000}, {0, 0}, LB_ERR_BOUNDS},
		{{0x12345678, 0}, {0, 0}, LB_OK}, /* a partition that the board has not */
	};
	struct lb_flash flash = device(NULL);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lb_flashmap map = {.part = {[LB_PART_NVS] = cases[i].a, [LB_PART_FS] = cases[i].b}};

		assert_int_equal(lb_flashmap_check(&map, &flash), cases[i].result);
	}
}

static void names_and_slots_belong_together(void **state)
{
	(void)state;
	assert_string_equal(lb_part_name(LB_PART_PROTECTED), "protected");
	assert_string_equal(lb_part_name(LB_PART_FS), "fs");
	assert_null(lb_part_name(LB_PART_COUNT));
	assert_string_equal(lb_slot_name(LB_SLOT_FACTORY), "factory");
	assert_string_equal(lb_slot_name(LB_SLOT_OTA_0), "ota_0");
	assert_string_equal(lb_slot_name(LB_SLOT_OTA_1), "ota_1");
	assert_null(lb_slot_name(LB_SLOT_NONE));
	assert_null(lb_slot_name(LB_SLOT_COUNT));
	assert_int_equal(lb_slot_part(LB_SLOT_OTA_1), LB_PART_OTA_1);
}

static void access_stays_inside_the_region(void **state)
{
	static const struct lb_region region = {0x10000, 0x2000};
	static const struct {
		uint32_t offset, size_bytes;
		int result;
	} cases[] = {
		{0, 0x2000, LB_OK},
		{0x1000, 0x1000, LB_OK},
		{0x2000, 0, LB_OK},
		{0, 0x2001, LB_ERR_BOUNDS},
		{0x1000, 0x1001, LB_ERR_BOUNDS},
		{0x2001, 0, LB_ERR_BOUNDS},
		{1, UINT32_MAX, LB_ERR_BOUNDS},
		{UINT32_MAX, 1, LB_ERR_BOUNDS},
	};
	struct asked asked = {0};
	struct lb_flash flash = device(&asked);
	uint8_t data[1] = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint32_t offset = cases[i].offset, size_bytes = cases[i].size_bytes;
		unsigned expected = asked.calls + (cases[i].result == LB_OK ? 3 : 0);

		assert_int_equal(lb_region_read(&flash, region, offset, data, size_bytes), cases[i].result);
		assert_true(cases[i].result != LB_OK || (asked.what == 'r' && asked.offset == 0x10000 + offset));
		assert_int_equal(lb_region_program(&flash, region, offset, data, size_bytes), cases[i].result);
		assert_true(cases[i].result != LB_OK || (asked.what == 'p' && asked.offset == 0x10000 + offset));
		assert_int_equal(lb_region_erase(&flash, region, offset, size_bytes), cases[i].result);
		assert_true(cases[i].result != LB_OK || (asked.what == 'e' && asked.size_bytes == size_bytes));
		assert_int_equal(asked.calls, expected);
	}
}

static uint8_t cells[0x400];

static int read_cells(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	(void)ctx;
	if (offset + size_bytes > sizeof(cells))
		return LB_ERR_IO;
	memcpy(data, cells + offset, size_bytes);
	return LB_OK;
}

static void one_byte_is_enough_not_to_be_blank(void **state)
{
	const struct lb_flash flash = {.read = read_cells, .size_bytes = 2 * sizeof(cells)};
	const struct lb_region region = {0x100, 0x500};

	(void)state;
	memset(cells, 0xFF, sizeof(cells));
	assert_int_equal(lb_region_check_blank(&flash, region, 0, 0x300), LB_OK);
	for (uint32_t at = 0; at < 0x200; at++) {
		cells[0x140 + at] = 0x7F;
		assert_int_equal(lb_region_check_blank(&flash, region, 0x40, 0x1FF), at < 0x1FF ? LB_ERR_NOT_ERASED : LB_OK);
		assert_int_equal(lb_region_check_blank(&flash, region, 0x41 + at, 0x20), LB_OK);
		cells[0x140 + at] = 0xFF;
	}
	assert_int_equal(lb_region_check_blank(&flash, region, 0x280, 0x100), LB_ERR_IO);
	assert_int_equal(lb_region_check_blank(&flash, region, 0x500, 1), LB_ERR_BOUNDS);
}

static void regions_overlap_when_they_share_a_byte(void **state)
{
	const struct lb_region middle = {0x1000, 0x1000};

	(void)state;
	assert_true(lb_region_overlaps(middle, middle));
	assert_true(lb_region_overlaps(middle, (struct lb_region){0x1FFF, 1}));
	assert_true(lb_region_overlaps((struct lb_region){0, 0x1001}, middle));
	assert_false(lb_region_overlaps(middle, (struct lb_region){0x2000, 1}));
	assert_false(lb_region_overlaps(middle, (struct lb_region){0, 0x1000}));
	assert_false(lb_region_overlaps(middle, (struct lb_region){0x1800, 0}));
}

/* A block where the flash has one and it lies whole, by the device's count, in what is to be erased. */
static void erases_in_the_largest_steps_that_fit(void **state)
{
	static const struct {
		uint32_t offset, end, block_bytes;
		char what;
		uint32_t next;
	} cases[] = {
		{0x0000, 0x30000, 0x10000, 'e', 0x1000},  {0xF000, 0x30000, 0x10000, 'b', 0x1F000},
		{0xF000, 0x1F000, 0x10000, 'b', 0x1F000}, {0xF000, 0x1E000, 0x10000, 'e', 0x10000},
		{0xF000, 0x30000, 0, 'e', 0x10000},       {0x2F000, 0x30000, 0x10000, 'e', 0x30000},
	};
	const struct lb_region region = {0x1000, 0x30000};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct asked asked = {0};
		struct lb_flash flash = device(&asked);
		uint32_t offset = cases[i].offset;

		flash.erase_block = note_erase_block;
		flash.erase_block_bytes = cases[i].block_bytes;
		assert_int_equal(lb_region_erase_next(&flash, region, &offset, cases[i].end), LB_OK);
		assert_int_equal(asked.what, cases[i].what);
		assert_int_equal(asked.offset, region.offset + cases[i].offset);
		assert_int_equal(offset, cases[i].next);
		offset = 0x30000;
		assert_int_equal(lb_region_erase_next(&flash, region, &offset, 0x50000), LB_ERR_BOUNDS);
		assert_int_equal(offset, 0x30000);
		assert_int_equal(asked.calls, 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_8_mib_map_is_sound_and_reaches_both_ends),
		cmocka_unit_test(a_map_that_is_not_sound_is_refused),
		cmocka_unit_test(names_and_slots_belong_together),
		cmocka_unit_test(access_stays_inside_the_region),
		cmocka_unit_test(one_byte_is_enough_not_to_be_blank),
		cmocka_unit_test(erases_in_the_largest_steps_that_fit),
		cmocka_unit_test(regions_overlap_when_they_share_a_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
