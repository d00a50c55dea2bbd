/* The boot record: a small journal in flash that says which slot to boot. The bytes: docs/spec/record.md.
 *
 * Append only: entries of 64 bytes over the sectors of the record partition, used in a ring. The newest valid entry
 * holds the whole state; nothing is ever changed in place, and a sector is erased only when the one before it is full,
 * so that the newest entry is never the one under work. A power cut at any moment leaves the old state or the new one.
 *
 * An entry's place follows from its sequence number: numbers count on over the places, used or not. Two entries thus
 * never share a number, and an entry that turns up at a place that is not its own is not valid.
 *
 * All memory is the caller's; no function keeps a pointer that is not in struct lb_record.
 */
#ifndef LB_RECORD_RECORD_H
#define LB_RECORD_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/words.h"
#include "core/flashmap/flashmap.h"
#include "core/hw/flash.h"

enum {
	LB_RECORD_UNIT_BYTES = 64,
	LB_RECORD_CLAIM_BYTES = 16, /* of an entry, programmed first: the largest program unit that a flash may have */
	LB_RECORD_VERSION = 1,
	LB_RECORD_RESERVED_BYTES = 2,
	LB_RECORD_MIN_SECTORS = 3,
};

#define LB_RECORD_ENTRY_MAGIC 0x4552424Cu  /* "LBRE" */
#define LB_RECORD_SECTOR_MAGIC 0x5352424Cu /* "LBRS": the erase-complete mark */
#define LB_RECORD_MAX_SEQUENCE 0x7FFFFFFFu /* more appends than any flash lives */

/* Offsets in a unit. Magic, version, sequence and CRC stay where they are in every version. */
enum {
	LB_RECORD_AT_MAGIC = 0,
	LB_RECORD_AT_VERSION = 4,
	LB_RECORD_AT_SEQUENCE = 8, /* of a sector's mark: the first that the sector holds */
	LB_RECORD_AT_LATEST = 16,
	LB_RECORD_AT_PREVIOUS = 17,
	LB_RECORD_AT_DOWNLOAD = 18,
	LB_RECORD_AT_ON_TRIAL = 19,
	LB_RECORD_AT_TRIES_LEFT = 20,
	LB_RECORD_AT_CHANGE = 21,
	LB_RECORD_AT_RESERVED = 22,
	LB_RECORD_AT_COUNTER_FLOOR = 24,
	LB_RECORD_AT_FAILED_ID = 28,
	LB_RECORD_AT_ID = 36, /* of each slot, 8 bytes each */
	LB_RECORD_AT_CRC = 60,
};

/* Why an entry was written. Stored; an unknown number is kept and shown as such. */
enum lb_change {
	LB_CHANGE_NONE = 0, /* never stored: no entry was ever written */
	LB_CHANGE_OTA_START = 1,
	LB_CHANGE_OTA_FINISH = 2,
	LB_CHANGE_TRY = 3,
	LB_CHANGE_CONFIRM = 4,
	LB_CHANGE_REVERT = 5,
	LB_CHANGE_USE = 6,
	LB_CHANGE_TOOL_START = 7, /* a tool is about to change a slot */
	LB_CHANGE_TOOL = 8,       /* a tool's image was found, and is the latest */
	LB_CHANGE_COUNT = 9,
};

/* In place of an image id (lb_image_id). */
#define LB_RECORD_NO_ID UINT64_C(0)                       /* none known */
#define LB_RECORD_TOOL_ID UINT64_C(0xFFFFFFFFFFFFFFFF)    /* a tool has started to write there */
#define LB_RECORD_SETTLED_ID UINT64_C(0xFFFFFFFFFFFFFFFE) /* whatever is there is not pending */

struct lb_record_state {
	enum lb_slot latest;   /* never LB_SLOT_NONE */
	enum lb_slot previous; /* LB_SLOT_NONE: there is none; never equal to latest */
	enum lb_slot download; /* the slot being written by an update, or LB_SLOT_NONE; never the factory slot */
	bool on_trial;         /* latest is not confirmed yet */
	uint8_t tries_left;    /* 0 without a trial */
	uint8_t change;        /* enum lb_change */
	uint8_t reserved[LB_RECORD_RESERVED_BYTES]; /* whatever a newer version put there */
	uint32_t counter_floor;                     /* updates with a lower security counter are refused */
	uint64_t failed_id;                         /* the image that was last reverted */
	uint64_t id[LB_SLOT_COUNT];
};

enum lb_record_status {
	LB_RECORD_BLANK = 0, /* a new module: at most first appends that were cut */
	LB_RECORD_VALID = 1,
	LB_RECORD_LOST = 2, /* something was written, but no valid entry is left, or the flash cannot be read */
};

struct lb_record {
	const struct lb_flash *flash;
	struct lb_region region;
	enum lb_record_status status;
	bool read_only;               /* written by a newer version of this code, or no place for a record */
	uint32_t sequence;            /* of the newest entry */
	struct lb_record_state state; /* with LB_RECORD_VALID only; else zeros */
};

/* Reads the whole record; never writes. Reads of the flash are bounded by twice the size of the region. */
void lb_record_open(struct lb_record *record, const struct lb_flash *flash, struct lb_region region);

/* Makes state the newest entry and reads it back. LB_OK: the entry is there and record->state is state. Else nothing
 * has changed for a reader, unless the power went: LB_ERR_VERSION when the record is read-only, LB_ERR_BOUNDS when the
 * numbers are used up, LB_ERR_IO when the flash failed or no unit would hold the entry. */
int lb_record_append(struct lb_record *record, const struct lb_record_state *state);

/* For a history: places are numbered 0 to lb_record_capacity - 1. True when the entry there is valid; then both are
 * filled. The newest is the one with the highest sequence. */
uint32_t lb_record_capacity(const struct lb_flash *flash, struct lb_region region);
bool lb_record_entry(const struct lb_flash *flash, struct lb_region region, uint32_t place, uint32_t *sequence,
                     struct lb_record_state *state);

/* "update started", "confirmed", …; a number that is none is "unknown (9)", which is written to room. */
const char *lb_record_change_text(uint8_t change, char room[LB_WORDS_BYTES]);

#endif
