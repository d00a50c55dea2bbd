/* p256-m keeps its arithmetic to itself, so its source is included, as a system header whose warnings are not ours. The
 * numbers of a point are in its Montgomery form. */
#include <p256-m.c>

#include "crypto/p256_curve.h"

enum { WORDS = 8, NOT_A_SIGNATURE = -1 };

struct affine {
	uint32_t x[WORDS], y[WORDS];
};

/* In Jacobian coordinates; z = 0: infinity. */
struct point {
	uint32_t x[WORDS], y[WORDS], z[WORDS];
};

/* A scalar in non-adjacent form: digit i is bit i + 1 of 3k less that of k (Reitwiesner), so that two thirds of the
 * digits are 0 and the others 1 or -1. */
struct scalar {
	uint32_t once[WORDS + 1], thrice[WORDS + 1];
};

enum { DIGITS = 257 };

static void recode(struct scalar *scalar, const uint32_t k[WORDS])
{
	uint64_t sum = 0;

	for (unsigned i = 0; i < WORDS; i++) {
		sum += (uint64_t)k[i] + k[i] + k[i];
		scalar->once[i] = k[i];
		scalar->thrice[i] = (uint32_t)sum;
		sum >>= 32;
	}
	scalar->once[WORDS] = 0;
	scalar->thrice[WORDS] = (uint32_t)sum;
}

static uint32_t bit(const uint32_t number[WORDS + 1], unsigned place)
{
	return number[place / 32] >> place % 32 & 1;
}

static void set(struct point *point, const struct affine *to)
{
	u256_cmov(point->x, to->x, 1);
	u256_cmov(point->y, to->y, 1);
	m256_set32(point->z, 1, &p256_p);
}

/* point_add's formula ends with z = 0 if both have the same x: then they are opposite, and infinity is right, or equal,
 * which its x = (y2 - y1)^2 = 0 shows. */
static void add(struct point *point, const struct affine *other)
{
	if (u256_diff0(point->z) == 0) {
		set(point, other);
		return;
	}
	point_add(point->x, point->y, point->z, other->x, other->y);
	if (u256_diff0(point->z) == 0 && u256_diff0(point->x) == 0) {
		set(point, other);
		point_double(point->x, point->y, point->z);
	}
}

static void add_digit(struct point *sum, const struct scalar *scalar, unsigned digit, const struct affine *base)
{
	const uint32_t plus = bit(scalar->thrice, digit + 1);
	struct affine opposite;

	if (plus == bit(scalar->once, digit + 1))
		return;
	if (plus != 0) {
		add(sum, base);
		return;
	}
	opposite = *base;
	m256_sub_p(opposite.y, p256_p.m, base->y);
	add(sum, &opposite);
}

/* sum = u1 G + u2 Q: Shamir's trick, with digits in the place of bits. */
static void multiply(struct point *sum, const uint32_t u1[WORDS], const uint32_t u2[WORDS], const struct affine *key)
{
	struct affine generator;
	struct scalar first, second;

	u256_cmov(generator.x, p256_gx, 1);
	u256_cmov(generator.y, p256_gy, 1);
	recode(&first, u1);
	recode(&second, u2);
	u256_set32(sum->z, 0);
	for (unsigned digit = DIGITS; digit-- > 0;) {
		if (u256_diff0(sum->z) != 0)
			point_double(sum->x, sum->y, sum->z);
		add_digit(sum, &first, digit, &generator);
		add_digit(sum, &second, digit, key);
	}
}

/* Does the point's x / z^2 equal candidate? Asked without the division. candidate < p. */
static uint32_t differs(const struct point *point, const uint32_t candidate[WORDS])
{
	uint32_t expected[WORDS], square[WORDS];

	u256_cmov(expected, candidate, 1);
	m256_prep(expected, &p256_p);
	m256_mul_p(square, point->z, point->z);
	m256_mul_p(expected, expected, square);
	return u256_diff(expected, point->x);
}

/* r is the point's x modulo n, and n < p < 2n: x is r, or r + n where that is below p. */
static int compare(const struct point *point, const uint32_t r[WORDS])
{
	uint32_t wrapped[WORDS], rest[WORDS];

	if (u256_diff0(point->z) == 0)
		return NOT_A_SIGNATURE;
	if (differs(point, r) == 0)
		return 0;
	if (u256_add(wrapped, r, p256_n.m) != 0 || u256_sub(rest, wrapped, p256_p.m) == 0)
		return NOT_A_SIGNATURE;
	return differs(point, wrapped) == 0 ? 0 : NOT_A_SIGNATURE;
}

int lb_p256_curve_verify(const uint8_t signature[2 * LB_P256_NUMBER_BYTES], const uint8_t key[2 * LB_P256_NUMBER_BYTES],
                         const uint8_t digest[LB_P256_NUMBER_BYTES])
{
	uint32_t r[WORDS], s[WORDS], u1[WORDS], u2[WORDS];
	struct affine q;
	struct point sum;

	if (scalar_from_bytes(r, signature) != 0 || scalar_from_bytes(s, signature + LB_P256_NUMBER_BYTES) != 0 ||
	    point_from_bytes(q.x, q.y, key) != 0)
		return NOT_A_SIGNATURE;
	ecdsa_m256_from_hash(u1, digest, LB_P256_NUMBER_BYTES);
	m256_prep(s, &p256_n);
	m256_inv(s, s, &p256_n);
	m256_mul(u1, u1, s, &p256_n);
	m256_done(u1, &p256_n);
	u256_cmov(u2, r, 1);
	m256_mul(u2, u2, s, &p256_n); /* r in plain form times s in Montgomery's: the product is plain */
	multiply(&sum, u1, u2, &q);
	return compare(&sum, r);
}
