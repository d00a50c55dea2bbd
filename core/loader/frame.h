/* The frame that is coming in: a request, gathered byte by byte. A long data block does not fit; its start is kept, and
 * whoever moved that on makes room for the next piece.
 */
#ifndef LB_LOADER_FRAME_H
#define LB_LOADER_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "core/loader/setup.h"
#include "protocols/espressif/espressif_wire.h"
#include "protocols/espressif/slip.h"

enum lb_frame_event {
	LB_FRAME_GOES_ON = 0,
	LB_FRAME_FULL, /* there is no room for the rest of a request: lb_frame_make_room() when what is kept was used */
	LB_FRAME_END,  /* lb_frame_is_request() says whether it is one; lb_frame_clear() when it was dealt with */
};

/* The caller owns it; others read its fields. used_bytes is for whoever moves on what is kept. */
struct lb_frame {
	struct lb_slip slip;
	bool bad;
	uint8_t sum;          /* over the block's bytes */
	uint32_t total_bytes; /* all there were */
	uint32_t kept_bytes;  /* those that are in bytes */
	uint32_t used_bytes;  /* of the kept ones, the block's header counted */
	uint8_t bytes[LB_LOADER_HEADER_BYTES + LB_LOADER_BLOCK_HEADER_BYTES + LB_LOADER_WHOLE_BYTES];
};

void lb_frame_clear(struct lb_frame *frame);
/* One byte from the wire. */
enum lb_frame_event lb_frame_parse(struct lb_frame *frame, uint8_t wire);
/* The header stays. */
void lb_frame_make_room(struct lb_frame *frame);

/* Is it a request, and as long as it says at least? */
bool lb_frame_is_request(const struct lb_frame *frame);
/* With its header. */
uint32_t lb_frame_reported_bytes(const struct lb_frame *frame);
uint8_t lb_frame_op(const struct lb_frame *frame);
/* Of the request's data. */
uint32_t lb_frame_word(const struct lb_frame *frame, unsigned index);
/* Is it a SYNC as it should be? */
bool lb_frame_is_sync(const struct lb_frame *frame);

#endif
