/* The NOR model: what it refuses, what it counts, and what a cut leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/base/error.h"
#include "hardware/model/nor.h"

enum { SECTORS = 4, BLOCK_BYTES = 2 * LB_NOR_SECTOR_BYTES, SIZE_BYTES = SECTORS * LB_NOR_SECTOR_BYTES, OPS_MAX = 64 };

struct bench {
	struct lb_nor nor;
	struct lb_flash flash;
	uint8_t bytes[SIZE_BYTES];
	uint8_t marks[SIZE_BYTES / LB_NOR_PROGRAM_BYTES / 8];
	uint32_t wear[SECTORS];
	struct lb_nor_op started[OPS_MAX];
	unsigned started_count, ended_count;
	uint32_t waited_us;
	uint8_t in_wait[SIZE_BYTES]; /* what a process killed in the last wait would leave */
	struct lb_nor_cut cut;
	unsigned cut_at; /* the operation, counted from 0, that cut is for */
};

static struct lb_nor_cut begin(void *ctx, const struct lb_nor_op *op)
{
	struct bench *bench = ctx;
	struct lb_nor_cut none = {.moment = LB_NOR_CUT_NONE};

	assert_true(bench->started_count < OPS_MAX);
	bench->started[bench->started_count] = *op;
	return bench->started_count++ == bench->cut_at ? bench->cut : none;
}

static void end(void *ctx, const struct lb_nor_op *op)
{
	struct bench *bench = ctx;

	assert_memory_equal(op, &bench->started[bench->started_count - 1], sizeof(*op));
	bench->ended_count++;
}

static void wait_us(void *ctx, uint32_t busy_us)
{
	struct bench *bench = ctx;

	bench->waited_us += busy_us;
	memcpy(bench->in_wait, bench->bytes, SIZE_BYTES);
}

static void forget_operations(struct bench *bench)
{
	bench->started_count = 0;
	bench->ended_count = 0;
	bench->waited_us = 0;
}

static int set_up(void **state)
{
	static struct bench bench;

	memset(&bench, 0, sizeof(bench));
	memset(bench.bytes, 0xFF, SIZE_BYTES);
	lb_nor_init(&bench.nor, &(struct lb_nor_setup){
								.bytes = bench.bytes,
								.size_bytes = SIZE_BYTES,
								.erase_block_bytes = BLOCK_BYTES,
								.wear = bench.wear,
								.marks = bench.marks,
								.seed = 1,
								.hooks = {.begin = begin, .end = end, .wait_us = wait_us, .ctx = &bench},
							});
	bench.flash = lb_nor_flash(&bench.nor);
	*state = &bench;
	return 0;
}

static int program(struct bench *bench, uint32_t offset, const void *data, uint32_t size_bytes)
{
	return bench->flash.program(bench->flash.ctx, offset, data, size_bytes);
}

static int erase(struct bench *bench, uint32_t offset, uint32_t size_bytes)
{
	return bench->flash.erase(bench->flash.ctx, offset, size_bytes);
}

static int read(struct bench *bench, uint32_t offset, void *data, uint32_t size_bytes)
{
	return bench->flash.read(bench->flash.ctx, offset, data, size_bytes);
}

static void fill(uint8_t *data, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++)
		data[i] = (uint8_t)(i * 37 + 11);
}

/* Bits that are 0 in a and 1 in b. */
static bool has_bits_beyond(const uint8_t *a, const uint8_t *b, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++)
		if ((~a[i] & b[i]) != 0)
			return true;
	return false;
}

static bool all_blank(const uint8_t *bytes, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++)
		if (bytes[i] != 0xFF)
			return false;
	return true;
}

static void tells_its_geometry(void **state)
{
	struct bench *bench = *state;

	assert_int_equal(bench->flash.size_bytes, SIZE_BYTES);
	assert_int_equal(bench->flash.sector_bytes, 4096);
	assert_int_equal(bench->flash.erase_block_bytes, BLOCK_BYTES);
	assert_int_equal(bench->flash.program_bytes, 8);
}

static void reads_back_what_was_programmed(void **state)
{
	struct bench *bench = *state;
	uint8_t data[16], back[19];

	fill(data, sizeof(data));
	assert_int_equal(program(bench, 8, data, sizeof(data)), LB_OK);
	assert_int_equal(read(bench, 7, back, sizeof(back)), LB_OK);
	assert_int_equal(back[0], 0xFF);
	assert_memory_equal(back + 1, data, sizeof(data));
	assert_int_equal(back[17], 0xFF);
}

static void refuses_and_then_changes_nothing(void **state)
{
	static const struct {
		char what;
		uint32_t offset, size_bytes;
		int result;
	} cases[] = {
		{'r', SIZE_BYTES, 0, LB_OK},
		{'r', SIZE_BYTES - 1, 1, LB_OK},
		{'r', SIZE_BYTES - 1, 2, LB_ERR_BOUNDS},
		{'r', SIZE_BYTES + 1, 0, LB_ERR_BOUNDS},
		{'r', 8, UINT32_MAX, LB_ERR_BOUNDS},
		{'p', SIZE_BYTES, 8, LB_ERR_BOUNDS},
		{'p', SIZE_BYTES - 8, 16, LB_ERR_BOUNDS},
		{'p', UINT32_MAX - 7, 16, LB_ERR_BOUNDS},
		{'p', 4, 8, LB_ERR_ALIGN},
		{'p', 8, 12, LB_ERR_ALIGN},
		{'p', 0, 16, LB_ERR_NOT_ERASED}, /* the second unit is programmed */
		{'p', 8, 8, LB_ERR_NOT_ERASED},
		{'p', 16, 8, LB_ERR_NOT_ERASED}, /* with 0xFF */
		{'e', SIZE_BYTES, LB_NOR_SECTOR_BYTES, LB_ERR_BOUNDS},
		{'e', 0, SIZE_BYTES + LB_NOR_SECTOR_BYTES, LB_ERR_BOUNDS},
		{'e', 256, LB_NOR_SECTOR_BYTES, LB_ERR_ALIGN},
		{'e', 0, 256, LB_ERR_ALIGN},
	};
	struct bench *bench = *state;
	uint8_t data[SIZE_BYTES], before[SIZE_BYTES], back[16];

	fill(data, sizeof(data));
	memset(data + 8, 0xFF, 8);
	assert_int_equal(program(bench, 8, data, 16), LB_OK);
	memcpy(before, bench->bytes, SIZE_BYTES);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int result = cases[i].what == 'r' ? read(bench, cases[i].offset, back, cases[i].size_bytes) :
		             cases[i].what == 'p' ? program(bench, cases[i].offset, data, cases[i].size_bytes) :
		                                    erase(bench, cases[i].offset, cases[i].size_bytes);
		if (result != cases[i].result)
			fail_msg("case %zu: %d and not %d", i, result, cases[i].result);
		assert_memory_equal(bench->bytes, before, SIZE_BYTES);
	}
	assert_true(lb_nor_powered(&bench->nor));
}

static void without_marks_blank_data_counts_as_blank(void **state)
{
	struct bench *bench = *state;
	uint8_t data[8], blank[8];

	bench->nor.setup.marks = NULL;
	fill(data, sizeof(data));
	memset(blank, 0xFF, sizeof(blank));
	assert_int_equal(program(bench, 0, blank, 8), LB_OK);
	assert_int_equal(program(bench, 0, data, 8), LB_OK);
	assert_int_equal(program(bench, 0, data, 8), LB_ERR_NOT_ERASED);
}

static void splits_programs_at_pages(void **state)
{
	static const struct lb_nor_op expected[] = {
		{LB_NOR_PROGRAM, 240, 16}, {LB_NOR_PROGRAM, 256, 256}, {LB_NOR_PROGRAM, 512, 256}, {LB_NOR_PROGRAM, 768, 8}};
	struct bench *bench = *state;
	uint8_t data[536];

	fill(data, sizeof(data));
	assert_int_equal(program(bench, 240, data, sizeof(data)), LB_OK);
	assert_int_equal(bench->started_count, 4);
	assert_int_equal(bench->ended_count, 4);
	assert_memory_equal(bench->started, expected, sizeof(expected));
	assert_int_equal(bench->waited_us, 4 * 700);
	assert_memory_equal(bench->bytes + 240, data, sizeof(data));
	assert_true(all_blank(bench->bytes, 240));
	assert_true(all_blank(bench->bytes + 776, SIZE_BYTES - 776));
}

static void erases_only_what_is_not_blank(void **state)
{
	struct bench *bench = *state;
	uint8_t data[8], blank[8];

	fill(data, sizeof(data));
	memset(blank, 0xFF, sizeof(blank));
	assert_int_equal(program(bench, LB_NOR_SECTOR_BYTES, data, 8), LB_OK);
	assert_int_equal(program(bench, 0, blank, 8), LB_OK);
	forget_operations(bench);
	assert_int_equal(erase(bench, 0, SIZE_BYTES), LB_OK);
	assert_true(all_blank(bench->bytes, SIZE_BYTES));
	assert_int_equal(bench->started_count, 1);
	assert_int_equal(bench->started[0].offset, LB_NOR_SECTOR_BYTES);
	assert_int_equal(bench->waited_us, 45000);
	assert_int_equal(bench->wear[0], 0);
	assert_int_equal(bench->wear[1], 1);
	/* Erased is erased, for marks too. */
	assert_int_equal(program(bench, 0, data, 8), LB_OK);
	assert_int_equal(program(bench, LB_NOR_SECTOR_BYTES, data, 8), LB_OK);
}

static void a_kill_in_the_wait_leaves_a_torn_page(void **state)
{
	struct bench *bench = *state;
	uint8_t data[LB_NOR_PAGE_BYTES];
	bool was_torn_unit = false, lengths_differ = false;
	size_t last_bytes = SIZE_BYTES;

	memset(data, 0x00, sizeof(data));
	for (unsigned page = 0; page < 16; page++) {
		const uint8_t *left = bench->in_wait + page * LB_NOR_PAGE_BYTES;
		assert_int_equal(program(bench, page * LB_NOR_PAGE_BYTES, data, sizeof(data)), LB_OK);
		size_t whole_bytes = 0;
		while (whole_bytes < LB_NOR_PAGE_BYTES && left[whole_bytes] == 0x00)
			whole_bytes++;
		assert_true(whole_bytes < LB_NOR_PAGE_BYTES);
		size_t rest = (whole_bytes / LB_NOR_PROGRAM_BYTES + 1) * LB_NOR_PROGRAM_BYTES;
		assert_true(all_blank(left + rest, LB_NOR_PAGE_BYTES - rest));
		was_torn_unit = was_torn_unit || !all_blank(left + whole_bytes, rest - whole_bytes);
		lengths_differ = lengths_differ || (page != 0 && whole_bytes != last_bytes);
		last_bytes = whole_bytes;
	}
	assert_true(was_torn_unit);
	assert_true(lengths_differ);
}

static void a_kill_in_the_wait_leaves_a_half_erased_sector(void **state)
{
	struct bench *bench = *state;
	uint8_t data[LB_NOR_SECTOR_BYTES];
	unsigned old_count = 0, blank_count = 0, other_count = 0;

	memset(data, 0x00, sizeof(data));
	assert_int_equal(program(bench, LB_NOR_SECTOR_BYTES, data, sizeof(data)), LB_OK);
	assert_int_equal(erase(bench, LB_NOR_SECTOR_BYTES, LB_NOR_SECTOR_BYTES), LB_OK);
	const uint8_t *left = bench->in_wait + LB_NOR_SECTOR_BYTES;
	for (size_t i = 0; i < LB_NOR_SECTOR_BYTES; i++) {
		old_count += left[i] == 0x00;
		blank_count += left[i] == 0xFF;
		other_count += left[i] != 0x00 && left[i] != 0xFF;
	}
	assert_true(old_count > 1000 && blank_count > 500 && other_count > 500);
	assert_true(all_blank(bench->in_wait, LB_NOR_SECTOR_BYTES));
	assert_true(all_blank(bench->in_wait + 2 * LB_NOR_SECTOR_BYTES, LB_NOR_SECTOR_BYTES));
}

static void a_cut_before_leaves_nothing_and_one_after_everything(void **state)
{
	struct bench *bench = *state;
	uint8_t data[512];

	fill(data, sizeof(data));
	bench->cut_at = 1;
	bench->cut.moment = LB_NOR_CUT_BEFORE;
	assert_int_equal(program(bench, 0, data, sizeof(data)), LB_ERR_IO);
	assert_memory_equal(bench->bytes, data, 256);
	assert_true(all_blank(bench->bytes + 256, 256));
	assert_int_equal(bench->ended_count, 1);

	lb_nor_power_on(&bench->nor);
	forget_operations(bench);
	bench->cut_at = 0;
	bench->cut.moment = LB_NOR_CUT_AFTER;
	assert_int_equal(program(bench, 256, data + 256, 256), LB_ERR_IO);
	assert_memory_equal(bench->bytes, data, 512);

	lb_nor_power_on(&bench->nor);
	forget_operations(bench);
	bench->cut.moment = LB_NOR_CUT_BEFORE;
	assert_int_equal(erase(bench, 0, LB_NOR_SECTOR_BYTES), LB_ERR_IO);
	assert_memory_equal(bench->bytes, data, 512);
	assert_int_equal(bench->wear[0], 0);

	lb_nor_power_on(&bench->nor);
	forget_operations(bench);
	bench->cut.moment = LB_NOR_CUT_AFTER;
	assert_int_equal(erase(bench, 0, LB_NOR_SECTOR_BYTES), LB_ERR_IO);
	assert_true(all_blank(bench->bytes, SIZE_BYTES));
	assert_int_equal(bench->wear[0], 1);
}

static void a_torn_program_is_torn_where_the_cut_says(void **state)
{
	struct bench *bench = *state;
	uint8_t data[64], first[64];

	memset(data, 0xA0, sizeof(data));
	bench->cut = (struct lb_nor_cut){LB_NOR_CUT_TORN, 21, 7};
	assert_int_equal(program(bench, 0, data, sizeof(data)), LB_ERR_IO);
	assert_memory_equal(bench->bytes, data, 21);
	assert_false(has_bits_beyond(bench->bytes, data, 24));
	assert_true(all_blank(bench->bytes + 24, 40));
	memcpy(first, bench->bytes, sizeof(first));

	/* The same seed damages alike. */
	lb_nor_power_on(&bench->nor);
	memset(bench->bytes, 0xFF, SIZE_BYTES);
	memset(bench->marks, 0, sizeof(bench->marks));
	forget_operations(bench);
	assert_int_equal(program(bench, 0, data, sizeof(data)), LB_ERR_IO);
	assert_memory_equal(bench->bytes, first, sizeof(first));

	/* A unit under work is no blank one, whatever it reads as. */
	lb_nor_power_on(&bench->nor);
	assert_int_equal(program(bench, 16, data, 8), LB_ERR_NOT_ERASED);
	assert_int_equal(program(bench, 24, data, 8), LB_OK);
}

static void a_torn_erase_stays_in_its_sector(void **state)
{
	struct bench *bench = *state;
	uint8_t data[SIZE_BYTES];

	memset(data, 0x00, sizeof(data));
	for (uint32_t at = 0; at < SIZE_BYTES; at += LB_NOR_SECTOR_BYTES) {
		assert_int_equal(program(bench, at, data, LB_NOR_SECTOR_BYTES), LB_OK);
		forget_operations(bench);
	}
	bench->cut = (struct lb_nor_cut){LB_NOR_CUT_TORN, 0, 3};
	bench->cut_at = 1;
	assert_int_equal(erase(bench, 0, SIZE_BYTES), LB_ERR_IO);
	assert_true(all_blank(bench->bytes, LB_NOR_SECTOR_BYTES));
	assert_true(memcmp(bench->bytes + LB_NOR_SECTOR_BYTES, data, LB_NOR_SECTOR_BYTES) != 0);
	assert_false(all_blank(bench->bytes + LB_NOR_SECTOR_BYTES, LB_NOR_SECTOR_BYTES));
	assert_memory_equal(bench->bytes + 2 * LB_NOR_SECTOR_BYTES, data, LB_NOR_SECTOR_BYTES);
}

static void erases_a_block_as_one_operation(void **state)
{
	struct bench *bench = *state;
	uint8_t data[8];

	fill(data, sizeof(data));
	for (uint32_t at = 0; at < SIZE_BYTES; at += LB_NOR_SECTOR_BYTES)
		assert_int_equal(program(bench, at, data, sizeof(data)), LB_OK);
	forget_operations(bench);
	assert_int_equal(bench->flash.erase_block(bench->flash.ctx, LB_NOR_SECTOR_BYTES), LB_ERR_ALIGN);
	assert_int_equal(bench->flash.erase_block(bench->flash.ctx, SIZE_BYTES), LB_ERR_BOUNDS);
	assert_int_equal(bench->started_count, 0);
	assert_int_equal(bench->flash.erase_block(bench->flash.ctx, BLOCK_BYTES), LB_OK);
	assert_int_equal(bench->started_count, 1);
	assert_int_equal(bench->started[0].size_bytes, BLOCK_BYTES);
	assert_int_equal(bench->waited_us, LB_NOR_BLOCK_US);
	assert_int_equal(bench->wear[2], 1);
	assert_int_equal(bench->wear[3], 1);
	assert_int_equal(bench->wear[0] + bench->wear[1], 0);
	assert_true(all_blank(bench->bytes + BLOCK_BYTES, BLOCK_BYTES));
	assert_int_equal(program(bench, BLOCK_BYTES, data, sizeof(data)), LB_OK);
	forget_operations(bench);
	assert_int_equal(bench->flash.erase_block(bench->flash.ctx, BLOCK_BYTES), LB_OK);
	assert_int_equal(bench->flash.erase_block(bench->flash.ctx, BLOCK_BYTES), LB_OK);
	assert_int_equal(bench->started_count, 1); /* what is blank costs nothing */
}

static void a_torn_block_is_torn_in_all_its_sectors(void **state)
{
	static uint8_t data[SIZE_BYTES];
	struct bench *bench = *state;

	fill(data, sizeof(data));
	assert_int_equal(program(bench, 0, data, SIZE_BYTES), LB_OK);
	forget_operations(bench);
	bench->cut = (struct lb_nor_cut){LB_NOR_CUT_TORN, 0, 3};
	bench->cut_at = 0;
	assert_int_equal(bench->flash.erase_block(bench->flash.ctx, 0), LB_ERR_IO);
	for (uint32_t at = 0; at < BLOCK_BYTES; at += LB_NOR_SECTOR_BYTES) {
		assert_true(memcmp(bench->bytes + at, data + at, LB_NOR_SECTOR_BYTES) != 0);
		assert_false(all_blank(bench->bytes + at, LB_NOR_SECTOR_BYTES));
	}
	assert_memory_equal(bench->bytes + BLOCK_BYTES, data + BLOCK_BYTES, BLOCK_BYTES);
}

static void refuses_all_work_until_power_is_back(void **state)
{
	struct bench *bench = *state;
	uint8_t data[8];

	fill(data, sizeof(data));
	bench->cut.moment = LB_NOR_CUT_BEFORE;
	assert_int_equal(read(bench, 0, data, 8), LB_ERR_IO);
	assert_false(lb_nor_powered(&bench->nor));
	assert_int_equal(read(bench, 0, data, 8), LB_ERR_IO);
	assert_int_equal(program(bench, 0, data, 8), LB_ERR_IO);
	assert_int_equal(erase(bench, 0, LB_NOR_SECTOR_BYTES), LB_ERR_IO);
	assert_int_equal(bench->started_count, 1);
	assert_true(all_blank(bench->bytes, SIZE_BYTES));
	lb_nor_power_on(&bench->nor);
	assert_int_equal(read(bench, 0, data, 8), LB_OK);
}

static void works_without_hooks_and_counters(void **state)
{
	struct bench *bench = *state;
	uint8_t data[8];

	fill(data, sizeof(data));
	lb_nor_init(&bench->nor, &(struct lb_nor_setup){.bytes = bench->bytes, .size_bytes = SIZE_BYTES});
	assert_int_equal(program(bench, 0, data, 8), LB_OK);
	assert_memory_equal(bench->bytes, data, 8);
	assert_int_equal(erase(bench, 0, SIZE_BYTES), LB_OK);
	assert_true(all_blank(bench->bytes, SIZE_BYTES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(tells_its_geometry, set_up),
		cmocka_unit_test_setup(reads_back_what_was_programmed, set_up),
		cmocka_unit_test_setup(refuses_and_then_changes_nothing, set_up),
		cmocka_unit_test_setup(without_marks_blank_data_counts_as_blank, set_up),
		cmocka_unit_test_setup(splits_programs_at_pages, set_up),
		cmocka_unit_test_setup(erases_only_what_is_not_blank, set_up),
		cmocka_unit_test_setup(a_kill_in_the_wait_leaves_a_torn_page, set_up),
		cmocka_unit_test_setup(a_kill_in_the_wait_leaves_a_half_erased_sector, set_up),
		cmocka_unit_test_setup(a_cut_before_leaves_nothing_and_one_after_everything, set_up),
		cmocka_unit_test_setup(a_torn_program_is_torn_where_the_cut_says, set_up),
		cmocka_unit_test_setup(a_torn_erase_stays_in_its_sector, set_up),
		cmocka_unit_test_setup(erases_a_block_as_one_operation, set_up),
		cmocka_unit_test_setup(a_torn_block_is_torn_in_all_its_sectors, set_up),
		cmocka_unit_test_setup(refuses_all_work_until_power_is_back, set_up),
		cmocka_unit_test_setup(works_without_hooks_and_counters, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
