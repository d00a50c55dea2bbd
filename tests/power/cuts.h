/* Power cuts: acts are done once on a module while every flash operation is recorded with the flash before it; then
 * each operation is done again and cut in many ways, and what the module does from there is held against what it would
 * have done before the act and after it.
 */
#ifndef TESTS_POWER_CUTS_H
#define TESTS_POWER_CUTS_H

#include <stdbool.h>
#include <stdint.h>

#include "tests/power/controls.h"
#include "tests/power/module.h"
#include "tests/power/tool.h"

enum act_kind {
	ACT_END = 0,
	ACT_BOOT, /* boot; image: what must start, or IMAGE_NONE: any */
	ACT_SEE,  /* image starts first; last is what stays if it is never confirmed */
	ACT_START,
	ACT_WRITE,      /* image */
	ACT_WRITE_PART, /* image, its first part_bytes */
	ACT_RESUME,     /* image; so many kept_sectors are not written again */
	ACT_FINISH,
	ACT_CONFIRM,
	ACT_CONFIRM_IF, /* the running image is on trial */
	ACT_USE,        /* boot.slot */
	ACT_USE_AGAIN,  /* boot.slot, which was chosen last: nothing is written */
	ACT_TOOL,       /* way, boot.slot, image */
	ACT_TOOLS,      /* boot.slot is the latest as a tool's image is */
};

struct act {
	enum act_kind kind;
	enum image image;
	enum image last;
	struct boot_kind boot;
	enum tool_way way;
	uint32_t part_bytes;
	uint32_t kept_sectors;
	int expected; /* LB_OK or a refusal */
};

enum cut_kind {
	CUT_BEFORE,
	CUT_TORN_PROGRAM,
	CUT_TORN_ERASE,
	CUT_AFTER,
	CUT_NOISE,
	CUT_TWICE,
	CUT_KINDS,
};

enum fault {
	FAULT_DEAD,        /* no image starts */
	FAULT_STRANGE,     /* what starts is none of our images */
	FAULT_WRONG_IMAGE, /* neither the one before the act nor the one after */
	FAULT_RESTLESS,    /* boots never settle */
	FAULT_NOT_BACK,    /* an unconfirmed image stays, or the wrong one comes back */
	FAULT_LOST,        /* a confirmed image does not stay */
	FAULT_NEXT_UPDATE, /* the next update does not work */
	FAULT_RESUME,      /* the update that was cut cannot be finished for good */
	FAULT_DOUBT,       /* a finished update has cells in doubt, or other bytes than were sent */
	FAULT_NOTHING,     /* an update goes on without a byte and is finished, or is said to be whole and is not */
	FAULT_TRESPASS,    /* the running slot or factory was touched */
	FAULT_SAFE_WRITES, /* a safe boot wrote */
	FAULT_SLOT,        /* an image that a tool did not touch does not start */
	FAULT_NO_LOADER,   /* bootloader mode cannot be reached */
	FAULT_STORE,       /* a value of the store is neither the old one nor the new one, or does not stay */
	FAULT_TOOL,        /* what a tool wrote is not the latest, or counts as an update */
	FAULT_KINDS,
};

struct cut_stats {
	uint64_t points[CUT_KINDS];
	uint64_t failures[CUT_KINDS];
	uint64_t faults[FAULT_KINDS];
	uint64_t resumed[FLAKY_SLOT_SECTORS]; /* updates that went on after a cut, by the sectors that were kept */
};

/* What may start first, and what may be left when nobody confirms: bits 1 << image. */
struct promise {
	uint32_t first;
	uint32_t last;
};

struct campaign {
	struct cut_stats stats;
	uint32_t seed;
	uint32_t seeds_per_point;   /* torn ones, each with other bits */
	uint32_t record_step_bytes; /* between torn prefixes of the record */
	uint32_t image_step_bytes;  /* and of images; of the last unit of an operation every prefix is tried */
	uint32_t pair_every;        /* one in so many points is followed by a second cut; 0: none */
	struct controls controls;
	bool marks_units;
	uint32_t block_sectors; /* the flash's erase block; 0: it has none */
	bool hardly_begun;      /* are all erases that are torn; else they are so by turns */
	bool quiet;             /* failures are expected: only count them */
	const char *only;       /* scenarios that have this in their name; NULL: all */
	const char *scenario;
	unsigned number; /* of a combination */
	uint32_t told;   /* failures told so far */
};

extern const char *const cut_kind_names[CUT_KINDS];
extern const char *const fault_names[FAULT_KINDS];

/* Does the acts, cutting everywhere. False when an act itself, without any cut, did not do what it says. */
bool cuts_run(struct campaign *campaign, struct module *module, const struct act *acts, bool in_pairs);
/* Turns each record sector to noise. */
void cuts_noise(struct campaign *campaign, const struct module *module);
/* Says where a fault is, if it is one of the first. */
void cuts_report(struct campaign *campaign, unsigned op, enum cut_kind kind, const struct lb_nor_cut *cut,
                 enum fault fault);
uint64_t cuts_total(const uint64_t counts[CUT_KINDS]);

#endif
