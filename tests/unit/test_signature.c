/* Signed images and the keys that sign them: what is believed, and everything that must not be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "crypto/crypto.h"
#include "host/image/image_write.h"
#include "host/image/key.h"

static const uint8_t payload[] = "a payload";
static const uint8_t board_id[LB_BOARD_ID_BYTES] = "this board";

struct memory {
	const uint8_t *bytes;
	size_t size_bytes;
};

static int memory_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	const struct memory *memory = ctx;

	assert_true(offset <= memory->size_bytes && size_bytes <= memory->size_bytes - offset);
	memcpy(data, memory->bytes + offset, size_bytes);
	return LB_OK;
}

static enum lb_image_verdict judge(const uint8_t *image, size_t image_bytes, const struct lb_image_key *keys,
                                   size_t key_count, struct lb_image_info *info)
{
	struct memory memory = {image, image_bytes};
	struct lb_image_source source = {memory_read, &memory, (uint32_t)image_bytes};
	struct lb_image_trust trust = {&lb_crypto_fast, keys, key_count, board_id};

	return lb_image_verify(&source, &trust, info);
}

static uint8_t *make(const struct lb_signer *signer, const uint8_t *id, size_t *image_bytes)
{
	const struct lb_image_spec spec = {
		.payload = payload, .payload_bytes = sizeof(payload), .version = {1, 2, 3, 4}, .has_counter = id != NULL,
		.security_counter = 7, .board_id = id, .signer = signer,
	};
	uint8_t *image = lb_image_write(&spec, image_bytes);

	assert_non_null(image);
	return image;
}

static void only_a_trusted_keys_image_is_good(void **state)
{
	struct lb_signer ours, theirs;
	struct lb_image_key keys[2];
	struct lb_image_info info;
	size_t image_bytes;

	(void)state;
	lb_key_generate(&ours);
	lb_key_generate(&theirs);
	keys[0] = theirs.key;
	keys[1] = ours.key;
	uint8_t *image = make(&ours, NULL, &image_bytes);
	assert_int_equal(judge(image, image_bytes, &ours.key, 1, &info), LB_IMAGE_GOOD);
	assert_int_equal(info.key_type, LB_KEY_ED25519);
	assert_memory_equal(info.key_hash, ours.key.hash, sizeof(info.key_hash));
	assert_int_equal(judge(image, image_bytes, keys, 2, &info), LB_IMAGE_GOOD);
	assert_int_equal(judge(image, image_bytes, &theirs.key, 1, &info), LB_IMAGE_WRONG_KEY);
	assert_int_equal(lb_image_key_id(info.key_hash), lb_image_key_id(ours.key.hash));
	assert_int_equal(judge(image, image_bytes, &ours.key, 0, &info), LB_IMAGE_WRONG_KEY);
	/* Another key under the name of ours, and our key said to be of another type. */
	memcpy(keys[0].hash, ours.key.hash, sizeof(keys[0].hash));
	assert_int_equal(judge(image, image_bytes, keys, 1, &info), LB_IMAGE_WRONG_SIGNATURE);
	keys[1].type = LB_KEY_P256;
	assert_int_equal(judge(image, image_bytes, &keys[1], 1, &info), LB_IMAGE_WRONG_KEY);
	free(image);

	image = make(NULL, NULL, &image_bytes);
	assert_int_equal(judge(image, image_bytes, &ours.key, 1, &info), LB_IMAGE_NO_SIGNATURE);
	free(image);
}

static void every_flipped_bit_is_refused(void **state)
{
	struct lb_signer signer;
	struct lb_image_info info;
	size_t image_bytes;

	(void)state;
	lb_key_generate(&signer);
	uint8_t *image = make(&signer, board_id, &image_bytes);
	assert_int_equal(judge(image, image_bytes, &signer.key, 1, &info), LB_IMAGE_GOOD);
	for (size_t bit = 0; bit < 8 * image_bytes; bit++) {
		image[bit / 8] ^= (uint8_t)(1u << bit % 8);
		assert_int_not_equal(judge(image, image_bytes, &signer.key, 1, &info), LB_IMAGE_GOOD);
		image[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	/* Whoever changes the payload can also make its hash right, but not the signature. */
	image[LB_IMAGE_HEADER_BYTES] ^= 1;
	size_t covered_bytes = LB_IMAGE_HEADER_BYTES + sizeof(payload) + lb_load16le(image + LB_IMAGE_AT_PROTECTED_BYTES);
	crypto_hash_sha256(image + covered_bytes + 8, image, covered_bytes);
	assert_int_equal(judge(image, image_bytes, &signer.key, 1, &info), LB_IMAGE_WRONG_SIGNATURE);
	free(image);
}

static void board_id_and_counter_are_taken_from_what_is_signed(void **state)
{
	static const uint8_t other_id[LB_BOARD_ID_BYTES] = "another board";
	struct lb_signer signer;
	struct lb_image_info info;
	size_t image_bytes;

	(void)state;
	lb_key_generate(&signer);
	uint8_t *image = make(&signer, board_id, &image_bytes);
	assert_int_equal(judge(image, image_bytes, &signer.key, 1, &info), LB_IMAGE_GOOD);
	assert_true(info.has_board_id);
	assert_int_equal(info.security_counter, 7);
	free(image);
	image = make(&signer, other_id, &image_bytes);
	assert_int_equal(judge(image, image_bytes, &signer.key, 1, &info), LB_IMAGE_OTHER_BOARD);
	free(image);

	/* Appended to the unprotected area by anybody. */
	image = make(&signer, NULL, &image_bytes);
	uint8_t *longer = malloc(image_bytes + 8);
	assert_non_null(longer);
	memcpy(longer, image, image_bytes);
	memcpy(longer + image_bytes, "\x50\x00\x04\x00\xFF\x00\x00\x00", 8);
	uint8_t *area = longer + LB_IMAGE_HEADER_BYTES + sizeof(payload);
	lb_store16le(area + 2, (uint16_t)(lb_load16le(area + 2) + 8));
	assert_int_equal(judge(longer, image_bytes + 8, &signer.key, 1, &info), LB_IMAGE_GOOD);
	assert_int_equal(info.security_counter, 0);
	/* A second signature, and one longer than any. */
	lb_store16le(longer + image_bytes, LB_IMAGE_TLV_ED25519);
	assert_int_equal(judge(longer, image_bytes + 8, &signer.key, 1, &info), LB_IMAGE_BAD_TLV);
	free(longer);
	free(image);
}

static void keys_are_kept_and_never_replaced(void **state)
{
	char folder[] = "/tmp/lifeboat-key-XXXXXX", path[64], public_path[64];
	struct lb_signer signer, loaded;
	struct lb_image_key key;
	struct stat info;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a/key.pem", folder);
	lb_key_generate(&signer);
	assert_int_equal(lb_key_load(path, &loaded), LB_ERR_IO);
	assert_int_equal(lb_key_save(path, &signer), LB_OK);
	assert_int_equal(lb_key_save(path, &signer), LB_ERR_IO);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(lb_key_load(path, &loaded), LB_OK);
	assert_memory_equal(&loaded, &signer, sizeof(signer));
	assert_int_equal(lb_key_load_public(path, &key), LB_OK);
	assert_memory_equal(&key, &signer.key, sizeof(key));

	/* RFC 8410's own example, section 10.1. */
	snprintf(public_path, sizeof(public_path), "%s/a/public.pem", folder);
	FILE *file = fopen(public_path, "w");
	assert_non_null(file);
	fputs("-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
	      "-----END PUBLIC KEY-----\n", file);
	fclose(file);
	assert_int_equal(lb_key_load_public(public_path, &key), LB_OK);
	assert_memory_equal(key.point, "\x19\xBF\x44\x09\x69\x84\xCD\xFE\x85\x41\xBA\xC1\x67\xDC\x3B\x96", 16);
	assert_int_equal(lb_key_load(public_path, &loaded), LB_ERR_FORMAT);
	assert_int_equal(truncate(public_path, 40), 0);
	assert_int_equal(lb_key_load_public(public_path, &key), LB_ERR_FORMAT);
	unlink(path);
	unlink(public_path);
	snprintf(path, sizeof(path), "%s/a", folder);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_trusted_keys_image_is_good),
		cmocka_unit_test(every_flipped_bit_is_refused),
		cmocka_unit_test(board_id_and_counter_are_taken_from_what_is_signed),
		cmocka_unit_test(keys_are_kept_and_never_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
