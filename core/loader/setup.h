/* What the loader and its owner agree on: limits, what the owner gives, the ways out. Numbers: docs/spec/loader.md. */
#ifndef LB_LOADER_SETUP_H
#define LB_LOADER_SETUP_H

#include <stdint.h>

#include "core/flashmap/flashmap.h"
#include "core/loader/codec.h"
#include "protocols/espressif/espressif_wire.h"
#include "protocols/espressif/regs.h"

enum {
	LB_LOADER_HEADER_BYTES = LB_FRAME_AT_DATA, /* of a request and of a reply */
	LB_LOADER_BLOCK_HEADER_BYTES = LB_FRAME_AT_BLOCK - LB_FRAME_AT_DATA,
	LB_LOADER_WHOLE_BYTES = LB_FRAME_ROM_BLOCK_BYTES, /* data blocks up to this are checked before they are used */
	LB_LOADER_BLOCK_MAX_BYTES = 0x4000,
	LB_LOADER_RAM_MAX_BYTES = 0x80000, /* of a piece of code for RAM */
	LB_LOADER_SLOW_READ_BYTES = LB_FRAME_SLOW_READ_BYTES,
	LB_LOADER_SYNC_REPLIES = 8,
	LB_LOADER_IN_FLIGHT_MAX = 1024, /* data frames that a reader may leave unacknowledged */
	LB_LOADER_BAUD_MIN = 300,
	LB_LOADER_BAUD_MAX = 5000000,
	LB_LOADER_WIRE_BYTES = 288, /* room for the longest thing that is sent in one go */
	LB_LOADER_BUDGET_BYTES = 4096,
};

struct lb_loader_setup {
	const struct lb_flash *flash;
	const struct lb_flashmap *map;
	const struct lb_codec *codec;
	/* Called for each slot of a range that is to be written or erased, before the first byte of that range changes. So
	 * what it writes to the record stays, or is replaced as a whole by a tool that writes the record too. It may read,
	 * program and erase outside the slots. NULL: nobody wants to know. */
	void (*slot_changes)(void *ctx, enum lb_slot slot);
	void *ctx;
	uint8_t mac[LB_REGS_MAC_BYTES];     /* what tools show */
	uint8_t board_id[LB_REGS_ID_BYTES]; /* of the kind of board */
};

enum lb_loader_leave {
	LB_LOADER_STAY = 0,
	LB_LOADER_RESET = 1, /* the tool asks for a reset */
	LB_LOADER_RUN = 2,   /* the tool asks for the image to be started, whatever the pins say */
};

#endif
