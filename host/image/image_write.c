#include "host/image/image_write.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"

enum { TLV_AREA_BYTES = LB_IMAGE_TLV_INFO_BYTES + LB_IMAGE_TLV_ENTRY_BYTES + LB_SHA256_BYTES };

static void put_header(uint8_t *header, uint32_t payload_bytes, const struct lb_version *version)
{
	memset(header, 0, LB_IMAGE_HEADER_BYTES);
	lb_store32le(header + LB_IMAGE_AT_MAGIC, LB_IMAGE_MAGIC);
	lb_store16le(header + LB_IMAGE_AT_HEADER_BYTES, LB_IMAGE_HEADER_BYTES);
	lb_store32le(header + LB_IMAGE_AT_PAYLOAD_BYTES, payload_bytes);
	header[LB_IMAGE_AT_VERSION] = version->major;
	header[LB_IMAGE_AT_VERSION + 1] = version->minor;
	lb_store16le(header + LB_IMAGE_AT_VERSION + 2, version->revision);
	lb_store32le(header + LB_IMAGE_AT_VERSION + 4, version->build);
}

/* The area lies right behind the bytes that it hashes. */
static void put_tlvs(const uint8_t *image, uint8_t *area)
{
	lb_store16le(area, LB_IMAGE_TLV_MAGIC);
	lb_store16le(area + 2, TLV_AREA_BYTES);
	lb_store16le(area + 4, LB_IMAGE_TLV_SHA256);
	lb_store16le(area + 6, LB_SHA256_BYTES);
	crypto_hash_sha256(area + 8, image, (unsigned long long)(area - image));
}

uint8_t *lb_image_write(const uint8_t *payload, size_t payload_bytes, const struct lb_version *version,
                        size_t *image_bytes)
{
	size_t size_bytes = LB_IMAGE_HEADER_BYTES + payload_bytes + TLV_AREA_BYTES;
	uint8_t *image;

	if (payload_bytes == 0 || payload_bytes > INT32_MAX - LB_IMAGE_HEADER_BYTES - TLV_AREA_BYTES)
		return NULL;
	image = malloc(size_bytes);
	if (image == NULL)
		return NULL;
	put_header(image, (uint32_t)payload_bytes, version);
	memcpy(image + LB_IMAGE_HEADER_BYTES, payload, payload_bytes);
	put_tlvs(image, image + LB_IMAGE_HEADER_BYTES + payload_bytes);
	*image_bytes = size_bytes;
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
