/* A small store of named values in flash that survives power cuts: an append-only journal in two banks. What lies where
 * in flash, and what a cut at any moment leaves: docs/spec/nvs.md.
 *
 * A call that returned LB_OK has stored for good; one that was cut has happened or has not. Reading writes nothing. A
 * key is a string of LB_NVS_KEY_BYTES at most, a value any bytes, none too; who stores them says what they mean. The
 * caller owns flash, region and all that is passed in; only flash is kept. Nothing is kept in RAM but struct lb_nvs,
 * one for a region at a time. Not for interrupt context. A call searches the bank from its start; one that finds it
 * full, and lb_nvs_remove_all, copies it, which takes as long as an erase of half the region and some more, and 600
 * bytes of stack. Reads grow with the number of entries, and above 64 keys a little with its square.
 *
 * Functions return LB_OK or a negative enum lb_error; LB_ERR_IO is the flash's own.
 */
#ifndef LB_NVS_NVS_H
#define LB_NVS_NVS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/flashmap/flashmap.h"

enum { LB_NVS_KEY_BYTES = 15, LB_NVS_VALUE_BYTES = 2048 }; /* at most */

/* The format. Offsets are within the unit that begins a bank, and within an entry's second one. */
enum {
	LB_NVS_UNIT_BYTES = 16, /* everything is a multiple of it: the largest program unit there is */
	LB_NVS_BANKS = 2,
	LB_NVS_VERSION = 2,
	LB_NVS_AT_MAGIC = 0,
	LB_NVS_AT_VERSION = 4,
	LB_NVS_AT_SEQUENCE = 8,
	LB_NVS_AT_CRC = 12,
	LB_NVS_AT_ENTRIES = 32, /* behind both copies of a bank's header */
	LB_NVS_TAG = 0x4E,
	LB_NVS_AT_TAG = 0,
	LB_NVS_AT_KEY_BYTES = 1,
	LB_NVS_AT_VALUE_BYTES = 2,
	LB_NVS_AT_BODY_CRC = 4,
	LB_NVS_AT_HEADER_CRC = 8,
	LB_NVS_AT_BODY = 32, /* of an entry, behind claim and header */
	LB_NVS_REMOVED = 0xFFFF,
};
#define LB_NVS_MAGIC 0x564E424Cu
#define LB_NVS_CLAIM 0x454E424Cu
#define LB_NVS_MAX_SEQUENCE 0x7FFFFFFFu /* more moves than any flash lives */

/* Its fields are the store's own. */
struct lb_nvs {
	const struct lb_flash *flash;
	struct lb_region region;
	uint32_t bank_bytes; /* 0: no usable partition */
	uint32_t bank;       /* offset of the one in use */
	uint32_t end;        /* where the next entry goes; bank + bank_bytes when nothing may be appended any more */
	uint32_t sequence;   /* 0: neither bank is valid, the store is empty */
	bool certain;        /* what is read is what will be read: no cut left the banks in doubt */
	uint32_t doubtful;   /* offset of the newest entry, as long as it is from before the reset; or 0 */
	char doubtful_key[LB_NVS_KEY_BYTES + 1]; /* its key */
	uint32_t dead; /* offset of an entry that did not read well at the reset, and shall not later; or 0 */
};

/* Finds the newest state. A partition that is blank or holds anything else is an empty store. LB_ERR_BOUNDS when the
 * region is too small for two sectors: then reads find nothing and writes fail with LB_ERR_UNSUPPORTED. */
int lb_nvs_open(struct lb_nvs *nvs, const struct lb_flash *flash, struct lb_region region);
/* Copies the value and returns its size, or LB_ERR_NOT_FOUND; LB_ERR_BOUNDS when it is larger than size_bytes;
 * LB_ERR_CHECKSUM when a cut left cells that read differently each time. */
int lb_nvs_get(const struct lb_nvs *nvs, const char *key, void *value, uint32_t size_bytes);
/* Writes nothing when the value is surely that already. LB_ERR_BOUNDS: key or value too long, the store is full,
 * or its numbers are used up. */
int lb_nvs_set(struct lb_nvs *nvs, const char *key, const void *value, uint32_t size_bytes);
int lb_nvs_remove(struct lb_nvs *nvs, const char *key); /* LB_ERR_NOT_FOUND when there is none */
/* Removes every key but those that begin with that character, all in one step: a cut leaves all of them or none. Writes
 * nothing when there surely are none. */
int lb_nvs_remove_all(struct lb_nvs *nvs, char kept);

#endif
