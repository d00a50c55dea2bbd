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

enum lb_key_type {
	LB_KEY_NONE = 0,
	LB_KEY_ED25519 = 1, /* point: 32 bytes; signature: 64 */
	LB_KEY_P256 = 2,    /* point: x and y, 64 bytes, big-endian; signature: DER, up to 72 */
};

enum { LB_KEY_POINT_BYTES = 64, LB_SIGNATURE_BYTES = 72 };

/* A public key that images may be signed with. */
struct lb_image_key {
	enum lb_key_type type;
	uint8_t hash[LB_SHA256_BYTES]; /* of its DER SubjectPublicKeyInfo: how an image names it */
	uint8_t point[LB_KEY_POINT_BYTES];
};

/* Wide, as verdicts are. */
enum lb_signature {
	LB_SIGNATURE_GOOD = 0x512BCFC4,
	LB_SIGNATURE_BAD = 0x66D12EBD,
	LB_SIGNATURE_UNSUPPORTED = 0x4CB7B35A, /* this provider does not know that type of key */
};

struct lb_crypto {
	void (*sha256_init)(struct lb_sha256 *sha);
	void (*sha256_update)(struct lb_sha256 *sha, const void *data, size_t size_bytes);
	void (*sha256_final)(struct lb_sha256 *sha, uint8_t digest[LB_SHA256_BYTES]);
	/* Ed25519 signs the 32 bytes of the digest as its message; P-256 is ECDSA with that digest. */
	enum lb_signature (*verify)(const struct lb_image_key *key, const uint8_t digest[LB_SHA256_BYTES],
	                            const uint8_t *signature, size_t signature_bytes);
};

#endif
