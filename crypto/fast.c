/* The fast provider: libsodium. */
#include "crypto/providers.h"
#include "crypto/sodium.h"

const struct lb_crypto lb_crypto_fast = {
	.sha256_init = lb_sodium_sha256_init,
	.sha256_update = lb_sodium_sha256_update,
	.sha256_final = lb_sodium_sha256_final,
	.verify = lb_sodium_verify,
};
