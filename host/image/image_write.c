#include "host/image/image_write.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"

enum { ROOM_FOR_TLVS_BYTES = 512 };

static uint16_t header_bytes(const struct lb_image_spec *spec)
{
	return spec->header_bytes != 0 ? spec->header_bytes : (uint16_t)LB_IMAGE_HEADER_BYTES;
}

static void put_header(uint8_t *header, const struct lb_image_spec *spec)
{
	memset(header, 0, header_bytes(spec));
	lb_store32le(header + LB_IMAGE_AT_MAGIC, LB_IMAGE_MAGIC);
	lb_store16le(header + LB_IMAGE_AT_HEADER_BYTES, header_bytes(spec));
	lb_store32le(header + LB_IMAGE_AT_PAYLOAD_BYTES, (uint32_t)spec->payload_bytes);
	header[LB_IMAGE_AT_VERSION] = spec->version.major;
	header[LB_IMAGE_AT_VERSION + 1] = spec->version.minor;
	lb_store16le(header + LB_IMAGE_AT_VERSION + 2, spec->version.revision);
	lb_store32le(header + LB_IMAGE_AT_VERSION + 4, spec->version.build);
}

/* Appends an entry to the area, whose length is in its info. */
static void put_entry(uint8_t *area, uint16_t type, const void *data, uint16_t size_bytes)
{
	uint16_t at = lb_load16le(area + 2);

	lb_store16le(area + at, type);
	lb_store16le(area + at + 2, size_bytes);
	memcpy(area + at + LB_IMAGE_TLV_ENTRY_BYTES, data, size_bytes);
	lb_store16le(area + 2, (uint16_t)(at + LB_IMAGE_TLV_ENTRY_BYTES + size_bytes));
}

static void start_area(uint8_t *area, uint16_t magic)
{
	lb_store16le(area, magic);
	lb_store16le(area + 2, LB_IMAGE_TLV_INFO_BYTES);
}

/* Returns the area's length, 0 without one. */
static uint16_t put_protected(uint8_t *area, const struct lb_image_spec *spec)
{
	uint8_t counter[4];

	if (!spec->has_counter && spec->board_id == NULL)
		return 0;
	start_area(area, LB_IMAGE_PROTECTED_TLV_MAGIC);
	lb_store32le(counter, spec->security_counter);
	if (spec->has_counter)
		put_entry(area, LB_IMAGE_TLV_COUNTER, counter, sizeof(counter));
	if (spec->board_id != NULL)
		put_entry(area, LB_IMAGE_TLV_BOARD_ID, spec->board_id, LB_BOARD_ID_BYTES);
	return lb_load16le(area + 2);
}

/* The area lies right behind the bytes that it hashes. Returns its length, 0 when there is no signing. */
static uint16_t put_tlvs(const uint8_t *image, uint8_t *area, const struct lb_signer *signer)
{
	uint8_t hash[LB_SHA256_BYTES], signature[LB_SIGNATURE_BYTES];

	crypto_hash_sha256(hash, image, (unsigned long long)(area - image));
	start_area(area, LB_IMAGE_TLV_MAGIC);
	put_entry(area, LB_IMAGE_TLV_SHA256, hash, sizeof(hash));
	if (signer != NULL) {
		uint16_t type = signer->key.type == LB_KEY_P256 ? LB_IMAGE_TLV_P256 : LB_IMAGE_TLV_ED25519;
		int signature_bytes = lb_key_sign(signer, hash, signature);

		if (signature_bytes < 0)
			return 0;
		put_entry(area, LB_IMAGE_TLV_KEY_HASH, signer->key.hash, LB_SHA256_BYTES);
		put_entry(area, type, signature, (uint16_t)signature_bytes);
	}
	return lb_load16le(area + 2);
}

uint8_t *lb_image_write(const struct lb_image_spec *spec, size_t *image_bytes)
{
	const size_t front_bytes = header_bytes(spec);
	uint8_t *image;

	if (front_bytes < LB_IMAGE_HEADER_BYTES || spec->payload_bytes == 0 ||
	    spec->payload_bytes > (size_t)INT32_MAX - front_bytes - ROOM_FOR_TLVS_BYTES)
		return NULL;
	image = malloc(front_bytes + spec->payload_bytes + ROOM_FOR_TLVS_BYTES);
	if (image == NULL)
		return NULL;
	put_header(image, spec);
	memcpy(image + front_bytes, spec->payload, spec->payload_bytes);
	size_t at = front_bytes + spec->payload_bytes;
	uint16_t protected_bytes = put_protected(image + at, spec);
	lb_store16le(image + LB_IMAGE_AT_PROTECTED_BYTES, protected_bytes);
	at += protected_bytes;
	uint16_t tlv_bytes = put_tlvs(image, image + at, spec->signer);
	if (tlv_bytes == 0) {
		free(image);
		return NULL;
	}
	*image_bytes = at + tlv_bytes;
	return image;
}

/* Reads a decimal number of at most max and moves on behind it. */
static bool parse_number(const char **text, uint32_t max, uint32_t *number)
{
	uint64_t value = 0;
	const char *at = *text;

	for (; *at >= '0' && *at <= '9'; at++) {
		value = value * 10 + (uint64_t)(*at - '0');
		if (value > max)
			return false;
	}
	if (at == *text)
		return false;
	*text = at;
	*number = (uint32_t)value;
	return true;
}

static bool parse_mark(const char **text, char mark)
{
	if (**text != mark)
		return false;
	(*text)++;
	return true;
}

bool lb_image_write_parse_version(const char *text, struct lb_version *version)
{
	uint32_t major, minor, revision, build = 0;

	if (!parse_number(&text, UINT8_MAX, &major) || !parse_mark(&text, '.') || !parse_number(&text, UINT8_MAX, &minor) ||
	    !parse_mark(&text, '.') || !parse_number(&text, UINT16_MAX, &revision))
		return false;
	if (parse_mark(&text, '+') && !parse_number(&text, UINT32_MAX, &build))
		return false;
	if (*text != '\0')
		return false;
	*version = (struct lb_version){(uint8_t)major, (uint8_t)minor, (uint16_t)revision, build};
	return true;
}
