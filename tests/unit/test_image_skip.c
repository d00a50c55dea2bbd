/* Verification with any one of its comparisons skipped: a changed payload never gets the verdict good. The code under
 * test is compiled into this file, with a memcmp that says "equal" when it is told to, and with a provider whose answer
 * is chosen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

static int skipped_at, compared;

static int skipping_memcmp(const void *a, const void *b, size_t size_bytes)
{
	return compared++ == skipped_at ? 0 : memcmp(a, b, size_bytes);
}

#define memcmp skipping_memcmp
#include "core/image/image.c" /* NOLINT: see above */
#undef memcmp

#include "crypto/providers.h"
#include "crypto/signature.h"

enum { PAYLOAD_BYTES = 300, IMAGE_BYTES = 32 + PAYLOAD_BYTES + 4 + 36 + 36 + 68, NEVER = -1 };

static struct {
	uint8_t bytes[IMAGE_BYTES];
	struct lb_image_key key;
	uint8_t secret[crypto_sign_SECRETKEYBYTES];
	uint8_t board_id[LB_BOARD_ID_BYTES];
} world;

static uint32_t answer;

static enum lb_signature chosen(const struct lb_image_key *key, const uint8_t digest[LB_SHA256_BYTES],
                                const uint8_t *signature, size_t signature_bytes)
{
	(void)key, (void)digest, (void)signature, (void)signature_bytes;
	return (enum lb_signature)answer;
}

static int read_image(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	memcpy(data, (uint8_t *)ctx + offset, size_bytes);
	return LB_OK;
}

static void put_entry(uint8_t **at, uint16_t type, const void *data, uint16_t length)
{
	lb_store16le(*at, type);
	lb_store16le(*at + 2, length);
	memcpy(*at + 4, data, length);
	*at += 4 + length;
}

/* A good one, signed. */
static void make_image(void)
{
	uint8_t *at = world.bytes + 32 + PAYLOAD_BYTES;
	uint8_t digest[LB_SHA256_BYTES], signature[crypto_sign_BYTES];

	memset(&world, 0, sizeof(world));
	world.key.type = LB_KEY_ED25519;
	crypto_sign_keypair(world.key.point, world.secret);
	memset(world.key.hash, 0x5A, sizeof(world.key.hash));
	lb_store32le(world.bytes + LB_IMAGE_AT_MAGIC, LB_IMAGE_MAGIC);
	lb_store16le(world.bytes + LB_IMAGE_AT_HEADER_BYTES, 32);
	lb_store32le(world.bytes + LB_IMAGE_AT_PAYLOAD_BYTES, PAYLOAD_BYTES);
	crypto_hash_sha256(digest, world.bytes, 32 + PAYLOAD_BYTES);
	crypto_sign_detached(signature, NULL, digest, sizeof(digest), world.secret);
	lb_store16le(at, LB_IMAGE_TLV_MAGIC);
	lb_store16le(at + 2, 4 + 36 + 36 + 68);
	at += 4;
	put_entry(&at, LB_IMAGE_TLV_SHA256, digest, sizeof(digest));
	put_entry(&at, LB_IMAGE_TLV_KEY_HASH, world.key.hash, sizeof(world.key.hash));
	put_entry(&at, LB_IMAGE_TLV_ED25519, signature, sizeof(signature));
}

static bool is_mapped;

static enum lb_image_verdict verify(const struct lb_crypto *crypto, int skipped, struct lb_image_info *info)
{
	const struct lb_image_source source = {read_image, world.bytes, IMAGE_BYTES, is_mapped ? world.bytes : NULL};
	const struct lb_image_trust trust = {crypto, &world.key, 1, world.board_id};

	skipped_at = skipped;
	compared = 0;
	return lb_image_verify(&source, &trust, info);
}

/* The id of a good image is in info each time, as in a loop over the slots. */
static void no_skipped_comparison_starts_a_changed_payload(void **state)
{
	struct lb_image_info info;

	(void)state;
	make_image();
	is_mapped = !is_mapped;
	assert_int_equal(verify(&lb_crypto_fast, NEVER, &info), LB_IMAGE_GOOD);
	assert_in_range(compared, 2, 10);
	for (int at = 32; at < 32 + PAYLOAD_BYTES; at++) {
		world.bytes[at] ^= 0x10;
		for (int skipped = NEVER; skipped < 10; skipped++)
			assert_int_not_equal(verify(&lb_crypto_fast, skipped, &info), LB_IMAGE_GOOD);
		assert_int_equal(verify(&lb_crypto_fast, 0, &info), LB_IMAGE_WRONG_SIGNATURE);
		world.bytes[at] ^= 0x10;
	}
	assert_int_equal(verify(&lb_crypto_fast, NEVER, &info), LB_IMAGE_GOOD);
}

/* Also with the hash that fits: then the signature alone stands in the way, and an attacker has any key but ours. */
static void a_new_hash_has_no_signature(void **state)
{
	struct lb_image_info info;

	(void)state;
	make_image();
	world.bytes[40] ^= 1;
	crypto_hash_sha256(world.bytes + 32 + PAYLOAD_BYTES + 8, world.bytes, 32 + PAYLOAD_BYTES);
	for (int skipped = NEVER; skipped < 10; skipped++)
		assert_int_equal(verify(&lb_crypto_fast, skipped, &info), LB_IMAGE_WRONG_SIGNATURE);
}

static void a_provider_has_one_good_answer(void **state)
{
	struct lb_crypto crypto = lb_crypto_fast;
	struct lb_image_info info;

	(void)state;
	make_image();
	crypto.verify = chosen;
	answer = LB_SIGNATURE_GOOD;
	assert_int_equal(verify(&crypto, NEVER, &info), LB_IMAGE_GOOD);
	for (unsigned bit = 0; bit < 32; bit++) {
		answer = LB_SIGNATURE_GOOD ^ 1u << bit;
		assert_int_equal(verify(&crypto, NEVER, &info), LB_IMAGE_WRONG_SIGNATURE);
		answer = 1u << bit;
		assert_int_equal(verify(&crypto, NEVER, &info), LB_IMAGE_WRONG_SIGNATURE);
	}
	answer = 0;
	assert_int_equal(verify(&crypto, NEVER, &info), LB_IMAGE_WRONG_SIGNATURE);
	answer = LB_IMAGE_GOOD;
	assert_int_equal(verify(&crypto, NEVER, &info), LB_IMAGE_WRONG_SIGNATURE);
	answer = LB_SIGNATURE_UNSUPPORTED;
	assert_int_equal(verify(&crypto, NEVER, &info), LB_IMAGE_OTHER_SIGNATURE);
}

static void a_library_has_one_good_answer(void **state)
{
	(void)state;
	assert_int_equal(lb_signature_of(0), LB_SIGNATURE_GOOD);
	for (unsigned bit = 0; bit < 32; bit++)
		assert_int_equal(lb_signature_of((int)(1u << bit)), LB_SIGNATURE_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_skipped_comparison_starts_a_changed_payload), /* both ways to hash */
		cmocka_unit_test(no_skipped_comparison_starts_a_changed_payload),
		cmocka_unit_test(a_new_hash_has_no_signature),
		cmocka_unit_test(a_provider_has_one_good_answer),
		cmocka_unit_test(a_library_has_one_good_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
