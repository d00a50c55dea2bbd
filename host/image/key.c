#include "host/image/key.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"

enum { ED25519_POINT_BYTES = 32, NUMBER_BYTES = LB_KEY_POINT_BYTES / 2, PEM_BYTES = 16384, NAME_BYTES = 32 };

/* What a SubjectPublicKeyInfo in DER puts before the point; RFC 8410 and RFC 5480. */
static const uint8_t ed25519_prefix[] = {0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00};
static const uint8_t p256_prefix[] = {
	0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06,
	0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
};

int lb_key_default_path(char path[LB_KEY_PATH_BYTES])
{
	const char *data = getenv("XDG_DATA_HOME");
	const char *home = getenv("HOME");
	int length;

	if (data != NULL && data[0] == '/')
		length = snprintf(path, LB_KEY_PATH_BYTES, "%s/lifeboat/development.pem", data);
	else if (home != NULL && home[0] == '/')
		length = snprintf(path, LB_KEY_PATH_BYTES, "%s/.local/share/lifeboat/development.pem", home);
	else
		return LB_ERR_BOUNDS;
	return length < LB_KEY_PATH_BYTES ? LB_OK : LB_ERR_BOUNDS;
}

const char *lb_key_type_text(enum lb_key_type type)
{
	return type == LB_KEY_ED25519 ? "Ed25519" : "ECDSA P-256";
}

/* ---- OpenSSL's keys and ours ---- */

static enum lb_key_type type_of(const EVP_PKEY *secret)
{
	char group[NAME_BYTES] = "";

	if (EVP_PKEY_is_a(secret, "ED25519"))
		return LB_KEY_ED25519;
	if (EVP_PKEY_is_a(secret, "EC") && EVP_PKEY_get_group_name(secret, group, sizeof(group), NULL) == 1 &&
	    strcmp(group, SN_X9_62_prime256v1) == 0)
		return LB_KEY_P256;
	return LB_KEY_NONE;
}

static bool get_number(const EVP_PKEY *key, const char *name, uint8_t bytes[NUMBER_BYTES])
{
	BIGNUM *number = NULL;
	bool got =
		EVP_PKEY_get_bn_param(key, name, &number) == 1 && BN_bn2binpad(number, bytes, NUMBER_BYTES) == NUMBER_BYTES;

	BN_free(number);
	return got;
}

/* An image names its key by the hash of one encoding, whichever its file has: points uncompressed, curves by name. */
static void hash_public(struct lb_image_key *key)
{
	bool is_p256 = key->type == LB_KEY_P256;
	size_t prefix_bytes = is_p256 ? sizeof(p256_prefix) : sizeof(ed25519_prefix);
	size_t point_bytes = is_p256 ? LB_KEY_POINT_BYTES : ED25519_POINT_BYTES;
	uint8_t der[sizeof(p256_prefix) + LB_KEY_POINT_BYTES];

	memcpy(der, is_p256 ? p256_prefix : ed25519_prefix, prefix_bytes);
	memcpy(der + prefix_bytes, key->point, point_bytes);
	SHA256(der, prefix_bytes + point_bytes, key->hash);
}

/* OpenSSL's key as the core has it: the point alone, and the hash that images name it by. */
static int make_public(const EVP_PKEY *from, struct lb_image_key *key)
{
	size_t point_bytes = ED25519_POINT_BYTES;
	bool got = false;

	memset(key, 0, sizeof(*key));
	key->type = type_of(from);
	if (key->type == LB_KEY_ED25519)
		got = EVP_PKEY_get_raw_public_key(from, key->point, &point_bytes) == 1;
	else if (key->type == LB_KEY_P256)
		got = get_number(from, OSSL_PKEY_PARAM_EC_PUB_X, key->point) &&
		      get_number(from, OSSL_PKEY_PARAM_EC_PUB_Y, key->point + NUMBER_BYTES);
	if (!got)
		return LB_ERR_UNSUPPORTED;
	hash_public(key);
	return LB_OK;
}

/* Takes the key over, also when it is refused. */
static int make_signer(EVP_PKEY *secret, struct lb_signer *signer)
{
	int result = secret != NULL ? make_public(secret, &signer->key) : LB_ERR_UNSUPPORTED;

	signer->secret = secret;
	if (result != LB_OK)
		lb_signer_free(signer);
	return result;
}

int lb_key_generate(struct lb_signer *signer, enum lb_key_type type)
{
	if (type == LB_KEY_ED25519)
		return make_signer(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), signer);
	return make_signer(EVP_EC_gen("P-256"), signer);
}

int lb_key_sign(const struct lb_signer *signer, const uint8_t digest[LB_SHA256_BYTES],
                uint8_t signature[LB_SIGNATURE_BYTES])
{
	size_t length = LB_SIGNATURE_BYTES;
	bool made;

	if (signer->key.type == LB_KEY_ED25519) {
		EVP_MD_CTX *ctx = EVP_MD_CTX_new();

		made = EVP_DigestSignInit(ctx, NULL, NULL, NULL, signer->secret) == 1 &&
		       EVP_DigestSign(ctx, signature, &length, digest, LB_SHA256_BYTES) == 1;
		EVP_MD_CTX_free(ctx);
	} else {
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(signer->secret, NULL);

		made = EVP_PKEY_sign_init(ctx) == 1 && EVP_PKEY_sign(ctx, signature, &length, digest, LB_SHA256_BYTES) == 1;
		EVP_PKEY_CTX_free(ctx);
	}
	return made ? (int)length : LB_ERR_UNSUPPORTED;
}

void lb_signer_free(struct lb_signer *signer)
{
	EVP_PKEY_free(signer->secret);
	memset(signer, 0, sizeof(*signer));
}

/* ---- files ---- */

static int make_folders(const char *path)
{
	char folder[LB_KEY_PATH_BYTES];

	if (strlen(path) >= sizeof(folder))
		return LB_ERR_BOUNDS;
	strcpy(folder, path);
	for (char *at = strchr(folder + 1, '/'); at != NULL; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdir(folder, 0700) != 0 && errno != EEXIST)
			return LB_ERR_IO;
		*at = '/';
	}
	return LB_OK;
}

/* Under a name of its own first, so that nobody ever reads half a key, and then linked, which replaces nothing. */
static int write_new(const char *path, const char *text, size_t length)
{
	char temporary[LB_KEY_PATH_BYTES];
	int fd, result = LB_ERR_IO;

	if (snprintf(temporary, sizeof(temporary), "%s.%ld", path, (long)getpid()) >= (int)sizeof(temporary))
		return LB_ERR_BOUNDS;
	fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd == -1)
		return LB_ERR_IO;
	if (write(fd, text, length) == (ssize_t)length && fsync(fd) == 0 && link(temporary, path) == 0)
		result = LB_OK;
	int cause = errno;
	close(fd);
	unlink(temporary);
	errno = cause;
	return result;
}

int lb_key_save(const char *path, const struct lb_signer *signer)
{
	BIO *memory = BIO_new(BIO_s_secmem());
	char *text;
	int result = make_folders(path);

	if (result == LB_OK && PEM_write_bio_PKCS8PrivateKey(memory, signer->secret, NULL, NULL, 0, NULL, NULL) != 1)
		result = LB_ERR_UNSUPPORTED;
	if (result == LB_OK) {
		long length = BIO_get_mem_data(memory, &text);

		result = write_new(path, text, (size_t)length);
	}
	int cause = errno;
	BIO_free(memory);
	errno = cause;
	return result;
}

/* At most what a PEM file can have; errno is kept for the caller's line. */
static int read_text(const char *path, char text[PEM_BYTES], size_t *length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = 0;

	if (fd == -1)
		return LB_ERR_IO;
	for (*length = 0; *length < PEM_BYTES; *length += (size_t)got) {
		got = read(fd, text + *length, PEM_BYTES - *length);
		if (got <= 0)
			break;
	}
	int cause = errno;
	close(fd);
	errno = cause;
	return got < 0 ? LB_ERR_IO : LB_OK;
}

/* OpenSSL asks for a passphrase: there is none, and what is asked is noted. */
static int note_passphrase(char *buffer, int size, int writing, void *encrypted)
{
	(void)buffer;
	(void)size;
	(void)writing;
	*(bool *)encrypted = true;
	return -1;
}

/* The private key of a file, or its public one with none. */
static int read_key(const char *path, EVP_PKEY **secret, EVP_PKEY **public)
{
	char text[PEM_BYTES];
	size_t length;
	bool encrypted = false;
	int result = read_text(path, text, &length);

	*secret = NULL;
	*public = NULL;
	if (result != LB_OK)
		return result;
	BIO *memory = BIO_new_mem_buf(text, (int)length);
	*secret = PEM_read_bio_PrivateKey(memory, NULL, note_passphrase, &encrypted);
	BIO_free(memory);
	if (*secret == NULL && !encrypted) {
		memory = BIO_new_mem_buf(text, (int)length);
		*public = PEM_read_bio_PUBKEY(memory, NULL, NULL, NULL);
		BIO_free(memory);
	}
	OPENSSL_cleanse(text, sizeof(text));
	ERR_clear_error();
	if (encrypted && *secret == NULL)
		return LB_KEY_ENCRYPTED;
	return *secret != NULL || *public != NULL ? LB_OK : LB_ERR_FORMAT;
}

int lb_key_load(const char *path, struct lb_signer *signer)
{
	EVP_PKEY *secret, *public;
	int result = read_key(path, &secret, &public);

	memset(signer, 0, sizeof(*signer));
	if (public != NULL)
		result = LB_KEY_PUBLIC_ONLY;
	EVP_PKEY_free(public);
	return result == LB_OK ? make_signer(secret, signer) : result;
}

int lb_key_load_public(const char *path, struct lb_image_key *key)
{
	EVP_PKEY *secret, *public;
	int result = read_key(path, &secret, &public);

	if (result == LB_OK)
		result = make_public(secret != NULL ? secret : public, key);
	EVP_PKEY_free(secret);
	EVP_PKEY_free(public);
	return result;
}
