/* verify KIB fast|small: makes a signed image with a payload of so many KiB, verifies it once as a bootloader with that
 * provider of cryptography does, and prints its size. To be counted under callgrind, with collection toggled by the
 * functions count_all, count_hash and count_signature. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/assert.h"
#include "core/base/error.h"
#include "crypto/providers.h"
#include "host/image/image_write.h"

static const struct lb_crypto *provider;

struct memory {
	uint8_t *bytes;
	size_t size_bytes;
};

_Noreturn void lb_assert_failed(unsigned place)
{
	fprintf(stderr, "verify: assertion %u (docs/assertions.md)\n", place);
	abort();
}

static int read_memory(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	const struct memory *memory = ctx;

	memcpy(data, memory->bytes + offset, size_bytes);
	return LB_OK;
}

/* Names that callgrind can be told; never inlined, or there would be nothing to toggle by. */
void count_hash(struct lb_sha256 *sha, const void *data, size_t size_bytes);
enum lb_signature count_signature(const struct lb_image_key *key, const uint8_t digest[LB_SHA256_BYTES],
                                  const uint8_t *signature, size_t signature_bytes);
enum lb_image_verdict count_all(const struct lb_image_source *source, const struct lb_image_trust *trust);

__attribute__((noinline)) void count_hash(struct lb_sha256 *sha, const void *data, size_t size_bytes)
{
	provider->sha256_update(sha, data, size_bytes);
}

__attribute__((noinline)) enum lb_signature count_signature(const struct lb_image_key *key,
                                                            const uint8_t digest[LB_SHA256_BYTES],
                                                            const uint8_t *signature, size_t signature_bytes)
{
	return provider->verify(key, digest, signature, signature_bytes);
}

__attribute__((noinline)) enum lb_image_verdict count_all(const struct lb_image_source *source,
                                                          const struct lb_image_trust *trust)
{
	struct lb_image_info info;

	return lb_image_verify(source, trust, &info);
}

int main(int argc, char **argv)
{
	static const uint8_t board_id[LB_BOARD_ID_BYTES];
	size_t payload_bytes = argc == 3 ? strtoul(argv[1], NULL, 10) * 1024 : 0;
	bool is_small = argc == 3 && strcmp(argv[2], "small") == 0;
	struct lb_signer signer;
	struct lb_image_spec spec = {.payload_bytes = payload_bytes, .version = {.major = 1}, .signer = &signer};
	struct memory memory;
	uint8_t *payload = malloc(payload_bytes + 1);

	if (payload_bytes == 0 || payload == NULL) {
		fprintf(stderr, "usage: verify KIB fast|small\n");
		return 2;
	}
	memset(payload, 0x5A, payload_bytes);
	spec.payload = payload;
	memory.bytes = NULL;
	if (lb_key_generate(&signer, is_small ? LB_KEY_P256 : LB_KEY_ED25519) == LB_OK)
		memory.bytes = lb_image_write(&spec, &memory.size_bytes);
	if (memory.bytes == NULL) {
		fprintf(stderr, "verify: no image could be made\n");
		return 1;
	}
	provider = is_small ? &lb_crypto_small : &lb_crypto_fast;
	struct lb_crypto counted = *provider;
	counted.sha256_update = count_hash;
	counted.verify = count_signature;
	struct lb_image_trust trust = {&counted, &signer.key, 1, board_id};
	struct lb_image_source source = {read_memory, &memory, (uint32_t)memory.size_bytes, NULL};
	enum lb_image_verdict verdict = count_all(&source, &trust);

	printf("%zu bytes: %s\n", memory.size_bytes, lb_image_verdict_text(verdict));
	free(memory.bytes);
	free(payload);
	lb_signer_free(&signer);
	return verdict == LB_IMAGE_GOOD ? 0 : 1;
}
