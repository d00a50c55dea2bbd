/* Builds an image around a payload: what core/image reads (docs/spec/image.md). */
#ifndef HOST_IMAGE_IMAGE_WRITE_H
#define HOST_IMAGE_IMAGE_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/image/image.h"
#include "host/image/key.h"

struct lb_image_spec {
	const uint8_t *payload;
	size_t payload_bytes;
	uint16_t header_bytes; /* 0: the least, LB_IMAGE_HEADER_BYTES */
	struct lb_version version;
	bool has_counter;
	uint32_t security_counter;      /* with has_counter */
	const uint8_t *board_id;        /* LB_BOARD_ID_BYTES; NULL: for any board that can run the payload */
	const struct lb_signer *signer; /* NULL: not signed */
};

/* Header, payload, a protected TLV area if there is something for it, and one with SHA-256, key hash and signature, in
 * memory that the caller frees. NULL when there is no memory, the header is too short, the payload is empty or too
 * large for any source (2 GiB), or the key cannot sign. */
uint8_t *lb_image_write(const struct lb_image_spec *spec, size_t *image_bytes);

/* "major.minor.revision" or "major.minor.revision+build" in decimal; false when the text is anything else or a number
 * does not fit its field (255, 255, 65535, 4294967295). */
bool lb_image_write_parse_version(const char *text, struct lb_version *version);

#endif
