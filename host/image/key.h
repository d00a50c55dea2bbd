/* Keys that sign images, Ed25519 or ECDSA P-256, in PEM files as imgtool and OpenSSL write them: private keys as PKCS#8
 * or SEC1, without a passphrase; public ones as SubjectPublicKeyInfo.
 *
 * All functions that return int return LB_OK or a negative enum lb_error or enum lb_key_error; with LB_ERR_IO errno
 * says more. */
#ifndef HOST_IMAGE_KEY_H
#define HOST_IMAGE_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "core/image/crypto.h"

enum { LB_KEY_PATH_BYTES = 4096 };

/* What else a key's file may be; LB_ERR_FORMAT: it has no key in PEM, LB_ERR_UNSUPPORTED: one of another kind. */
enum lb_key_error {
	LB_KEY_ENCRYPTED = -101,
	LB_KEY_PUBLIC_ONLY = -102, /* signing needs the private one */
};

/* To be freed by lb_signer_free, also when it is all zeros. */
struct lb_signer {
	struct evp_pkey_st *secret; /* OpenSSL's */
	struct lb_image_key key;
};

/* The user's development key: $XDG_DATA_HOME/lifeboat/development.pem, else in ~/.local/share. LB_ERR_BOUNDS when the
 * environment names no place for it. */
int lb_key_default_path(char path[LB_KEY_PATH_BYTES]);
int lb_key_generate(struct lb_signer *signer, enum lb_key_type type);
/* Makes the file, readable by its owner alone, and the folders above it; never replaces one. */
int lb_key_save(const char *path, const struct lb_signer *signer);
int lb_key_load(const char *path, struct lb_signer *signer);
/* Of a private or a public key's file. */
int lb_key_load_public(const char *path, struct lb_image_key *key);
/* Signs as struct lb_crypto verifies. Returns the signature's length, or LB_ERR_UNSUPPORTED. */
int lb_key_sign(const struct lb_signer *signer, const uint8_t digest[LB_SHA256_BYTES],
                uint8_t signature[LB_SIGNATURE_BYTES]);
void lb_signer_free(struct lb_signer *signer);
/* "Ed25519" or "ECDSA P-256". */
const char *lb_key_type_text(enum lb_key_type type);

#endif
