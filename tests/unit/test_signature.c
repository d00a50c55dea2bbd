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
#include "crypto/providers.h"
#include "host/image/image_write.h"
#include "host/image/key.h"

static const uint8_t payload[] = "a payload";
static const uint8_t board_id[LB_BOARD_ID_BYTES] = "this board";

static const struct lb_crypto *crypto = &lb_crypto_both;

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
	struct lb_image_source source = {memory_read, &memory, (uint32_t)image_bytes, NULL};
	struct lb_image_trust trust = {crypto, keys, key_count, board_id};

	return lb_image_verify(&source, &trust, info);
}

static uint8_t *make(const struct lb_signer *signer, const uint8_t *id, size_t *image_bytes)
{
	const struct lb_image_spec spec = {
		.payload = payload,
		.payload_bytes = sizeof(payload),
		.version = {1, 2, 3, 4},
		.has_counter = id != NULL,
		.security_counter = 7,
		.board_id = id,
		.signer = signer,
	};
	uint8_t *image = lb_image_write(&spec, image_bytes);

	assert_non_null(image);
	return image;
}

static void generate(struct lb_signer *signer, enum lb_key_type type)
{
	assert_int_equal(lb_key_generate(signer, type), LB_OK);
}

static void believe(enum lb_key_type type, enum lb_key_type their_type)
{
	struct lb_signer ours, theirs;
	struct lb_image_key keys[2];
	struct lb_image_info info;
	size_t image_bytes;

	generate(&ours, type);
	generate(&theirs, their_type);
	keys[0] = theirs.key;
	keys[1] = ours.key;
	uint8_t *image = make(&ours, NULL, &image_bytes);
	assert_int_equal(judge(image, image_bytes, &ours.key, 1, &info), LB_IMAGE_GOOD);
	assert_int_equal(info.key_type, type);
	assert_memory_equal(info.key_hash, ours.key.hash, sizeof(info.key_hash));
	assert_int_equal(judge(image, image_bytes, keys, 2, &info), LB_IMAGE_GOOD);
	assert_int_equal(judge(image, image_bytes, &theirs.key, 1, &info), LB_IMAGE_WRONG_KEY);
	assert_int_equal(lb_image_key_id(info.key_hash), lb_image_key_id(ours.key.hash));
	assert_int_equal(judge(image, image_bytes, &ours.key, 0, &info), LB_IMAGE_WRONG_KEY);
	/* Another key under the name of ours, and our key said to be of another type. */
	memcpy(keys[0].hash, ours.key.hash, sizeof(keys[0].hash));
	assert_int_equal(judge(image, image_bytes, keys, 1, &info),
	                 type == their_type ? LB_IMAGE_WRONG_SIGNATURE : LB_IMAGE_WRONG_KEY);
	keys[1].type = type == LB_KEY_P256 ? LB_KEY_ED25519 : LB_KEY_P256;
	assert_int_equal(judge(image, image_bytes, &keys[1], 1, &info), LB_IMAGE_WRONG_KEY);
	/* A provider that does not know the key's type. */
	crypto = type == LB_KEY_P256 ? &lb_crypto_fast : &lb_crypto_small;
	assert_int_equal(judge(image, image_bytes, &ours.key, 1, &info), LB_IMAGE_OTHER_SIGNATURE);
	crypto = type == LB_KEY_P256 ? &lb_crypto_small : &lb_crypto_fast;
	assert_int_equal(judge(image, image_bytes, &ours.key, 1, &info), LB_IMAGE_GOOD);
	crypto = &lb_crypto_both;
	free(image);

	image = make(NULL, NULL, &image_bytes);
	assert_int_equal(judge(image, image_bytes, &ours.key, 1, &info), LB_IMAGE_NO_SIGNATURE);
	free(image);
	lb_signer_free(&ours);
	lb_signer_free(&theirs);
}

static void only_a_trusted_keys_image_is_good(void **state)
{
	(void)state;
	believe(LB_KEY_ED25519, LB_KEY_ED25519);
	believe(LB_KEY_ED25519, LB_KEY_P256);
	believe(LB_KEY_P256, LB_KEY_ED25519);
	believe(LB_KEY_P256, LB_KEY_P256);
}

static void refuse_flipped_bits(enum lb_key_type type)
{
	struct lb_signer signer;
	struct lb_image_info info;
	size_t image_bytes;

	generate(&signer, type);
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
	lb_signer_free(&signer);
}

static void every_flipped_bit_is_refused(void **state)
{
	(void)state;
	refuse_flipped_bits(LB_KEY_ED25519);
	refuse_flipped_bits(LB_KEY_P256);
}

/* A copy of an image without protected area, with one more entry; to be freed. */
static uint8_t *append_entry(const uint8_t *image, size_t image_bytes, uint16_t type, const void *data, uint16_t length)
{
	uint8_t *longer = malloc(image_bytes + LB_IMAGE_TLV_ENTRY_BYTES + length);

	assert_non_null(longer);
	memcpy(longer, image, image_bytes);
	lb_store16le(longer + image_bytes, type);
	lb_store16le(longer + image_bytes + 2, length);
	memcpy(longer + image_bytes + LB_IMAGE_TLV_ENTRY_BYTES, data, length);
	uint8_t *area = longer + LB_IMAGE_HEADER_BYTES + sizeof(payload);
	lb_store16le(area + 2, (uint16_t)(lb_load16le(area + 2) + LB_IMAGE_TLV_ENTRY_BYTES + length));
	return longer;
}

static void board_id_and_counter_are_taken_from_what_is_signed(void **state)
{
	static const uint8_t other_id[LB_BOARD_ID_BYTES] = "another board";
	struct lb_signer signer;
	struct lb_image_info info;
	size_t image_bytes;

	(void)state;
	generate(&signer, LB_KEY_ED25519);
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
	uint8_t *longer = append_entry(image, image_bytes, LB_IMAGE_TLV_COUNTER, "\xFF\0\0\0", 4);
	assert_int_equal(judge(longer, image_bytes + 8, &signer.key, 1, &info), LB_IMAGE_GOOD);
	assert_int_equal(info.security_counter, 0);
	/* A second signature. */
	lb_store16le(longer + image_bytes, LB_IMAGE_TLV_ED25519);
	assert_int_equal(judge(longer, image_bytes + 8, &signer.key, 1, &info), LB_IMAGE_BAD_TLV);
	free(longer);
	free(image);
	lb_signer_free(&signer);
}

static void other_signatures_are_called_so(void **state)
{
	static const uint16_t others[] = {LB_IMAGE_TLV_RSA_2048, LB_IMAGE_TLV_RSA_3072, LB_IMAGE_TLV_P224};
	static uint8_t noise[384];
	struct lb_signer signer;
	struct lb_image_info info;
	size_t image_bytes;

	(void)state;
	generate(&signer, LB_KEY_ED25519);
	uint8_t *image = make(NULL, NULL, &image_bytes), *longer;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		longer = append_entry(image, image_bytes, others[i], noise, sizeof(noise));
		assert_int_equal(judge(longer, image_bytes + 4 + sizeof(noise), &signer.key, 1, &info),
		                 LB_IMAGE_OTHER_SIGNATURE);
		free(longer);
	}
	/* One of ours that names its key in full, not by hash. */
	longer = append_entry(image, image_bytes, LB_IMAGE_TLV_ED25519, noise, 64);
	assert_int_equal(judge(longer, image_bytes + 4 + 64, &signer.key, 1, &info), LB_IMAGE_OTHER_SIGNATURE);
	free(longer);
	free(image);

	/* Beside one of ours another does no harm, but the word that ours is not of the hash makes it another. */
	image = make(&signer, NULL, &image_bytes);
	longer = append_entry(image, image_bytes, LB_IMAGE_TLV_RSA_2048, noise, 256);
	assert_int_equal(judge(longer, image_bytes + 4 + 256, &signer.key, 1, &info), LB_IMAGE_GOOD);
	free(longer);
	longer = append_entry(image, image_bytes, LB_IMAGE_TLV_PURE, "\1", 1);
	assert_int_equal(judge(longer, image_bytes + 4 + 1, &signer.key, 1, &info), LB_IMAGE_OTHER_SIGNATURE);
	assert_int_equal(info.key_type, LB_KEY_NONE);
	free(longer);
	free(image);
	lb_signer_free(&signer);
}

/* ---- files of keys ---- */

static char folder[64];

static const char *path_of(const char *name)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static int make_folder(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/lifeboat-key-XXXXXX");
	return mkdtemp(folder) == NULL;
}

static int remove_folder(void **state)
{
	static const char *const names[] = {"key.pem", "a/key.pem", "a", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		remove(path_of(names[i]));
	return access(folder, F_OK) == 0; /* nothing else may be left there */
}

static void write_key(const char *text)
{
	FILE *file = fopen(path_of("key.pem"), "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void keep(enum lb_key_type type)
{
	static const uint8_t digest[LB_SHA256_BYTES] = "a digest";
	uint8_t signature[LB_SIGNATURE_BYTES];
	struct lb_signer signer, loaded;
	struct lb_image_key key;
	struct stat info;
	const char *path = path_of("a/key.pem");

	generate(&signer, type);
	assert_int_equal(lb_key_load(path, &loaded), LB_ERR_IO);
	assert_int_equal(lb_key_save(path, &signer), LB_OK);
	assert_int_equal(lb_key_save(path, &signer), LB_ERR_IO);
	assert_int_equal(stat(path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_int_equal(lb_key_load(path, &loaded), LB_OK);
	assert_memory_equal(&loaded.key, &signer.key, sizeof(loaded.key));
	int signature_bytes = lb_key_sign(&loaded, digest, signature);
	assert_in_range(signature_bytes, 8, LB_SIGNATURE_BYTES);
	assert_int_equal(crypto->verify(&signer.key, digest, signature, (size_t)signature_bytes), LB_SIGNATURE_GOOD);
	assert_int_equal(lb_key_load_public(path, &key), LB_OK);
	assert_memory_equal(&key, &signer.key, sizeof(key));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(stat(path_of("a"), &info), 0);
	assert_int_equal(info.st_mode & 0777, 0700);
	lb_signer_free(&signer);
	lb_signer_free(&loaded);
}

static void keys_are_kept_and_never_replaced(void **state)
{
	(void)state;
	keep(LB_KEY_ED25519);
	keep(LB_KEY_P256);
}

/* An environment that says something else than an absolute path says nothing. */
static void the_default_key_is_the_users(void **state)
{
	static const struct {
		const char *data_home, *home, *path;
	} rows[] = {
		{"/data", "/me", "/data/lifeboat/development.pem"},
		{"data", "/me", "/me/.local/share/lifeboat/development.pem"},
		{"", "/me", "/me/.local/share/lifeboat/development.pem"},
		{"data", "me", NULL},
	};
	char path[LB_KEY_PATH_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		setenv("XDG_DATA_HOME", rows[i].data_home, 1);
		setenv("HOME", rows[i].home, 1);
		assert_int_equal(lb_key_default_path(path), rows[i].path != NULL ? LB_OK : LB_ERR_BOUNDS);
		if (rows[i].path != NULL)
			assert_string_equal(path, rows[i].path);
	}
}

/* RFC 8410's own example, section 10.1, and RFC 9500's for P-256, section 2.3, as SEC1 has it. */
static const char ed25519_public[] = "-----BEGIN PUBLIC KEY-----\n"
									 "MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=\n"
									 "-----END PUBLIC KEY-----\n";
static const char p256_sec1[] = "-----BEGIN EC PRIVATE KEY-----\n"
								"MHcCAQEEIObLW92AqkWunJXowVR2Z5/+yVPBaFHnEedDk5WJxk/BoAoGCCqGSM49\n"
								"AwEHoUQDQgAEQiVI+I+3gv+17KN0RFLHKh5Vj71vc75eSOkyMsxFxbFsTNEMTLjV\n"
								"uKFxOelIgsiZJXKZNCX0FBmrfpCkKklCcg==\n"
								"-----END EC PRIVATE KEY-----\n";

static void other_tools_keys_are_read(void **state)
{
	struct lb_signer signer;
	struct lb_image_key key;

	(void)state;
	write_key(ed25519_public);
	assert_int_equal(lb_key_load_public(path_of("key.pem"), &key), LB_OK);
	assert_int_equal(key.type, LB_KEY_ED25519);
	assert_memory_equal(key.point, "\x19\xBF\x44\x09\x69\x84\xCD\xFE\x85\x41\xBA\xC1\x67\xDC\x3B\x96", 16);
	assert_int_equal(lb_key_load(path_of("key.pem"), &signer), LB_KEY_PUBLIC_ONLY);
	assert_null(signer.secret);

	write_key(p256_sec1);
	assert_int_equal(lb_key_load(path_of("key.pem"), &signer), LB_OK);
	assert_int_equal(signer.key.type, LB_KEY_P256);
	assert_memory_equal(signer.key.point, "\x42\x25\x48\xF8\x8F\xB7\x82\xFF\xB5\xEC\xA3\x74\x44\x52\xC7\x2A", 16);
	assert_memory_equal(signer.key.point + 48, "\x25\x72\x99\x34\x25\xF4\x14\x19\xAB\x7E\x90\xA4\x2A\x49\x42\x72", 16);
	lb_signer_free(&signer);
}

static void files_without_a_key_for_us_are_told_apart(void **state)
{
	static const char *const none[] = {
		"",
		"text",
		"-----BEGIN PRIVATE KEY-----\n",
		"-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----\n",
	};
	struct lb_signer signer;
	struct lb_image_key key;

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		write_key(none[i]);
		assert_int_equal(lb_key_load(path_of("key.pem"), &signer), LB_ERR_FORMAT);
		assert_int_equal(lb_key_load_public(path_of("key.pem"), &key), LB_ERR_FORMAT);
	}
	/* Cut at any byte. */
	for (size_t size = 0; size < sizeof(p256_sec1) - 10; size += 7) {
		write_key(p256_sec1);
		assert_int_equal(truncate(path_of("key.pem"), (off_t)size), 0);
		assert_int_equal(lb_key_load(path_of("key.pem"), &signer), LB_ERR_FORMAT);
	}
	assert_int_equal(lb_key_load(folder, &signer), LB_ERR_IO);
	assert_int_equal(lb_key_load_public(path_of("missing"), &key), LB_ERR_IO);
	lb_signer_free(&signer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_a_trusted_keys_image_is_good),
		cmocka_unit_test(every_flipped_bit_is_refused),
		cmocka_unit_test(board_id_and_counter_are_taken_from_what_is_signed),
		cmocka_unit_test(other_signatures_are_called_so),
		cmocka_unit_test_setup_teardown(keys_are_kept_and_never_replaced, make_folder, remove_folder),
		cmocka_unit_test(the_default_key_is_the_users),
		cmocka_unit_test_setup_teardown(other_tools_keys_are_read, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(files_without_a_key_for_us_are_told_apart, make_folder, remove_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
