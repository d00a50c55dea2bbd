/* The boot record on the strict flash model: what is appended is read, whatever else lies around it. Power cuts are
 * tests/power's. */
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
#include "core/record/record.h"
#include "hardware/model/nor.h"

enum {
	SECTORS = 4,
	SECTOR_BYTES = LB_NOR_SECTOR_BYTES,
	RECORD_OFFSET = SECTOR_BYTES,
	PER_SECTOR = SECTOR_BYTES / LB_RECORD_UNIT_BYTES - 1,
	FLASH_BYTES = (SECTORS + 2) * SECTOR_BYTES,
};

struct fixture {
	uint8_t bytes[FLASH_BYTES];
	uint8_t marks[FLASH_BYTES / LB_NOR_PROGRAM_BYTES / 8];
	uint32_t wear[FLASH_BYTES / SECTOR_BYTES];
	struct lb_nor nor;
	struct lb_flash flash;
	struct lb_region region;
	struct lb_record record;
};

static struct fixture f;

static int set_up(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	memset(f.bytes, 0xFF, sizeof(f.bytes));
	struct lb_nor_setup setup = {.bytes = f.bytes, .size_bytes = FLASH_BYTES, .wear = f.wear, .marks = f.marks};
	lb_nor_init(&f.nor, &setup);
	f.flash = lb_nor_flash(&f.nor);
	f.region = (struct lb_region){RECORD_OFFSET, SECTORS * SECTOR_BYTES};
	lb_record_open(&f.record, &f.flash, f.region);
	return 0;
}

static struct lb_record_state some_state(uint32_t number)
{
	return (struct lb_record_state){
		.latest = LB_SLOT_OTA_0,
		.previous = LB_SLOT_FACTORY,
		.download = LB_SLOT_OTA_1,
		.on_trial = true,
		.tries_left = (uint8_t)number,
		.change = LB_CHANGE_TRY,
		.reserved = {0x12, 0x34},
		.counter_floor = number,
		.failed_id = 0x1122334455667788u,
		.id = {1, 0x8070605040302010u, number},
	};
}

static void append(uint32_t number)
{
	struct lb_record_state state = some_state(number);

	assert_int_equal(lb_record_append(&f.record, &state), LB_OK);
}

static void open_and_expect(uint32_t number)
{
	struct lb_record_state expected = some_state(number);

	lb_record_open(&f.record, &f.flash, f.region);
	assert_int_equal(f.record.status, LB_RECORD_VALID);
	assert_int_equal(f.record.state.latest, expected.latest);
	assert_int_equal(f.record.state.previous, expected.previous);
	assert_int_equal(f.record.state.download, expected.download);
	assert_true(f.record.state.on_trial);
	assert_int_equal(f.record.state.tries_left, expected.tries_left);
	assert_int_equal(f.record.state.change, expected.change);
	assert_memory_equal(f.record.state.reserved, expected.reserved, LB_RECORD_RESERVED_BYTES);
	assert_int_equal(f.record.state.counter_floor, number);
	assert_true(f.record.state.failed_id == expected.failed_id);
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		assert_true(f.record.state.id[slot] == expected.id[slot]);
}

static uint8_t *unit_at(uint32_t place)
{
	uint8_t *sector = f.bytes + RECORD_OFFSET + place / PER_SECTOR * SECTOR_BYTES;

	return sector + (1 + place % PER_SECTOR) * LB_RECORD_UNIT_BYTES;
}

static void reseal(uint8_t *unit)
{
	lb_store32le(unit + LB_RECORD_AT_CRC, lb_crc32(0, unit, LB_RECORD_AT_CRC));
}

static void test_new_module(void **state)
{
	(void)state;
	assert_int_equal(f.record.status, LB_RECORD_BLANK);
	assert_false(f.record.read_only);
	append(7);
	open_and_expect(7);
	assert_int_equal(f.record.sequence, 0);
}

static void test_first_append_cut_is_still_new(void **state)
{
	(void)state;
	append(7);
	unit_at(0)[50] ^= 1;
	lb_record_open(&f.record, &f.flash, f.region);
	assert_int_equal(f.record.status, LB_RECORD_BLANK);
	append(8);
	open_and_expect(8);
	assert_int_equal(f.record.sequence, 0);
}

/* All entries of a young module damaged, so that none is valid: it was no new module. */
static void test_young_and_damaged_is_lost(void **state)
{
	(void)state;
	append(7);
	append(8);
	unit_at(0)[50] ^= 1;
	unit_at(1)[50] ^= 1;
	lb_record_open(&f.record, &f.flash, f.region);
	assert_int_equal(f.record.status, LB_RECORD_LOST);
	append(9);
	open_and_expect(9);
}

static void test_bytes_of_an_entry(void **state)
{
	static const uint8_t expected[LB_RECORD_AT_CRC] = {
		'L',  'B',  'R',  'E',  1,    0,    0,    0,    0,    0,    0,
		0,    0,    0,    0,    0,    1,    0,    2,    1,    3,    LB_CHANGE_TRY,
		0x12, 0x34, 3,    0,    0,    0,    0x88, 0x77, 0x66, 0x55, 0x44,
		0x33, 0x22, 0x11, 1,    0,    0,    0,    0,    0,    0,    0,
		0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x80, 3,    0,    0,
		0,    0,    0,    0,    0,
	};
	static const uint8_t mark[16] = {'L', 'B', 'R', 'S', 1};

	(void)state;
	append(3);
	assert_memory_equal(unit_at(0), expected, sizeof(expected));
	assert_int_equal(lb_load32le(unit_at(0) + LB_RECORD_AT_CRC), lb_crc32(0, expected, sizeof(expected)));
	assert_memory_equal(f.bytes + RECORD_OFFSET, mark, sizeof(mark));
}

static void test_round_the_ring_with_even_wear(void **state)
{
	(void)state;
	for (uint32_t number = 0; number < 10 * SECTORS * PER_SECTOR; number++) {
		append(number & 3);
		if (number % 17 == 0)
			open_and_expect(number & 3);
	}
	/* The first erase of each sector is none: it was blank. */
	for (unsigned sector = 0; sector < SECTORS; sector++)
		assert_int_equal(f.wear[1 + sector], 9);
	assert_int_equal(f.wear[0] + f.wear[1 + SECTORS], 0);
}

static void test_damage_goes_back_one_entry(void **state)
{
	(void)state;
	for (uint32_t number = 0; number < 5; number++)
		append(number);
	for (unsigned at = 0; at < LB_RECORD_UNIT_BYTES; at++) {
		unit_at(4)[at] ^= 0x04;
		open_and_expect(3);
		unit_at(4)[at] ^= 0x04;
	}
	unit_at(4)[20] ^= 0x04;
	open_and_expect(3);
	append(9);
	open_and_expect(9);
	assert_int_equal(f.record.sequence, 5); /* the damaged place counts as used */
}

static void test_entry_at_another_place_is_not_valid(void **state)
{
	(void)state;
	append(0);
	append(1);
	memcpy(unit_at(5), unit_at(1), LB_RECORD_UNIT_BYTES);
	lb_store32le(unit_at(5) + LB_RECORD_AT_SEQUENCE, 6);
	reseal(unit_at(5));
	open_and_expect(1);
	lb_store32le(unit_at(5) + LB_RECORD_AT_SEQUENCE, 5);
	reseal(unit_at(5));
	lb_record_open(&f.record, &f.flash, f.region);
	assert_int_equal(f.record.sequence, 5);
}

static void test_contradictions_are_not_valid(void **state)
{
	static const struct {
		uint8_t at;
		uint8_t value;
	} cases[] = {
		{LB_RECORD_AT_LATEST, 3},   {LB_RECORD_AT_LATEST, 0xFF}, {LB_RECORD_AT_LATEST, LB_SLOT_FACTORY},
		{LB_RECORD_AT_PREVIOUS, 3}, {LB_RECORD_AT_DOWNLOAD, 0},  {LB_RECORD_AT_DOWNLOAD, 7},
		{LB_RECORD_AT_ON_TRIAL, 2}, {LB_RECORD_AT_ON_TRIAL, 0},
	};

	(void)state;
	append(1);
	append(2);
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t *unit = unit_at(1);
		uint8_t before = unit[cases[i].at];

		unit[cases[i].at] = cases[i].value;
		reseal(unit);
		open_and_expect(1);
		unit[cases[i].at] = before;
		reseal(unit);
		open_and_expect(2);
	}
}

static void test_newer_version_is_read_only(void **state)
{
	struct lb_record_state next = some_state(1);

	(void)state;
	append(1);
	append(2);
	unit_at(1)[LB_RECORD_AT_VERSION] = 2;
	reseal(unit_at(1));
	open_and_expect(2);
	assert_true(f.record.read_only);
	assert_int_equal(lb_record_append(&f.record, &next), LB_ERR_VERSION);
	unit_at(1)[LB_RECORD_AT_LATEST] = 9; /* what that version means by it we cannot know */
	reseal(unit_at(1));
	open_and_expect(1);
	assert_true(f.record.read_only);
}

static void test_numbers_used_up(void **state)
{
	uint32_t capacity = lb_record_capacity(&f.flash, f.region);
	struct lb_record_state next = some_state(1);

	(void)state;
	append(1);
	uint32_t last = LB_RECORD_MAX_SEQUENCE - LB_RECORD_MAX_SEQUENCE % capacity;
	lb_store32le(unit_at(0) + LB_RECORD_AT_SEQUENCE, last);
	reseal(unit_at(0));
	open_and_expect(1);
	assert_int_equal(lb_record_append(&f.record, &next), LB_ERR_BOUNDS);
}

static void test_lost(void **state)
{
	(void)state;
	for (uint32_t number = 0; number < 70; number++)
		append(number & 3);
	for (uint32_t at = 0; at < SECTORS * SECTOR_BYTES; at++)
		f.bytes[RECORD_OFFSET + at] &= (uint8_t)(at * 7 + 3);
	lb_record_open(&f.record, &f.flash, f.region);
	assert_int_equal(f.record.status, LB_RECORD_LOST);
	append(2);
	open_and_expect(2);
	assert_int_equal(f.record.sequence, PER_SECTOR);
	for (uint32_t at = 0; at < SECTOR_BYTES; at++)
		assert_int_equal(f.bytes[RECORD_OFFSET + at], 0xFF);
}

static void test_no_room_for_a_record(void **state)
{
	static const uint32_t sizes[] = {0, SECTOR_BYTES, 2 * SECTOR_BYTES};
	struct lb_record_state next = some_state(1);

	(void)state;
	for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		f.region.size_bytes = sizes[i];
		lb_record_open(&f.record, &f.flash, f.region);
		assert_int_equal(f.record.status, LB_RECORD_LOST);
		assert_int_equal(lb_record_append(&f.record, &next), LB_ERR_VERSION);
		assert_int_equal(lb_record_capacity(&f.flash, f.region), 0);
	}
}

static void test_used_units_are_passed_over(void **state)
{
	(void)state;
	append(1);
	for (uint32_t place = 1; place < PER_SECTOR; place++)
		unit_at(place)[9] = 0x7F;
	append(2); /* in the next sector, whose mark is written */
	open_and_expect(2);
	assert_int_equal(f.record.sequence, PER_SECTOR);
}

static void test_flash_that_fails(void **state)
{
	struct lb_record_state next = some_state(2);

	(void)state;
	append(1);
	f.nor.powered = false;
	assert_int_equal(lb_record_append(&f.record, &next), LB_ERR_IO);
	lb_nor_power_on(&f.nor);
	open_and_expect(1);
}

static void test_history(void **state)
{
	unsigned found = 0;
	uint32_t highest = 0;

	(void)state;
	for (uint32_t number = 0; number < 300; number++)
		append(number & 3);
	for (uint32_t place = 0; place < lb_record_capacity(&f.flash, f.region); place++) {
		struct lb_record_state entry;
		uint32_t sequence;

		if (!lb_record_entry(&f.flash, f.region, place, &sequence, &entry))
			continue;
		found++;
		highest = sequence > highest ? sequence : highest;
		assert_int_equal(sequence % lb_record_capacity(&f.flash, f.region), place);
		assert_int_equal(entry.tries_left, sequence & 3);
	}
	assert_int_equal(highest, 299);
	assert_int_equal(found, 3 * PER_SECTOR + 300 % PER_SECTOR);
}

static void test_costs(void **state)
{
	(void)state;
	for (uint32_t update = 0; update < 1000; update++)
		for (unsigned i = 0; i < 4; i++) /* start, finish, try, confirm */
			append(i);
	for (unsigned sector = 0; sector < SECTORS; sector++)
		assert_in_range(f.wear[1 + sector], 1, 17); /* once in 60 updates and a bit */
}

/* ---- a module that is cut again and again at the border of a sector ---- */

struct knife {
	enum lb_nor_kind kind;
	unsigned skipped; /* operations of that kind that go by first */
	struct lb_nor_cut cut;
	unsigned erases;
};

static struct lb_nor_cut cut_kind(void *ctx, const struct lb_nor_op *op)
{
	struct knife *knife = ctx;
	const struct lb_nor_cut none = {.moment = LB_NOR_CUT_NONE};

	knife->erases += op->kind == LB_NOR_ERASE;
	if (op->kind != knife->kind)
		return none;
	if (knife->skipped > 0) {
		knife->skipped--;
		return none;
	}
	return knife->cut;
}

/* The ring is full, so that the next entry needs a sector erased that is not blank. */
static void fill_ring(void)
{
	for (uint32_t number = 0; number < SECTORS * PER_SECTOR; number++)
		append(number & 3);
}

/* A start of the module, which appends and is cut in it. Returns the erases that were begun. */
static unsigned append_and_cut(enum lb_nor_kind kind, unsigned skipped, struct lb_nor_cut cut)
{
	struct knife knife = {.kind = kind, .skipped = skipped, .cut = cut};
	struct lb_record_state next = some_state(2);

	f.nor.setup.hooks = (struct lb_nor_hooks){.begin = cut_kind, .ctx = &knife};
	lb_record_open(&f.record, &f.flash, f.region);
	assert_int_equal(f.record.status, LB_RECORD_VALID);
	assert_int_equal(lb_record_append(&f.record, &next), LB_ERR_IO);
	f.nor.setup.hooks = (struct lb_nor_hooks){.begin = NULL};
	lb_nor_power_on(&f.nor);
	return knife.erases;
}

static void test_cuts_behind_the_mark_erase_no_more(void **state)
{
	static const struct lb_nor_cut before = {.moment = LB_NOR_CUT_BEFORE};
	uint32_t wear = f.wear[1];

	(void)state;
	fill_ring();
	/* Programs: the mark, the claim. The claim is cut, the mark is there. */
	assert_int_equal(append_and_cut(LB_NOR_PROGRAM, 1, before), 1);
	for (unsigned i = 0; i < 1000; i++)
		assert_int_equal(append_and_cut(LB_NOR_PROGRAM, 0, before), 0);
	assert_int_equal(f.wear[1], wear + 1);
	append(1);
	open_and_expect(1);
	assert_int_equal(f.wear[1], wear + 1);
	assert_int_equal(f.record.sequence, SECTORS * PER_SECTOR);
}

/* What a torn claim or entry uses up is a place: a sector is erased once in as many cuts as it has places. */
static void test_torn_entries_cost_a_place_each(void **state)
{
	unsigned erases = 0;

	(void)state;
	fill_ring();
	for (unsigned i = 0; i < PER_SECTOR; i++) {
		const struct lb_nor_cut torn = {.moment = LB_NOR_CUT_TORN, .done_bytes = 8, .seed = i};

		/* At the border the mark is programmed first. */
		erases += append_and_cut(LB_NOR_PROGRAM, i == 0 ? 1 : 0, torn);
	}
	append(3);
	assert_int_equal(erases, 1);
	open_and_expect(3);
	assert_int_equal(f.record.sequence, (SECTORS + 1) * PER_SECTOR);
}

/* First appends of a new module, each cut at any operation: the module stays new until an entry is there. */
static void cut_first_append(unsigned program, enum lb_nor_kind kind, struct lb_nor_cut cut)
{
	struct knife knife = {.kind = kind, .skipped = program, .cut = cut};
	struct lb_record_state next = some_state(2);

	f.nor.setup.hooks = (struct lb_nor_hooks){.begin = cut_kind, .ctx = &knife};
	if (f.record.status == LB_RECORD_BLANK)
		(void)lb_record_append(&f.record, &next);
	f.nor.setup.hooks = (struct lb_nor_hooks){.begin = NULL};
	lb_nor_power_on(&f.nor);
	lb_record_open(&f.record, &f.flash, f.region);
	assert_int_not_equal(f.record.status, LB_RECORD_LOST);
}

static void test_first_appends_cut_again_and_again(void **state)
{
	static const enum lb_nor_moment moments[] = {LB_NOR_CUT_BEFORE, LB_NOR_CUT_TORN, LB_NOR_CUT_AFTER};
	enum { PROGRAMS = 3, CUTS = 80, ROUNDS = 200 };

	for (unsigned round = 0; round < ROUNDS; round++) {
		(void)set_up(state);
		for (unsigned i = 0; i < CUTS; i++) {
			const unsigned number = round * 7 + i * 11;
			const struct lb_nor_cut cut = {
				.moment = moments[number % 3], .done_bytes = number % 5 * LB_NOR_PROGRAM_BYTES, .seed = number};

			cut_first_append(number % PROGRAMS, number % 4 == 0 ? LB_NOR_ERASE : LB_NOR_PROGRAM, cut);
		}
		append(5);
		open_and_expect(5);
	}
}

/* Between the erase and its mark nothing tells that it was complete. The model asks no erase of a blank sector. */
static void test_cuts_before_the_mark(void **state)
{
	static const struct lb_nor_cut before = {.moment = LB_NOR_CUT_BEFORE};
	static const struct lb_nor_cut after = {.moment = LB_NOR_CUT_AFTER};

	(void)state;
	fill_ring();
	assert_int_equal(append_and_cut(LB_NOR_ERASE, 0, after), 1);
	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(append_and_cut(LB_NOR_PROGRAM, 0, before), 0);
	append(1);
	open_and_expect(1);
	assert_int_equal(f.wear[1], 1);
}

static void test_texts(void **state)
{
	(void)state;
	for (unsigned change = 0; change < 256; change++) {
		char room[LB_WORDS_BYTES], unknown[LB_WORDS_BYTES];
		const char *text = lb_record_change_text((uint8_t)change, room);

		assert_non_null(text);
		snprintf(unknown, sizeof(unknown), "unknown (%u)", change);
		assert_int_equal(strcmp(text, unknown) == 0, change > LB_CHANGE_TOOL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_new_module, set_up),
		cmocka_unit_test_setup(test_first_append_cut_is_still_new, set_up),
		cmocka_unit_test_setup(test_young_and_damaged_is_lost, set_up),
		cmocka_unit_test_setup(test_first_appends_cut_again_and_again, set_up),
		cmocka_unit_test_setup(test_bytes_of_an_entry, set_up),
		cmocka_unit_test_setup(test_round_the_ring_with_even_wear, set_up),
		cmocka_unit_test_setup(test_damage_goes_back_one_entry, set_up),
		cmocka_unit_test_setup(test_entry_at_another_place_is_not_valid, set_up),
		cmocka_unit_test_setup(test_contradictions_are_not_valid, set_up),
		cmocka_unit_test_setup(test_newer_version_is_read_only, set_up),
		cmocka_unit_test_setup(test_numbers_used_up, set_up),
		cmocka_unit_test_setup(test_lost, set_up),
		cmocka_unit_test_setup(test_no_room_for_a_record, set_up),
		cmocka_unit_test_setup(test_used_units_are_passed_over, set_up),
		cmocka_unit_test_setup(test_flash_that_fails, set_up),
		cmocka_unit_test_setup(test_history, set_up),
		cmocka_unit_test_setup(test_costs, set_up),
		cmocka_unit_test_setup(test_cuts_behind_the_mark_erase_no_more, set_up),
		cmocka_unit_test_setup(test_torn_entries_cost_a_place_each, set_up),
		cmocka_unit_test_setup(test_cuts_before_the_mark, set_up),
		cmocka_unit_test_setup(test_texts, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
