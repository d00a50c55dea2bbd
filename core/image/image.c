#define LB_ASSERT_FILE 7
#include "core/image/image.h"

#include <stdbool.h>
#include <string.h>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/base/noinline.h"

enum { CHUNK_BYTES = 256 }; /* on the stack; larger ones are hardly quicker */

static int slot_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	const struct lb_image_slot *slot = ctx;

	return lb_region_read(slot->flash, slot->region, offset, data, size_bytes);
}

struct lb_image_source lb_image_slot_source(struct lb_image_slot *slot)
{
	return (struct lb_image_source){slot_read, slot, slot->region.size_bytes, NULL};
}

int lb_image_read(const struct lb_image_source *source, uint32_t offset, void *data, uint32_t size_bytes)
{
	if (offset > source->size_bytes || size_bytes > source->size_bytes - offset)
		return LB_ERR_BOUNDS;
	if (source->mapped == NULL)
		return source->read(source->ctx, offset, data, size_bytes);
	memcpy(data, source->mapped + offset, size_bytes);
	return LB_OK;
}

static enum lb_image_verdict fetch(const struct lb_image_source *source, uint32_t offset, void *data,
                                   uint32_t size_bytes)
{
	const int result = lb_image_read(source, offset, data, size_bytes);

	if (result == LB_OK)
		return LB_IMAGE_GOOD;
	return result == LB_ERR_BOUNDS ? LB_IMAGE_TOO_LONG : LB_IMAGE_UNREADABLE;
}

static enum lb_image_verdict judge_flags(uint32_t flags)
{
	if ((flags & LB_IMAGE_ENCRYPTED_FLAGS) != 0)
		return LB_IMAGE_ENCRYPTED;
	if ((flags & LB_IMAGE_COMPRESSED_FLAGS) != 0)
		return LB_IMAGE_COMPRESSED;
	return (flags & ~(uint32_t)LB_IMAGE_KNOWN_FLAGS) != 0 ? LB_IMAGE_BAD_FLAGS : LB_IMAGE_GOOD;
}

/* Every length is held against the source before anything is read by it. */
static enum lb_image_verdict read_header(const struct lb_image_source *source, struct lb_image_info *info)
{
	uint8_t header[LB_IMAGE_HEADER_BYTES];
	enum lb_image_verdict verdict;

	if (source->size_bytes < sizeof(header))
		return LB_IMAGE_BLANK;
	verdict = fetch(source, 0, header, sizeof(header));
	if (verdict != LB_IMAGE_GOOD)
		return verdict;
	if (lb_load32le(header + LB_IMAGE_AT_MAGIC) != LB_IMAGE_MAGIC)
		return lb_bytes_are_blank(header, sizeof(header)) ? LB_IMAGE_BLANK : LB_IMAGE_NO_MAGIC;
	verdict = judge_flags(lb_load32le(header + LB_IMAGE_AT_FLAGS));
	if (verdict != LB_IMAGE_GOOD)
		return verdict;

	info->header_bytes = lb_load16le(header + LB_IMAGE_AT_HEADER_BYTES);
	info->protected_bytes = lb_load16le(header + LB_IMAGE_AT_PROTECTED_BYTES);
	info->payload_bytes = lb_load32le(header + LB_IMAGE_AT_PAYLOAD_BYTES);
	info->version.major = header[LB_IMAGE_AT_VERSION];
	info->version.minor = header[LB_IMAGE_AT_VERSION + 1];
	info->version.revision = lb_load16le(header + LB_IMAGE_AT_VERSION + 2);
	info->version.build = lb_load32le(header + LB_IMAGE_AT_VERSION + 4);
	if (info->header_bytes < LB_IMAGE_HEADER_BYTES || info->payload_bytes == 0)
		return LB_IMAGE_BAD_HEADER;
	/* The source is far smaller than 4 GiB, so from here on no sum of lengths wraps. */
	if (info->payload_bytes > source->size_bytes)
		return LB_IMAGE_TOO_LONG;
	return LB_IMAGE_GOOD;
}

/* An area under way, with the entries that were met in it. */
struct area {
	uint16_t magic;
	uint32_t area_bytes;
	bool have_hash, have_key, have_signature, have_counter, have_board_id, is_pure;
};

/* Fetches an entry that may come but once and has this length. */
static enum lb_image_verdict fetch_once(const struct lb_image_source *source, uint32_t offset, uint16_t length,
                                        bool *have, void *data, uint32_t size_bytes)
{
	if (*have || length != size_bytes)
		return LB_IMAGE_BAD_TLV;
	*have = true;
	return fetch(source, offset, data, size_bytes);
}

static enum lb_image_verdict parse_signature(const struct lb_image_source *source, uint32_t offset, uint16_t length,
                                             enum lb_key_type type, struct area *area, struct lb_image_info *info)
{
	if (length == 0 || length > LB_SIGNATURE_BYTES)
		return LB_IMAGE_BAD_TLV;
	info->key_type = type;
	info->signature_bytes = length;
	return fetch_once(source, offset, length, &area->have_signature, info->signature, length);
}

/* What the hash covers, and so the signature. */
static enum lb_image_verdict parse_protected(const struct lb_image_source *source, uint32_t offset, uint16_t type,
                                             uint16_t length, struct area *area, struct lb_image_info *info)
{
	uint8_t counter[4] = {0};
	enum lb_image_verdict verdict;

	switch (type) {
	case LB_IMAGE_TLV_COUNTER:
		verdict = fetch_once(source, offset, length, &area->have_counter, counter, sizeof(counter));
		info->security_counter = lb_load32le(counter);
		return verdict;
	case LB_IMAGE_TLV_BOARD_ID:
		info->has_board_id = true;
		return fetch_once(source, offset, length, &area->have_board_id, info->board_id, LB_BOARD_ID_BYTES);
	default: return LB_IMAGE_GOOD;
	}
}

/* What the signature does not cover: only the hash, the key's name and the signature itself may come from here. */
static enum lb_image_verdict parse_unprotected(const struct lb_image_source *source, uint32_t offset, uint16_t type,
                                               uint16_t length, struct area *area, struct lb_image_info *info)
{
	switch (type) {
	case LB_IMAGE_TLV_SHA256: return fetch_once(source, offset, length, &area->have_hash, info->hash, LB_SHA256_BYTES);
	case LB_IMAGE_TLV_KEY_HASH:
		if (length != LB_SHA256_BYTES) { /* by SHA-384 or SHA-512, as the hash of such an image is */
			info->other_signature = true;
			return LB_IMAGE_GOOD;
		}
		return fetch_once(source, offset, length, &area->have_key, info->key_hash, LB_SHA256_BYTES);
	case LB_IMAGE_TLV_ED25519: return parse_signature(source, offset, length, LB_KEY_ED25519, area, info);
	case LB_IMAGE_TLV_P256: return parse_signature(source, offset, length, LB_KEY_P256, area, info);
	case LB_IMAGE_TLV_PURE: area->is_pure = true; return LB_IMAGE_GOOD;
	case LB_IMAGE_TLV_RSA_2048:
	case LB_IMAGE_TLV_RSA_3072:
	case LB_IMAGE_TLV_P224: info->other_signature = true; return LB_IMAGE_GOOD;
	default: return LB_IMAGE_GOOD;
	}
}

/* Walks one area from its info to its end. */
static enum lb_image_verdict walk_area(const struct lb_image_source *source, uint32_t offset, struct area *area,
                                       struct lb_image_info *info)
{
	uint8_t bytes[LB_IMAGE_TLV_INFO_BYTES];
	enum lb_image_verdict verdict = fetch(source, offset, bytes, sizeof(bytes));
	uint32_t at = sizeof(bytes);

	if (verdict != LB_IMAGE_GOOD)
		return verdict;
	area->area_bytes = lb_load16le(bytes + 2);
	if (lb_load16le(bytes) != area->magic || area->area_bytes < at)
		return LB_IMAGE_BAD_TLV;
	while (at < area->area_bytes) {
		uint16_t type, length;

		if (area->area_bytes - at < LB_IMAGE_TLV_ENTRY_BYTES)
			return LB_IMAGE_BAD_TLV;
		verdict = fetch(source, offset + at, bytes, sizeof(bytes));
		if (verdict != LB_IMAGE_GOOD)
			return verdict;
		type = lb_load16le(bytes);
		length = lb_load16le(bytes + 2);
		at += LB_IMAGE_TLV_ENTRY_BYTES;
		if (length > area->area_bytes - at)
			return LB_IMAGE_BAD_TLV;
		verdict = area->magic == LB_IMAGE_TLV_MAGIC ? parse_unprotected(source, offset + at, type, length, area, info) :
		                                              parse_protected(source, offset + at, type, length, area, info);
		if (verdict != LB_IMAGE_GOOD)
			return verdict;
		at += length;
	}
	return LB_IMAGE_GOOD;
}

/* The protected area is as long as the header says, for the hash covers it; a signature counts only with the hash of
 * its key. */
static enum lb_image_verdict read_tlvs(const struct lb_image_source *source, struct lb_image_info *info)
{
	uint32_t offset = info->header_bytes + info->payload_bytes;
	struct area covered = {.magic = LB_IMAGE_PROTECTED_TLV_MAGIC};
	struct area area = {.magic = LB_IMAGE_TLV_MAGIC};
	enum lb_image_verdict verdict = LB_IMAGE_GOOD;

	if (info->protected_bytes != 0)
		verdict = walk_area(source, offset, &covered, info);
	if (verdict != LB_IMAGE_GOOD)
		return verdict;
	if (covered.area_bytes != info->protected_bytes)
		return LB_IMAGE_BAD_TLV;

	offset += info->protected_bytes;
	verdict = walk_area(source, offset, &area, info);
	if (verdict != LB_IMAGE_GOOD)
		return verdict;
	info->total_bytes = offset + area.area_bytes;
	if (info->total_bytes > source->size_bytes)
		return LB_IMAGE_TOO_LONG;
	if (area.have_signature && (!area.have_key || area.is_pure)) {
		info->key_type = LB_KEY_NONE;
		info->other_signature = true;
	}
	if (area.have_hash)
		return LB_IMAGE_GOOD;
	return info->other_signature ? LB_IMAGE_OTHER_SIGNATURE : LB_IMAGE_NO_HASH;
}

enum lb_image_verdict lb_image_inspect(const struct lb_image_source *source, struct lb_image_info *info)
{
	enum lb_image_verdict verdict;

	LB_ASSERT(source->size_bytes <= INT32_MAX);
	memset(info, 0, sizeof(*info));
	verdict = read_header(source, info);
	if (verdict != LB_IMAGE_GOOD)
		return verdict;
	return read_tlvs(source, info);
}

/* In chunks, so that a source need not lie in memory. */
static LB_NOINLINE enum lb_image_verdict hash_chunks(const struct lb_image_source *source,
                                                     const struct lb_crypto *crypto, uint32_t size_bytes,
                                                     struct lb_sha256 *sha)
{
	uint8_t chunk[CHUNK_BYTES];

	for (uint32_t at = 0; at < size_bytes;) {
		uint32_t left = size_bytes - at;
		uint32_t piece = left < CHUNK_BYTES ? left : CHUNK_BYTES;
		enum lb_image_verdict verdict = fetch(source, at, chunk, piece);

		if (verdict != LB_IMAGE_GOOD)
			return verdict;
		crypto->sha256_update(sha, chunk, piece);
		at += piece;
	}
	return LB_IMAGE_GOOD;
}

/* The very bytes that the CPU will fetch, where it can fetch them. */
static enum lb_image_verdict hash_mapped(const struct lb_image_source *source, const struct lb_crypto *crypto,
                                         uint32_t size_bytes, struct lb_sha256 *sha)
{
	if (size_bytes > source->size_bytes)
		return LB_IMAGE_TOO_LONG;
	crypto->sha256_update(sha, source->mapped, size_bytes);
	return LB_IMAGE_GOOD;
}

static enum lb_image_verdict hash_source(const struct lb_image_source *source, const struct lb_crypto *crypto,
                                         uint32_t size_bytes, uint8_t digest[LB_SHA256_BYTES])
{
	struct lb_sha256 sha;
	enum lb_image_verdict verdict;

	crypto->sha256_init(&sha);
	verdict = source->mapped == NULL ? hash_chunks(source, crypto, size_bytes, &sha) :
	                                   hash_mapped(source, crypto, size_bytes, &sha);
	if (verdict == LB_IMAGE_GOOD)
		crypto->sha256_final(&sha, digest);
	return verdict;
}

/* digest is what was computed, filled also where it is not the TLV's. */
static LB_NOINLINE enum lb_image_verdict check_and_digest(const struct lb_image_source *source,
                                                          const struct lb_crypto *crypto, struct lb_image_info *info,
                                                          uint8_t digest[LB_SHA256_BYTES])
{
	struct lb_image_info found;
	enum lb_image_verdict verdict = lb_image_inspect(source, &found);

	if (verdict != LB_IMAGE_GOOD)
		return verdict;
	verdict = hash_source(source, crypto, found.header_bytes + found.payload_bytes + found.protected_bytes, digest);
	if (verdict != LB_IMAGE_GOOD)
		return verdict;
	if (memcmp(digest, found.hash, LB_SHA256_BYTES) != 0)
		return LB_IMAGE_WRONG_HASH;
	*info = found;
	return LB_IMAGE_GOOD;
}

enum lb_image_verdict lb_image_check(const struct lb_image_source *source, const struct lb_crypto *crypto,
                                     struct lb_image_info *info)
{
	uint8_t digest[LB_SHA256_BYTES];

	return check_and_digest(source, crypto, info, digest);
}

static const struct lb_image_key *find_key(const struct lb_image_trust *trust, const struct lb_image_info *info)
{
	for (size_t i = 0; i < trust->key_count; i++) {
		const struct lb_image_key *key = &trust->keys[i];

		if (key->type == info->key_type && memcmp(key->hash, info->key_hash, LB_SHA256_BYTES) == 0)
			return key;
	}
	return NULL;
}

/* What the provider answered, as a verdict. GOOD is computed from the answer and stands nowhere as a constant, so that
 * no branch that is skipped makes it of another one. */
static enum lb_image_verdict verdict_of(volatile enum lb_signature found)
{
	if (found == LB_SIGNATURE_UNSUPPORTED)
		return LB_IMAGE_OTHER_SIGNATURE;
	if (found != LB_SIGNATURE_GOOD)
		return LB_IMAGE_WRONG_SIGNATURE;
	return (enum lb_image_verdict)((uint32_t)found ^ LB_SIGNATURE_GOOD ^ LB_IMAGE_GOOD);
}

/* The signature is held against the digest that was computed here, and not against the TLV's bytes: should the
 * comparison of the two go wrong, a changed payload still has no signature. */
enum lb_image_verdict lb_image_verify(const struct lb_image_source *source, const struct lb_image_trust *trust,
                                      struct lb_image_info *info)
{
	uint8_t digest[LB_SHA256_BYTES] = {0};
	const struct lb_image_key *key;
	enum lb_image_verdict verdict = check_and_digest(source, trust->crypto, info, digest);

	if (verdict != LB_IMAGE_GOOD)
		return verdict;
	if (info->has_board_id && memcmp(info->board_id, trust->board_id, LB_BOARD_ID_BYTES) != 0)
		return LB_IMAGE_OTHER_BOARD;
	if (info->key_type == LB_KEY_NONE)
		return info->other_signature ? LB_IMAGE_OTHER_SIGNATURE : LB_IMAGE_NO_SIGNATURE;
	key = find_key(trust, info);
	if (key == NULL)
		return LB_IMAGE_WRONG_KEY;
	return verdict_of(trust->crypto->verify(key, digest, info->signature, info->signature_bytes));
}

uint64_t lb_image_id(const struct lb_image_info *info)
{
	return lb_load64le(info->hash);
}

uint32_t lb_image_key_id(const uint8_t key_hash[LB_SHA256_BYTES])
{
	return (uint32_t)key_hash[0] << 24 | (uint32_t)key_hash[1] << 16 | (uint32_t)key_hash[2] << 8 | key_hash[3];
}

int lb_image_version_compare(const struct lb_version *a, const struct lb_version *b)
{
	if (a->major != b->major)
		return a->major < b->major ? -1 : 1;
	if (a->minor != b->minor)
		return a->minor < b->minor ? -1 : 1;
	if (a->revision != b->revision)
		return a->revision < b->revision ? -1 : 1;
	if (a->build != b->build)
		return a->build < b->build ? -1 : 1;
	return 0;
}

/* The numbers lie far apart, so they are searched for. */
static const struct {
	uint32_t verdict;
	const char *text;
} verdict_texts[] = {
	{LB_IMAGE_UNKNOWN, "not looked at"},
	{LB_IMAGE_GOOD, "good"},
	{LB_IMAGE_BLANK, "no image"},
	{LB_IMAGE_NO_MAGIC, "not an image"},
	{LB_IMAGE_BAD_HEADER, "header is damaged"},
	{LB_IMAGE_BAD_FLAGS, "header flags are unknown"},
	{LB_IMAGE_TOO_LONG, "image is longer than its slot"},
	{LB_IMAGE_BAD_TLV, "trailer is damaged"},
	{LB_IMAGE_NO_HASH, "no SHA-256 hash"},
	{LB_IMAGE_WRONG_HASH, "payload hash does not match"},
	{LB_IMAGE_NO_SIGNATURE, "not signed"},
	{LB_IMAGE_WRONG_KEY, "signed with a key that is not trusted"},
	{LB_IMAGE_WRONG_SIGNATURE, "signature does not match"},
	{LB_IMAGE_UNREADABLE, "flash cannot be read"},
	{LB_IMAGE_NOT_LOADED, "could not be loaded"},
	{LB_IMAGE_OTHER_BOARD, "not for this board"},
	{LB_IMAGE_NOT_STARTED, "could not be started"},
	{LB_IMAGE_OTHER_SIGNATURE, "signed in a way that is not supported"},
	{LB_IMAGE_ENCRYPTED, "encrypted, which is not supported"},
	{LB_IMAGE_COMPRESSED, "compressed, which is not supported"},
};

const char *lb_image_verdict_text(uint32_t verdict)
{
	for (size_t i = 0; i < sizeof(verdict_texts) / sizeof(verdict_texts[0]); i++)
		if (verdict_texts[i].verdict == verdict)
			return verdict_texts[i].text;
	return "refused";
}
