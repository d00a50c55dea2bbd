#include "tests/power/images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "core/image/keys.h"
#include "hardware/model/nor.h"
#include "host/image/image_write.h"
#include "tests/power/fast.h"

/* The first key of RFC 8032's test vectors, whose secret everybody knows; its hash here is only a name. */
static const uint8_t secret[] = {
	0x9D, 0x61, 0xB1, 0x9D, 0xEF, 0xFD, 0x5A, 0x60, 0xBA, 0x84, 0x4A, 0xF4, 0x92, 0xEC, 0x2C, 0xC4,
	0x44, 0x49, 0xC5, 0x69, 0x7B, 0x32, 0x69, 0x19, 0x70, 0x3B, 0xAC, 0x03, 0x1C, 0xAE, 0x7F, 0x60,
};

const struct lb_image_key lb_image_keys[] = {{
	.type = LB_KEY_ED25519,
	.hash = {0x4B},
	.point = {0xD7, 0x5A, 0x98, 0x01, 0x82, 0xB1, 0x0A, 0xB7, 0xD5, 0x4B, 0xFE, 0xD3, 0xC9, 0x64, 0x07, 0x3A,
              0x0E, 0xE1, 0x72, 0xF3, 0xDA, 0xA6, 0x23, 0x25, 0xAF, 0x02, 0x1A, 0x68, 0xF7, 0x07, 0x51, 0x1A},
}};
const size_t lb_image_key_count = sizeof(lb_image_keys) / sizeof(lb_image_keys[0]);

enum {
	TLV = LB_IMAGE_TLV_ENTRY_BYTES,
	HASH_FROM_END = LB_SHA256_BYTES + (TLV + LB_SHA256_BYTES) + (TLV + 64), /* with its key's hash and the signature */
};

static struct image_bytes images[IMAGE_COUNT];

static const uint32_t payload_sizes[IMAGE_COUNT] = {700, 900, 1100, 4600, 1000, 1200, 3 * LB_NOR_SECTOR_BYTES + 600};

static void make(enum image image, const struct lb_signer *signer)
{
	uint8_t payload[4 * LB_NOR_SECTOR_BYTES];
	struct lb_version version = {1, (uint8_t)image, 0, 0};
	size_t size_bytes = 0;

	for (uint32_t i = 0; i < payload_sizes[image]; i++)
		payload[i] = (uint8_t)(i * 31 + (i >> 8) + (uint32_t)image * 67);
	struct lb_image_spec spec = {
		.payload = payload, .payload_bytes = payload_sizes[image], .version = version, .signer = signer};
	uint8_t *bytes = lb_image_write(&spec, &size_bytes);
	size_t units = (size_bytes + LB_NOR_PROGRAM_BYTES - 1) / LB_NOR_PROGRAM_BYTES;
	uint32_t padded_bytes = (uint32_t)units * LB_NOR_PROGRAM_BYTES;
	bytes = bytes != NULL ? realloc(bytes, padded_bytes) : NULL;
	if (bytes == NULL) {
		fprintf(stderr, "power: no memory for an image\n");
		exit(2);
	}
	memset(bytes + size_bytes, 0xFF, padded_bytes - size_bytes);
	/* The id is the start of the hash, which the image maker writes first of the three last TLVs. */
	uint64_t id = 0;
	for (unsigned i = 0; i < 8; i++)
		id |= (uint64_t)bytes[size_bytes - HASH_FROM_END + i] << 8 * i;
	images[image] = (struct image_bytes){bytes, (uint32_t)size_bytes, padded_bytes, id};
}

void images_make(void)
{
	struct lb_signer signer = {
		.secret = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, sizeof(secret)),
		.key = lb_image_keys[0],
	};

	for (unsigned i = 0; i < IMAGE_COUNT; i++)
		make((enum image)i, &signer);
	lb_signer_free(&signer);
}

const struct lb_crypto *images_crypto(void)
{
	return &fast_crypto;
}

void images_free(void)
{
	for (unsigned i = 0; i < IMAGE_COUNT; i++)
		free(images[i].bytes);
}

const struct image_bytes *image_bytes(enum image image)
{
	return &images[image];
}

enum image image_in(const uint8_t *bytes, uint32_t size_bytes)
{
	for (unsigned i = 0; i < IMAGE_COUNT; i++)
		if (images[i].size_bytes <= size_bytes && memcmp(bytes, images[i].bytes, images[i].size_bytes) == 0)
			return (enum image)i;
	return IMAGE_NONE;
}
