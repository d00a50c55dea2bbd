/* The small provider: Mbed TLS's SHA-256 in its small form, and p256-m. */
#include "crypto/providers.h"

#include <mbedtls/sha256.h>

#include "crypto/p256.h"

_Static_assert(sizeof(mbedtls_sha256_context) <= LB_SHA256_STATE_BYTES, "the state does not fit");

static mbedtls_sha256_context *state_of(struct lb_sha256 *sha)
{
	return (mbedtls_sha256_context *)(void *)sha->state;
}

/* These functions can only fail where a board replaces them by a hash engine, which this configuration does not. */
static void sha256_init(struct lb_sha256 *sha)
{
	mbedtls_sha256_init(state_of(sha));
	(void)mbedtls_sha256_starts(state_of(sha), 0);
}

static void sha256_update(struct lb_sha256 *sha, const void *data, size_t size_bytes)
{
	(void)mbedtls_sha256_update(state_of(sha), data, size_bytes);
}

static void sha256_final(struct lb_sha256 *sha, uint8_t digest[LB_SHA256_BYTES])
{
	(void)mbedtls_sha256_finish(state_of(sha), digest);
}

const struct lb_crypto lb_crypto_small = {
	.sha256_init = sha256_init,
	.sha256_update = sha256_update,
	.sha256_final = sha256_final,
	.verify = lb_p256_verify,
};
