/* Loads, stores, CRC-32 and error texts against values known from elsewhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/crc32.h"
#include "core/base/error.h"

static void loads_are_little_endian_at_any_address(void **state)
{
	static const uint8_t bytes[] = {0xAA, 0x01, 0x02, 0x83, 0x84, 0x05, 0x06, 0x87, 0xF8};

	(void)state;
	assert_int_equal(lb_load16le(bytes + 1), 0x0201);
	assert_int_equal(lb_load32le(bytes + 1), 0x84830201);
	assert_true(lb_load64le(bytes + 1) == 0xF887060584830201u);
}

static void stores_write_their_bytes_and_no_others(void **state)
{
	uint8_t bytes[10];

	(void)state;
	memset(bytes, 0x55, sizeof(bytes));
	lb_store16le(bytes + 1, 0xBEEF);
	assert_memory_equal(bytes, "\x55\xEF\xBE\x55", 4);
	lb_store32le(bytes + 1, 0xDEADBEEF);
	assert_memory_equal(bytes, "\x55\xEF\xBE\xAD\xDE\x55", 6);
	lb_store64le(bytes + 1, 0x8182838485868788u);
	assert_memory_equal(bytes, "\x55\x88\x87\x86\x85\x84\x83\x82\x81\x55", 10);
}

static void crc32_gives_the_published_values(void **state)
{
	static const struct {
		const char *text;
		uint32_t crc;
	} cases[] = {
		{"", 0x00000000},
		{"a", 0xE8B7BE43},
		{"123456789", 0xCBF43926},
		{"The quick brown fox jumps over the lazy dog", 0x414FA339},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(lb_crc32(0, cases[i].text, strlen(cases[i].text)), cases[i].crc);
}

static void crc32_may_be_taken_in_pieces(void **state)
{
	static const char text[] = "123456789";

	(void)state;
	for (size_t cut = 0; cut <= 9; cut++)
		assert_int_equal(lb_crc32(lb_crc32(0, text, cut), text + cut, 9 - cut), 0xCBF43926);
}

static void every_error_has_a_text_of_its_own(void **state)
{
	(void)state;
	for (int a = LB_ERR_BUSY; a <= LB_OK; a++) {
		assert_string_not_equal(lb_error_text(a), lb_error_text(1));
		for (int b = LB_ERR_BUSY; b < a; b++)
			assert_string_not_equal(lb_error_text(a), lb_error_text(b));
	}
	assert_string_equal(lb_error_text(LB_ERR_BUSY - 1), lb_error_text(1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loads_are_little_endian_at_any_address),
		cmocka_unit_test(stores_write_their_bytes_and_no_others),
		cmocka_unit_test(crc32_gives_the_published_values),
		cmocka_unit_test(crc32_may_be_taken_in_pieces),
		cmocka_unit_test(every_error_has_a_text_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
