#define OPENSSL_API_COMPAT 0x10100000L /* SHA256_Init and its like, without the cost of EVP */
#include "tests/power/fast.h"

#include <openssl/sha.h>
#include <string.h>
#include <zlib.h>

#include "core/base/crc32.h"
#include "crypto/providers.h"
#include "tests/power/flaky.h"

enum { SIGNATURES = 1024, CHECKS = 200, CHECK_BYTES = 700 };

_Static_assert(sizeof(SHA256_CTX) <= LB_SHA256_STATE_BYTES, "the state does not fit");

/* ---- CRC-32: the linker puts it around the real one ---- */

uint32_t __real_lb_crc32(uint32_t crc, const void *data, size_t size_bytes);
uint32_t __wrap_lb_crc32(uint32_t crc, const void *data, size_t size_bytes);

uint32_t __wrap_lb_crc32(uint32_t crc, const void *data, size_t size_bytes)
{
	/* Of nothing at NULL, zlib would say that it is the start of a sum. */
	return size_bytes == 0 ? crc : (uint32_t)crc32(crc, data, (uInt)size_bytes);
}

/* ---- SHA-256 ---- */

static void sha256_init(struct lb_sha256 *sha)
{
	SHA256_Init((SHA256_CTX *)(void *)sha->state);
}

static void sha256_update(struct lb_sha256 *sha, const void *data, size_t size_bytes)
{
	SHA256_Update((SHA256_CTX *)(void *)sha->state, data, size_bytes);
}

static void sha256_final(struct lb_sha256 *sha, uint8_t digest[LB_SHA256_BYTES])
{
	SHA256_Final(digest, (SHA256_CTX *)(void *)sha->state);
}

/* ---- signatures ---- */

/* All that a verdict hangs on. */
struct question {
	struct lb_image_key key;
	uint8_t digest[LB_SHA256_BYTES];
	uint8_t signature[LB_SIGNATURE_BYTES];
	size_t signature_bytes;
};

static enum lb_signature verify(const struct lb_image_key *key, const uint8_t digest[LB_SHA256_BYTES],
                                const uint8_t *signature, size_t signature_bytes)
{
	static struct {
		struct question question;
		enum lb_signature answer;
	} known[SIGNATURES];
	struct question question;
	unsigned at;

	memset(&question, 0, sizeof(question));
	question.key = *key;
	question.signature_bytes = signature_bytes;
	memcpy(question.digest, digest, LB_SHA256_BYTES);
	memcpy(question.signature, signature, signature_bytes);
	at = (digest[0] | (unsigned)digest[1] << 8) % SIGNATURES;
	if (known[at].answer == 0 || memcmp(&known[at].question, &question, sizeof(question)) != 0) {
		known[at].question = question;
		known[at].answer = lb_crypto_fast.verify(key, digest, signature, signature_bytes);
	}
	return known[at].answer;
}

const struct lb_crypto fast_crypto = {sha256_init, sha256_update, sha256_final, verify};

/* ---- the same results? ---- */

static void hash(const struct lb_crypto *crypto, const uint8_t *bytes, size_t size_bytes,
                 uint8_t digest[LB_SHA256_BYTES])
{
	struct lb_sha256 state;

	crypto->sha256_init(&state);
	crypto->sha256_update(&state, bytes, size_bytes / 3);
	crypto->sha256_update(&state, bytes + size_bytes / 3, size_bytes - size_bytes / 3);
	crypto->sha256_final(&state, digest);
}

bool fast_is_right(void)
{
	uint8_t bytes[CHECK_BYTES];
	uint32_t noise = 1;

	for (unsigned i = 0; i < CHECKS; i++) {
		const size_t size_bytes = flaky_random(&noise) % sizeof(bytes);
		const uint32_t crc = flaky_random(&noise);
		uint8_t fast[LB_SHA256_BYTES], real[LB_SHA256_BYTES];

		for (size_t at = 0; at < sizeof(bytes); at++)
			bytes[at] = (uint8_t)flaky_random(&noise);
		hash(&fast_crypto, bytes, size_bytes, fast);
		hash(&lb_crypto_fast, bytes, size_bytes, real);
		if (memcmp(fast, real, sizeof(fast)) != 0 ||
		    __wrap_lb_crc32(crc, bytes, size_bytes) != __real_lb_crc32(crc, bytes, size_bytes))
			return false;
	}
	return true;
}
