/* The hand-off block: round trips, bytes as specified, parts of another age, damage. */
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
#include "core/handoff/handoff.h"
#include "core/handoff/handoff_text.h"

enum { DOWN_LENGTH = 224, UP_LENGTH = 136 };

static const struct lb_handoff_down some_down = {
	.mode = LB_MODE_SAFE,
	.reason = LB_REASON_REQUEST,
	.why = LB_WHY_FALLBACK,
	.cause = LB_CAUSE_WATCHDOG,
	.slot = LB_SLOT_OTA_1,
	.latest = LB_SLOT_OTA_0,
	.previous = LB_SLOT_FACTORY,
	.on_trial = true,
	.tries_left = 2,
	.hold_ms = 4321,
	.crash_count = 0x01020304,
	.trial_wakes = 0x0A0B0C0D,
	.image_version = {1, 2, 0x0304, 0x05060708},
	.bootloader_version = {9, 10, 11, 12},
	.board_id = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	.flashmap = {.part = {[LB_PART_NVS] = {0x9000, 0x7000}, [LB_PART_FS] = {0x600000, 0x200000}}},
	.verdict = {0x11111111, 0x22222222, 0x33333333},
	.last_change = 5,
	.below_floor = true,
};

static void assert_down_equal(const struct lb_handoff_down *a, const struct lb_handoff_down *b)
{
	assert_int_equal(a->mode, b->mode);
	assert_int_equal(a->reason, b->reason);
	assert_int_equal(a->why, b->why);
	assert_int_equal(a->cause, b->cause);
	assert_int_equal(a->slot, b->slot);
	assert_int_equal(a->latest, b->latest);
	assert_int_equal(a->previous, b->previous);
	assert_int_equal(a->on_trial, b->on_trial);
	assert_int_equal(a->tries_left, b->tries_left);
	assert_int_equal(a->hold_ms, b->hold_ms);
	assert_int_equal(a->crash_count, b->crash_count);
	assert_int_equal(a->trial_wakes, b->trial_wakes);
	assert_memory_equal(&a->image_version, &b->image_version, sizeof(a->image_version));
	assert_memory_equal(&a->bootloader_version, &b->bootloader_version, sizeof(a->bootloader_version));
	assert_memory_equal(a->board_id, b->board_id, sizeof(a->board_id));
	assert_memory_equal(&a->flashmap, &b->flashmap, sizeof(a->flashmap));
	assert_memory_equal(a->verdict, b->verdict, sizeof(a->verdict));
	assert_int_equal(a->last_change, b->last_change);
	assert_int_equal(a->below_floor, b->below_floor);
}

static void assert_down_absent(const uint8_t *retained, int result)
{
	static const struct lb_handoff_down defaults = {
		.slot = LB_SLOT_NONE,
		.latest = LB_SLOT_NONE,
		.previous = LB_SLOT_NONE,
	};
	struct lb_handoff_down down = some_down;

	assert_int_equal(lb_handoff_get_down(retained, &down), result);
	assert_down_equal(&down, &defaults);
}

/* Gives a part another length, as an older or newer program would have written it. */
static void reseal(uint8_t *part, uint16_t length)
{
	uint32_t crc;

	lb_store16le(part + 6, length);
	crc = lb_crc32(lb_crc32(0, part, 8), part + 12, length - 12u);
	lb_store32le(part + 8, crc);
}

static void what_goes_down_arrives(void **state)
{
	uint8_t retained[LB_RETAINED_BYTES];
	struct lb_handoff_down down;

	(void)state;
	memset(retained, 0xA5, sizeof(retained));
	lb_handoff_put_down(retained, &some_down);
	assert_int_equal(lb_handoff_get_down(retained, &down), LB_OK);
	assert_down_equal(&down, &some_down);
	assert_int_equal(retained[LB_HANDOFF_DOWN_SPACE], 0xA5);
}

static void the_bytes_are_as_specified(void **state)
{
	uint8_t retained[LB_RETAINED_BYTES] = {0};

	(void)state;
	lb_handoff_put_down(retained, &some_down);
	assert_memory_equal(retained, "LBDN\x01\x00\xE0\x00", 8);
	assert_memory_equal(retained + 12, "\x01\x02\x04\x03\x02\x01\x00\x01\x02", 9);
	assert_int_equal(lb_load32le(retained + 24), 4321);
	assert_int_equal(lb_load32le(retained + 28), 0x01020304);
	assert_memory_equal(retained + 32, "\x01\x02\x04\x03\x08\x07\x06\x05", 8);
	assert_memory_equal(retained + 48, some_down.board_id, LB_BOARD_ID_BYTES);
	assert_int_equal(lb_load32le(retained + 64 + 8 * LB_PART_FS), 0x600000);
	assert_int_equal(lb_load32le(retained + 140), 0x22222222);
	assert_memory_equal(retained + 148, "\x05\x01\0\0", 4);
	assert_int_equal(lb_load32le(retained + 220), 0x0A0B0C0D);
}

static void what_goes_up_arrives(void **state)
{
	uint8_t retained[LB_RETAINED_BYTES];
	struct lb_handoff_up up = {LB_REQUEST_SLOT_ONCE, LB_SLOT_OTA_1, "NameError: name 'x' isn't defined"}, back;

	(void)state;
	memset(retained, 0xA5, sizeof(retained));
	lb_handoff_put_up(retained, &up);
	assert_int_equal(lb_handoff_get_up(retained, &back), LB_OK);
	assert_int_equal(back.request, LB_REQUEST_SLOT_ONCE);
	assert_int_equal(back.slot, LB_SLOT_OTA_1);
	assert_string_equal(back.last_error, up.last_error);
	assert_int_equal(retained[LB_HANDOFF_UP_OFFSET - 1], 0xA5);
	assert_int_equal(retained[LB_HANDOFF_UP_OFFSET + LB_HANDOFF_UP_SPACE], 0xA5);
}

static void an_error_text_without_end_is_cut(void **state)
{
	uint8_t retained[LB_RETAINED_BYTES] = {0};
	struct lb_handoff_up up = {.slot = LB_SLOT_NONE}, back;

	(void)state;
	memset(up.last_error, 'e', sizeof(up.last_error));
	lb_handoff_put_up(retained, &up);
	assert_int_equal(lb_handoff_get_up(retained, &back), LB_OK);
	assert_int_equal(strlen(back.last_error), LB_HANDOFF_ERROR_BYTES - 1);
}

static void noise_and_nothing_are_absent(void **state)
{
	uint8_t retained[LB_RETAINED_BYTES];
	struct lb_handoff_up up;

	(void)state;
	for (unsigned fill = 0; fill < 256; fill++) {
		memset(retained, (int)fill, sizeof(retained));
		assert_down_absent(retained, LB_ERR_FORMAT);
		assert_int_equal(lb_handoff_get_up(retained, &up), LB_ERR_FORMAT);
		assert_int_equal(up.request, LB_REQUEST_NONE);
		assert_int_equal(up.slot, LB_SLOT_NONE);
		assert_string_equal(up.last_error, "");
	}
	lb_handoff_put_down(retained, &some_down);
	lb_handoff_put_up(retained, &up);
	lb_handoff_clear(retained);
	assert_down_absent(retained, LB_ERR_FORMAT);
	assert_int_equal(lb_handoff_get_up(retained, &up), LB_ERR_FORMAT);
}

static void every_flipped_bit_is_seen(void **state)
{
	uint8_t retained[LB_RETAINED_BYTES] = {0};

	(void)state;
	for (unsigned bit = 0; bit < 8 * DOWN_LENGTH; bit++) {
		struct lb_handoff_down down;

		lb_handoff_put_down(retained, &some_down);
		retained[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(lb_handoff_get_down(retained, &down), LB_OK);
		assert_int_equal(down.slot, LB_SLOT_NONE);
	}
}

static void lengths_are_held_against_the_space(void **state)
{
	static const uint16_t lengths[] = {0, 11, LB_HANDOFF_DOWN_SPACE + 1, 0xFFFF};
	uint8_t retained[LB_RETAINED_BYTES] = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		lb_handoff_put_down(retained, &some_down);
		lb_store16le(retained + 6, lengths[i]);
		assert_down_absent(retained, LB_ERR_FORMAT);
	}
}

static void a_longer_part_is_read(void **state)
{
	uint8_t retained[LB_RETAINED_BYTES] = {0};
	struct lb_handoff_down down;

	(void)state;
	lb_handoff_put_down(retained, &some_down);
	memset(retained + DOWN_LENGTH, 0x77, LB_HANDOFF_DOWN_SPACE - DOWN_LENGTH);
	reseal(retained, LB_HANDOFF_DOWN_SPACE);
	assert_int_equal(lb_handoff_get_down(retained, &down), LB_OK);
	assert_down_equal(&down, &some_down);
}

/* As the bootloaders before the table of further partitions wrote it, and as one with a partition more will. */
static void further_partitions_move_nothing(void **state)
{
	enum { OLD_LENGTH = 152, MORE_COUNT = 152, MORE_PARTS = 156 };
	uint8_t retained[LB_RETAINED_BYTES] = {0};
	struct lb_handoff_down down, expected = some_down;

	(void)state;
	lb_handoff_put_down(retained, &some_down);
	assert_int_equal(lb_load32le(retained + 136), some_down.verdict[0]);
	assert_int_equal(retained[148], some_down.last_change);
	assert_int_equal(retained[149], 1);
	assert_int_equal(retained[MORE_COUNT], LB_PART_COUNT - 9);
	reseal(retained, OLD_LENGTH);
	assert_int_equal(lb_handoff_get_down(retained, &down), LB_OK);
	expected.trial_wakes = 0; /* they did not count them */
	assert_down_equal(&down, &expected);

	lb_handoff_put_down(retained, &some_down);
	expected.trial_wakes = some_down.trial_wakes;
	for (unsigned i = 9; i < LB_PART_COUNT; i++)
		expected.flashmap.part[i] = (struct lb_region){0x11111111, 0x11111111};
	retained[MORE_COUNT] = 8;
	memset(retained + MORE_PARTS, 0x11, 64);
	reseal(retained, DOWN_LENGTH);
	assert_int_equal(lb_handoff_get_down(retained, &down), LB_OK);
	assert_down_equal(&down, &expected);
}

static void a_shorter_part_gives_defaults_for_the_rest(void **state)
{
	uint8_t retained[LB_RETAINED_BYTES] = {0};
	struct lb_handoff_down down, expected = some_down;
	struct lb_handoff_up up = {LB_REQUEST_LOADER, LB_SLOT_OTA_0, "x"};

	(void)state;
	lb_handoff_put_down(retained, &some_down);
	reseal(retained, 17); /* up to the slot */
	assert_int_equal(lb_handoff_get_down(retained, &down), LB_OK);
	memset(&expected, 0, sizeof(expected));
	expected.mode = some_down.mode;
	expected.reason = some_down.reason;
	expected.why = some_down.why;
	expected.cause = some_down.cause;
	expected.slot = some_down.slot;
	expected.latest = expected.previous = LB_SLOT_NONE;
	assert_down_equal(&down, &expected);

	lb_handoff_put_up(retained, &up);
	reseal(retained + LB_HANDOFF_UP_OFFSET, 13); /* the request only */
	assert_int_equal(lb_handoff_get_up(retained, &up), LB_OK);
	assert_int_equal(up.request, LB_REQUEST_LOADER);
	assert_int_equal(up.slot, LB_SLOT_NONE);
	assert_string_equal(up.last_error, "");
}

/* What the bootloader takes, with parts of every age: the same as get_up has, once; the rest of the part stays. */
static void a_request_is_taken_once(void **state)
{
	uint8_t retained[LB_RETAINED_BYTES];
	uint8_t *part = retained + LB_HANDOFF_UP_OFFSET;
	const struct lb_handoff_up up = {LB_REQUEST_SLOT_ONCE, LB_SLOT_OTA_1, "NameError"};
	struct lb_handoff_up before, after;
	enum lb_slot slot;

	(void)state;
	for (uint16_t length = 12; length <= LB_HANDOFF_UP_SPACE; length++) {
		memset(retained, 0xA5, sizeof(retained));
		lb_handoff_put_up(retained, &up);
		memset(part + UP_LENGTH, 0x77, LB_HANDOFF_UP_SPACE - UP_LENGTH);
		reseal(part, length);
		assert_int_equal(lb_handoff_get_up(retained, &before), LB_OK);
		assert_int_equal(lb_handoff_take_request(retained, &slot), before.request);
		assert_int_equal(slot, before.slot);
		assert_int_equal(lb_handoff_get_up(retained, &after), LB_OK);
		assert_int_equal(after.request, LB_REQUEST_NONE);
		assert_int_equal(after.slot, LB_SLOT_NONE);
		assert_string_equal(after.last_error, before.last_error);
		assert_int_equal(lb_load16le(part + 6), length < 16 ? 16 : length);
		assert_int_equal(part[LB_HANDOFF_UP_SPACE - 1], 0x77);
		assert_int_equal(part[-1], 0xA5);
		assert_int_equal(part[LB_HANDOFF_UP_SPACE], 0xA5);
		assert_int_equal(lb_handoff_take_request(retained, &slot), LB_REQUEST_NONE);
		assert_int_equal(slot, LB_SLOT_NONE);
	}
	lb_handoff_put_up(retained, &up);
	part[12] = part[13] = 9;
	reseal(part, UP_LENGTH);
	assert_int_equal(lb_handoff_take_request(retained, &slot), LB_REQUEST_NONE);
	assert_int_equal(slot, LB_SLOT_NONE);
}

static void an_absent_request_is_none_and_the_part_is_made(void **state)
{
	uint8_t retained[LB_RETAINED_BYTES];
	struct lb_handoff_up up = {LB_REQUEST_SAFE_BOOT, LB_SLOT_OTA_0, "x"};
	enum lb_slot slot;

	(void)state;
	memset(retained, 0xA5, sizeof(retained));
	lb_handoff_put_up(retained, &up);
	retained[LB_HANDOFF_UP_OFFSET + 12] ^= 2; /* the CRC is another's now */
	assert_int_equal(lb_handoff_take_request(retained, &slot), LB_REQUEST_NONE);
	assert_int_equal(slot, LB_SLOT_NONE);
	assert_int_equal(lb_handoff_get_up(retained, &up), LB_OK);
	assert_int_equal(up.request, LB_REQUEST_NONE);
	assert_int_equal(up.slot, LB_SLOT_NONE);
	assert_string_equal(up.last_error, "");
}

static void the_counts_are_those_of_the_down_part(void **state)
{
	uint8_t retained[LB_RETAINED_BYTES];
	struct lb_handoff_counts counts;
	struct lb_handoff_down down;

	(void)state;
	for (uint16_t length = 12; length <= LB_HANDOFF_DOWN_SPACE; length++) {
		memset(retained, 0xA5, sizeof(retained));
		lb_handoff_put_down(retained, &some_down);
		reseal(retained, length);
		assert_int_equal(lb_handoff_get_down(retained, &down), LB_OK);
		counts = lb_handoff_get_counts(retained);
		if (length < 28 || length > 31) /* in the middle of the field: no program ends there */
			assert_int_equal(counts.crash_count, down.crash_count);
		if (length < 220 || length > 223)
			assert_int_equal(counts.trial_wakes, down.trial_wakes);
	}
	retained[28] ^= 1;
	counts = lb_handoff_get_counts(retained);
	assert_int_equal(counts.crash_count | counts.trial_wakes, 0);
}

static void numbers_without_a_meaning_stay_and_slots_are_none(void **state)
{
	uint8_t retained[LB_RETAINED_BYTES] = {0};
	struct lb_handoff_down down;
	struct lb_handoff_up up = {LB_REQUEST_LOADER, LB_SLOT_OTA_0, ""};

	(void)state;
	lb_handoff_put_down(retained, &some_down);
	memset(retained + 12, 0x7E, 8);
	reseal(retained, DOWN_LENGTH);
	assert_int_equal(lb_handoff_get_down(retained, &down), LB_OK);
	assert_int_equal(down.mode, 0x7E);
	assert_int_equal(down.reason, 0x7E);
	assert_int_equal(down.why, 0x7E);
	assert_int_equal(down.cause, 0x7E);
	assert_int_equal(down.slot, LB_SLOT_NONE);
	assert_int_equal(down.previous, LB_SLOT_NONE);
	assert_false(down.on_trial);
	assert_int_equal(down.hold_ms, some_down.hold_ms);

	lb_handoff_put_up(retained, &up);
	retained[LB_HANDOFF_UP_OFFSET + 12] = 9;
	retained[LB_HANDOFF_UP_OFFSET + 13] = 9;
	reseal(retained + LB_HANDOFF_UP_OFFSET, UP_LENGTH);
	assert_int_equal(lb_handoff_get_up(retained, &up), LB_OK);
	assert_int_equal(up.request, LB_REQUEST_NONE);
	assert_int_equal(up.slot, LB_SLOT_NONE);
}

static void a_number_without_a_word_is_shown_as_it_is(void **state)
{
	typedef const char *text_fn(unsigned number, char room[LB_WORDS_BYTES]);
	static const struct {
		text_fn *text;
		unsigned count;
		const char *last;
	} cases[] = {
		{lb_handoff_text_mode, LB_MODE_COUNT, "loader"},    {lb_handoff_text_reason, LB_REASON_COUNT, "crash-loop"},
		{lb_handoff_text_why, LB_WHY_COUNT, "record-lost"}, {lb_handoff_text_cause, LB_CAUSE_COUNT, "brown-out"},
		{lb_handoff_text_phase, LB_PHASE_COUNT, "sleep"},   {lb_handoff_text_led_mode, LB_LED_COUNT, "loader"},
	};
	char room[LB_WORDS_BYTES], expected[LB_WORDS_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_string_equal(cases[i].text(cases[i].count - 1, room), cases[i].last);
		snprintf(expected, sizeof(expected), "unknown (%u)", cases[i].count);
		assert_string_equal(cases[i].text(cases[i].count, room), expected);
		assert_string_equal(cases[i].text(UINT32_MAX, room), "unknown (4294967295)");
	}
}

static void another_version_is_not_guessed_at(void **state)
{
	uint8_t retained[LB_RETAINED_BYTES] = {0};

	(void)state;
	lb_handoff_put_down(retained, &some_down);
	lb_store16le(retained + 4, LB_HANDOFF_VERSION + 1);
	reseal(retained, DOWN_LENGTH);
	assert_down_absent(retained, LB_ERR_VERSION);
}

static void some_keys(struct lb_image_key keys[LB_HANDOFF_KEYS_MAX], unsigned count)
{
	memset(keys, 0, LB_HANDOFF_KEYS_MAX * sizeof(*keys));
	for (unsigned i = 0; i < count; i++) {
		keys[i].type = (enum lb_key_type)(1 + i % 2);
		memset(keys[i].hash, 0x10 + (int)i, sizeof(keys[i].hash));
		memset(keys[i].point, 0x20 + (int)i, sizeof(keys[i].point));
	}
}

static void keys_arrive(void **state)
{
	(void)state;
	for (unsigned count = 0; count <= LB_HANDOFF_KEYS_MAX; count++) {
		uint8_t retained[LB_RETAINED_BYTES];
		struct lb_image_key keys[LB_HANDOFF_KEYS_MAX], back[LB_HANDOFF_KEYS_MAX];
		size_t found;

		some_keys(keys, count);
		memset(retained, 0xA5, sizeof(retained));
		lb_handoff_put_keys(retained, keys, count);
		assert_int_equal(lb_handoff_get_keys(retained, back, &found), LB_OK);
		assert_int_equal(found, count);
		assert_memory_equal(back, keys, sizeof(keys));
		assert_int_equal(retained[LB_HANDOFF_KEYS_OFFSET - 1], 0xA5);
		assert_int_equal(retained[LB_HANDOFF_SPACE], 0xA5);
		lb_handoff_clear(retained);
		assert_int_equal(lb_handoff_get_keys(retained, back, &found), LB_ERR_FORMAT);
		assert_int_equal(found, 0);
	}
}

static void keys_lie_as_specified(void **state)
{
	uint8_t retained[LB_RETAINED_BYTES] = {0};
	struct lb_image_key keys[LB_HANDOFF_KEYS_MAX];
	const uint8_t *part = retained + 768;

	(void)state;
	some_keys(keys, 2);
	lb_handoff_put_keys(retained, keys, 2);
	assert_memory_equal(part, "LBKY\x01\x00\xD8\x00", 8);
	assert_memory_equal(part + 12, "\x02\x00\x00\x00\x01\x00\x00\x00\x10\x10", 10);
	assert_memory_equal(part + 16 + 36, "\x20\x20", 2);
	assert_memory_equal(part + 116, "\x02\x00\x00\x00\x11", 5);
}

/* Neither a count nor a length is believed alone, and a newer bootloader may know more keys than we take. */
static void only_whole_keys_are_taken(void **state)
{
	static const struct {
		uint8_t told;
		uint16_t length;
		uint8_t taken;
	} cases[] = {
		{3, 316, 3}, {3, 315, 2}, {3, 116, 1},   {3, 16, 0},     {3, 12, 0},
		{2, 316, 2}, {0, 316, 0}, {255, 316, 3}, {255, 1024, 8},
	};

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t retained[LB_RETAINED_BYTES] = {0};
		struct lb_image_key keys[LB_HANDOFF_KEYS_MAX];
		size_t found;

		some_keys(keys, 3);
		lb_handoff_put_keys(retained, keys, 3);
		retained[LB_HANDOFF_KEYS_OFFSET + 12] = cases[i].told;
		reseal(retained + LB_HANDOFF_KEYS_OFFSET, cases[i].length);
		assert_int_equal(lb_handoff_get_keys(retained, keys, &found), LB_OK);
		assert_int_equal(found, cases[i].taken);
		retained[LB_HANDOFF_KEYS_OFFSET + 8] ^= 1;
		assert_int_equal(lb_handoff_get_keys(retained, keys, &found), LB_ERR_CHECKSUM);
		assert_int_equal(found, 0);
	}
}

static void a_key_is_added_once_and_eight_are_all(void **state)
{
	struct lb_image_key keys[LB_HANDOFF_KEYS_MAX + 1], list[LB_HANDOFF_KEYS_MAX];
	size_t count = 0;

	(void)state;
	some_keys(keys, LB_HANDOFF_KEYS_MAX);
	keys[LB_HANDOFF_KEYS_MAX] = keys[0];
	keys[LB_HANDOFF_KEYS_MAX].hash[LB_SHA256_BYTES - 1] ^= 1;
	for (size_t i = 0; i < LB_HANDOFF_KEYS_MAX; i++) {
		assert_true(lb_handoff_add_key(list, &count, &keys[i]));
		assert_true(lb_handoff_add_key(list, &count, &keys[0]));
		assert_int_equal(count, i + 1);
	}
	assert_false(lb_handoff_add_key(list, &count, &keys[LB_HANDOFF_KEYS_MAX]));
	assert_true(lb_handoff_add_key(list, &count, &keys[LB_HANDOFF_KEYS_MAX - 1]));
	assert_int_equal(count, LB_HANDOFF_KEYS_MAX);
	assert_memory_equal(list, keys, sizeof(list));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_goes_down_arrives),
		cmocka_unit_test(the_bytes_are_as_specified),
		cmocka_unit_test(what_goes_up_arrives),
		cmocka_unit_test(an_error_text_without_end_is_cut),
		cmocka_unit_test(noise_and_nothing_are_absent),
		cmocka_unit_test(every_flipped_bit_is_seen),
		cmocka_unit_test(lengths_are_held_against_the_space),
		cmocka_unit_test(a_longer_part_is_read),
		cmocka_unit_test(further_partitions_move_nothing),
		cmocka_unit_test(a_shorter_part_gives_defaults_for_the_rest),
		cmocka_unit_test(a_request_is_taken_once),
		cmocka_unit_test(an_absent_request_is_none_and_the_part_is_made),
		cmocka_unit_test(the_counts_are_those_of_the_down_part),
		cmocka_unit_test(numbers_without_a_meaning_stay_and_slots_are_none),
		cmocka_unit_test(a_number_without_a_word_is_shown_as_it_is),
		cmocka_unit_test(another_version_is_not_guessed_at),
		cmocka_unit_test(keys_arrive),
		cmocka_unit_test(keys_lie_as_specified),
		cmocka_unit_test(only_whole_keys_are_taken),
		cmocka_unit_test(a_key_is_added_once_and_eight_are_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
