/* The client's half of RFC 2217, byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "protocols/rfc2217/rfc2217_wire.h"
#include "protocols/rfc2217/rfc2217_client.h"

static struct lb_rfc2217_client client;
static uint8_t data[256];
static uint8_t answer[3 * 256];
static size_t answer_bytes;

static int set_up(void **state)
{
	uint8_t wire[LB_RFC2217_CLIENT_START_BYTES];

	(void)state;
	lb_rfc2217_client_start(&client, wire);
	return 0;
}

static size_t parse(const char *bytes, size_t size_bytes)
{
	return lb_rfc2217_client_parse(&client, (const uint8_t *)bytes, size_bytes, data, answer, &answer_bytes);
}

#define PARSE(text) parse(text, sizeof(text) - 1)

static void test_what_is_sent(void **state)
{
	static const uint8_t bytes[] = {1, 0xFF, 2};
	uint8_t wire[LB_RFC2217_CLIENT_START_BYTES];

	(void)state;
	assert_int_equal(lb_rfc2217_client_start(&client, wire), 15);
	assert_memory_equal(wire, "\xFF\xFB\x2C\xFF\xFB\0\xFF\xFD\0\xFF\xFB\3\xFF\xFD\3", 15);
	assert_int_equal(lb_rfc2217_client_set_baud(wire, 115200), 10);
	assert_memory_equal(wire, "\xFF\xFA\x2C\1\0\1\xC2\0\xFF\xF0", 10);
	assert_int_equal(lb_rfc2217_client_set_baud(wire, 0xFFFFFFFF), 14); /* the longest order */
	assert_memory_equal(wire, "\xFF\xFA\x2C\1\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xF0", 14);
	assert_int_equal(lb_rfc2217_client_set_control(wire, LB_RFC2217_RTS_ON), 7);
	assert_memory_equal(wire, "\xFF\xFA\x2C\5\x0B\xFF\xF0", 7);
	assert_int_equal(lb_rfc2217_client_set_8n1(wire), 21);
	assert_memory_equal(wire, "\xFF\xFA\x2C\2\x08\xFF\xF0\xFF\xFA\x2C\3\1\xFF\xF0\xFF\xFA\x2C\4\1\xFF\xF0", 21);
	assert_int_equal(lb_telnet_put(wire, bytes, sizeof(bytes)), 4);
	assert_memory_equal(wire, "\1\xFF\xFF\2", 4);
}

static void test_data_passes(void **state)
{
	(void)state;
	assert_int_equal(PARSE("ab\xFF\xFF"
	                       "c\xFF\xF1"
	                       "d"),
	                 5);
	assert_memory_equal(data,
	                    "ab\xFF"
	                    "cd",
	                    5);
	assert_int_equal(answer_bytes, 0);
}

static void test_the_server_agrees_or_not(void **state)
{
	(void)state;
	assert_int_equal(PARSE("x\xFF\xFD\x2Cy"), 2);
	assert_true(client.agreed && !client.refused);
	assert_int_equal(answer_bytes, 0);
	PARSE("\xFF\xFE\x2C");
	assert_true(!client.agreed && client.refused);
}

static void test_other_options_are_declined(void **state)
{
	(void)state;
	assert_int_equal(PARSE("\xFF\xFB\1\xFF\xFD\x18\xFF\xFB\0\xFF\xFD\3\xFF\xFC\1\xFF\xFE\1"), 0);
	assert_int_equal(answer_bytes, 6);
	assert_memory_equal(answer, "\xFF\xFE\1\xFF\xFC\x18", 6);
}

static void test_carried_out_orders_are_counted(void **state)
{
	(void)state;
	assert_int_equal(PARSE("a\xFF\xFA\x2C\x69\x08\xFF\xF0"
	                       "b"),
	                 2);
	assert_int_equal(client.confirmed, 1);
	PARSE("\xFF\xFA\x2C\x65\0\1\xC2\0\xFF\xF0\xFF\xFA\x2C\x66\xFF\xFF\xFF\xF0");
	assert_int_equal(client.confirmed, 3);
	assert_int_equal(PARSE("\xFF\xFA\x2C\x65\0\xFF\xFF\x20\0\xFF\xF0"), 0); /* a doubled one does not end it */
	assert_int_equal(client.confirmed, 4);
	PARSE("\xFF\xFA\x2C\x6B\0\xFF\xF0"); /* a report of the modem's state, not asked for */
	PARSE("\xFF\xFA\x18\x65\0\xFF\xF0\xFF\xFA\x2C\xFF\xF0");
	assert_int_equal(client.confirmed, 4);
}

static void test_every_chunking_is_the_same(void **state)
{
	static const char stream[] = "ab\xFF\xFD\x2C"
								 "c\xFF\xFF\xFF\xFA\x2C\x69\xFF\xFF\xFF\xF0\xFF\xFB\1"
								 "d";
	size_t used = 0, answers = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(stream) - 1; i++) {
		uint8_t byte;

		if (lb_rfc2217_client_parse(&client, (const uint8_t *)stream + i, 1, &byte, answer, &answer_bytes) != 0)
			data[used++] = byte;
		answers += answer_bytes;
	}
	assert_int_equal(used, 5);
	assert_memory_equal(data,
	                    "abc\xFF"
	                    "d",
	                    5);
	assert_int_equal(answers, 3);
	assert_true(client.agreed);
	assert_int_equal(client.confirmed, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_what_is_sent, set_up),
		cmocka_unit_test_setup(test_data_passes, set_up),
		cmocka_unit_test_setup(test_the_server_agrees_or_not, set_up),
		cmocka_unit_test_setup(test_other_options_are_declined, set_up),
		cmocka_unit_test_setup(test_carried_out_orders_are_counted, set_up),
		cmocka_unit_test_setup(test_every_chunking_is_the_same, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
