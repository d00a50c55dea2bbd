/* Keys that sign images: Ed25519, in PEM files (PKCS#8 private, SubjectPublicKeyInfo public), as imgtool and OpenSSL
 * write them. All functions return LB_OK or a negative enum lb_error; with LB_ERR_IO errno tells more. */
#ifndef HOST_IMAGE_KEY_H
#define HOST_IMAGE_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "core/image/crypto.h"

enum { LB_KEY_PATH_BYTES = 4096, LB_KEY_SECRET_BYTES = 64 };

struct lb_signer {
	uint8_t secret[LB_KEY_SECRET_BYTES]; /* libsodium's form: seed and point */
	struct lb_image_key key;
};

/* The user's development key: $XDG_DATA_HOME/lifeboat/development.pem, else in ~/.local/share. LB_ERR_BOUNDS when the
 * environment names no place for it. */
int lb_key_default_path(char path[LB_KEY_PATH_BYTES]);
void lb_key_generate(struct lb_signer *signer);
/* Makes the file, readable by its owner alone, and the folders above it; never replaces one. */
int lb_key_save(const char *path, const struct lb_signer *signer);
/* LB_ERR_FORMAT: no Ed25519 private key in PEM. */
int lb_key_load(const char *path, struct lb_signer *signer);
/* Of a private or a public key's file. */
int lb_key_load_public(const char *path, struct lb_image_key *key);

#endif
