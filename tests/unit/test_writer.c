/* What bootloader mode's writer erases, and in which steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/base/error.h"
#include "core/loader/writer.h"
#include "hardware/model/nor.h"

enum { SECTOR = LB_NOR_SECTOR_BYTES, BLOCK_SECTORS = 4, SECTORS = 16, SIZE = SECTORS * SECTOR };

struct bench {
	struct lb_nor nor;
	struct lb_flash flash;
	struct lb_writer writer;
	uint8_t bytes[SIZE];
	char erases[SECTORS + 1]; /* one letter an operation: s, or b for a block */
};

static struct lb_nor_cut begin(void *ctx, const struct lb_nor_op *op)
{
	struct bench *bench = ctx;

	if (op->kind == LB_NOR_ERASE)
		strcat(bench->erases, op->size_bytes == SECTOR ? "s" : "b");
	return (struct lb_nor_cut){.moment = LB_NOR_CUT_NONE};
}

static void start(struct bench *bench, struct lb_region guarded, struct lb_region range)
{
	memset(bench, 0, sizeof(*bench));
	lb_nor_init(&bench->nor, &(struct lb_nor_setup){
								 .bytes = bench->bytes,
								 .size_bytes = SIZE,
								 .erase_block_bytes = BLOCK_SECTORS * SECTOR,
								 .hooks = {.begin = begin, .ctx = bench},
							 });
	bench->flash = lb_nor_flash(&bench->nor);
	lb_writer_start(&bench->writer, &bench->flash, guarded, range);
}

/* In sectors, from and count. */
static struct lb_region sectors(uint32_t from, uint32_t count)
{
	return (struct lb_region){from * SECTOR, count * SECTOR};
}

static void assert_erased(const struct bench *bench, struct lb_region erased, struct lb_region guarded)
{
	for (uint32_t i = 0; i < SIZE; i++) {
		const bool is_guarded = i - guarded.offset < guarded.size_bytes;

		assert_int_equal(bench->bytes[i], !is_guarded && i - erased.offset < erased.size_bytes ? 0xFF : 0);
	}
}

/* Blocks where whole ones lie in the range and touch no protected sector; not a byte outside. */
static void erases_blocks_within_its_range_alone(void **state)
{
	static const struct {
		uint32_t from, count, guarded_from, guarded_count;
		const char *erases;
	} cases[] = {
		{0, 16, 0, 0, "bbbb"},  {3, 9, 0, 0, "sbb"},     {4, 7, 0, 0, "bsss"}, {5, 2, 0, 0, "ss"},
		{0, 16, 0, 2, "ssbbb"}, {0, 16, 6, 1, "bsssbb"}, {0, 16, 4, 4, "bbb"}, {0, 8, 8, 4, "bb"},
	};
	static struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct lb_region guarded = sectors(cases[i].guarded_from, cases[i].guarded_count);
		const struct lb_region range = sectors(cases[i].from, cases[i].count);

		start(&bench, guarded, range);
		while (lb_writer_wants_erase(&bench.writer))
			assert_int_equal(lb_writer_erase(&bench.writer), LB_OK);
		assert_string_equal(bench.erases, cases[i].erases);
		assert_erased(&bench, range, guarded);
	}
}

/* What is written while nothing is erased ahead has its block erased at its first page, and stays. */
static void a_block_is_erased_before_its_first_page(void **state)
{
	static struct bench bench;
	uint32_t room_bytes;

	(void)state;
	start(&bench, sectors(0, 0), sectors(4, 6));
	for (uint32_t at = 0; at < 6 * SECTOR; at += LB_WRITER_PAGE_BYTES) {
		memset(lb_writer_room(&bench.writer, &room_bytes), 0x5A, LB_WRITER_PAGE_BYTES);
		assert_int_equal(room_bytes, LB_WRITER_PAGE_BYTES);
		assert_int_equal(lb_writer_added(&bench.writer, LB_WRITER_PAGE_BYTES), LB_OK);
		assert_int_equal(lb_writer_flush(&bench.writer), LB_OK);
	}
	assert_string_equal(bench.erases, "bss");
	for (uint32_t i = 0; i < SIZE; i++)
		assert_int_equal(bench.bytes[i], i >= 4 * SECTOR && i < 10 * SECTOR ? 0x5A : 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(erases_blocks_within_its_range_alone),
		cmocka_unit_test(a_block_is_erased_before_its_first_page),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
