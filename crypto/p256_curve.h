/* The verification of an ECDSA P-256 signature (FIPS 186-5, 6.4.2) with the field arithmetic of p256-m, in half of the
 * instructions of its own: both products in one chain of doublings.
 */
#ifndef CRYPTO_P256_CURVE_H
#define CRYPTO_P256_CURVE_H

#include <stdint.h>

enum { LB_P256_NUMBER_BYTES = 32 };

/* All numbers are big-endian: r and s, the key's x and y. 0: the signature is good. Not in constant time: nothing here
 * is secret. */
int lb_p256_curve_verify(const uint8_t signature[2 * LB_P256_NUMBER_BYTES], const uint8_t key[2 * LB_P256_NUMBER_BYTES],
                         const uint8_t digest[LB_P256_NUMBER_BYTES]);

#endif
