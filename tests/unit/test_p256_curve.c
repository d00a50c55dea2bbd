/* One chain of doublings for both products: as p256-m itself and OpenSSL judge, at random and where points meet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/bn.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/p256_curve.h"
#include "tests/unit/p256_world.h"

/* p256-m's own verification: it comes with crypto/p256_curve.c, which nothing of ours calls it in. */
int p256_ecdsa_verify(const uint8_t *signature, const uint8_t *key, const uint8_t *digest, size_t digest_bytes);

static bool verifies(const struct p256_case *made)
{
	uint8_t signature[2 * NUMBER_BYTES];

	memcpy(signature, made->r, NUMBER_BYTES);
	memcpy(signature + NUMBER_BYTES, made->s, NUMBER_BYTES);
	bool good = lb_p256_curve_verify(signature, made->key.point, made->digest) == 0;
	assert_int_equal(good, p256_ecdsa_verify(signature, made->key.point, made->digest, NUMBER_BYTES) == 0);
	return good;
}

static void random_below_n(uint8_t number[NUMBER_BYTES])
{
	randombytes_buf(number, NUMBER_BYTES);
	number[0] &= 0x7F;
}

/* One bit of one of its parts, of which the key is one. */
static void tamper(struct p256_case *made)
{
	uint8_t *const parts[] = {made->r, made->s, made->digest, made->key.point, made->key.point + NUMBER_BYTES};

	parts[randombytes_uniform(5)][randombytes_uniform(NUMBER_BYTES)] ^= (uint8_t)(1 << randombytes_uniform(8));
}

/* LIFEBOAT_SIGNATURES=N: as many of them; 100,000 take some ten minutes. */
static void random_signatures_are_judged_as_others_do(void **state)
{
	const char *wanted = getenv("LIFEBOAT_SIGNATURES");
	const long count = wanted != NULL ? strtol(wanted, NULL, 10) : 60;
	long good = 0;

	(void)state;
	for (long i = 0; i < count; i++) {
		uint8_t secret[NUMBER_BYTES], nonce[NUMBER_BYTES], digest[NUMBER_BYTES];
		struct p256_case made;

		random_below_n(secret);
		random_below_n(nonce);
		randombytes_buf(digest, sizeof(digest));
		p256_sign_with(secret, nonce, digest, &made);
		if (i % 2 != 0)
			tamper(&made);
		bool verified = verifies(&made);
		assert_int_equal(verified, p256_openssl_verifies(&made));
		good += verified;
	}
	assert_true(good >= count / 2);
}

/* digest = factor * r * secret (mod n), so that u1 G = factor * u2 Q. */
static void make_meeting(struct p256_case *made, const uint8_t secret[NUMBER_BYTES], bool opposite)
{
	uint8_t nonce[NUMBER_BYTES], order[NUMBER_BYTES];
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *digest = BN_new(), *r = BN_new(), *n = BN_new();

	random_below_n(nonce);
	p256_order_plus(0, order);
	memset(made->digest, 0, NUMBER_BYTES);
	p256_sign_with(secret, nonce, made->digest, made); /* for its r, which no digest changes */
	BN_bin2bn(order, NUMBER_BYTES, n);
	BN_bin2bn(made->r, NUMBER_BYTES, r);
	BN_bin2bn(secret, NUMBER_BYTES, digest);
	assert_true(BN_mod_mul(digest, digest, r, n, ctx));
	if (opposite)
		assert_true(BN_sub(digest, n, digest));
	uint8_t bytes[NUMBER_BYTES];
	assert_int_equal(BN_bn2binpad(digest, bytes, NUMBER_BYTES), NUMBER_BYTES);
	if (opposite)
		memcpy(made->digest, bytes, NUMBER_BYTES);
	else
		p256_sign_with(secret, nonce, bytes, made);
	BN_free(digest);
	BN_free(r);
	BN_free(n);
	BN_CTX_free(ctx);
}

/* The last addition doubles, or its sum is infinity: the first is a right signature, the other one never is. */
static void products_that_are_equal_or_opposite(void **state)
{
	(void)state;
	for (int i = 0; i < 12; i++) {
		uint8_t secret[NUMBER_BYTES];
		struct p256_case made;

		random_below_n(secret);
		if (i < 4)
			p256_small((unsigned)i + 1, secret); /* Q = G, 2G, ...: also within the chain */
		make_meeting(&made, secret, false);
		assert_true(verifies(&made));
		assert_true(p256_openssl_verifies(&made));
		make_meeting(&made, secret, true);
		assert_false(verifies(&made));
		assert_false(p256_openssl_verifies(&made));
	}
}

/* u1 and u2 are chosen (s = r / u2, digest = u1 * s), so that each form of digits is met: long runs of ones, borders of
 * words, the least and the highest numbers. A signature of these is right if r is the sum's x, which OpenSSL knows. */
static void scalars_of_every_form(void **state)
{
	uint8_t forms[40][NUMBER_BYTES];
	size_t count = 0;

	(void)state;
	for (unsigned small = 1; small <= 5; small++)
		p256_small(small, forms[count++]);
	for (int below = -1; below >= -5; below--)
		p256_order_plus(below, forms[count++]);
	for (unsigned byte = 0; byte < NUMBER_BYTES; byte += 2) {
		memset(forms[count], 0, NUMBER_BYTES);
		memset(forms[count++] + byte, byte % 4 == 0 ? 0x7F : 0x55, NUMBER_BYTES - byte);
	}
	for (size_t secret = 0; secret < count; secret++)
		for (size_t nonce = secret % 3; nonce < count; nonce += 3) {
			uint8_t digest[NUMBER_BYTES];
			struct p256_case made;

			memcpy(digest, forms[(secret + nonce) % count], NUMBER_BYTES);
			p256_sign_with(forms[secret], forms[nonce], digest, &made);
			assert_int_equal(verifies(&made), p256_openssl_verifies(&made));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_signatures_are_judged_as_others_do),
		cmocka_unit_test(products_that_are_equal_or_opposite),
		cmocka_unit_test(scalars_of_every_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
