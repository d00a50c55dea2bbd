/* The images of the power tests, real ones as the build's image maker writes them. */
#ifndef TESTS_POWER_IMAGES_H
#define TESTS_POWER_IMAGES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/update/rules.h"

/* Versions rise with the letter; C fills more than a sector, LONG more than three, the others a few pages. */
enum image {
	IMAGE_FACTORY,
	IMAGE_A,
	IMAGE_B,
	IMAGE_C,
	IMAGE_D,
	IMAGE_E,
	IMAGE_LONG,
	IMAGE_COUNT,
	IMAGE_NONE = -1,
};

struct image_bytes {
	uint8_t *bytes;
	uint32_t size_bytes;
	uint32_t padded_bytes; /* with 0xFF to whole program units; the memory holds as many */
	uint64_t id;
};

/* Makes them, signed with a key that lb_image_keys then holds. */
void images_make(void);
/* SHA-256 and Ed25519, as fast as the machine can. */
const struct lb_crypto *images_crypto(void);
void images_free(void);
const struct image_bytes *image_bytes(enum image image);
/* The image that these bytes begin with, compared byte by byte and without any of the code under test. */
enum image image_in(const uint8_t *bytes, uint32_t size_bytes);

#endif
