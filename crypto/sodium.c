#include "crypto/sodium.h"

#include <sodium/crypto_hash_sha256.h>
#include <sodium/crypto_sign_ed25519.h>

#include "crypto/blocks.h"
#include "crypto/signature.h"

_Static_assert(sizeof(crypto_hash_sha256_state) <= LB_SHA256_STATE_BYTES, "the state does not fit");
_Static_assert(crypto_hash_sha256_BYTES == LB_SHA256_BYTES, "another hash");

static crypto_hash_sha256_state *state_of(struct lb_sha256 *sha)
{
	return (crypto_hash_sha256_state *)(void *)sha->state;
}

void lb_sodium_sha256_init(struct lb_sha256 *sha)
{
	crypto_hash_sha256_init(state_of(sha));
}

/* Whole blocks by the CPU's own instructions, where it has such; libsodium does the rest, and counts in bits. */
void lb_sodium_sha256_update(struct lb_sha256 *sha, const void *data, size_t size_bytes)
{
	crypto_hash_sha256_state *state = state_of(sha);
	const uint8_t *bytes = data;
	size_t done_bytes = 0;

	if (state->count / 8 % LB_SHA256_BLOCK_BYTES == 0 && size_bytes >= LB_SHA256_BLOCK_BYTES)
		done_bytes = LB_SHA256_BLOCK_BYTES * lb_blocks_hash(state->state, bytes, size_bytes / LB_SHA256_BLOCK_BYTES);
	state->count += (uint64_t)done_bytes * 8;
	if (done_bytes < size_bytes)
		crypto_hash_sha256_update(state, bytes + done_bytes, size_bytes - done_bytes);
}

void lb_sodium_sha256_final(struct lb_sha256 *sha, uint8_t digest[LB_SHA256_BYTES])
{
	crypto_hash_sha256_final(state_of(sha), digest);
}

enum lb_signature lb_sodium_verify(const struct lb_image_key *key, const uint8_t digest[LB_SHA256_BYTES],
                                   const uint8_t *signature, size_t signature_bytes)
{
	if (key->type != LB_KEY_ED25519)
		return LB_SIGNATURE_UNSUPPORTED;
	if (signature_bytes != crypto_sign_ed25519_BYTES)
		return LB_SIGNATURE_BAD;
	return lb_signature_of(crypto_sign_ed25519_verify_detached(signature, digest, LB_SHA256_BYTES, key->point));
}
