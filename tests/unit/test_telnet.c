/* Telnet itself: options, subnegotiations, and what is written. Dialogues are in the tests of its users. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "protocols/telnet/telnet.h"

enum { OURS = 44, HIGHEST = 63 };

static struct lb_telnet telnet;

static int set_up(void **state)
{
	(void)state;
	memset(&telnet, 0, sizeof(telnet));
	telnet.we_can = LB_TELNET_BIT(LB_TELNET_BINARY) | LB_TELNET_BIT(OURS) | LB_TELNET_BIT(HIGHEST);
	telnet.they_may = LB_TELNET_BIT(LB_TELNET_BINARY);
	return 0;
}

/* The last event of some bytes; all before it are parts. */
static enum lb_telnet_event parse(const char *bytes, size_t size_bytes)
{
	for (size_t i = 0; i + 1 < size_bytes; i++)
		assert_int_equal(lb_telnet_parse(&telnet, (uint8_t)bytes[i]), LB_TELNET_PART);
	return lb_telnet_parse(&telnet, (uint8_t)bytes[size_bytes - 1]);
}
#define PARSE(text) parse(text, sizeof(text) - 1)

static void expect_answer(uint8_t verb, uint8_t option, uint8_t answer)
{
	const char bytes[] = {(char)LB_TELNET_IAC, (char)verb, (char)option};
	const uint8_t expected[] = {LB_TELNET_IAC, answer, option};

	assert_int_equal(parse(bytes, sizeof(bytes)), LB_TELNET_OPTION);
	assert_int_equal(telnet.verb, verb);
	assert_int_equal(telnet.answer_bytes, answer == 0 ? 0 : 3);
	assert_memory_equal(telnet.answer, expected, telnet.answer_bytes);
}

static void test_options(void **state)
{
	(void)state;
	expect_answer(LB_TELNET_DO, OURS, LB_TELNET_WILL);
	expect_answer(LB_TELNET_DO, OURS, 0);
	assert_true(telnet.ours == LB_TELNET_BIT(OURS) && telnet.theirs == 0);
	expect_answer(LB_TELNET_DONT, OURS, LB_TELNET_WONT);
	expect_answer(LB_TELNET_DONT, OURS, 0);
	expect_answer(LB_TELNET_WILL, LB_TELNET_BINARY, LB_TELNET_DO);
	expect_answer(LB_TELNET_WONT, LB_TELNET_BINARY, LB_TELNET_DONT);
	expect_answer(LB_TELNET_WILL, OURS, LB_TELNET_DONT); /* only we may */
	expect_answer(LB_TELNET_WONT, OURS, 0);
	assert_true(telnet.ours == 0 && telnet.theirs == 0);
}

/* A set has 64 options, and a shift by more means nothing in C. */
static void test_options_that_no_set_has(void **state)
{
	(void)state;
	telnet.we_can = telnet.they_may = UINT64_MAX;
	expect_answer(LB_TELNET_DO, HIGHEST, LB_TELNET_WILL);
	for (int option = HIGHEST + 1; option < 256; option++) {
		expect_answer(LB_TELNET_DO, (uint8_t)option, LB_TELNET_WONT);
		expect_answer(LB_TELNET_WILL, (uint8_t)option, LB_TELNET_DONT);
		expect_answer(LB_TELNET_DONT, (uint8_t)option, 0);
	}
	assert_true(telnet.ours == LB_TELNET_BIT(HIGHEST) && telnet.theirs == 0);
}

static void test_what_was_offered_is_not_offered_again(void **state)
{
	uint8_t wire[LB_TELNET_VERB_BYTES];

	(void)state;
	assert_int_equal(lb_telnet_offer(&telnet, LB_TELNET_WILL, OURS, wire), 3);
	assert_memory_equal(wire, "\xFF\xFB\x2C", 3);
	assert_int_equal(lb_telnet_offer(&telnet, LB_TELNET_WILL, OURS, wire), 0);
	expect_answer(LB_TELNET_DO, OURS, 0);
	assert_int_equal(lb_telnet_offer(&telnet, LB_TELNET_DO, LB_TELNET_BINARY, wire), 3);
	assert_memory_equal(wire, "\xFF\xFD\0", 3);
	expect_answer(LB_TELNET_WILL, LB_TELNET_BINARY, 0);
	assert_true(telnet.ours == LB_TELNET_BIT(OURS) && telnet.theirs == LB_TELNET_BIT(LB_TELNET_BINARY));
}

static void test_text_and_commands(void **state)
{
	(void)state;
	assert_int_equal(PARSE("a"), LB_TELNET_TEXT);
	assert_int_equal(PARSE("\xFF\xFF"), LB_TELNET_TEXT);
	assert_int_equal(PARSE("\xFF\xF4"), LB_TELNET_COMMAND);
	assert_int_equal(PARSE("\xFF\xF0"), LB_TELNET_COMMAND); /* the end of nothing */
	assert_int_equal(PARSE("\xFF\0"), LB_TELNET_COMMAND);
	assert_int_equal(PARSE("\n"), LB_TELNET_TEXT);
}

static void test_subnegotiations(void **state)
{
	(void)state;
	assert_int_equal(PARSE("\xFF\xFA\x2C\1\xFF\xFF\2\xFF\xF0"), LB_TELNET_ORDER);
	assert_int_equal(telnet.order_bytes, 4);
	assert_memory_equal(telnet.order, "\x2C\1\xFF\2", 4);
	assert_int_equal(PARSE("\xFF\xFA\xFF\xF0"), LB_TELNET_ORDER);
	assert_int_equal(telnet.order_bytes, 0);
	assert_int_equal(PARSE("\xFF\xFA\x2C\xFF\xF1z\xFF\xF0"), LB_TELNET_ORDER); /* a command within it */
	assert_int_equal(telnet.order_bytes, 2);
	PARSE("\xFF\xFA");
	for (int i = 0; i < 3 * LB_TELNET_ORDER_BYTES; i++)
		assert_int_equal(PARSE("x"), LB_TELNET_PART);
	assert_int_equal(PARSE("\xFF\xF0"), LB_TELNET_ORDER);
	assert_int_equal(telnet.order_bytes, LB_TELNET_ORDER_BYTES);
}

static void test_what_is_written(void **state)
{
	uint8_t wire[LB_TELNET_FRAME_BYTES + 2 * 3];

	(void)state;
	assert_int_equal(lb_telnet_put(wire, (const uint8_t *)"a\xFF\r", 3), 4);
	assert_memory_equal(wire, "a\xFF\xFF\r", 4);
	assert_int_equal(lb_telnet_put_order(wire, OURS, (const uint8_t *)"\xFF\xFF\xFF", 3), sizeof(wire));
	assert_memory_equal(wire, "\xFF\xFA\x2C\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xF0", sizeof(wire));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_options, set_up),
		cmocka_unit_test_setup(test_options_that_no_set_has, set_up),
		cmocka_unit_test_setup(test_what_was_offered_is_not_offered_again, set_up),
		cmocka_unit_test_setup(test_text_and_commands, set_up),
		cmocka_unit_test_setup(test_subnegotiations, set_up),
		cmocka_unit_test_setup(test_what_is_written, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
