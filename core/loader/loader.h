/* Bootloader mode: the serial protocol of Espressif's firmware update tools, in its ROM and its stub flavour, as an
 * engine without I/O. Frames, commands, registers and answers: docs/spec/loader.md.
 *
 * The owner feeds it what came in and sends what it gives out, step by step. One step does at most one slow thing (one
 * sector or block erased and one page written; 4 KiB read; one call of the owner's slot_changes), so the owner can feed
 * a watchdog and check the way out between two. Time plays no part: silence leaves the engine where it is.
 *
 * Whatever arrives, in whatever state: a SYNC that follows is answered, and starts anew in the ROM flavour.
 */
#ifndef LB_LOADER_LOADER_H
#define LB_LOADER_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/loader/block.h"
#include "core/loader/commands.h"
#include "core/loader/frame.h"
#include "core/loader/setup.h"

struct lb_loader_output {
	size_t consumed_bytes; /* of the input; the rest is to be offered again */
	size_t sent_bytes;     /* put into the owner's buffer, to be sent */
	bool idle;             /* nothing to do until there is more input; else step again at once, with input or without */
	bool synced;           /* a SYNC was answered since init */
	bool changing;         /* flash was written or erased in this step */
	/* 0, or the baud rate to change to when the bytes of this and of all earlier steps are on the wire. Reported once. */
	uint32_t baud;
	enum lb_loader_leave leave; /* likewise */
};

/* The caller owns it and what setup points to, until the last step; its fields are the loader's own. */
struct lb_loader {
	struct lb_frame frame;
	bool ready;  /* a whole request waits to be carried out */
	bool part;   /* the first part of a long block waits to be written */
	bool moving; /* one of the two is a block that is being written */
	struct lb_block block;
	struct lb_loader_commands commands;
};

_Static_assert(sizeof(struct lb_loader) <= LB_LOADER_BUDGET_BYTES, "the loader's memory has a budget");

void lb_loader_init(struct lb_loader *loader, const struct lb_loader_setup *setup);
/* in may be NULL when in_bytes is 0. */
struct lb_loader_output lb_loader_step(struct lb_loader *loader, const uint8_t *in, size_t in_bytes, uint8_t *out,
                                       size_t out_bytes);

#endif
