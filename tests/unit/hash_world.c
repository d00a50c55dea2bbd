#include "tests/unit/hash_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <string.h>

enum { NOISE_BYTES = 4096, ALL_UP_TO_BYTES = 300, LARGEST_PIECE_BYTES = 150, ROUNDS = 4 };

/* step_bytes of 0: pieces of random sizes, 0 among them. */
static void hash(const struct lb_crypto *crypto, const void *data, size_t size_bytes, size_t step_bytes,
                 uint8_t digest[LB_SHA256_BYTES])
{
	struct lb_sha256 sha;

	memset(&sha, 0xA5, sizeof(sha));
	crypto->sha256_init(&sha);
	for (size_t at = 0; at < size_bytes;) {
		const size_t left = size_bytes - at;
		const size_t piece = step_bytes > 0 ? step_bytes : randombytes_uniform(LARGEST_PIECE_BYTES);

		crypto->sha256_update(&sha, (const uint8_t *)data + at, left < piece ? left : piece);
		at += left < piece ? left : piece;
	}
	crypto->sha256_final(&sha, digest);
}

static void check_known(const struct lb_crypto *crypto)
{
	static const struct {
		const char *text, *hex;
	} known[] = {
		{"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
		{"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
	};
	uint8_t digest[LB_SHA256_BYTES];
	char hex[2 * LB_SHA256_BYTES + 1];

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		hash(crypto, known[i].text, strlen(known[i].text), 7, digest);
		sodium_bin2hex(hex, sizeof(hex), digest, sizeof(digest));
		assert_string_equal(hex, known[i].hex);
	}
}

static void check_size(const struct lb_crypto *crypto, const uint8_t *noise, size_t size_bytes)
{
	uint8_t digest[LB_SHA256_BYTES], expected[LB_SHA256_BYTES];

	crypto_hash_sha256(expected, noise, size_bytes);
	for (size_t step_bytes = 1; step_bytes <= NOISE_BYTES; step_bytes = step_bytes * 5 + 3) {
		hash(crypto, noise, size_bytes, step_bytes, digest);
		assert_memory_equal(digest, expected, sizeof(expected));
	}
	for (int round = 0; round < ROUNDS; round++) {
		hash(crypto, noise, size_bytes, 0, digest);
		assert_memory_equal(digest, expected, sizeof(expected));
	}
}

void hash_world_check(const struct lb_crypto *crypto)
{
	static uint8_t noise[NOISE_BYTES + 1];

	randombytes_buf(noise, sizeof(noise));
	check_known(crypto);
	for (size_t size_bytes = 0; size_bytes <= ALL_UP_TO_BYTES; size_bytes++)
		check_size(crypto, noise + size_bytes % 2, size_bytes); /* at odd addresses too */
	for (size_t size_bytes = ALL_UP_TO_BYTES; size_bytes <= NOISE_BYTES; size_bytes += size_bytes / 9)
		check_size(crypto, noise, size_bytes);
}
