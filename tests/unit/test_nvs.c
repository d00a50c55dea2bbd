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

enum {
	SECTORS = 7, /* of which most tests use FEW */
	FEW = 3,
	SIZE_BYTES = SECTORS * LB_NOR_SECTOR_BYTES,
	NEVER = -1,
	KEYS = 4,
	STEPS = 50,
	TEXT_BYTES = 256,
	MANY = 255, /* as many keys of one unit as half of SECTORS holds */
};

static const char HASH_A[] = "uejgtcuo", HASH_B[] = "iiwucoup"; /* of one CRC-32 */

struct bench {
	struct lb_nor nor;
	struct lb_flash flash;
	struct lb_nvs nvs;
	uint8_t bytes[SIZE_BYTES];
	uint8_t marks[SIZE_BYTES / LB_NOR_PROGRAM_BYTES / 8];
	uint32_t size_bytes;
	int operations; /* programs and erases so far */
	int reads;
	uint32_t busy_us;
	int cut_at;
	struct lb_nor_cut cut;
};

static struct lb_nor_cut begin(void *ctx, const struct lb_nor_op *op)
{
	struct bench *bench = ctx;
	const struct lb_nor_cut none = {.moment = LB_NOR_CUT_NONE};

	if (op->kind == LB_NOR_READ) {
		bench->reads++;
		return none;
	}
	return bench->operations++ == bench->cut_at ? bench->cut : none;
}

static void count_time(void *ctx, uint32_t wait_us)
{
	struct bench *bench = ctx;

	bench->busy_us += wait_us;
}

static void open_store(struct bench *bench)
{
	const struct lb_region region = {.offset = 0, .size_bytes = bench->size_bytes};

	assert_int_equal(lb_nvs_open(&bench->nvs, &bench->flash, region), LB_OK);
}

static void start_with(struct bench *bench, uint32_t sectors)
{
	struct lb_nor_setup setup = {.bytes = bench->bytes, .size_bytes = SIZE_BYTES, .marks = bench->marks};

	memset(bench, 0, sizeof(*bench));
	memset(bench->bytes, 0xFF, sizeof(bench->bytes));
	bench->size_bytes = sectors * LB_NOR_SECTOR_BYTES;
	bench->cut_at = NEVER;
	setup.hooks.begin = begin;
	setup.hooks.wait_us = count_time;
	setup.hooks.ctx = bench;
	lb_nor_init(&bench->nor, &setup);
	bench->flash = lb_nor_flash(&bench->nor);
	open_store(bench);
}

static void start(struct bench *bench)
{
	start_with(bench, FEW);
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

/* --- many keys: each tenth is the firmware's, and all fill half of the partition --- */

static void name_of(int i, char name[8])
{
	snprintf(name, 8, "%sk%d", i % 10 == 0 ? "." : "", i);
}

static int set_number(struct bench *bench, int i, int number)
{
	char name[8];

	name_of(i, name);
	return lb_nvs_set(&bench->nvs, name, &number, sizeof(number));
}

/* The number under that key, or a negative enum lb_error. */
static int number_of(struct bench *bench, int i)
{
	char name[8];
	int number = 0;

	name_of(i, name);
	const int got = lb_nvs_get(&bench->nvs, name, &number, sizeof(number));

	return got < 0 ? got : number;
}

static void start_full(struct bench *bench)
{
	start_with(bench, SECTORS);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(set_number(bench, i, i), LB_OK);
	assert_int_equal(set_number(bench, MANY, MANY), LB_ERR_BOUNDS);
	bench->operations = 0;
	bench->reads = 0;
	bench->busy_us = 0;
}

/* Every key is there, that one with its new number. */
static void assert_all_but(struct bench *bench, int changed, int number)
{
	for (int i = 0; i < MANY; i++)
		assert_int_equal(number_of(bench, i), i == changed ? number : i);
}

static void moves_many_keys_in_few_reads(void **state)
{
	static struct bench bench;

	(void)state;
	start_full(&bench);
	assert_int_equal(set_number(&bench, 77, 1000), LB_OK);
	printf("%d reads, %u ms\n", bench.reads, (unsigned)bench.busy_us / 1000);
	assert_true(bench.operations > MANY);
	assert_true(bench.reads <= 3000);
	open_store(&bench);
	assert_all_but(&bench, 77, 1000);
}

/* More changes than keys, removals among them, of more keys than one walk follows. */
static void moves_the_newest_of_each(void **state)
{
	enum { FOLLOWED = 150 };
	static struct bench bench;
	int wanted[FOLLOWED];
	uint32_t noise = 1;

	(void)state;
	start_with(&bench, SECTORS);
	for (int i = 0; i < FOLLOWED; i++)
		wanted[i] = LB_ERR_NOT_FOUND;
	for (int step = 0; step < 3000; step++) {
		char name[8];

		noise = noise * 1664525u + 1013904223u;
		const int i = (int)(noise >> 16) % FOLLOWED;

		name_of(i, name);
		if (step % 5 == 4)
			(void)lb_nvs_remove(&bench.nvs, name);
		else
			assert_int_equal(set_number(&bench, i, step), LB_OK);
		wanted[i] = step % 5 == 4 ? LB_ERR_NOT_FOUND : step;
	}
	assert_true(bench.nvs.sequence > 5);
	open_store(&bench);
	for (int i = 0; i < FOLLOWED; i++)
		assert_int_equal(number_of(&bench, i), wanted[i]);
}

/* What is told by a hash is looked at again. */
static void knows_keys_of_one_hash_apart(void **state)
{
	static struct bench bench;
	char value[8];

	(void)state;
	assert_int_equal(lb_crc32(0, HASH_A, strlen(HASH_A)), lb_crc32(0, HASH_B, strlen(HASH_B)));
	start(&bench);
	assert_int_equal(lb_nvs_set(&bench.nvs, HASH_A, "one", 3), LB_OK);
	assert_int_equal(lb_nvs_set(&bench.nvs, HASH_B, "other", 5), LB_OK);
	assert_int_equal(lb_nvs_set(&bench.nvs, "gone", "", 0), LB_OK);
	while (bench.nvs.sequence == 1)
		assert_int_equal(set_number(&bench, 1, bench.operations), LB_OK);
	assert_int_equal(lb_nvs_get(&bench.nvs, HASH_A, value, sizeof(value)), 3);
	assert_int_equal(lb_nvs_get(&bench.nvs, HASH_B, value, sizeof(value)), 5);
}

static void assert_erased(struct bench *bench)
{
	for (int i = 0; i < MANY; i++)
		assert_int_equal(number_of(bench, i), i % 10 == 0 ? i : LB_ERR_NOT_FOUND);
}

/* Also where the other bank is full, and has to be erased. */
static void removes_all_in_one_step(void **state)
{
	static struct bench bench;

	(void)state;
	start_full(&bench);
	assert_int_equal(set_number(&bench, 10, 1000), LB_OK);
	assert_int_equal(set_number(&bench, 10, 10), LB_OK);
	bench.busy_us = 0;
	bench.reads = 0;
	assert_int_equal(lb_nvs_remove_all(&bench.nvs, '.'), LB_OK);
	printf("%d reads, %u ms\n", bench.reads, (unsigned)bench.busy_us / 1000);
	assert_true(bench.busy_us <= 300000);
	assert_erased(&bench);
	open_store(&bench);
	assert_erased(&bench);
}

/* Of the settings alone, of nothing, and again. */
static void removes_nothing_without_a_write(void **state)
{
	static struct bench bench;

	(void)state;
	start(&bench);
	assert_int_equal(lb_nvs_remove_all(&bench.nvs, '.'), LB_OK);
	assert_int_equal(bench.operations, 0);
	assert_int_equal(lb_nvs_set(&bench.nvs, ".wdt", "1", 1), LB_OK);
	assert_int_equal(lb_nvs_set(&bench.nvs, "key", "1", 1), LB_OK);
	assert_int_equal(lb_nvs_remove_all(&bench.nvs, '.'), LB_OK);
	bench.operations = 0;
	assert_int_equal(lb_nvs_remove_all(&bench.nvs, '.'), LB_OK);
	open_store(&bench);
	assert_int_equal(lb_nvs_remove_all(&bench.nvs, '.'), LB_OK);
	assert_int_equal(bench.operations, 0);
	assert_int_equal(lb_nvs_get(&bench.nvs, ".wdt", &(char){0}, 1), 1);
}

/* The full store, cut in the removal's operation of that number: all keys or none, of a sample; then it is done again.
 * False: there is no such operation. */
static bool removes_with_cut(const struct bench *full, int cut_at, struct lb_nor_cut cut)
{
	enum { SAMPLE = 23 };
	static struct bench bench;
	const int first = 1;

	start_with(&bench, SECTORS);
	memcpy(bench.bytes, full->bytes, sizeof(bench.bytes));
	memcpy(bench.marks, full->marks, sizeof(bench.marks));
	open_store(&bench);
	bench.cut_at = cut_at;
	bench.cut = cut;
	if (lb_nvs_remove_all(&bench.nvs, '.') == LB_OK)
		return false;
	lb_nor_power_on(&bench.nor);
	open_store(&bench);
	const bool is_there = number_of(&bench, first) == first;

	for (int i = 0; i < MANY; i += SAMPLE)
		assert_int_equal(number_of(&bench, i), is_there || i % 10 == 0 ? i : LB_ERR_NOT_FOUND);
	assert_int_equal(lb_nvs_remove_all(&bench.nvs, '.'), LB_OK);
	open_store(&bench);
	for (int i = 0; i < MANY; i += SAMPLE)
		assert_int_equal(number_of(&bench, i), i % 10 == 0 ? i : LB_ERR_NOT_FOUND);
	return true;
}

static void removes_all_or_none_at_a_cut(void **state)
{
	static const enum lb_nor_moment moments[] = {LB_NOR_CUT_BEFORE, LB_NOR_CUT_TORN, LB_NOR_CUT_AFTER};
	static struct bench full;
	int cuts = 0;

	(void)state;
	start_full(&full);
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]); i++) {
		struct lb_nor_cut cut = {.moment = moments[i]};

		for (int at = 0;; at++, cuts++) {
			cut.seed = (uint32_t)at;
			cut.done_bytes = (uint32_t)at % 5 * LB_NOR_PROGRAM_BYTES;
			if (!removes_with_cut(&full, at, cut))
				break;
		}
	}
	assert_true(cuts > 100);
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
		cmocka_unit_test(moves_many_keys_in_few_reads),
		cmocka_unit_test(moves_the_newest_of_each),
		cmocka_unit_test(knows_keys_of_one_hash_apart),
		cmocka_unit_test(removes_all_in_one_step),
		cmocka_unit_test(removes_nothing_without_a_write),
		cmocka_unit_test(removes_all_or_none_at_a_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
