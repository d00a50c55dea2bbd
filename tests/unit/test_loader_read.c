/* What the loader tells of flash: sums and reads, the ROM's slow ones and the helper program's fast ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/base/bytes.h"
#include "tests/unit/loader_bench.h"

enum { FACTORY = 0x010000, OTA_0 = 0x210000 };

static struct bench bench;

static void test_slow_read(void **state)
{
	struct bench_reply reply;

	(void)state;
	memcpy(bench.bytes + FACTORY, bench.image, 64);
	reply = bench_words(&bench, 0x0E, WORDS(FACTORY, 20));
	assert_int_equal(bench_code(&bench, &reply), 0);
	assert_int_equal(reply.data_bytes, 64);
	assert_memory_equal(reply.data, bench.image, 20);
}

static void test_md5_of_ranges(void **state)
{
	static const struct {
		uint32_t offset, size_bytes;
	} ranges[] = {{OTA_0, 0}, {OTA_0 + 3, 1}, {OTA_0, 0x1000}, {OTA_0 - 5, 0x8123}, {0, BENCH_FLASH_BYTES}};

	(void)state;
	memcpy(bench.bytes + OTA_0, bench.image, sizeof(bench.image));
	for (unsigned i = 0; i < 2 * sizeof(ranges) / sizeof(ranges[0]); i++) {
		if (i == sizeof(ranges) / sizeof(ranges[0]))
			bench_start_stub(&bench);
		bench_check_md5(&bench, ranges[i / 2].offset, ranges[i / 2].size_bytes);
	}
}

static void acknowledge(uint32_t total_bytes)
{
	uint8_t bytes[4];

	lb_store32le(bytes, total_bytes);
	bench_feed_frame(&bench, bytes, sizeof(bytes));
}

static void test_read(void **state)
{
	static uint8_t frame[0x1000];
	uint8_t digest[LB_MD5_BYTES];
	uint32_t got = 0;

	(void)state;
	bench_start_stub(&bench);
	memcpy(bench.bytes + OTA_0, bench.image, sizeof(bench.image));
	assert_int_equal(bench_code_of(&bench, 0xD2, WORDS(OTA_0, 0x4321, 0x1000, 2)), 0);
	while (got < 0x4321) {
		uint32_t flying = 0;
		int size_bytes;

		while ((size_bytes = bench_parse_frame(&bench, frame, sizeof(frame))) >= 0) {
			assert_int_equal(size_bytes, 0x4321 - got < 0x1000 ? 0x4321 - got : 0x1000);
			assert_memory_equal(frame, bench.image + got, (size_t)size_bytes);
			got += (uint32_t)size_bytes;
			flying++;
		}
		assert_true(flying >= 1 && flying <= 2);
		acknowledge(got + 1); /* cannot be */
		assert_int_equal(bench.wire_bytes, 0);
		acknowledge(got);
	}
	assert_int_equal(bench_parse_frame(&bench, frame, sizeof(frame)), 16);
	bench_md5(bench.image, 0x4321, digest);
	assert_memory_equal(frame, digest, 16);
	bench_check_md5(&bench, OTA_0, 16);
}

static void test_a_request_ends_a_read(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		bench_start_stub(&bench);
		assert_int_equal(bench_code_of(&bench, 0xD2, WORDS(OTA_0, 0x100000, 0x1000, 1)), 0);
		bench.wire_bytes = 0; /* the host went away */
		if (i == 1)
			bench_check_md5(&bench, OTA_0, 16);
		acknowledge(0x1000);
		bench.wire_bytes = 0;
	}
	bench_sync(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(test_slow_read),
		BENCH_TEST(test_md5_of_ranges),
		BENCH_TEST(test_read),
		BENCH_TEST(test_a_request_ends_a_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
