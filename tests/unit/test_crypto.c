/* The providers of cryptography: the same hash from each, every signature that is right and every one that is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/providers.h"
#include "crypto/p256.h"
#include "tests/unit/hash_world.h"
#include "tests/unit/p256_world.h"

enum { DIGEST_BYTES = LB_SHA256_BYTES };

static const struct lb_crypto *const providers[] = {&lb_crypto_fast, &lb_crypto_small, &lb_crypto_both};

enum { PROVIDERS = sizeof(providers) / sizeof(providers[0]) };

static void hashes_are_sha256(void **state)
{
	(void)state;
	for (size_t p = 0; p < PROVIDERS; p++)
		hash_world_check(providers[p]);
}

/* ---- P-256 ---- */

static enum lb_signature verify(const struct lb_crypto *crypto, const struct p256_case *made)
{
	uint8_t der[LB_SIGNATURE_BYTES];
	size_t der_bytes = p256_der(made->r, made->s, der);

	return crypto->verify(&made->key, made->digest, der, der_bytes);
}

/* Both providers that know P-256 say the same, and so does OpenSSL. */
static void expect(const struct p256_case *made, enum lb_signature wanted)
{
	assert_int_equal(verify(&lb_crypto_small, made), wanted);
	assert_int_equal(verify(&lb_crypto_both, made), wanted);
	assert_int_equal(p256_openssl_verifies(made), wanted == LB_SIGNATURE_GOOD);
}

static void make_any(struct p256_case *made)
{
	uint8_t secret[NUMBER_BYTES], nonce[NUMBER_BYTES], digest[NUMBER_BYTES];

	randombytes_buf(secret, sizeof(secret));
	randombytes_buf(nonce, sizeof(nonce));
	randombytes_buf(digest, sizeof(digest));
	secret[0] &= 0x7F; /* below n */
	nonce[0] &= 0x7F;
	p256_sign_with(secret, nonce, digest, made);
}

static void p256_takes_what_is_right_and_nothing_else(void **state)
{
	struct p256_case made, other;

	(void)state;
	for (int i = 0; i < 8; i++) {
		make_any(&made);
		make_any(&other);
		expect(&made, LB_SIGNATURE_GOOD);
		for (int bit = i; bit < 8 * NUMBER_BYTES; bit += 61) {
			made.digest[bit / 8] ^= (uint8_t)(1 << bit % 8);
			expect(&made, LB_SIGNATURE_BAD);
			made.digest[bit / 8] ^= (uint8_t)(1 << bit % 8);
			made.r[bit / 8] ^= (uint8_t)(1 << bit % 8);
			expect(&made, LB_SIGNATURE_BAD);
			made.r[bit / 8] ^= (uint8_t)(1 << bit % 8);
			made.s[bit / 8] ^= (uint8_t)(1 << bit % 8);
			expect(&made, LB_SIGNATURE_BAD);
			made.s[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		other.key = made.key;
		expect(&other, LB_SIGNATURE_BAD);
		p256_negate(made.s);
		expect(&made, LB_SIGNATURE_GOOD);
	}
}

/* Secrets, nonces and digests where the sums and doublings of a verification meet their special cases. */
static void p256_edges(void **state)
{
	uint8_t numbers[6][NUMBER_BYTES], zero[NUMBER_BYTES] = {0}, ones[NUMBER_BYTES];
	struct p256_case made;

	(void)state;
	memset(ones, 0xFF, sizeof(ones));
	p256_small(1, numbers[0]);
	p256_small(2, numbers[1]);
	p256_small(3, numbers[2]);
	p256_order_plus(-1, numbers[3]);
	p256_order_plus(-2, numbers[4]);
	randombytes_buf(numbers[5], NUMBER_BYTES);
	numbers[5][0] &= 0x7F;
	for (int secret = 0; secret < 6; secret++) {
		for (int nonce = 0; nonce < 6; nonce++) {
			uint8_t order[NUMBER_BYTES];

			p256_sign_with(numbers[secret], numbers[nonce], zero, &made);
			expect(&made, LB_SIGNATURE_GOOD);
			p256_order_plus(0, order); /* as good as zero */
			p256_sign_with(numbers[secret], numbers[nonce], order, &made);
			expect(&made, LB_SIGNATURE_GOOD);
			p256_sign_with(numbers[secret], numbers[nonce], ones, &made);
			expect(&made, LB_SIGNATURE_GOOD);
			/* The digest equal to r: the two multiples are of the same number. */
			uint8_t r[NUMBER_BYTES];
			memcpy(r, made.r, sizeof(r));
			p256_sign_with(numbers[secret], numbers[nonce], r, &made);
			expect(&made, secret == 3 ? LB_SIGNATURE_BAD : LB_SIGNATURE_GOOD); /* -1: s is 0 */
		}
	}
	for (int i = 0; i < 4; i++) {
		uint8_t digest[NUMBER_BYTES];

		randombytes_buf(digest, sizeof(digest));
		p256_wrapped_x(digest, &made);
		expect(&made, LB_SIGNATURE_GOOD);
	}
}

static void p256_numbers_out_of_range_are_refused(void **state)
{
	uint8_t bad[5][NUMBER_BYTES] = {{0}};
	struct p256_case made, right;

	(void)state;
	p256_order_plus(0, bad[1]);
	p256_order_plus(1, bad[2]);
	p256_prime_plus(0, bad[3]);
	memset(bad[4], 0xFF, NUMBER_BYTES);
	make_any(&right);
	for (int i = 0; i < 5; i++) {
		made = right;
		memcpy(made.r, bad[i], NUMBER_BYTES);
		expect(&made, LB_SIGNATURE_BAD);
		memcpy(made.s, bad[i], NUMBER_BYTES);
		expect(&made, LB_SIGNATURE_BAD);
		memcpy(made.r, right.r, NUMBER_BYTES);
		expect(&made, LB_SIGNATURE_BAD);
	}
	/* s = 1 and r = 1 are in range and still wrong; r + n is r modulo n, and refused all the same. */
	p256_small(1, made.s);
	expect(&made, LB_SIGNATURE_BAD);
	p256_small(1, made.r);
	expect(&made, LB_SIGNATURE_BAD);
	p256_wrapped_x(right.digest, &made);
	unsigned above = (unsigned)made.r[NUMBER_BYTES - 2] << 8 | made.r[NUMBER_BYTES - 1];
	p256_order_plus((int)above, made.r);
	expect(&made, LB_SIGNATURE_BAD);
}

static void p256_keys_that_are_no_points_are_refused(void **state)
{
	struct p256_case made, right;

	(void)state;
	make_any(&right);
	made = right;
	memset(made.key.point, 0, sizeof(made.key.point));
	expect(&made, LB_SIGNATURE_BAD);
	memset(made.key.point, 0xFF, sizeof(made.key.point));
	expect(&made, LB_SIGNATURE_BAD);
	made = right;
	made.key.point[LB_KEY_POINT_BYTES - 1] ^= 1;
	expect(&made, LB_SIGNATURE_BAD);
	/* x of another point, x not below p. */
	made = right;
	p256_prime_plus(0, made.key.point);
	expect(&made, LB_SIGNATURE_BAD);
	made = right;
	memcpy(made.key.point, right.key.point + NUMBER_BYTES, NUMBER_BYTES);
	expect(&made, LB_SIGNATURE_BAD);
}

/* ---- DER ---- */

static bool parses(const uint8_t *der, size_t der_bytes, uint8_t numbers[2 * NUMBER_BYTES])
{
	/* Exactly as long as it is, so that a read behind it is seen by the sanitizer. */
	uint8_t *copy = malloc(der_bytes + (der_bytes == 0));

	assert_non_null(copy);
	memcpy(copy, der, der_bytes);
	bool parsed = lb_p256_parse(copy, der_bytes, numbers);
	free(copy);
	return parsed;
}

static void der_of_every_length_is_read(void **state)
{
	(void)state;
	for (int r_bytes = 1; r_bytes <= NUMBER_BYTES; r_bytes++) {
		for (int s_bytes = 1; s_bytes <= NUMBER_BYTES; s_bytes++) {
			for (int top = 0x7F; top <= 0x80; top++) {
				uint8_t r[NUMBER_BYTES] = {0}, s[NUMBER_BYTES] = {0}, numbers[2 * NUMBER_BYTES];
				uint8_t der[LB_SIGNATURE_BYTES];

				randombytes_buf(r + NUMBER_BYTES - r_bytes, (size_t)r_bytes);
				randombytes_buf(s + NUMBER_BYTES - s_bytes, (size_t)s_bytes);
				r[NUMBER_BYTES - r_bytes] = (uint8_t)top;
				s[NUMBER_BYTES - s_bytes] = (uint8_t)(0xFF - top);
				size_t der_bytes = p256_der(r, s, der);
				assert_true(parses(der, der_bytes, numbers));
				assert_memory_equal(numbers, r, NUMBER_BYTES);
				assert_memory_equal(numbers + NUMBER_BYTES, s, NUMBER_BYTES);
				for (size_t cut = 0; cut < der_bytes; cut++)
					assert_false(parses(der, cut, numbers));
			}
		}
	}
}

static void der_has_one_form_only(void **state)
{
	static const struct {
		const char *what;
		const char *hex;
	} bad[] = {
		{"nothing", ""},
		{"a kind and no length", "30"},
		{"an empty sequence", "3000"},
		{"one number", "3003020101"},
		{"three numbers", "3009020101020101020101"},
		{"a set", "3106020101020101"},
		{"a primitive sequence", "1006020101020101"},
		{"r is a bit string", "3006030101020101"},
		{"s is an enumeration", "30060201010a0101"},
		{"r is empty", "30050200020101"},
		{"s is empty", "30050201010200"},
		{"r is negative", "3006020181020101"},
		{"s is negative", "30060201010201ff"},
		{"r has a zero too many", "300702020001020101"},
		{"s has a zero too many", "300702010102020001"},
		{"zero as two zeros", "300702020000020101"},
		{"a byte behind the sequence", "300602010102010100"},
		{"a byte behind s, in the sequence", "300702010102010100"},
		{"the sequence says too little", "3005020101020101"},
		{"the sequence says too much", "3007020101020101"},
		{"r reaches behind the sequence", "3006027f01020101"},
		{"r takes all of s", "3006020401020101"},
		{"s says too little", "300702010102020180ff"},
		{"a long form of a short length", "308106020101020101"},
		{"a long form in r", "300702810101020101"},
		{"a long form in s", "300702010102810101"},
		{"two bytes of length", "30820006020101020101"},
		{"an indefinite length", "30800201010201010000"},
		{"a length of lengths that is all there is", "30ff"},
		{"r is 33 bytes", "302602210102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021020101"},
		{"r is 33 bytes behind a zero",
	     "30270222008102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f2021020101"},
	};
	uint8_t der[64], numbers[2 * NUMBER_BYTES];
	size_t der_bytes;

	(void)state;
	assert_true(parses((const uint8_t *)"\x30\x06\x02\x01\x01\x02\x01\x00", 8, numbers)); /* 0 is for verify */
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const char *hex = bad[i].hex;

		assert_int_equal(sodium_hex2bin(der, sizeof(der), hex, strlen(hex), NULL, &der_bytes, NULL), 0);
		if (parses(der, der_bytes, numbers))
			fail_msg("taken: %s", bad[i].what);
	}
}

/* One byte of a right signature changed at a time: whatever still parses has other numbers, so it does not verify. */
static void every_changed_byte_of_a_signature_counts(void **state)
{
	uint8_t der[LB_SIGNATURE_BYTES], numbers[2 * NUMBER_BYTES], changed[2 * NUMBER_BYTES];
	struct p256_case made;

	(void)state;
	make_any(&made);
	size_t der_bytes = p256_der(made.r, made.s, der);
	assert_true(parses(der, der_bytes, numbers));
	for (size_t i = 0; i < der_bytes; i++) {
		const uint8_t was = der[i];

		for (unsigned value = 0; value <= 0xFF; value++) {
			der[i] = (uint8_t)value;
			if (value != was && parses(der, der_bytes, changed))
				assert_memory_not_equal(changed, numbers, sizeof(numbers));
		}
		der[i] = was;
	}
	assert_int_equal(lb_crypto_small.verify(&made.key, made.digest, der, der_bytes), LB_SIGNATURE_GOOD);
	assert_int_equal(lb_crypto_small.verify(&made.key, made.digest, der, der_bytes - 1), LB_SIGNATURE_BAD);
	assert_int_equal(lb_crypto_small.verify(&made.key, made.digest, der, 0), LB_SIGNATURE_BAD);
}

/* ---- Ed25519 ---- */

static void ed25519_takes_what_is_right_and_nothing_else(void **state)
{
	/* The group's order, little-endian: s + L is as good as s for a careless verifier. */
	static const uint8_t order[32] = {
		0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE, 0x14, [31] = 0x10,
	};
	uint8_t secret[crypto_sign_SECRETKEYBYTES], signature[crypto_sign_BYTES + 1], digest[DIGEST_BYTES];
	struct lb_image_key key = {.type = LB_KEY_ED25519};
	unsigned carry = 0;

	(void)state;
	crypto_sign_keypair(key.point, secret);
	randombytes_buf(digest, sizeof(digest));
	crypto_sign_detached(signature, NULL, digest, sizeof(digest), secret);
	for (size_t p = 0; p < PROVIDERS; p += 2) { /* fast, both */
		const struct lb_crypto *crypto = providers[p];

		assert_int_equal(crypto->verify(&key, digest, signature, crypto_sign_BYTES), LB_SIGNATURE_GOOD);
		assert_int_equal(crypto->verify(&key, digest, signature, crypto_sign_BYTES - 1), LB_SIGNATURE_BAD);
		assert_int_equal(crypto->verify(&key, digest, signature, crypto_sign_BYTES + 1), LB_SIGNATURE_BAD);
		for (size_t bit = 0; bit < 8 * crypto_sign_BYTES; bit++) {
			signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
			assert_int_equal(crypto->verify(&key, digest, signature, crypto_sign_BYTES), LB_SIGNATURE_BAD);
			signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	for (size_t i = 0; i < 32; i++) {
		carry += (unsigned)signature[32 + i] + order[i];
		signature[32 + i] = (uint8_t)carry;
		carry >>= 8;
	}
	assert_int_equal(lb_crypto_both.verify(&key, digest, signature, crypto_sign_BYTES), LB_SIGNATURE_BAD);
	/* A key of small order, under which a signature of zeros holds for many messages. */
	memset(signature, 0, sizeof(signature));
	signature[0] = 1;
	memset(key.point, 0, sizeof(key.point));
	key.point[0] = 1;
	assert_int_equal(lb_crypto_both.verify(&key, digest, signature, crypto_sign_BYTES), LB_SIGNATURE_BAD);
}

static void a_provider_says_what_it_does_not_know(void **state)
{
	static const uint8_t digest[DIGEST_BYTES], signature[LB_SIGNATURE_BYTES];
	struct lb_image_key key = {.type = LB_KEY_NONE};

	(void)state;
	for (size_t p = 0; p < PROVIDERS; p++)
		assert_int_equal(providers[p]->verify(&key, digest, signature, 64), LB_SIGNATURE_UNSUPPORTED);
	key.type = LB_KEY_P256;
	assert_int_equal(lb_crypto_fast.verify(&key, digest, signature, 70), LB_SIGNATURE_UNSUPPORTED);
	key.type = LB_KEY_ED25519;
	assert_int_equal(lb_crypto_small.verify(&key, digest, signature, 64), LB_SIGNATURE_UNSUPPORTED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_sha256),
		cmocka_unit_test(p256_takes_what_is_right_and_nothing_else),
		cmocka_unit_test(p256_edges),
		cmocka_unit_test(p256_numbers_out_of_range_are_refused),
		cmocka_unit_test(p256_keys_that_are_no_points_are_refused),
		cmocka_unit_test(der_of_every_length_is_read),
		cmocka_unit_test(der_has_one_form_only),
		cmocka_unit_test(every_changed_byte_of_a_signature_counts),
		cmocka_unit_test(ed25519_takes_what_is_right_and_nothing_else),
		cmocka_unit_test(a_provider_says_what_it_does_not_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
