#include "tests/unit/p256_world.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <string.h>

/* OpenSSL's objects of one calculation; numbers are made in ctx and end with it. */
struct curve {
	BN_CTX *ctx;
	EC_GROUP *group;
	const BIGNUM *n;
};

static struct curve begin(void)
{
	struct curve curve = {BN_CTX_new(), EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1), NULL};

	assert_non_null(curve.ctx);
	assert_non_null(curve.group);
	curve.n = EC_GROUP_get0_order(curve.group);
	BN_CTX_start(curve.ctx);
	return curve;
}

static void end(struct curve *curve)
{
	BN_CTX_end(curve->ctx);
	BN_CTX_free(curve->ctx);
	EC_GROUP_free(curve->group);
}

static BIGNUM *number_in(struct curve *curve, const uint8_t bytes[NUMBER_BYTES])
{
	BIGNUM *number = BN_CTX_get(curve->ctx);

	assert_non_null(BN_bin2bn(bytes, NUMBER_BYTES, number));
	return number;
}

static void store(const BIGNUM *number, uint8_t bytes[NUMBER_BYTES])
{
	assert_int_equal(BN_bn2binpad(number, bytes, NUMBER_BYTES), NUMBER_BYTES);
}

static void store_plus(const BIGNUM *base, int delta, uint8_t bytes[NUMBER_BYTES])
{
	BIGNUM *number = BN_dup(base);

	assert_true(delta < 0 ? BN_sub_word(number, (BN_ULONG)-delta) : BN_add_word(number, (BN_ULONG)delta));
	store(number, bytes);
	BN_free(number);
}

void p256_order_plus(int delta, uint8_t number[NUMBER_BYTES])
{
	struct curve curve = begin();

	store_plus(curve.n, delta, number);
	end(&curve);
}

void p256_prime_plus(int delta, uint8_t number[NUMBER_BYTES])
{
	struct curve curve = begin();

	store_plus(EC_GROUP_get0_field(curve.group), delta, number);
	end(&curve);
}

void p256_small(unsigned value, uint8_t number[NUMBER_BYTES])
{
	memset(number, 0, NUMBER_BYTES);
	number[NUMBER_BYTES - 2] = (uint8_t)(value >> 8);
	number[NUMBER_BYTES - 1] = (uint8_t)value;
}

static void store_point(struct curve *curve, const EC_POINT *point, uint8_t x_bytes[NUMBER_BYTES],
                        uint8_t y_bytes[NUMBER_BYTES])
{
	BIGNUM *x = BN_CTX_get(curve->ctx), *y = BN_CTX_get(curve->ctx);

	assert_int_equal(EC_POINT_get_affine_coordinates(curve->group, point, x, y, curve->ctx), 1);
	store(x, x_bytes);
	store(y, y_bytes);
}

static void multiply(struct curve *curve, const uint8_t factor[NUMBER_BYTES], uint8_t x[NUMBER_BYTES],
                     uint8_t y[NUMBER_BYTES])
{
	EC_POINT *point = EC_POINT_new(curve->group);

	assert_int_equal(EC_POINT_mul(curve->group, point, number_in(curve, factor), NULL, NULL, curve->ctx), 1);
	store_point(curve, point, x, y);
	EC_POINT_free(point);
}

void p256_public(const uint8_t secret[NUMBER_BYTES], struct lb_image_key *key)
{
	struct curve curve = begin();

	memset(key, 0, sizeof(*key));
	key->type = LB_KEY_P256;
	multiply(&curve, secret, key->point, key->point + NUMBER_BYTES);
	end(&curve);
}

void p256_sign_with(const uint8_t secret[NUMBER_BYTES], const uint8_t nonce[NUMBER_BYTES],
                    const uint8_t digest[NUMBER_BYTES], struct p256_case *made)
{
	struct curve curve = begin();
	uint8_t x[NUMBER_BYTES], y[NUMBER_BYTES];

	p256_public(secret, &made->key);
	memcpy(made->digest, digest, NUMBER_BYTES);
	multiply(&curve, nonce, x, y);
	BIGNUM *r = number_in(&curve, x), *s = BN_CTX_get(curve.ctx), *inverse = BN_CTX_get(curve.ctx);
	assert_true(BN_nnmod(r, r, curve.n, curve.ctx));
	assert_true(BN_mod_mul(s, r, number_in(&curve, secret), curve.n, curve.ctx));
	assert_true(BN_mod_add(s, s, number_in(&curve, digest), curve.n, curve.ctx));
	assert_non_null(BN_mod_inverse(inverse, number_in(&curve, nonce), curve.n, curve.ctx));
	assert_true(BN_mod_mul(s, s, inverse, curve.n, curve.ctx));
	store(r, made->r);
	store(s, made->s);
	end(&curve);
}

/* The key that fits: with s = 1 it is (R - digest * G) / r. */
void p256_wrapped_x(const uint8_t digest[NUMBER_BYTES], struct p256_case *made)
{
	struct curve curve = begin();
	EC_POINT *point = EC_POINT_new(curve.group);
	BIGNUM *x = BN_CTX_get(curve.ctx), *r = BN_CTX_get(curve.ctx), *inverse = BN_CTX_get(curve.ctx);
	BIGNUM *factor = BN_CTX_get(curve.ctx);
	unsigned above = 1;

	assert_non_null(factor);
	do {
		assert_true(BN_copy(x, curve.n) != NULL && BN_add_word(x, ++above));
	} while (EC_POINT_set_compressed_coordinates(curve.group, point, x, 0, curve.ctx) != 1);
	assert_true(BN_set_word(r, above));
	assert_non_null(BN_mod_inverse(inverse, r, curve.n, curve.ctx));
	assert_true(BN_mod_mul(factor, number_in(&curve, digest), inverse, curve.n, curve.ctx));
	assert_true(BN_sub(factor, curve.n, factor));
	assert_int_equal(EC_POINT_mul(curve.group, point, factor, point, inverse, curve.ctx), 1);
	memset(made, 0, sizeof(*made));
	made->key.type = LB_KEY_P256;
	store_point(&curve, point, made->key.point, made->key.point + NUMBER_BYTES);
	memcpy(made->digest, digest, NUMBER_BYTES);
	store(r, made->r);
	p256_small(1, made->s);
	EC_POINT_free(point);
	end(&curve);
}

void p256_negate(uint8_t s[NUMBER_BYTES])
{
	struct curve curve = begin();
	BIGNUM *number = number_in(&curve, s);

	assert_true(BN_sub(number, curve.n, number));
	store(number, s);
	end(&curve);
}

bool p256_openssl_verifies(const struct p256_case *made)
{
	uint8_t point[1 + LB_KEY_POINT_BYTES] = {POINT_CONVERSION_UNCOMPRESSED}, der[LB_SIGNATURE_BYTES];
	char group[] = "prime256v1";
	EVP_PKEY *key = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);

	memcpy(point + 1, made->key.point, LB_KEY_POINT_BYTES);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)),
		OSSL_PARAM_construct_end(),
	};
	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	bool good = EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (!good)
		return false;
	ctx = EVP_PKEY_CTX_new(key, NULL);
	assert_int_equal(EVP_PKEY_verify_init(ctx), 1);
	size_t der_bytes = p256_der(made->r, made->s, der);
	good = EVP_PKEY_verify(ctx, der, der_bytes, made->digest, NUMBER_BYTES) == 1;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return good;
}

static size_t put_number(const uint8_t number[NUMBER_BYTES], uint8_t *der)
{
	size_t skipped = 0;

	while (skipped < NUMBER_BYTES - 1 && number[skipped] == 0)
		skipped++;
	size_t pad = number[skipped] >> 7, digits = NUMBER_BYTES - skipped;
	der[0] = 0x02;
	der[1] = (uint8_t)(pad + digits);
	der[2] = 0;
	memcpy(der + 2 + pad, number + skipped, digits);
	return 2 + pad + digits;
}

size_t p256_der(const uint8_t r[NUMBER_BYTES], const uint8_t s[NUMBER_BYTES], uint8_t der[LB_SIGNATURE_BYTES])
{
	size_t length = put_number(r, der + 2);

	length += put_number(s, der + 2 + length);
	der[0] = 0x30;
	der[1] = (uint8_t)length;
	return 2 + length;
}
