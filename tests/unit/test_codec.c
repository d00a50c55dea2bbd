/* The virtual board's libraries behind the loader's contract: known sums, streams of all kinds in pieces of all sizes,
 * and damage that is always found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdbool.h>
#include <string.h>
#include <zlib.h>

#include "boards/virtual/boot/zlib_codec.h"

enum { PLAIN_BYTES = 100000 };

static const struct lb_codec *const codec = &lb_virtual_codec;
static uint8_t plain[PLAIN_BYTES], out[PLAIN_BYTES + 1000], packed[2 * PLAIN_BYTES];

/* From RFC 1321. */
static void test_md5(void **state)
{
	static const struct {
		const char *text;
		uint8_t digest[LB_MD5_BYTES];
	} rows[] = {
		{"", {0xd4, 0x1d, 0x8c, 0xd9, 0x8f, 0x00, 0xb2, 0x04, 0xe9, 0x80, 0x09, 0x98, 0xec, 0xf8, 0x42, 0x7e}},
		{"abc", {0x90, 0x01, 0x50, 0x98, 0x3c, 0xd2, 0x4f, 0xb0, 0xd6, 0x96, 0x3f, 0x7d, 0x28, 0xe1, 0x7f, 0x72}},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lb_md5 md5;
		uint8_t digest[LB_MD5_BYTES];

		codec->md5_init(&md5);
		for (size_t at = 0; at < strlen(rows[i].text); at++)
			codec->md5_update(&md5, rows[i].text + at, 1);
		codec->md5_final(&md5, digest);
		assert_memory_equal(digest, rows[i].digest, sizeof(digest));
	}
}

/* Feeds a stream in pieces; false: it was found to be damaged, or never ended. */
static bool unpack(size_t packed_bytes, size_t in_piece, size_t out_piece, size_t *made)
{
	size_t at = 0;

	*made = 0;
	codec->inflate_start(codec->ctx);
	for (;;) {
		size_t in_bytes = packed_bytes - at < in_piece ? packed_bytes - at : in_piece;
		size_t out_bytes = sizeof(out) - *made < out_piece ? sizeof(out) - *made : out_piece;
		enum lb_inflate_result result = codec->inflate(codec->ctx, packed + at, &in_bytes, out + *made, &out_bytes);

		at += in_bytes;
		*made += out_bytes;
		if (result == LB_INFLATE_END)
			return true;
		if (result == LB_INFLATE_BAD || (in_bytes == 0 && out_bytes == 0))
			return false;
	}
}

static size_t pack(int level, int strategy)
{
	z_stream stream = {0};
	size_t packed_bytes;

	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = i % 3000 < 2000 ? (uint8_t)(i % 50) : (uint8_t)(i * 2654435761u >> 11);
	assert_int_equal(deflateInit2(&stream, level, Z_DEFLATED, 15, 8, strategy), Z_OK);
	stream.next_in = plain;
	stream.avail_in = sizeof(plain);
	stream.next_out = packed;
	stream.avail_out = sizeof(packed);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	packed_bytes = stream.total_out;
	deflateEnd(&stream);
	return packed_bytes;
}

static void test_streams(void **state)
{
	static const int levels[] = {0, 1, 6, 9}, strategies[] = {Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY};
	static const size_t pieces[] = {1, 7, 256, 1024, PLAIN_BYTES};
	size_t made;

	(void)state;
	for (size_t i = 0; i < 4 * 3; i++) {
		size_t packed_bytes = pack(levels[i / 3], strategies[i % 3]);

		for (size_t piece = 0; piece < 5 * 5; piece++) {
			memset(out, 0, sizeof(out));
			assert_true(unpack(packed_bytes, pieces[piece / 5], pieces[piece % 5], &made));
			assert_int_equal(made, sizeof(plain));
			assert_memory_equal(out, plain, sizeof(plain));
		}
	}
}

static void test_damage_is_found(void **state)
{
	size_t packed_bytes = pack(9, Z_DEFAULT_STRATEGY), made;

	(void)state;
	for (size_t at = 0; at < packed_bytes; at += 1 + at / 40) {
		for (unsigned bit = 0; bit < 8; bit++) {
			packed[at] = (uint8_t)(packed[at] ^ 1u << bit);
			/* The compression level in the header means nothing to a reader, but is part of a check. */
			assert_false(unpack(packed_bytes, 1024, 256, &made));
			packed[at] = (uint8_t)(packed[at] ^ 1u << bit);
		}
	}
	for (size_t cut = 0; cut < packed_bytes; cut += 1 + cut / 20)
		assert_false(unpack(cut, 1024, 256, &made));
	assert_true(unpack(packed_bytes, 1024, 256, &made));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_md5),
		cmocka_unit_test(test_streams),
		cmocka_unit_test(test_damage_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
