/* The nvs partition that `lifeboat image flash` makes: what a module finds in it, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/nvs/script_value.h"
#include "hardware/model/nor.h"
#include "host/image/nvs_image.h"

enum { SIZE_BYTES = 4 * LB_NOR_SECTOR_BYTES };

static uint8_t partition[SIZE_BYTES];
static char reason[LB_NVS_IMAGE_REASON_BYTES];

static bool make(const char *json)
{
	memset(partition, 0x5A, sizeof(partition));
	reason[0] = '\0';
	return lb_nvs_image_make(json, strlen(json), partition, sizeof(partition), reason);
}

/* As a module opens it, over the flash model. */
static int get(const char *key, uint8_t value[LB_NVS_VALUE_BYTES])
{
	static uint8_t marks[SIZE_BYTES / LB_NOR_PROGRAM_BYTES / 8];
	struct lb_nor_setup setup = {.bytes = partition, .size_bytes = SIZE_BYTES, .marks = marks};
	struct lb_nor nor;
	struct lb_nvs nvs;

	lb_nor_init(&nor, &setup);
	const struct lb_flash flash = lb_nor_flash(&nor);
	assert_int_equal(lb_nvs_open(&nvs, &flash, (struct lb_region){.offset = 0, .size_bytes = SIZE_BYTES}), LB_OK);
	return lb_nvs_get(&nvs, key, value, LB_NVS_VALUE_BYTES);
}

static void assert_number(const char *key, int64_t number)
{
	uint8_t value[LB_NVS_VALUE_BYTES];

	assert_int_equal(get(key, value), LB_SCRIPT_VALUE_INT_BYTES);
	assert_int_equal(value[0], LB_SCRIPT_VALUE_INT);
	assert_true((int64_t)lb_load64le(value + 1) == number);
}

static void assert_text(const char *key, const char *text)
{
	uint8_t value[LB_NVS_VALUE_BYTES];

	assert_int_equal(get(key, value), strlen(text) + 1);
	assert_int_equal(value[0], LB_SCRIPT_VALUE_STR);
	assert_memory_equal(value + 1, text, strlen(text));
}

static void test_values(void **state)
{
	(void)state;
	assert_true(
		make("{\"serial\": 1042, \"neg\": -7, \"large\": 9007199254740991, \"site\": \"r\\u00f6of\", \"none\": \"\","
	         "\"123456789012345\": 0, \"twice\": 1, \"twice\": \"two\"}"));
	assert_number("serial", 1042);
	assert_number("neg", -7);
	assert_number("large", 9007199254740991);
	assert_number("123456789012345", 0);
	assert_text("site", "r\xC3\xB6of");
	assert_text("none", "");
	assert_text("twice", "two");
}

static void test_an_empty_object_is_an_empty_store(void **state)
{
	uint8_t value[LB_NVS_VALUE_BYTES];

	(void)state;
	assert_true(make("{}"));
	assert_int_equal(get("serial", value), LB_ERR_NOT_FOUND);
	for (size_t i = 0; i < sizeof(partition); i++)
		assert_int_equal(partition[i], 0xFF);
}

/* As many as fit, and not one more without a word: the store moves to its other bank and back on the way. */
static void test_too_many(void **state)
{
	static char json[80000];
	size_t end = 0;

	(void)state;
	end += (size_t)snprintf(json + end, sizeof(json) - end, "{");
	for (int i = 0; i < 1000; i++)
		end += (size_t)snprintf(json + end, sizeof(json) - end, "\"k\": %d, ", i);
	snprintf(json + end, sizeof(json) - end, "\"last\": 1}");
	assert_true(make(json));
	assert_number("k", 999);
	assert_number("last", 1);
	end = 1;
	for (int i = 0; i < 1000; i++)
		end += (size_t)snprintf(json + end, sizeof(json) - end, "\"k%d\": %d, ", i, i);
	snprintf(json + end, sizeof(json) - end, "\"last\": 1}");
	assert_false(make(json));
	assert_non_null(strstr(reason, "do not fit into nvs"));
}

static void test_refusals(void **state)
{
	static const char *const wrong[][2] = {
		{"", "no JSON object"},
		{"{\"a\": 1", "no JSON object"},
		{"[1]", "no JSON object"},
		{"7", "no JSON object"},
		{"{\"a\": 1.5}", "a: a value is"},
		{"{\"a\": true}", "a: a value is"},
		{"{\"a\": null}", "a: a value is"},
		{"{\"a\": {}}", "a: a value is"},
		{"{\"a\": 9007199254740992}", "a: a value is"},
		{"{\"a\": -1e300}", "a: a value is"},
		{"{\"\": 1}", ": a name has"},
		{"{\".wifi_key\": \"secret\"}", ".wifi_key: a name has"},
		{"{\"1234567890123456\": 1}", "1234567890123456: a name has"},
		{"{\"a\": \"x\\u0000y\"}", "\\u0000"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_false(make(wrong[i][0]));
		assert_non_null(strstr(reason, wrong[i][1]));
	}
}

static void test_a_long_text(void **state)
{
	static char json[LB_NVS_VALUE_BYTES + 100];
	static char text[LB_NVS_VALUE_BYTES + 1];

	(void)state;
	memset(text, 'x', LB_SCRIPT_VALUE_STR_BYTES);
	snprintf(json, sizeof(json), "{\"a\": \"%s\"}", text);
	assert_true(make(json));
	assert_text("a", text);
	text[LB_SCRIPT_VALUE_STR_BYTES] = 'x';
	snprintf(json, sizeof(json), "{\"a\": \"%s\"}", text);
	assert_false(make(json));
	assert_non_null(strstr(reason, "2047 bytes at most"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),      cmocka_unit_test(test_an_empty_object_is_an_empty_store),
		cmocka_unit_test(test_too_many),    cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_a_long_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
