/* Project Wycheproof's test vectors (C2SP), which do not come with this tree: ../shared/vectors beside it, or
 * LIFEBOAT_VECTORS. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>
#include <cmocka.h>
#include <sodium.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/p256_curve.h"
#include "crypto/providers.h"

enum { MESSAGE_MAX = 4096, SIGNATURE_MAX = 8192 };

struct vector {
	uint8_t key[LB_KEY_POINT_BYTES], message[MESSAGE_MAX], signature[SIGNATURE_MAX], digest[LB_SHA256_BYTES];
	size_t key_bytes, message_bytes, signature_bytes;
	bool valid;
	int number;
};

static size_t bytes_of(const cJSON *object, const char *name, uint8_t *bytes, size_t space)
{
	const char *hex = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
	size_t size_bytes;

	assert_non_null(hex);
	assert_int_equal(sodium_hex2bin(bytes, space, hex, strlen(hex), NULL, &size_bytes, NULL), 0);
	return size_bytes;
}

static void parse(const cJSON *test, struct vector *vector)
{
	const char *result = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(test, "result"));
	struct lb_sha256 sha;

	vector->number = cJSON_GetObjectItemCaseSensitive(test, "tcId")->valueint;
	vector->message_bytes = bytes_of(test, "msg", vector->message, sizeof(vector->message));
	vector->signature_bytes = bytes_of(test, "sig", vector->signature, sizeof(vector->signature));
	assert_true(strcmp(result, "valid") == 0 || strcmp(result, "invalid") == 0);
	vector->valid = strcmp(result, "valid") == 0;
	lb_crypto_small.sha256_init(&sha);
	lb_crypto_small.sha256_update(&sha, vector->message, vector->message_bytes);
	lb_crypto_small.sha256_final(&sha, vector->digest);
}

static cJSON *load(const char *name)
{
	const char *folder = getenv("LIFEBOAT_VECTORS");
	char path[4096];
	static char text[4 << 20];

	snprintf(path, sizeof(path), "%s/%s", folder != NULL ? folder : "../shared/vectors", name);
	FILE *file = fopen(path, "r");
	if (file == NULL) {
		fprintf(stderr, "test_vectors: skipped: no %s\n", path);
		return NULL;
	}
	size_t size_bytes = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[size_bytes] = '\0';
	cJSON *root = cJSON_Parse(text);
	assert_non_null(root);
	return root;
}

/* key_name: where a group's public key is, as hex behind key_prefix bytes. */
static void each(const char *name, const char *key_name, size_t key_prefix, bool (*judge)(const struct vector *vector))
{
	const cJSON *group, *test;
	int count = 0;
	cJSON *root = load(name);

	if (root == NULL)
		return;
	cJSON_ArrayForEach(group, cJSON_GetObjectItemCaseSensitive(root, "testGroups"))
	{
		const cJSON *key = cJSON_GetObjectItemCaseSensitive(group, "publicKey");
		uint8_t bytes[1 + LB_KEY_POINT_BYTES];
		static struct vector vector;

		vector.key_bytes = bytes_of(key, key_name, bytes, sizeof(bytes)) - key_prefix;
		memcpy(vector.key, bytes + key_prefix, vector.key_bytes);
		cJSON_ArrayForEach(test, cJSON_GetObjectItemCaseSensitive(group, "tests"))
		{
			parse(test, &vector);
			if (judge(&vector) != vector.valid)
				fail_msg("%s, test %d: should be %s", name, vector.number, vector.valid ? "good" : "bad");
			count++;
		}
	}
	assert_int_equal(count, cJSON_GetObjectItemCaseSensitive(root, "numberOfTests")->valueint);
	cJSON_Delete(root);
}

static struct lb_image_key key_of(const struct vector *vector, enum lb_key_type type)
{
	struct lb_image_key key = {.type = type};

	memcpy(key.point, vector->key, vector->key_bytes);
	return key;
}

static bool judge_der(const struct vector *vector)
{
	const struct lb_image_key key = key_of(vector, LB_KEY_P256);

	return lb_crypto_small.verify(&key, vector->digest, vector->signature, vector->signature_bytes) ==
	       LB_SIGNATURE_GOOD;
}

static bool judge_numbers(const struct vector *vector)
{
	return vector->signature_bytes == 2 * LB_P256_NUMBER_BYTES &&
	       lb_p256_curve_verify(vector->signature, vector->key, vector->digest) == 0;
}

/* An image's signature is over its digest, 32 bytes: of other messages libsodium, which is behind the provider, says
 * what it is. */
static bool judge_ed25519(const struct vector *vector)
{
	const struct lb_image_key key = key_of(vector, LB_KEY_ED25519);
	const bool good =
		vector->signature_bytes == crypto_sign_BYTES &&
		crypto_sign_verify_detached(vector->signature, vector->message, vector->message_bytes, key.point) == 0;

	if (vector->message_bytes == LB_SHA256_BYTES)
		assert_int_equal(lb_crypto_fast.verify(&key, vector->message, vector->signature, vector->signature_bytes) ==
		                     LB_SIGNATURE_GOOD,
		                 good);
	return good;
}

static void p256_in_der(void **state)
{
	(void)state;
	each("ecdsa_secp256r1_sha256_test.json", "uncompressed", 1, judge_der);
}

static void p256_in_numbers(void **state)
{
	(void)state;
	each("ecdsa_secp256r1_sha256_p1363_test.json", "uncompressed", 1, judge_numbers);
}

static void ed25519(void **state)
{
	(void)state;
	each("ed25519_test.json", "pk", 0, judge_ed25519);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(p256_in_der),
		cmocka_unit_test(p256_in_numbers),
		cmocka_unit_test(ed25519),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
