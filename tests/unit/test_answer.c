/* The server that answers whoever asks: requests in one piece and byte by byte give the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "hardware/model/answer.h"

enum { SAID_BYTES = 512 };

struct said {
	uint8_t bytes[SAID_BYTES];
	size_t size_bytes;
};

static void hear(void *ctx, const void *bytes, size_t size_bytes)
{
	struct said *said = ctx;

	assert_true(said->size_bytes + size_bytes <= SAID_BYTES);
	memcpy(said->bytes + said->size_bytes, bytes, size_bytes);
	said->size_bytes += size_bytes;
}

/* Returns whether the server ended it. */
static bool ask(const void *request, size_t size_bytes, size_t piece_bytes, struct said *said)
{
	struct lb_answer answer = {.held_bytes = 0};

	said->size_bytes = 0;
	for (size_t at = 0; at < size_bytes; at += piece_bytes)
		lb_answer_feed(&answer, (const uint8_t *)request + at,
		               size_bytes - at < piece_bytes ? size_bytes - at : piece_bytes, hear, said);
	return answer.ended;
}

static void expect(const void *request, size_t size_bytes, const void *reply, size_t reply_bytes, bool ends)
{
	for (size_t piece_bytes = 1; piece_bytes <= size_bytes; piece_bytes += size_bytes - 1) {
		struct said said;

		assert_int_equal(ask(request, size_bytes, piece_bytes, &said), ends);
		assert_int_equal(said.size_bytes, reply_bytes);
		assert_memory_equal(said.bytes, reply, reply_bytes);
	}
}

static const char http_reply[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
								 "Connection: close\r\n\r\n{}";

static void http_is_answered_once_the_request_is_whole(void **state)
{
	static const char get[] = "GET /x HTTP/1.0\r\nHost: a\r\n\r\n";
	static const char post[] = "POST / HTTP/1.1\r\ncontent-LENGTH: 5\r\n\r\nhello";

	(void)state;
	expect(get, sizeof(get) - 1, http_reply, sizeof(http_reply) - 1, true);
	expect(post, sizeof(post) - 1, http_reply, sizeof(http_reply) - 1, true);
	expect(get, sizeof(get) - 3, "", 0, false);
	expect(post, sizeof(post) - 2, "", 0, false);
}

static void mqtt_packets_are_acknowledged(void **state)
{
	static const uint8_t packets[] = {
		0x10, 16, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0,   60,  0, 4, 'a', 'b', 'c', 'd', /* CONNECT */
		0x82, 12, 0, 1, 0,   1,   'a', 1,   0, 2, 'b', 'c', 2, 0, /* SUBSCRIBE: not whole by a byte */
	};
	static const uint8_t more[] = {
		0x10, 16, 0, 4, 'M', 'Q', 'T', 'T', 4,    2, 0,   60,  0, 4, 'a', 'b', 'c', 'd', /* CONNECT */
		0x82, 11, 0, 1, 0,   1,   'a', 1,   0,    2, 'b', 'c', 2,                        /* SUBSCRIBE */
		0x30, 4,  0, 1, 'a', 'x',                            /* PUBLISH, not to be acknowledged */
		0x32, 6,  0, 1, 'a', 0,   7,   'x',                  /* PUBLISH, at least once */
		0x34, 6,  0, 1, 'a', 0,   8,   'x', 0x62, 2, 0,   8, /* exactly once */
		0xC0, 0,                                             /* PINGREQ */
		0xA2, 5,  0, 9, 0,   1,   'a',                       /* UNSUBSCRIBE */
		0xE0, 0,                                             /* DISCONNECT */
	};
	static const uint8_t replies[] = {0x20, 2, 0, 0, 0x90, 4, 0, 1, 1,    2, 0x40, 2, 0, 7,
	                                  0x50, 2, 0, 8, 0x70, 2, 0, 8, 0xD0, 0, 0xB0, 2, 0, 9};

	(void)state;
	expect(packets, sizeof(packets), (uint8_t[]){0x20, 2, 0, 0, 0x90, 4, 0, 1, 1, 2}, 10, false);
	expect(more, sizeof(more), replies, sizeof(replies), true);
}

/* A message that is longer than what is held is passed over in whole. */
static void a_long_message_is_acknowledged(void **state)
{
	enum { BODY_BYTES = 5000 };
	static uint8_t packet[3 + BODY_BYTES + 2] = {0x32, (BODY_BYTES & 127) | 128, BODY_BYTES >> 7, 0, 1, 'a', 0, 7};
	static const uint8_t connect[] = {0x10, 2, 0, 0};
	static uint8_t both[sizeof(connect) + sizeof(packet)];

	(void)state;
	packet[3 + BODY_BYTES] = 0xC0;
	memcpy(both, connect, sizeof(connect));
	memcpy(both + sizeof(connect), packet, sizeof(packet));
	expect(both, sizeof(both), (uint8_t[]){0x20, 2, 0, 0, 0x40, 2, 0, 7, 0xD0, 0}, 10, false);
}

static void what_is_no_protocol_of_these_is_not_answered(void **state)
{
	(void)state;
	expect("\x16\x03\x01\x00\x05", 5, "", 0, false);
	expect("\x01hello", 6, "", 0, false);
}

static void ntp_is_answered_with_the_time(void **state)
{
	uint8_t packet[LB_ANSWER_NTP_BYTES] = {0x1B};

	(void)state;
	memcpy(packet + 40, "12345678", 8);
	assert_false(lb_answer_ntp(packet, 47, 0));
	assert_true(lb_answer_ntp(packet, 48, UINT64_C(1500000)));
	assert_memory_equal(packet, "\x1C\x02", 2);
	assert_memory_equal(packet + 24, "12345678", 8);
	assert_memory_equal(packet + 40, "\x83\xAA\x7E\x81\x80\x00\x00\x00", 8);
	assert_false(lb_answer_ntp(packet, 48, 0)); /* an answer is no question */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(http_is_answered_once_the_request_is_whole),
		cmocka_unit_test(mqtt_packets_are_acknowledged),
		cmocka_unit_test(a_long_message_is_acknowledged),
		cmocka_unit_test(what_is_no_protocol_of_these_is_not_answered),
		cmocka_unit_test(ntp_is_answered_with_the_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
