/* Images: every length and field that an image may lie about, every byte that may be damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/image/image.h"

enum { SLOT_BYTES = 4096, PAYLOAD_BYTES = 1500, HASH_TLV_BYTES = 4 + 32, FAIL_NEVER = 1 << 30 };

/* A slot in memory, exactly as large as it says, so that a read beyond it is seen by the sanitizer. */
struct slot {
	uint8_t bytes[SLOT_BYTES];
	uint32_t size_bytes;
	uint32_t used_bytes;
	int fail_after; /* reads that still succeed */
};

static int slot_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	struct slot *slot = ctx;

	assert_true(offset <= slot->size_bytes && size_bytes <= slot->size_bytes - offset);
	if (slot->fail_after-- <= 0)
		return LB_ERR_IO;
	memcpy(data, slot->bytes + offset, size_bytes);
	return LB_OK;
}

static struct lb_image_source source_of(struct slot *slot)
{
	return (struct lb_image_source){slot_read, slot, slot->size_bytes, NULL};
}

static void sha256_init(struct lb_sha256 *sha)
{
	_Static_assert(sizeof(crypto_hash_sha256_state) <= LB_SHA256_STATE_BYTES, "room for libsodium");
	crypto_hash_sha256_init((crypto_hash_sha256_state *)(void *)sha);
}

static void sha256_update(struct lb_sha256 *sha, const void *data, size_t size_bytes)
{
	crypto_hash_sha256_update((crypto_hash_sha256_state *)(void *)sha, data, size_bytes);
}

static void sha256_final(struct lb_sha256 *sha, uint8_t digest[LB_SHA256_BYTES])
{
	crypto_hash_sha256_final((crypto_hash_sha256_state *)(void *)sha, digest);
}

static const struct lb_crypto crypto = {sha256_init, sha256_update, sha256_final, NULL};

static void put_entry(struct slot *slot, uint16_t type, const void *data, uint16_t length)
{
	uint8_t *at = slot->bytes + slot->used_bytes;

	lb_store16le(at, type);
	lb_store16le(at + 2, length);
	memcpy(at + 4, data, length);
	slot->used_bytes += 4u + length;
}

static void put_area(struct slot *slot, uint16_t magic, uint16_t area_bytes)
{
	lb_store16le(slot->bytes + slot->used_bytes, magic);
	lb_store16le(slot->bytes + slot->used_bytes + 2, area_bytes);
	slot->used_bytes += 4;
}

static void put_hash(struct slot *slot, uint32_t hashed_bytes)
{
	uint8_t digest[32];

	crypto_hash_sha256(digest, slot->bytes, hashed_bytes);
	put_area(slot, 0x6907, 4 + HASH_TLV_BYTES);
	put_entry(slot, 0x10, digest, 32);
}

static void put_header(struct slot *slot, uint16_t header_bytes, uint16_t protected_bytes)
{
	memset(slot, 0xFF, sizeof(*slot));
	slot->size_bytes = SLOT_BYTES;
	slot->fail_after = FAIL_NEVER;
	memset(slot->bytes, 0, header_bytes);
	memcpy(slot->bytes, "\x3D\xB8\xF3\x96", 4);
	lb_store16le(slot->bytes + 8, header_bytes);
	lb_store16le(slot->bytes + 10, protected_bytes);
	lb_store32le(slot->bytes + 12, PAYLOAD_BYTES);
	memcpy(slot->bytes + 20, "\x01\x02\x04\x03\x08\x07\x06\x05", 8);
	for (unsigned i = 0; i < PAYLOAD_BYTES; i++)
		slot->bytes[header_bytes + i] = (uint8_t)(i * 7 + (i >> 8));
	slot->used_bytes = header_bytes + PAYLOAD_BYTES;
}

static void make_plain(struct slot *slot)
{
	put_header(slot, 32, 0);
	put_hash(slot, slot->used_bytes);
}

/* A long header, a protected area with two entries, and a foreign entry before the hash. */
static void make_rich(struct slot *slot)
{
	uint8_t digest[32];

	put_header(slot, 512, 4 + 8 + 20);
	put_area(slot, 0x6908, 4 + 8 + 20);
	put_entry(slot, 0x50, "\x07\x00\x00\x00", 4);
	put_entry(slot, 0x75, "0123456789abcdef", 16);
	crypto_hash_sha256(digest, slot->bytes, slot->used_bytes);
	put_area(slot, 0x6907, 4 + 4 + HASH_TLV_BYTES);
	put_entry(slot, 0x00A0, "", 0);
	put_entry(slot, 0x10, digest, 32);
}

/* The same image where it is mapped: it has the same verdict, and nothing is read. */
static void check_mapped(const struct slot *slot, enum lb_image_verdict expected)
{
	uint8_t *bytes = malloc(slot->size_bytes + (slot->size_bytes == 0));
	const struct lb_image_source source = {NULL, NULL, slot->size_bytes, bytes};
	struct lb_image_info info;

	assert_non_null(bytes);
	memcpy(bytes, slot->bytes, slot->size_bytes);
	assert_int_equal(lb_image_check(&source, &crypto, &info), expected);
	free(bytes);
}

static enum lb_image_verdict verify(struct slot *slot, struct lb_image_info *info)
{
	struct lb_image_source source = source_of(slot);
	const bool can_fail = slot->fail_after != FAIL_NEVER;
	const enum lb_image_verdict verdict = lb_image_check(&source, &crypto, info);

	if (!can_fail)
		check_mapped(slot, verdict);
	slot->fail_after = FAIL_NEVER;
	return verdict;
}

static void a_whole_image_is_good_and_told(void **state)
{
	struct slot slot;
	struct lb_image_info info;

	(void)state;
	make_plain(&slot);
	assert_int_equal(verify(&slot, &info), LB_IMAGE_GOOD);
	assert_int_equal(info.header_bytes, 32);
	assert_int_equal(info.payload_bytes, PAYLOAD_BYTES);
	assert_int_equal(info.protected_bytes, 0);
	assert_int_equal(info.total_bytes, slot.used_bytes);
	assert_int_equal(info.version.major, 1);
	assert_int_equal(info.version.minor, 2);
	assert_int_equal(info.version.revision, 0x0304);
	assert_int_equal(info.version.build, 0x05060708);
	assert_true(lb_image_id(&info) == lb_load64le(slot.bytes + 32 + PAYLOAD_BYTES + 8));

	make_rich(&slot);
	assert_int_equal(verify(&slot, &info), LB_IMAGE_GOOD);
	assert_int_equal(info.header_bytes, 512);
	assert_int_equal(info.protected_bytes, 32);
	assert_int_equal(info.total_bytes, slot.used_bytes);
}

static void a_slot_of_just_the_image_is_enough_and_one_less_is_not(void **state)
{
	struct slot slot;
	struct lb_image_info info;

	(void)state;
	make_rich(&slot);
	for (slot.size_bytes = slot.used_bytes; slot.size_bytes > 0; slot.size_bytes--) {
		enum lb_image_verdict verdict = verify(&slot, &info);

		if (slot.size_bytes == slot.used_bytes)
			assert_int_equal(verdict, LB_IMAGE_GOOD);
		else
			assert_int_equal(verdict, slot.size_bytes < 32 ? LB_IMAGE_BLANK : LB_IMAGE_TOO_LONG);
	}
}

static void every_flipped_bit_is_refused(void **state)
{
	struct slot slot;
	struct lb_image_info info = {.payload_bytes = 99};

	(void)state;
	make_rich(&slot);
	for (uint32_t bit = 0; bit < 8 * slot.used_bytes; bit++) {
		enum lb_image_verdict verdict;
		uint32_t in_entry = bit / 8 - (slot.used_bytes - 36 - 4);

		/* The foreign entry's own type is outside the hash and means nothing, as long as it is no second hash. */
		if (in_entry < 2)
			continue;
		slot.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
		verdict = verify(&slot, &info);
		assert_int_not_equal(verdict, LB_IMAGE_GOOD);
		assert_int_not_equal(verdict, LB_IMAGE_UNKNOWN);
		assert_int_equal(info.payload_bytes, 99);
		slot.bytes[bit / 8] ^= (uint8_t)(1u << bit % 8);
	}
	assert_int_equal(verify(&slot, &info), LB_IMAGE_GOOD);
}

static void each_lie_has_its_verdict(void **state)
{
	enum { END = 32 + PAYLOAD_BYTES };
	static const struct {
		uint32_t at, value;
		unsigned value_bytes;
		enum lb_image_verdict verdict;
	} cases[] = {
		{0, 0x12345678, 4, LB_IMAGE_NO_MAGIC},
		{8, 31, 2, LB_IMAGE_BAD_HEADER},
		{8, 0, 2, LB_IMAGE_BAD_HEADER},
		{8, 0xFFFF, 2, LB_IMAGE_TOO_LONG},
		{10, 4, 2, LB_IMAGE_BAD_TLV},
		{10, 0xFFFF, 2, LB_IMAGE_BAD_TLV},
		{12, 0, 4, LB_IMAGE_BAD_HEADER},
		{12, SLOT_BYTES, 4, LB_IMAGE_TOO_LONG},
		{12, 0xFFFFFFFF, 4, LB_IMAGE_TOO_LONG},
		{12, 0xFFFFFFE0, 4, LB_IMAGE_TOO_LONG}, /* header and payload would wrap to 0 */
		{16, 0x00000001, 4, LB_IMAGE_BAD_FLAGS},
		{16, 0x80000000, 4, LB_IMAGE_BAD_FLAGS},
		{16, 0x00000008, 4, LB_IMAGE_ENCRYPTED},
		{16, 0x00000400, 4, LB_IMAGE_COMPRESSED},
		{20, 0x09, 1, LB_IMAGE_WRONG_HASH},
		{END - 1, 0x00, 1, LB_IMAGE_WRONG_HASH},
		{END, 0x6908, 2, LB_IMAGE_BAD_TLV},
		{END + 2, 3, 2, LB_IMAGE_BAD_TLV},
		{END + 2, 4, 2, LB_IMAGE_NO_HASH},
		{END + 2, 7, 2, LB_IMAGE_BAD_TLV},
		{END + 2, 0xFFFF, 2, LB_IMAGE_BAD_TLV}, /* erased flash read as an entry */
		{END + 4, 0x11, 2, LB_IMAGE_NO_HASH},
		{END + 6, 31, 2, LB_IMAGE_BAD_TLV},
		{END + 6, 33, 2, LB_IMAGE_BAD_TLV},
		{END + 6, 0xFFFF, 2, LB_IMAGE_BAD_TLV},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slot slot;
		struct lb_image_info info;
		uint8_t value[4];

		make_plain(&slot);
		lb_store32le(value, cases[i].value);
		memcpy(slot.bytes + cases[i].at, value, cases[i].value_bytes);
		if (verify(&slot, &info) != cases[i].verdict)
			fail_msg("case %zu: %s", i, lb_image_verdict_text((uint32_t)verify(&slot, &info)));
	}
}

static void a_slot_without_an_image_is_blank_or_strange(void **state)
{
	struct slot slot;
	struct lb_image_info info;

	(void)state;
	make_plain(&slot);
	memset(slot.bytes, 0xFF, sizeof(slot.bytes));
	assert_int_equal(verify(&slot, &info), LB_IMAGE_BLANK);
	slot.size_bytes = 0;
	assert_int_equal(verify(&slot, &info), LB_IMAGE_BLANK);
	slot.size_bytes = SLOT_BYTES;
	slot.bytes[31] = 0x7F;
	assert_int_equal(verify(&slot, &info), LB_IMAGE_NO_MAGIC);
}

static void two_hashes_are_one_too_many(void **state)
{
	struct slot slot;
	struct lb_image_info info;
	uint8_t digest[32];

	(void)state;
	put_header(&slot, 32, 0);
	crypto_hash_sha256(digest, slot.bytes, slot.used_bytes);
	put_area(&slot, 0x6907, 4 + 2 * HASH_TLV_BYTES);
	put_entry(&slot, 0x10, digest, 32);
	put_entry(&slot, 0x10, digest, 32);
	assert_int_equal(verify(&slot, &info), LB_IMAGE_BAD_TLV);
}

static void a_hash_in_the_protected_area_does_not_count(void **state)
{
	struct slot slot;
	struct lb_image_info info;
	uint8_t digest[32] = {0};

	(void)state;
	put_header(&slot, 32, 4 + HASH_TLV_BYTES);
	put_area(&slot, 0x6908, 4 + HASH_TLV_BYTES);
	put_entry(&slot, 0x10, digest, 32);
	put_area(&slot, 0x6907, 4);
	assert_int_equal(verify(&slot, &info), LB_IMAGE_NO_HASH);
}

static void every_failing_read_is_told(void **state)
{
	struct slot slot;
	struct lb_image_info info;
	unsigned failures = 0;

	(void)state;
	for (int reads = 0;; reads++) {
		enum lb_image_verdict verdict;

		make_rich(&slot);
		slot.fail_after = reads;
		verdict = verify(&slot, &info);
		if (verdict == LB_IMAGE_GOOD)
			break;
		assert_int_equal(verdict, LB_IMAGE_UNREADABLE);
		failures++;
	}
	assert_in_range(failures, 8, 20); /* header, areas, entries, hash, pieces of the payload */
}

static void inspecting_does_not_read_the_payload(void **state)
{
	struct slot slot;
	struct lb_image_source source;
	struct lb_image_info info;

	(void)state;
	make_plain(&slot);
	slot.bytes[100] ^= 1;
	source = source_of(&slot);
	assert_int_equal(lb_image_inspect(&source, &info), LB_IMAGE_GOOD);
	assert_int_equal(info.total_bytes, slot.used_bytes);
	assert_int_equal(lb_image_check(&source, &crypto, &info), LB_IMAGE_WRONG_HASH);
}

static void versions_are_ordered_by_their_most_significant_difference(void **state)
{
	static const struct lb_version rising[] = {
		{0, 0, 0, 0}, {0, 0, 0, 1},   {0, 0, 1, 0}, {0, 0, 65535, 9},
		{0, 1, 0, 0}, {0, 255, 0, 0}, {1, 0, 0, 0}, {255, 0, 0, 0},
	};
	enum { COUNT = sizeof(rising) / sizeof(rising[0]) };

	(void)state;
	for (int a = 0; a < COUNT; a++) {
		for (int b = 0; b < COUNT; b++) {
			int order = lb_image_version_compare(&rising[a], &rising[b]);

			assert_int_equal(order < 0, a < b);
			assert_int_equal(order > 0, a > b);
		}
	}
}

static void verdicts_are_wide_and_have_texts_of_their_own(void **state)
{
	static const uint32_t verdicts[] = {
		LB_IMAGE_UNKNOWN,
		LB_IMAGE_GOOD,
		LB_IMAGE_BLANK,
		LB_IMAGE_NO_MAGIC,
		LB_IMAGE_BAD_HEADER,
		LB_IMAGE_BAD_FLAGS,
		LB_IMAGE_TOO_LONG,
		LB_IMAGE_BAD_TLV,
		LB_IMAGE_NO_HASH,
		LB_IMAGE_WRONG_HASH,
		LB_IMAGE_UNREADABLE,
		LB_IMAGE_NO_SIGNATURE,
		LB_IMAGE_WRONG_KEY,
		LB_IMAGE_WRONG_SIGNATURE,
		LB_IMAGE_NOT_LOADED,
		LB_IMAGE_OTHER_BOARD,
		LB_IMAGE_NOT_STARTED,
		LB_IMAGE_OTHER_SIGNATURE,
		LB_IMAGE_ENCRYPTED,
		LB_IMAGE_COMPRESSED,
		1,
	};
	enum { COUNT = sizeof(verdicts) / sizeof(verdicts[0]) };

	(void)state;
	for (int a = 0; a < COUNT; a++) {
		for (int b = 0; b < a; b++) {
			assert_string_not_equal(lb_image_verdict_text(verdicts[a]), lb_image_verdict_text(verdicts[b]));
			if (verdicts[a] > 1)
				assert_true(__builtin_popcount(verdicts[a] ^ verdicts[b]) >= 13);
		}
	}
}

static int flash_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	struct slot *slot = ctx;

	assert_true(offset >= 0x10000);
	return slot_read(slot, offset - 0x10000, data, size_bytes);
}

static void a_slot_in_flash_is_a_source(void **state)
{
	struct slot slot;
	struct lb_flash flash = {.read = flash_read, .ctx = &slot, .size_bytes = 1 << 20};
	struct lb_image_slot in_flash = {&flash, {0x10000, SLOT_BYTES}};
	struct lb_image_source source = lb_image_slot_source(&in_flash);
	struct lb_image_info info;

	(void)state;
	make_plain(&slot);
	assert_int_equal(source.size_bytes, SLOT_BYTES);
	assert_int_equal(lb_image_check(&source, &crypto, &info), LB_IMAGE_GOOD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_image_is_good_and_told),
		cmocka_unit_test(a_slot_of_just_the_image_is_enough_and_one_less_is_not),
		cmocka_unit_test(every_flipped_bit_is_refused),
		cmocka_unit_test(each_lie_has_its_verdict),
		cmocka_unit_test(a_slot_without_an_image_is_blank_or_strange),
		cmocka_unit_test(two_hashes_are_one_too_many),
		cmocka_unit_test(a_hash_in_the_protected_area_does_not_count),
		cmocka_unit_test(every_failing_read_is_told),
		cmocka_unit_test(inspecting_does_not_read_the_payload),
		cmocka_unit_test(versions_are_ordered_by_their_most_significant_difference),
		cmocka_unit_test(verdicts_are_wide_and_have_texts_of_their_own),
		cmocka_unit_test(a_slot_in_flash_is_a_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
