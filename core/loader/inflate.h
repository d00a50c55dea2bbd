/* Unpacks a zlib stream (RFC 1950 and 1951) as it comes in: for a board whose bootloader has no zlib. The two functions
 * fit into struct lb_codec (codec.h), which says what they take and answer; ctx is a struct lb_inflate.
 *
 * The caller owns it: some 35 KiB, of which 32 are the window. Its fields are this module's own.
 */
#ifndef LB_LOADER_INFLATE_H
#define LB_LOADER_INFLATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/loader/codec.h"

enum {
	LB_INFLATE_WINDOW_BYTES = 32768,
	LB_INFLATE_BITS_MAX = 15, /* of a code */
	LB_INFLATE_LITERALS = 288,
	LB_INFLATE_DISTANCES = 30,
};

/* A Huffman code: how many symbols have a code of each length, and the symbols in the order of their codes. */
struct lb_inflate_code {
	uint16_t count[LB_INFLATE_BITS_MAX + 1];
	uint16_t symbol[LB_INFLATE_LITERALS];
};

struct lb_inflate {
	uint8_t state;
	bool is_last; /* the block that is under way */
	uint32_t bits;
	unsigned bit_count;
	/* The symbol under way: as many of its bits as there were. */
	uint32_t code, first, index;
	unsigned code_bits;
	struct lb_inflate_code literals, distances;
	uint8_t lengths[LB_INFLATE_LITERALS + LB_INFLATE_DISTANCES + 2];
	unsigned literal_count, distance_count, length_count, have;
	unsigned symbol;
	uint32_t left_bytes; /* to copy, of a stored block or of a match */
	uint32_t distance;
	uint32_t sum_low, sum_high; /* Adler-32 */
	uint32_t written;           /* bytes that came out, or as many as the window holds */
	uint32_t at;                /* in the window: where the next goes */
	uint8_t window[LB_INFLATE_WINDOW_BYTES];
};

void lb_inflate_start(void *ctx);
enum lb_inflate_result lb_inflate_some(void *ctx, const uint8_t *in, size_t *in_bytes, uint8_t *out, size_t *out_bytes);

#endif
