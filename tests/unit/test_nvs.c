/* The firmware's store of named values: what it keeps, when it writes, and what a power cut at any operation leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/crc32.h"
#include "core/base/error.h"
#include "core/nvs/nvs.h"
#include "hardware/model/nor.h"

enum { SECTORS = 3, SIZE_BYTES = SECTORS * LB_NOR_SECTOR_BYTES, NEVER = -1, KEYS = 4, STEPS = 50, TEXT_BYTES = 256 };

struct bench {
	struct lb_nor nor;
	struct lb_flash flash;
	struct lb_nvs nvs;
	uint8_t bytes[SIZE_BYTES];
	uint8_t marks[SIZE_BYTES / LB_NOR_PROGRAM_BYTES / 8];
	int operations; /* programs and erases so far */
	int cut_at;
	struct lb_nor_cut cut;
};

static struct lb_nor_cut begin(void *ctx, const struct lb_nor_op *op)
{
	struct bench *bench = ctx;
	const struct lb_nor_cut none = {.moment = LB_NOR_CUT_NONE};

	if (op->kind == LB_NOR_READ)
		return none;
	return bench->operations++ == bench->cut_at ? bench->cut : none;
}

static void open_store(struct bench *bench)
{
	const struct lb_region region = {.offset = 0, .size_bytes = SIZE_BYTES};

	assert_int_equal(lb_nvs_open(&bench->nvs, &bench->flash, region), LB_OK);
}

static void start(struct bench *bench)
{
	struct lb_nor_setup setup = {.bytes = bench->bytes, .size_bytes = SIZE_BYTES, .marks = bench->marks};

	memset(bench, 0, sizeof(*bench));
	memset(bench->bytes, 0xFF, sizeof(bench->bytes));
	bench->cut_at = NEVER;
	setup.hooks.begin = begin;
	setup.hooks.ctx = bench;
	lb_nor_init(&bench->nor, &setup);
	bench->flash = lb_nor_flash(&bench->nor);
	open_store(bench);
}

static void keeps_and_removes(void **state)
{
	static struct bench bench;
	char value[32];

	(void)state;
	start(&bench);
	assert_int_equal(lb_nvs_get(&bench.nvs, "a", value, sizeof(value)), LB_ERR_NOT_FOUND);
	assert_int_equal(lb_nvs_set(&bench.nvs, "a", "one", 3), LB_OK);
	assert_int_equal(lb_nvs_set(&bench.nvs, "ab", "", 0), LB_OK);
	assert_int_equal(lb_nvs_set(&bench.nvs, "a", "two!", 4), LB_OK);
	open_store(&bench);
	assert_int_equal(lb_nvs_get(&bench.nvs, "a", value, sizeof(value)), 4);
	assert_memory_equal(value, "two!", 4);
	assert_int_equal(lb_nvs_get(&bench.nvs, "a", value, 3), LB_ERR_BOUNDS);
	assert_int_equal(lb_nvs_get(&bench.nvs, "ab", value, sizeof(value)), 0);
	assert_int_equal(lb_nvs_remove(&bench.nvs, "a"), LB_OK);
	assert_int_equal(lb_nvs_remove(&bench.nvs, "a"), LB_ERR_NOT_FOUND);
	open_store(&bench);
	assert_int_equal(lb_nvs_get(&bench.nvs, "a", value, sizeof(value)), LB_ERR_NOT_FOUND);
}

static void writes_only_changes(void **state)
{
	static struct bench bench;
	int before;

	(void)state;
	start(&bench);
	assert_int_equal(bench.operations, 0);
	assert_int_equal(lb_nvs_set(&bench.nvs, "key", "a value of more than a unit", 27), LB_OK);
	before = bench.operations;
	assert_int_equal(lb_nvs_set(&bench.nvs, "key", "a value of more than a unit", 27), LB_OK);
	open_store(&bench);
	assert_int_equal(bench.operations, before);
}

static void refuses_what_is_too_long(void **state)
{
	static const uint8_t long_value[LB_NVS_VALUE_BYTES + 1];
	static struct bench bench;

	(void)state;
	start(&bench);
	assert_int_equal(lb_nvs_set(&bench.nvs, "sixteen_letters_", "", 0), LB_ERR_BOUNDS);
	assert_int_equal(lb_nvs_set(&bench.nvs, "k", long_value, sizeof(long_value)), LB_ERR_BOUNDS);
	assert_int_equal(lb_nvs_set(&bench.nvs, "k", long_value, LB_NVS_VALUE_BYTES), LB_OK);
	assert_int_equal(lb_nvs_set(&bench.nvs, "l", long_value, LB_NVS_VALUE_BYTES), LB_ERR_BOUNDS);
	assert_int_equal(lb_nvs_set(&bench.nvs, "k", "short", 5), LB_OK);
	assert_int_equal(lb_nvs_set(&bench.nvs, "l", long_value, LB_NVS_VALUE_BYTES), LB_OK);
}

static void refuses_a_region_without_room(void **state)
{
	const struct lb_region one_sector = {.offset = 0, .size_bytes = LB_NOR_SECTOR_BYTES};
	static struct bench bench;
	char value;

	(void)state;
	start(&bench);
	assert_int_equal(lb_nvs_open(&bench.nvs, &bench.flash, one_sector), LB_ERR_BOUNDS);
	assert_int_equal(lb_nvs_get(&bench.nvs, "a", &value, 1), LB_ERR_NOT_FOUND);
	assert_int_equal(lb_nvs_set(&bench.nvs, "a", "b", 1), LB_ERR_UNSUPPORTED);
}

/* The bytes of docs/spec/nvs.md, without the code that reads them. */
static void writes_the_format(void **state)
{
	/* clang-format off */
	static const uint8_t wanted[] = {
		/* bank header, twice */
		'L', 'B', 'N', 'V', 2, 0, 0xFF, 0xFF, 1, 0, 0, 0, 0x87, 0x9F, 0x9A, 0x95,
		'L', 'B', 'N', 'V', 2, 0, 0xFF, 0xFF, 1, 0, 0, 0, 0x87, 0x9F, 0x9A, 0x95,
		/* the value: claim, header, body */
		'L', 'B', 'N', 'E', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0x4E, 3, 0x0E, 0, 0xC3, 0x89, 0x5E, 0xAC, 0xA5, 0x8A, 0x93, 0x23, 0xFF, 0xFF, 0xFF, 0xFF,
		'k', 'e', 'y', 0x30, 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39, 'A', 'B', 'C',
		0x21, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
		/* its end: claim, header, body */
		'L', 'B', 'N', 'E', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0x4E, 3, 0xFF, 0xFF, 0xA9, 0xAB, 0x90, 0x8A, 0x41, 0x7D, 0x1F, 0xDF, 0xFF, 0xFF, 0xFF, 0xFF,
		'k', 'e', 'y', 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
	};
	/* clang-format on */
	static struct bench bench;

	(void)state;
	start(&bench);
	assert_int_equal(lb_nvs_set(&bench.nvs, "key", "0123456789ABC!", 14), LB_OK);
	assert_int_equal(lb_nvs_remove(&bench.nvs, "key"), LB_OK);
	assert_memory_equal(bench.bytes, wanted, sizeof(wanted));
}

/* The store with one value in it and this number in both headers of its bank. */
static void start_at(struct bench *bench, uint32_t sequence)
{
	start(bench);
	assert_int_equal(lb_nvs_set(&bench->nvs, "key", "old", 3), LB_OK);
	for (uint32_t at = 0; at < LB_NVS_AT_ENTRIES; at += LB_NVS_UNIT_BYTES) {
		lb_store32le(bench->bytes + at + LB_NVS_AT_SEQUENCE, sequence);
		lb_store32le(bench->bytes + at + LB_NVS_AT_CRC, lb_crc32(0, bench->bytes + at, LB_NVS_AT_CRC));
	}
	open_store(bench);
}

/* What is answered with success is there after a reset, whatever number somebody wrote into a header. */
static void keeps_what_it_was_given_at_any_number(void **state)
{
	static const uint32_t numbers[] = {1, 0x7FFFFFFE, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF};
	static struct bench bench;
	char value[8];

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		start_at(&bench, numbers[i]);
		const bool known = numbers[i] <= LB_NVS_MAX_SEQUENCE;
		const int error = lb_nvs_set(&bench.nvs, "key", "new", 3);

		assert_int_equal(error, numbers[i] == LB_NVS_MAX_SEQUENCE ? LB_ERR_BOUNDS : LB_OK);
		open_store(&bench);
		assert_int_equal(lb_nvs_get(&bench.nvs, "key", value, sizeof(value)), 3);
		assert_memory_equal(value, error == LB_OK ? "new" : "old", 3);
		assert_int_equal(bench.nvs.sequence > numbers[i] || !known || error != LB_OK, 1);
	}
}

/* --- power cuts: step n sets key n % KEYS to a text that tells n; every 7th removes the key instead --- */

static void key_of(int step, char key[4])
{
	snprintf(key, 4, "k%d", step % KEYS);
}

static int value_of(int step, char value[TEXT_BYTES])
{
	return snprintf(value, TEXT_BYTES, "value %d %*s", step, 100 + step * 37 % 140, ".");
}

static int do_step(struct bench *bench, int step)
{
	char value[TEXT_BYTES];
	char key[4];
	const int bytes = value_of(step, value);

	key_of(step, key);
	if (step % 7 == 6) {
		const int error = lb_nvs_remove(&bench->nvs, key);

		return error == LB_ERR_NOT_FOUND ? LB_OK : error;
	}
	return lb_nvs_set(&bench->nvs, key, value, (uint32_t)bytes);
}

/* Is the key as after the last of the steps below `done` that touched it? */
static bool is_as_after(struct bench *bench, int k, int done)
{
	char wanted[TEXT_BYTES];
	char value[TEXT_BYTES];
	char key[4];
	int step = done - 1;
	int got;

	while (step >= 0 && step % KEYS != k)
		step--;
	key_of(k, key);
	got = lb_nvs_get(&bench->nvs, key, value, sizeof(value));
	if (step < 0 || step % 7 == 6)
		return got == LB_ERR_NOT_FOUND;
	return got == value_of(step, wanted) && memcmp(value, wanted, (size_t)got) == 0;
}

static void assert_state(struct bench *bench, int done)
{
	for (int k = 0; k < KEYS; k++)
		assert_true(is_as_after(bench, k, done));
}

/* Runs all steps with one cut; after it the step that it hit has happened or has not, and the rest goes on. False: the
 * cut was behind the last operation. */
static bool run_with_cut(struct bench *bench, int cut_at, struct lb_nor_cut cut)
{
	bool was_cut = false;

	start(bench);
	bench->cut_at = cut_at;
	bench->cut = cut;
	for (int step = 0; step < STEPS; step++) {
		if (do_step(bench, step) == LB_OK)
			continue;
		assert_false(lb_nor_powered(&bench->nor));
		was_cut = true;
		lb_nor_power_on(&bench->nor);
		open_store(bench);
		for (int k = 0; k < KEYS; k++)
			assert_true(is_as_after(bench, k, step) || (k == step % KEYS && is_as_after(bench, k, step + 1)));
		assert_int_equal(do_step(bench, step), LB_OK);
		assert_state(bench, step + 1);
	}
	open_store(bench);
	assert_state(bench, STEPS);
	return was_cut;
}

static void survives_a_cut_at_every_operation(void **state)
{
	static const enum lb_nor_moment moments[] = {LB_NOR_CUT_BEFORE, LB_NOR_CUT_TORN, LB_NOR_CUT_AFTER};
	static struct bench bench;
	int cuts = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		struct lb_nor_cut cut = {.moment = moments[i]};

		for (int at = 0;; at++, cuts++) {
			cut.seed = (uint32_t)at;
			cut.done_bytes = (uint32_t)at % 3 * LB_NOR_PROGRAM_BYTES;
			if (!run_with_cut(&bench, at, cut))
				break;
		}
	}
	assert_true(bench.nvs.sequence > 2); /* the steps moved the store from bank to bank */
	printf("%d cuts\n", cuts);
	assert_true(cuts > 1000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_and_removes),
		cmocka_unit_test(writes_only_changes),
		cmocka_unit_test(refuses_what_is_too_long),
		cmocka_unit_test(refuses_a_region_without_room),
		cmocka_unit_test(writes_the_format),
		cmocka_unit_test(keeps_what_it_was_given_at_any_number),
		cmocka_unit_test(survives_a_cut_at_every_operation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
