/* The provider for boards that have room for two: keys of either type. */
#include "crypto/providers.h"
#include "crypto/p256.h"
#include "crypto/sodium.h"

static enum lb_signature verify(const struct lb_image_key *key, const uint8_t digest[LB_SHA256_BYTES],
                                const uint8_t *signature, size_t signature_bytes)
{
	if (key->type == LB_KEY_P256)
		return lb_p256_verify(key, digest, signature, signature_bytes);
	return lb_sodium_verify(key, digest, signature, signature_bytes);
}

const struct lb_crypto lb_crypto_both = {
	.sha256_init = lb_sodium_sha256_init,
	.sha256_update = lb_sodium_sha256_update,
	.sha256_final = lb_sodium_sha256_final,
	.verify = verify,
};
