/* Every request of the loader's protocol with every field out of range, in both flavours: each is answered, and how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/loader_bench.h"

static struct bench bench;

struct row {
	uint8_t op;
	uint8_t count;
	uint32_t words[6];
	uint8_t rom, stub; /* what is answered in each flavour; 0 is success */
};

enum { BAD_LENGTH = 0x06, BAD_VALUE = 0x05, NO_WRITE = 0x08, NO_SESSION = 0x06 };

static const struct row rows[] = {
	{0x02, 4, {0x1000, 4, 0x400, 0x10000}, 0, 0},
	{0x02, 5, {0x1000, 4, 0x400, 0x10000, 0}, 0, 0},
	{0x02, 5, {0x1000, 4, 0x400, 0x10000, 1}, BAD_VALUE, 0xC3},
	{0x02, 3, {0x1000, 4, 0x400}, BAD_LENGTH, 0xC0},
	{0x02, 6, {0x1000, 4, 0x400, 0x10000, 0, 0}, BAD_LENGTH, 0xC0},
	{0x02, 4, {0x1001, 5, 0x400, 0x10000}, 0, 0},
	{0x02, 4, {0x1000, 5, 0x400, 0x10000}, BAD_VALUE, 0xC2},
	{0x02, 4, {0x1000, UINT32_MAX, 0x400, 0x10000}, BAD_VALUE, 0xC2},
	{0x02, 4, {0x1000, 1, 0, 0x10000}, BAD_VALUE, 0xC2},
	{0x02, 4, {0x8000, 1, 0x8000, 0x10000}, BAD_VALUE, 0xC2},
	{0x02, 4, {0x1000, 1, UINT32_MAX, 0x10000}, BAD_VALUE, 0xC2},
	{0x02, 4, {0x1000, 4, 0x400, 0x7FF001}, BAD_VALUE, 0xC3},
	{0x02, 4, {0x1000, 4, 0x400, 0x800000}, BAD_VALUE, 0xC3},
	{0x02, 4, {0x1000, 4, 0x400, 0xFFFFF000}, BAD_VALUE, 0xC3},
	{0x02, 4, {UINT32_MAX, 4, 0x400, 0}, BAD_VALUE, 0xC3},
	{0x02, 4, {0, 0, 0x400, 0}, 0, 0},
	{0x02, 4, {0, 1, 0x400, 0}, BAD_VALUE, 0xC2},
	{0x10, 4, {0x1000, 1, 0x400, 0x10000}, 0, 0},
	{0x10, 5, {0x1000, 1, 0x400, 0x10000, 1}, BAD_VALUE, 0xC3},
	{0x10, 4, {0x1000, 5, 0x400, 0x10000}, 0, 0},
	{0x10, 4, {0x1000, 6, 0x400, 0x10000}, BAD_VALUE, 0xC2},
	{0x10, 4, {0x1000, UINT32_MAX, 0x400, 0x10000}, BAD_VALUE, 0xC2},
	{0x10, 4, {0x1000, 1, 0, 0x10000}, BAD_VALUE, 0xC2},
	{0x10, 4, {0x1000, 1, 0x400, 0x7FF001}, BAD_VALUE, 0xC3},
	{0x10, 4, {UINT32_MAX, 1, 0x400, 0}, BAD_VALUE, 0xC3},
	{0x10, 1, {0}, BAD_LENGTH, 0xC0},
	{0x03, 0, {0}, BAD_LENGTH, 0xC0},
	{0x03, 4, {0, 0, 0, 0}, NO_SESSION, 0xC6},
	{0x11, 4, {0, 0, 0, 0}, NO_SESSION, 0xC6},
	{0x07, 4, {0, 0, 0, 0}, NO_SESSION, 0xC6},
	{0x04, 1, {0}, NO_SESSION, 0xC6},
	{0x04, 1, {1}, NO_SESSION, 0xC6},
	{0x04, 1, {2}, BAD_VALUE, 0xC3},
	{0x04, 0, {0}, BAD_LENGTH, 0xC0},
	{0x12, 1, {UINT32_MAX}, BAD_VALUE, 0xC3},
	{0x12, 1, {0}, NO_SESSION, 0xC6},
	{0x12, 2, {0, 0}, BAD_LENGTH, 0xC0},
	{0x05, 4, {0x1800, 1, 0x1800, 0x40080000}, 0, 0},
	{0x05, 4, {0, 0, 0x1800, 0x40080000}, BAD_VALUE, 0xC3},
	{0x05, 4, {0x80001, 86, 0x1800, 0x40080000}, BAD_VALUE, 0xC3},
	{0x05, 4, {UINT32_MAX, 1, 0x1800, 0x40080000}, BAD_VALUE, 0xC3},
	{0x05, 4, {0x1800, 2, 0x1800, 0x40080000}, BAD_VALUE, 0xC2},
	{0x05, 4, {0x1800, 0, 0x1800, 0x40080000}, BAD_VALUE, 0xC2},
	{0x05, 4, {0x1800, 1, 0, 0x40080000}, BAD_VALUE, 0xC2},
	{0x05, 4, {0x1800, 1, 0x4001, 0x40080000}, BAD_VALUE, 0xC2},
	{0x05, 4, {0x1800, 1, 0x1800, 0xFFFFF000}, BAD_VALUE, 0xC3},
	{0x05, 3, {0x1800, 1, 0x1800}, BAD_LENGTH, 0xC0},
	{0x06, 2, {1, 0}, NO_SESSION, 0xC6},
	{0x06, 2, {0, 0x40080000}, NO_SESSION, 0xC6},
	{0x06, 2, {0, 0}, BAD_VALUE, 0xC3},
	{0x06, 2, {1, 0x40080000}, BAD_VALUE, 0xC3},
	{0x06, 2, {2, 0x40080000}, BAD_VALUE, 0xC3},
	{0x06, 1, {1}, BAD_LENGTH, 0xC0},
	{0x08, 1, {0}, BAD_LENGTH, 0xC0},
	{0x09, 4, {0x3FF42080, 0, 0, 0}, 0, 0},
	{0x09, 4, {0x3FF42081, 0, 0, 0}, BAD_VALUE, 0xC3},
	{0x09, 3, {0x3FF42080, 0, 0}, BAD_LENGTH, 0xC0},
	{0x09, 5, {0x3FF42080, 0, 0, 0, 0}, BAD_LENGTH, 0xC0},
	{0x09, 0, {0}, BAD_LENGTH, 0xC0},
	{0x0A, 1, {0x40001002}, BAD_VALUE, 0xC3},
	{0x0A, 0, {0}, BAD_LENGTH, 0xC0},
	{0x0A, 2, {0, 0}, BAD_LENGTH, 0xC0},
	{0x0B, 6, {0, 0x800000, 0x10000, 0x1000, 0x100, 0xFFFF}, 0, 0},
	{0x0B, 6, {0, 0x400000, 0x10000, 0x1000, 0x100, 0xFFFF}, 0, 0},
	{0x0B, 6, {0, 0, 0x10000, 0x1000, 0x100, 0xFFFF}, BAD_VALUE, 0xC3},
	{0x0B, 6, {0, 0x1000000, 0x10000, 0x1000, 0x100, 0xFFFF}, BAD_VALUE, 0xC3},
	{0x0B, 6, {0, 0x800000, 0x8000, 0x1000, 0x100, 0xFFFF}, BAD_VALUE, 0xC3},
	{0x0B, 6, {0, 0x800000, 0x10000, 0x200, 0x100, 0xFFFF}, BAD_VALUE, 0xC3},
	{0x0B, 6, {0, 0x800000, 0x10000, 0x1000, 0, 0xFFFF}, BAD_VALUE, 0xC3},
	{0x0B, 5, {0, 0x800000, 0x10000, 0x1000, 0x100}, BAD_LENGTH, 0xC0},
	{0x0D, 1, {0}, 0, 0},
	{0x0D, 2, {1, 0}, 0, 0},
	{0x0D, 2, {0, 1}, BAD_VALUE, 0xC3},
	{0x0D, 1, {0x40000000}, BAD_VALUE, 0xC3},
	{0x0D, 0, {0}, BAD_LENGTH, 0xC0},
	{0x0D, 3, {0, 0, 0}, BAD_LENGTH, 0xC0},
	{0x0E, 2, {0x7FFFC0, 64}, 0, 0},
	{0x0E, 2, {0, 65}, BAD_VALUE, 0xC3},
	{0x0E, 2, {0, 0}, BAD_VALUE, 0xC3},
	{0x0E, 2, {0x7FFFC1, 64}, BAD_VALUE, 0xC3},
	{0x0E, 2, {UINT32_MAX, 64}, BAD_VALUE, 0xC3},
	{0x0E, 1, {0}, BAD_LENGTH, 0xC0},
	{0x0F, 2, {921600, 0}, 0, 0},
	{0x0F, 2, {0, 0}, BAD_VALUE, 0xC3},
	{0x0F, 2, {299, 0}, BAD_VALUE, 0xC3},
	{0x0F, 2, {5000001, 0}, BAD_VALUE, 0xC3},
	{0x0F, 1, {921600}, BAD_LENGTH, 0xC0},
	{0x13, 4, {0x7FF000, 0x1000, 0, 0}, 0, 0},
	{0x13, 4, {0x800000, 0, 0, 0}, 0, 0},
	{0x13, 4, {0x7FF000, 0x1001, 0, 0}, BAD_VALUE, 0xC3},
	{0x13, 4, {0x800001, 0, 0, 0}, BAD_VALUE, 0xC3},
	{0x13, 4, {0, UINT32_MAX, 0, 0}, BAD_VALUE, 0xC3},
	{0x13, 4, {0, 16, 1, 0}, BAD_VALUE, 0xC3},
	{0x13, 4, {0, 16, 0, 1}, BAD_VALUE, 0xC3},
	{0x13, 2, {0, 16}, BAD_LENGTH, 0xC0},
};

/* Unknown to the ROM, which answers without a name. */
static const struct row stub_rows[] = {
	{0x14, 0, {0}, BAD_VALUE, 0xFF},
	{0x00, 0, {0}, BAD_VALUE, 0xFF},
	{0x01, 0, {0}, BAD_VALUE, 0xFF},
	{0xD3, 0, {0}, BAD_VALUE, 0xFF},
	{0xD4, 4, {0, 0, 0, 0}, BAD_VALUE, 0xFF},
	{0xFF, 1, {0}, BAD_VALUE, 0xFF},
	{0xD0, 1, {0}, BAD_VALUE, 0xC0},
	{0xD1, 2, {0x10000, 0x1000}, BAD_VALUE, 0},
	{0xD1, 2, {0x10800, 0x1000}, BAD_VALUE, 0xC3},
	{0xD1, 2, {0x10000, 0x800}, BAD_VALUE, 0xC3},
	{0xD1, 2, {0x800000, 0x1000}, BAD_VALUE, 0xC3},
	{0xD1, 2, {0x10000, 0xFFFFF000}, BAD_VALUE, 0xC3},
	{0xD1, 2, {0, 0x1000}, BAD_VALUE, 0xC4},
	{0xD1, 2, {0x8000, 0x2000}, BAD_VALUE, 0xC4},
	{0xD1, 1, {0}, BAD_VALUE, 0xC0},
	{0xD2, 4, {0x7FF000, 0x1001, 0x1000, 64}, BAD_VALUE, 0xC3},
	{0xD2, 4, {0x800001, 0, 0x1000, 64}, BAD_VALUE, 0xC3},
	{0xD2, 4, {0, 0x1000, 0, 64}, BAD_VALUE, 0xC2},
	{0xD2, 4, {0, 0x1000, 0x4001, 64}, BAD_VALUE, 0xC2},
	{0xD2, 4, {0, 0x1000, 0x1000, 0}, BAD_VALUE, 0xC3},
	{0xD2, 4, {0, 0x1000, 0x1000, 1025}, BAD_VALUE, 0xC3},
	{0xD2, 3, {0, 0x1000, 0x1000}, BAD_VALUE, 0xC0},
};

static void check_row(const struct row *row, unsigned index)
{
	struct bench_reply reply;
	unsigned expected = bench.stub ? row->stub : row->rom;
	unsigned code;

	if (bench.stub)
		bench_start_stub(&bench);
	else
		bench_sync(&bench);
	reply = bench_words(&bench, row->op, row->count, row->words);
	code = bench_code(&bench, &reply);
	if (code != expected)
		fail_msg("row %u, op %02X: answered %02X, not %02X", index, row->op, code, expected);
	assert_int_equal(bench.wire_bytes, 0);
}

static void check_rows(bool stub)
{
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		bench.stub = stub;
		check_row(&rows[i], i);
	}
}

static void test_rom_answers(void **state)
{
	(void)state;
	check_rows(false);
}

static void test_stub_answers(void **state)
{
	(void)state;
	check_rows(true);
}

static void test_rom_does_not_name_what_it_does_not_know(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(stub_rows) / sizeof(stub_rows[0]); i++) {
		struct bench_reply reply = bench_words(&bench, stub_rows[i].op, stub_rows[i].count, stub_rows[i].words);

		assert_int_equal(reply.op, 0);
		assert_int_equal(bench_code(&bench, &reply), 0x05);
	}
}

static void test_stub_only_requests(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof(stub_rows) / sizeof(stub_rows[0]); i++) {
		bench.stub = true;
		check_row(&stub_rows[i], i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(test_rom_answers),
		BENCH_TEST(test_stub_answers),
		BENCH_TEST(test_rom_does_not_name_what_it_does_not_know),
		BENCH_TEST(test_stub_only_requests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
