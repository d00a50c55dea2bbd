/* Contract: the cryptography that image verification needs, as a struct of functions that the board gives.
 *
 * The caller owns the state; a state is used for one hash only, init to final.
 */
#ifndef LB_IMAGE_CRYPTO_H
#define LB_IMAGE_CRYPTO_H

#include <stddef.h>
#include <stdint.h>

enum {
	LB_SHA256_BYTES = 32,
	LB_SHA256_STATE_BYTES = 160, /* room for the state of any implementation that a board may bring */
};

struct lb_sha256 {
	uint64_t state[LB_SHA256_STATE_BYTES / 8];
};

struct lb_crypto {
	void (*sha256_init)(struct lb_sha256 *sha);
	void (*sha256_update)(struct lb_sha256 *sha, const void *data, size_t size_bytes);
	void (*sha256_final)(struct lb_sha256 *sha, uint8_t digest[LB_SHA256_BYTES]);
};

#endif
