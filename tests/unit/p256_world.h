/* ECDSA P-256 as OpenSSL's big numbers and points have it: signatures whose nonce, hash or point is chosen, which no
 * signing function would make. All numbers are big-endian, 32 bytes. */
#ifndef TESTS_UNIT_P256_WORLD_H
#define TESTS_UNIT_P256_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/image/crypto.h"

enum { NUMBER_BYTES = 32 };

struct p256_case {
	struct lb_image_key key;
	uint8_t digest[NUMBER_BYTES];
	uint8_t r[NUMBER_BYTES], s[NUMBER_BYTES];
};

/* number = the curve's order n (or its field's prime p) + delta. */
void p256_order_plus(int delta, uint8_t number[NUMBER_BYTES]);
void p256_prime_plus(int delta, uint8_t number[NUMBER_BYTES]);
/* A small number. */
void p256_small(unsigned value, uint8_t number[NUMBER_BYTES]);

/* The signature of the digest by the private key with the nonce: s = (digest + r * secret) / nonce, modulo n. */
void p256_sign_with(const uint8_t secret[NUMBER_BYTES], const uint8_t nonce[NUMBER_BYTES],
                    const uint8_t digest[NUMBER_BYTES], struct p256_case *made);
/* Q = secret * G. */
void p256_public(const uint8_t secret[NUMBER_BYTES], struct lb_image_key *key);
/* A right signature of the digest whose point has its x in [n, p), so that r, which is x modulo n, is not x. */
void p256_wrapped_x(const uint8_t digest[NUMBER_BYTES], struct p256_case *made);
/* s = n - s: right as well, as ECDSA is. */
void p256_negate(uint8_t s[NUMBER_BYTES]);
/* What OpenSSL says of it. */
bool p256_openssl_verifies(const struct p256_case *made);
/* The DER of r and s, at most 72 bytes; returns its length. */
size_t p256_der(const uint8_t r[NUMBER_BYTES], const uint8_t s[NUMBER_BYTES], uint8_t der[LB_SIGNATURE_BYTES]);

#endif
