#include "host/image/key.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"

enum { SEED_BYTES = 32, POINT_BYTES = 32, DER_BYTES = 64, PEM_BYTES = 4096, TEXT_BYTES = 256 };

/* What DER puts before the 32 bytes that matter; RFC 8410. */
static const uint8_t private_prefix[] = {
	0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
};
static const uint8_t public_prefix[] = {0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00};

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

static void make_public(const uint8_t point[POINT_BYTES], struct lb_image_key *key)
{
	uint8_t der[sizeof(public_prefix) + POINT_BYTES];

	memset(key, 0, sizeof(*key));
	key->type = LB_KEY_ED25519;
	memcpy(key->point, point, POINT_BYTES);
	memcpy(der, public_prefix, sizeof(public_prefix));
	memcpy(der + sizeof(public_prefix), point, POINT_BYTES);
	crypto_hash_sha256(key->hash, der, sizeof(der));
}

static void make_signer(const uint8_t seed[SEED_BYTES], struct lb_signer *signer)
{
	uint8_t point[POINT_BYTES];

	crypto_sign_ed25519_seed_keypair(point, signer->secret, seed);
	make_public(point, &signer->key);
}

void lb_key_generate(struct lb_signer *signer)
{
	uint8_t seed[SEED_BYTES];

	randombytes_buf(seed, sizeof(seed));
	make_signer(seed, signer);
	sodium_memzero(seed, sizeof(seed));
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
static int write_new(const char *path, const char *text)
{
	char temporary[LB_KEY_PATH_BYTES];
	size_t length = strlen(text);
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
	uint8_t der[sizeof(private_prefix) + SEED_BYTES];
	char base64[TEXT_BYTES], text[2 * TEXT_BYTES];
	int result = make_folders(path);

	if (result != LB_OK)
		return result;
	memcpy(der, private_prefix, sizeof(private_prefix));
	memcpy(der + sizeof(private_prefix), signer->secret, SEED_BYTES);
	sodium_bin2base64(base64, sizeof(base64), der, sizeof(der), sodium_base64_VARIANT_ORIGINAL);
	snprintf(text, sizeof(text), "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n", base64);
	result = write_new(path, text);
	sodium_memzero(der, sizeof(der));
	sodium_memzero(base64, sizeof(base64));
	sodium_memzero(text, sizeof(text));
	return result;
}

static int read_text(const char *path, char text[PEM_BYTES])
{
	FILE *file = fopen(path, "rb");
	size_t length;

	if (file == NULL)
		return LB_ERR_IO;
	length = fread(text, 1, PEM_BYTES - 1, file);
	int result = ferror(file) ? LB_ERR_IO : LB_OK;
	fclose(file);
	text[length] = '\0';
	return result;
}

/* The 32 bytes behind the prefix, when the text has a block of that kind and it is exactly that. */
static int decode(const char *text, const char *kind, const uint8_t *prefix, size_t prefix_bytes, uint8_t bytes[32])
{
	char begin[TEXT_BYTES], end[TEXT_BYTES];
	uint8_t der[DER_BYTES];
	size_t der_bytes;
	const char *from, *to;

	snprintf(begin, sizeof(begin), "-----BEGIN %s-----", kind);
	snprintf(end, sizeof(end), "-----END %s-----", kind);
	from = strstr(text, begin);
	to = from != NULL ? strstr(from, end) : NULL;
	if (to == NULL)
		return LB_ERR_FORMAT;
	from += strlen(begin);
	if (sodium_base642bin(der, sizeof(der), from, (size_t)(to - from), "\r\n ", &der_bytes, NULL,
	                      sodium_base64_VARIANT_ORIGINAL) != 0)
		return LB_ERR_FORMAT;
	if (der_bytes != prefix_bytes + 32 || memcmp(der, prefix, prefix_bytes) != 0)
		return LB_ERR_FORMAT;
	memcpy(bytes, der + prefix_bytes, 32);
	sodium_memzero(der, sizeof(der));
	return LB_OK;
}

int lb_key_load(const char *path, struct lb_signer *signer)
{
	char text[PEM_BYTES];
	uint8_t seed[SEED_BYTES];
	int result = read_text(path, text);

	if (result == LB_OK)
		result = decode(text, "PRIVATE KEY", private_prefix, sizeof(private_prefix), seed);
	if (result == LB_OK)
		make_signer(seed, signer);
	sodium_memzero(text, sizeof(text));
	sodium_memzero(seed, sizeof(seed));
	return result;
}

int lb_key_load_public(const char *path, struct lb_image_key *key)
{
	char text[PEM_BYTES];
	uint8_t point[POINT_BYTES];
	struct lb_signer signer;
	int result = read_text(path, text);

	if (result == LB_OK && decode(text, "PUBLIC KEY", public_prefix, sizeof(public_prefix), point) == LB_OK) {
		make_public(point, key);
		return LB_OK;
	}
	sodium_memzero(text, sizeof(text));
	if (result == LB_OK)
		result = lb_key_load(path, &signer);
	if (result == LB_OK)
		*key = signer.key;
	sodium_memzero(&signer, sizeof(signer));
	return result;
}
