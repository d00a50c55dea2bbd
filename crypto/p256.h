/* ECDSA P-256 as struct lb_crypto wants it, and the DER that its signatures come in. */
#ifndef CRYPTO_P256_H
#define CRYPTO_P256_H

#include <stdbool.h>

#include "core/image/crypto.h"
#include "crypto/p256_curve.h"

enum lb_signature lb_p256_verify(const struct lb_image_key *key, const uint8_t digest[LB_SHA256_BYTES],
                                 const uint8_t *signature, size_t signature_bytes);

/* Parses r and s, as big-endian numbers of 32 bytes each, out of a signature in DER (RFC 3279: a SEQUENCE of two
 * INTEGERs). False for all that is not the one encoding that DER allows, down to a byte behind it; whether r and s are
 * within the curve's order is for the verification to say. */
bool lb_p256_parse(const uint8_t *der, size_t der_bytes, uint8_t numbers[2 * LB_P256_NUMBER_BYTES]);

#endif
