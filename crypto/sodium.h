/* libsodium, as struct lb_crypto wants it: SHA-256 and Ed25519. */
#ifndef CRYPTO_SODIUM_H
#define CRYPTO_SODIUM_H

#include "core/image/crypto.h"

void lb_sodium_sha256_init(struct lb_sha256 *sha);
void lb_sodium_sha256_update(struct lb_sha256 *sha, const void *data, size_t size_bytes);
void lb_sodium_sha256_final(struct lb_sha256 *sha, uint8_t digest[LB_SHA256_BYTES]);
enum lb_signature lb_sodium_verify(const struct lb_image_key *key, const uint8_t digest[LB_SHA256_BYTES],
                                   const uint8_t *signature, size_t signature_bytes);

#endif
