/* Our inflate against zlib: what any level and strategy packs, in pieces of any size, and what becomes of damage. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <zlib.h>

#include "core/loader/inflate.h"

enum { PLAIN_BYTES = 120000, PACKED_BYTES = 140000, FLIPS = 4000 };

static uint8_t plain[PLAIN_BYTES], packed[PACKED_BYTES], out[PLAIN_BYTES + 1000];
static struct lb_inflate stream;
static uint32_t noise_state = 1;

static uint32_t noise(void)
{
	noise_state = noise_state * 1664525 + 1013904223;
	return noise_state >> 8;
}

/* Text-like, with matches of all lengths and distances, some of it not to be packed at all. */
static void fill(size_t size_bytes, unsigned kind)
{
	for (size_t i = 0; i < size_bytes; i++) {
		const size_t distance = 1 + noise() % 32768;

		plain[i] = kind == 0 ? (uint8_t)noise() : kind == 1 ? (uint8_t) "abcd"[noise() % 4] : 0;
		if (kind == 2 && i > distance && noise() % 3 != 0) {
			for (size_t n = 3 + noise() % 256; n > 0 && i < size_bytes; n--, i++)
				plain[i] = plain[i - distance];
			i--;
		} else if (kind == 2) {
			plain[i] = (uint8_t)noise();
		}
	}
}

static size_t pack(size_t size_bytes, int level, int strategy, int window_log)
{
	z_stream deflating = {
		.next_in = plain, .avail_in = (unsigned)size_bytes, .next_out = packed, .avail_out = sizeof(packed)};

	assert_int_equal(deflateInit2(&deflating, level, Z_DEFLATED, window_log, 8, strategy), Z_OK);
	assert_int_equal(deflate(&deflating, Z_FINISH), Z_STREAM_END);
	deflateEnd(&deflating);
	return sizeof(packed) - deflating.avail_out;
}

/* In pieces of at most so many bytes; how many came out. */
static enum lb_inflate_result unpack(size_t packed_bytes, size_t piece_bytes, size_t *unpacked_bytes,
                                     size_t *used_bytes)
{
	size_t in_at = 0, out_at = 0;
	enum lb_inflate_result result = LB_INFLATE_MORE;

	lb_inflate_start(&stream);
	while (result == LB_INFLATE_MORE) {
		size_t in_bytes = packed_bytes - in_at < piece_bytes ? packed_bytes - in_at : piece_bytes;
		size_t out_bytes = sizeof(out) - out_at < piece_bytes ? sizeof(out) - out_at : piece_bytes;

		result = lb_inflate_some(&stream, packed + in_at, &in_bytes, out + out_at, &out_bytes);
		in_at += in_bytes;
		out_at += out_bytes;
		if (in_bytes == 0 && out_bytes == 0)
			break;
	}
	*unpacked_bytes = out_at;
	*used_bytes = in_at;
	return result;
}

static void what_zlib_packs_is_unpacked(void **state)
{
	static const int strategies[] = {Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED};
	static const size_t sizes[] = {0, 1, 2, 300, 65535, PLAIN_BYTES};
	static const size_t pieces[] = {1, 7, 1024, PACKED_BYTES};

	(void)state;
	for (unsigned kind = 0; kind < 4; kind++) {
		for (unsigned i = 0; i < 6 * 5 * 4; i++) {
			const size_t size_bytes = sizes[i % 6], piece_bytes = pieces[i / 6 % 4];
			size_t packed_bytes, unpacked_bytes, used_bytes;

			fill(size_bytes, kind);
			packed_bytes = pack(size_bytes, (int)(i % 10), strategies[i % 5], i % 2 == 0 ? 15 : 9);
			packed[packed_bytes] = 0x55; /* of whoever comes next */
			assert_int_equal(unpack(packed_bytes + 1, piece_bytes, &unpacked_bytes, &used_bytes), LB_INFLATE_END);
			assert_int_equal(unpacked_bytes, size_bytes);
			assert_int_equal(used_bytes, packed_bytes);
			assert_memory_equal(out, plain, size_bytes);
		}
	}
}

/* What zlib makes of the same bytes. */
static int zlib_says(size_t packed_bytes)
{
	z_stream inflating = {
		.next_in = packed, .avail_in = (unsigned)packed_bytes, .next_out = out, .avail_out = sizeof(out)};
	int result;

	assert_int_equal(inflateInit(&inflating), Z_OK);
	result = inflate(&inflating, Z_FINISH);
	inflateEnd(&inflating);
	return result;
}

static void damage_is_judged_as_zlib_does(void **state)
{
	(void)state;
	for (unsigned i = 0; i < FLIPS; i++) {
		size_t size_bytes = 1 + noise() % 2000, unpacked_bytes, used_bytes;
		size_t packed_bytes;
		int expected;
		enum lb_inflate_result result;

		fill(size_bytes, i % 4);
		packed_bytes = pack(size_bytes, (int)(1 + i % 9), i % 5 == 0 ? Z_FIXED : Z_DEFAULT_STRATEGY, 15);
		for (unsigned flips = 1 + noise() % 3; flips > 0; flips--)
			packed[noise() % (i % 2 == 0 ? packed_bytes : 40) % packed_bytes] ^= (uint8_t)(1u << noise() % 8);
		expected = zlib_says(packed_bytes);
		result = unpack(packed_bytes, 1 + noise() % 500, &unpacked_bytes, &used_bytes);
		assert_int_equal(result == LB_INFLATE_END, expected == Z_STREAM_END);
		assert_int_equal(result == LB_INFLATE_BAD, expected == Z_DATA_ERROR || expected == Z_NEED_DICT);
	}
}

static void any_beginning_waits_for_more(void **state)
{
	size_t packed_bytes, unpacked_bytes, used_bytes;

	(void)state;
	fill(3000, 2);
	packed_bytes = pack(3000, 9, Z_DEFAULT_STRATEGY, 15);
	for (size_t i = 0; i < packed_bytes; i++)
		assert_int_equal(unpack(i, 100, &unpacked_bytes, &used_bytes), LB_INFLATE_MORE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_zlib_packs_is_unpacked),
		cmocka_unit_test(damage_is_judged_as_zlib_does),
		cmocka_unit_test(any_beginning_waits_for_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
