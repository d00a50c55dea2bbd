#include "tests/power/images.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hardware/model/nor.h"
#include "host/image/image_write.h"

static struct image_bytes images[IMAGE_COUNT];

static const uint32_t payload_sizes[IMAGE_COUNT] = {700, 900, 1100, 4600, 1000, 1200, 3 * LB_NOR_SECTOR_BYTES + 600};

static void make(enum image image)
{
	uint8_t payload[4 * LB_NOR_SECTOR_BYTES];
	struct lb_version version = {1, (uint8_t)image, 0, 0};
	size_t size_bytes = 0;

	for (uint32_t i = 0; i < payload_sizes[image]; i++)
		payload[i] = (uint8_t)(i * 31 + (i >> 8) + (uint32_t)image * 67);
	struct lb_image_spec spec = {.payload = payload, .payload_bytes = payload_sizes[image], .version = version};
	uint8_t *bytes = lb_image_write(&spec, &size_bytes);
	size_t units = (size_bytes + LB_NOR_PROGRAM_BYTES - 1) / LB_NOR_PROGRAM_BYTES;
	uint32_t padded_bytes = (uint32_t)units * LB_NOR_PROGRAM_BYTES;
	bytes = bytes != NULL ? realloc(bytes, padded_bytes) : NULL;
	if (bytes == NULL) {
		fprintf(stderr, "power: no memory for an image\n");
		exit(2);
	}
	memset(bytes + size_bytes, 0xFF, padded_bytes - size_bytes);
	/* The id is the start of the hash, which is the last TLV that the image maker writes. */
	uint64_t id = 0;
	for (unsigned i = 0; i < 8; i++)
		id |= (uint64_t)bytes[size_bytes - 32 + i] << 8 * i;
	images[image] = (struct image_bytes){bytes, (uint32_t)size_bytes, padded_bytes, id};
}

void images_make(void)
{
	for (unsigned i = 0; i < IMAGE_COUNT; i++)
		make((enum image)i);
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
