/* The image maker: what it writes, core/image accepts; versions are read strictly. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "host/image/image_write.h"

static void sha256_init(struct lb_sha256 *sha)
{
	crypto_hash_sha256_init((crypto_hash_sha256_state *)(void *)sha);
}

static void sha256_update(struct lb_sha256 *sha, const void *data, size_t size_bytes)
{
	crypto_hash_sha256_update((crypto_hash_sha256_state *)(void *)sha, data, size_bytes);
}

static void sha256_final(struct lb_sha256 *sha, uint8_t digest[LB_SHA256_BYTES])
{
	crypto_hash_sha256_final((crypto_hash_sha256_state *)(void *)sha, digest);
}

static const struct lb_crypto crypto = {sha256_init, sha256_update, sha256_final, NULL};

static int memory_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	memcpy(data, (const uint8_t *)ctx + offset, size_bytes);
	return LB_OK;
}

static void images_of_all_sizes_verify(void **state)
{
	static const struct lb_version version = {3, 4, 5, 6};
	static uint8_t payload[5000];

	(void)state;
	randombytes_buf(payload, sizeof(payload));
	for (size_t payload_bytes = 1; payload_bytes <= sizeof(payload); payload_bytes += 1 + payload_bytes / 7) {
		size_t image_bytes;
		const struct lb_image_spec spec = {.payload = payload,
		                                   .payload_bytes = payload_bytes,
		                                   .header_bytes = payload_bytes % 2 == 0 ? 0 : 256,
		                                   .version = version};
		uint8_t *image = lb_image_write(&spec, &image_bytes);
		struct lb_image_source source = {memory_read, image, 0, NULL};
		struct lb_image_info info;

		assert_non_null(image);
		source.size_bytes = (uint32_t)image_bytes;
		assert_int_equal(lb_image_check(&source, &crypto, &info), LB_IMAGE_GOOD);
		assert_int_equal(info.total_bytes, image_bytes);
		assert_int_equal(info.header_bytes, payload_bytes % 2 == 0 ? LB_IMAGE_HEADER_BYTES : 256);
		assert_int_equal(info.payload_bytes, payload_bytes);
		assert_memory_equal(&info.version, &version, sizeof(version));
		assert_memory_equal(image + info.header_bytes, payload, payload_bytes);
		free(image);
	}
}

static void the_bytes_are_mcuboots(void **state)
{
	static const uint8_t expected[] = {
		0x3D, 0xB8, 0xF3, 0x96, 0, 0, 0, 0, 32, 0, 0,   0,   3,   0,    0,    0,  0, 0,    0,    0,  1, 2,
		3,    0,    4,    0,    0, 0, 0, 0, 0,  0, 'a', 'b', 'c', 0x07, 0x69, 40, 0, 0x10, 0x00, 32, 0,
	};
	static const struct lb_version version = {1, 2, 3, 4};
	size_t image_bytes;
	const struct lb_image_spec spec = {.payload = (const uint8_t *)"abc", .payload_bytes = 3, .version = version};
	uint8_t *image = lb_image_write(&spec, &image_bytes);

	(void)state;
	assert_non_null(image);
	assert_int_equal(image_bytes, sizeof(expected) + 32);
	assert_memory_equal(image, expected, sizeof(expected));
	free(image);
}

static void no_payload_is_no_image(void **state)
{
	size_t image_bytes;

	(void)state;
	struct lb_image_spec spec = {.payload = (const uint8_t *)""};
	assert_null(lb_image_write(&spec, &image_bytes));
	spec.payload_bytes = INT32_MAX;
	assert_null(lb_image_write(&spec, &image_bytes));
	spec = (struct lb_image_spec){.payload = (const uint8_t *)"a", .payload_bytes = 1, .header_bytes = 31};
	assert_null(lb_image_write(&spec, &image_bytes));
}

static void versions_are_read_strictly(void **state)
{
	static const struct {
		const char *text;
		struct lb_version version;
	} good[] = {
		{"0.1.0", {0, 1, 0, 0}},
		{"255.255.65535+4294967295", {255, 255, 65535, 4294967295}},
		{"1.02.3+0", {1, 2, 3, 0}},
	};
	static const char *const bad[] = {
		"",
		"1",
		"1.2",
		"1.2.",
		".1.2",
		"1..2",
		"1.2.3+",
		"1.2.3-4",
		"1.2.3.4",
		" 1.2.3",
		"1.2.3 ",
		"-1.2.3",
		"+1.2.3",
		"256.0.0",
		"0.256.0",
		"0.0.65536",
		"0.0.0+4294967296",
		"99999999999999999999.0.0",
		"a.b.c",
		"0x1.0.0",
	};
	struct lb_version version;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(lb_image_write_parse_version(good[i].text, &version));
		assert_int_equal(lb_image_version_compare(&version, &good[i].version), 0);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(lb_image_write_parse_version(bad[i], &version));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(images_of_all_sizes_verify),
		cmocka_unit_test(the_bytes_are_mcuboots),
		cmocka_unit_test(no_payload_is_no_image),
		cmocka_unit_test(versions_are_read_strictly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
