/* The board under the power proof's bootloader: core/hw/board.h over a module's flash, its pins and its retained RAM.
 * The files of boards/ run on it as they are. One module at a time, for as long as a boot or a tool's visit lasts.
 */
#ifndef TESTS_POWER_BOARD_H
#define TESTS_POWER_BOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/hw/board.h"
#include "tests/power/flaky.h"

enum board_end {
	BOARD_RUNS,   /* not at an end yet */
	BOARD_STARTS, /* an image was started: it is in copy */
	BOARD_WAITS,  /* in bootloader mode, for a tool */
	BOARD_RESETS,
};

struct board {
	struct flaky *flaky;
	enum lb_cause cause;
	uint32_t p12_high_ms; /* from the reset on */
	bool g23_low;
	bool stays_in_loader; /* a tool is there: to wait is no end */
	uint8_t retained[LB_RETAINED_BYTES];
	/* what came of it */
	enum board_end end;
	uint32_t now_ms;
	uint32_t loaded_bytes;
	bool is_mapped;
	uint8_t copy[FLAKY_SLOT_BYTES]; /* of the image that would run */
	/* uart0: what the tool sends, and what it is answered */
	const uint8_t *in;
	size_t in_bytes;
	uint8_t replies[512];
	size_t reply_bytes;
};

/* Power on: all that is not flash or retained RAM is at its start. Until the next call board.h is about this module. */
struct board *board_plug(struct flaky *flaky, enum lb_cause cause);

#endif
