/* A small store of named values in flash that survives power cuts: an append-only journal.
 *
 * The partition is split into two equal banks of whole sectors. One is in use: its header, then entries, each with a
 * CRC of its own; the newest entry of a key is its value. A full bank is copied, live entries only, to the other, whose
 * header is written last, with the next sequence number: until then the old bank is the valid one. So a cut at any
 * moment leaves either the state before a call or the one after it.
 *
 * A cut may also leave cells that read differently from one time to the next. So what was written last before a reset
 * is not relied on: a bank has its header twice, each entry begins with a claim, which is the same bytes however often
 * it is tried, and the first change after a reset writes the newest entry once more. What looks as if a cut had hit it
 * is left behind by moving to the other bank. What a call that returned LB_OK stored is there for good.
 *
 * Every piece is 16 bytes or a multiple, which is the largest program unit there is, and written once.
 *   bank header, twice: magic "LBNV" u32 · version u16 · 0xFFFF · sequence u32 · CRC-32 of these 12 bytes
 *   entry: claim "LBNE", then zeros
 *          tag 0x4E u8 · key bytes u8 · value bytes u16 (0xFFFF: removed) · CRC-32 of key and value · CRC-32 of these 8
 *          bytes · 0xFFFFFFFF
 *          key and value, filled up with 0xFF
 *
 * Nothing is kept in RAM but the struct below; not for interrupt context. Functions return LB_OK or a negative
 * enum lb_error.
 */
#ifndef LB_NVS_H
#define LB_NVS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/flashmap/flashmap.h"

enum { LB_NVS_KEY_BYTES = 15, LB_NVS_VALUE_BYTES = 2048 };

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

/* Finds the newest state; writes nothing. An empty or damaged partition is an empty store. LB_ERR_BOUNDS when the
 * region is too small for two sectors: then reads find nothing and writes fail with LB_ERR_UNSUPPORTED. */
int lb_nvs_open(struct lb_nvs *nvs, const struct lb_flash *flash, struct lb_region region);
/* Copies the value and returns its size; LB_ERR_NOT_FOUND, or LB_ERR_BOUNDS when it is larger than size_bytes. */
int lb_nvs_get(const struct lb_nvs *nvs, const char *key, void *value, uint32_t size_bytes);
/* Writes nothing when the value is surely that already. LB_ERR_BOUNDS: key or value too long, or the store is full. */
int lb_nvs_set(struct lb_nvs *nvs, const char *key, const void *value, uint32_t size_bytes);
int lb_nvs_remove(struct lb_nvs *nvs, const char *key); /* LB_ERR_NOT_FOUND when there is none */
/* A key that is in the store and does not begin with that character; false when there is none. */
bool lb_nvs_first_key(const struct lb_nvs *nvs, char not_first, char key[LB_NVS_KEY_BYTES + 1]);

#endif
