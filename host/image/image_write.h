/* Builds an image around a payload: what core/image reads (docs/spec/image.md). */
#ifndef HOST_IMAGE_IMAGE_WRITE_H
#define HOST_IMAGE_IMAGE_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/image/image.h"

/* Header, payload and a TLV area with the SHA-256, in memory that the caller frees. NULL when there is no memory, or
 * the payload is empty or too large for any source (2 GiB). */
uint8_t *lb_image_write(const uint8_t *payload, size_t payload_bytes, const struct lb_version *version,
                        size_t *image_bytes);

/* "major.minor.revision" or "major.minor.revision+build" in decimal; false when the text is anything else or a number
 * does not fit its field (255, 255, 65535, 4294967295). */
bool lb_image_write_parse_version(const char *text, struct lb_version *version);

#endif
