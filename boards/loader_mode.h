/* Bootloader mode: the serial protocol's engine (core/loader) between uart0 and flash, and what a tool's writing means
 * for the boot record. */
#ifndef BOARDS_LOADER_MODE_H
#define BOARDS_LOADER_MODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/loader/loader.h"

enum { LOADER_MODE_BUFFER_BYTES = 1024 };

/* The caller owns it, and it stays where it is; its fields are this module's own. */
struct loader_mode {
	struct lb_loader loader;
	bool idle;                   /* nothing to do until more comes in */
	bool written[LB_SLOT_COUNT]; /* slots that a tool changed since the reset */
	size_t in_bytes;
	uint8_t in[LOADER_MODE_BUFFER_BYTES];
	uint8_t out[LOADER_MODE_BUFFER_BYTES];
};

struct loader_mode_report {
	bool tool_came;             /* a tool has greeted since the reset */
	enum lb_loader_leave leave; /* what it asks for; its answer has been sent */
};

void loader_mode_init(struct loader_mode *mode);
/* One turn: waits, at most so long and only if there is nothing to do, and does at most one slow thing. */
struct loader_mode_report loader_mode_turn(struct loader_mode *mode, uint32_t wait_ms);

#endif
