/* Bootloader mode: the serial protocol of Espressif's firmware update tools, in its ROM and its stub flavour, as an
 * engine without I/O. Frames, commands, registers and answers: docs/spec/loader.md.
 *
 * The owner feeds it what came in and sends what it gives out, step by step. One step does at most one slow thing (one
 * sector erased and one page written; 4 KiB read; one call of the owner's slot_changes), so the owner can feed a
 * watchdog and see to the way out between two. Time plays no part: silence leaves the engine where it is.
 *
 * Whatever arrives, in whatever state: a SYNC that follows is answered, and begins anew in the ROM flavour.
 */
#ifndef LB_LOADER_LOADER_H
#define LB_LOADER_LOADER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/flashmap/flashmap.h"
#include "core/loader/codec.h"
#include "protocols/espressif/registers.h"
#include "core/loader/slip.h"
#include "core/loader/writer.h"

enum {
	LB_LOADER_HEADER_BYTES = 8, /* of a request and of a reply */
	LB_LOADER_BLOCK_HEADER_BYTES = 16,
	LB_LOADER_WHOLE_BYTES = 1024, /* data blocks up to this are checked before they are used */
	LB_LOADER_BLOCK_MAX_BYTES = 0x4000,
	LB_LOADER_RAM_MAX_BYTES = 0x80000, /* of a piece of code for RAM */
	LB_LOADER_SLOW_READ_BYTES = 64,
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
	uint8_t mac[LB_REGS_MAC_BYTES]; /* what tools show */
};

enum lb_loader_leave {
	LB_LOADER_STAY = 0,
	LB_LOADER_RESET = 1, /* the tool asks for a reset */
	LB_LOADER_RUN = 2,   /* the tool asks for the image to be started, whatever the pins say */
};

struct lb_loader_output {
	size_t consumed_bytes; /* of the input; the rest is to be offered again */
	size_t sent_bytes;     /* put into the owner's buffer, to be sent */
	bool idle;             /* nothing to do until there is more input; else step again at once, with input or without */
	bool synced;           /* a SYNC was answered since init */
	bool changing;         /* flash was written or erased in this step */
	/* 0, or the baud rate to change to when the bytes of this and of all earlier steps are on the wire. Told once. */
	uint32_t baud;
	enum lb_loader_leave leave; /* likewise */
};

/* A range of flash, or RAM that is not there, which blocks are being sent for. */
struct lb_loader_session {
	uint8_t mode;   /* what the blocks are for */
	uint8_t broken; /* what went wrong, and is answered until a new session begins; 0: nothing */
	bool ended;     /* the zlib stream is complete */
	bool told;      /* the owner knows which slots change */
	uint32_t blocks;
	uint32_t block_bytes;
	uint32_t next; /* number of the block that comes next */
};

/* Something that takes more than one step. */
struct lb_loader_job {
	uint8_t kind;
	uint8_t op; /* the request that it answers */
	uint32_t begin;
	uint32_t at;
	uint32_t end;
	uint32_t frame_left; /* reads: of the data frame under way */
	uint32_t frame_bytes;
	uint32_t in_flight;
	uint32_t acknowledged; /* reads: so many bytes the host has */
	struct lb_md5 md5;
};

/* The caller owns it and what setup points to, until the last step; its fields are the loader's own. */
struct lb_loader {
	struct lb_loader_setup setup;
	struct lb_regs regs;
	struct lb_writer writer;
	struct lb_loader_session session;
	struct lb_loader_job job;
	bool stub; /* flavour */
	bool synced;
	bool changing; /* in this step */
	uint8_t leave;
	uint32_t baud;

	/* What comes in. */
	struct lb_slip slip;
	bool frame_bad;
	bool frame_ready;     /* a whole request waits to be carried out */
	bool block_full;      /* the first part of a long block waits to be written */
	uint8_t fate;         /* of the block in this frame, once it is decided */
	uint8_t objection;    /* to it */
	uint8_t sum;          /* over the block's bytes */
	uint32_t frame_bytes; /* all there were */
	uint32_t kept_bytes;  /* those that are in frame */
	uint32_t used_bytes;  /* of the kept ones: written already */
	uint8_t frame[LB_LOADER_HEADER_BYTES + LB_LOADER_BLOCK_HEADER_BYTES + LB_LOADER_WHOLE_BYTES];

	/* What goes out. */
	uint16_t wire_at;
	uint16_t wire_end;
	uint8_t wire[LB_LOADER_WIRE_BYTES];
};

_Static_assert(sizeof(struct lb_loader) <= LB_LOADER_BUDGET_BYTES, "the loader's memory has a budget");

void lb_loader_init(struct lb_loader *loader, const struct lb_loader_setup *setup);
/* in may be NULL when in_bytes is 0. */
struct lb_loader_output lb_loader_step(struct lb_loader *loader, const uint8_t *in, size_t in_bytes, uint8_t *out,
                                       size_t out_bytes);

#endif
