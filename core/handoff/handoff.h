/* The hand-off: the block at the start of retained RAM by which bootloader and firmware tell each other things.
 *
 * Three parts, each with magic, version, length and CRC-32, read and written byte by byte; the bytes are specified in
 * docs/spec/handoff.md. Fields are only ever appended, so that a bootloader and an image of different age understand
 * each other: a reader takes the fields it knows from a longer part, and defaults for those a shorter part lacks.
 *
 *   down  at LB_HANDOFF_DOWN_OFFSET: written by the bootloader before it starts an image or waits in bootloader mode.
 *   up    at LB_HANDOFF_UP_OFFSET: written by the firmware: one request for the next boot, and the last script error.
 *   keys  at LB_HANDOFF_KEYS_OFFSET: written by the bootloader before it starts an image: the keys that it trusts.
 *
 * After power-on all are noise and read as absent.
 */
#ifndef LB_HANDOFF_HANDOFF_H
#define LB_HANDOFF_HANDOFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/version.h"
#include "core/flashmap/flashmap.h"
#include "core/hw/types.h"
#include "core/image/crypto.h"

enum {
	LB_HANDOFF_DOWN_OFFSET = 0,
	LB_HANDOFF_DOWN_SPACE = 512,
	LB_HANDOFF_UP_OFFSET = 512,
	LB_HANDOFF_UP_SPACE = 256,
	LB_HANDOFF_KEYS_OFFSET = 768,
	LB_HANDOFF_KEYS_SPACE = 1024,
	LB_HANDOFF_SPACE = 1792, /* the rest of retained RAM is free for others */
	LB_HANDOFF_ERROR_BYTES = 120,
	LB_HANDOFF_KEYS_MAX = 8, /* as many keys may a bootloader trust */
	LB_HANDOFF_VERSION = 1,  /* of each part; stays as long as fields are only appended */
};

#define LB_HANDOFF_DOWN_MAGIC 0x4E44424Cu /* "LBDN" */
#define LB_HANDOFF_UP_MAGIC 0x5055424Cu   /* "LBUP" */
#define LB_HANDOFF_KEYS_MAGIC 0x594B424Cu /* "LBKY" */

/* ORDER: the words for the numbers of the three are in handoff_text.c. */
enum lb_boot_mode { LB_MODE_NORMAL = 0, LB_MODE_SAFE = 1, LB_MODE_LOADER = 2, LB_MODE_COUNT = 3 };
enum lb_boot_reason {
	LB_REASON_NONE = 0,
	LB_REASON_PIN = 1,
	LB_REASON_REQUEST = 2,
	LB_REASON_CRASH_LOOP = 3,
	LB_REASON_COUNT = 4
};
enum lb_boot_why {
	LB_WHY_LATEST = 0,
	LB_WHY_PREVIOUS = 1,
	LB_WHY_FACTORY = 2,
	LB_WHY_REVERTED = 3,
	LB_WHY_FALLBACK = 4,
	LB_WHY_RECORD_LOST = 5,
	LB_WHY_COUNT = 6,
};

struct lb_handoff_down {
	enum lb_boot_mode mode;
	enum lb_boot_reason reason;
	enum lb_boot_why why;
	enum lb_cause cause;
	enum lb_slot slot;     /* the one that runs; LB_SLOT_NONE in bootloader mode */
	enum lb_slot latest;   /* what the record says */
	enum lb_slot previous; /* LB_SLOT_NONE: there is none */
	bool on_trial;
	uint8_t tries_left;
	uint32_t hold_ms;     /* how long P12 was held */
	uint32_t crash_count; /* resets by fault or watchdog in a row */
	struct lb_version image_version;
	struct lb_version bootloader_version;
	uint8_t board_id[LB_BOARD_ID_BYTES];
	struct lb_flashmap flashmap;
	uint32_t verdict[LB_SLOT_COUNT]; /* enum lb_image_verdict of each slot; 0: this boot did not look at it */
	uint32_t trial_wakes;            /* from deep sleep, since the trial last cost a try; 0 without one */
	uint8_t last_change;             /* enum lb_change of the record's newest entry; 0: nothing was ever changed */
	bool below_floor;                /* the security counter of the image that runs is below the record's floor */
};

/* Of struct lb_handoff_down. */
struct lb_handoff_counts {
	uint32_t crash_count;
	uint32_t trial_wakes;
};

enum lb_request {
	LB_REQUEST_NONE = 0,
	LB_REQUEST_SAFE_BOOT = 1, /* of slot, or of the latest image when slot is LB_SLOT_NONE */
	LB_REQUEST_LOADER = 2,
	LB_REQUEST_SLOT_ONCE = 3, /* a normal boot of slot, this once */
	LB_REQUEST_COUNT = 4,     /* 4 itself was a request of earlier bootloaders, and stays without a meaning */
};

struct lb_handoff_up {
	enum lb_request request;
	enum lb_slot slot;
	char last_error[LB_HANDOFF_ERROR_BYTES]; /* last line of the last uncaught error of a script; "" is none */
};

/* retained is the whole retained RAM. get returns LB_OK, or LB_ERR_FORMAT / LB_ERR_VERSION / LB_ERR_CHECKSUM and a
 * struct of defaults (mode normal, no request, no slot, no keys, all else 0). A number that this code gives no meaning
 * to stays what it is in mode, reason, why and cause, for whoever shows it (handoff_text.h has the words); who decides
 * by it treats it as the default. A slot or request without a meaning is read as none. put cuts an over-long
 * last_error. */
void lb_handoff_put_down(uint8_t *retained, const struct lb_handoff_down *down);
int lb_handoff_get_down(const uint8_t *retained, struct lb_handoff_down *down);
void lb_handoff_put_up(uint8_t *retained, const struct lb_handoff_up *up);
int lb_handoff_get_up(const uint8_t *retained, struct lb_handoff_up *up);
/* What a bootloader reads of the boot before: two fields of the down part, 0 where it or they are absent. */
struct lb_handoff_counts lb_handoff_get_counts(const uint8_t *retained);
/* The request and its slot, as get_up has them; then there is none any more, and the rest of the part stays. */
enum lb_request lb_handoff_take_request(uint8_t *retained, enum lb_slot *slot);
/* At most LB_HANDOFF_KEYS_MAX keys. */
void lb_handoff_put_keys(uint8_t *retained, const struct lb_image_key *keys, size_t count);
int lb_handoff_get_keys(const uint8_t *retained, struct lb_image_key keys[LB_HANDOFF_KEYS_MAX], size_t *count);
/* One more at the end, unless it is there already; false, and nothing, where LB_HANDOFF_KEYS_MAX are there. */
bool lb_handoff_add_key(struct lb_image_key keys[LB_HANDOFF_KEYS_MAX], size_t *count, const struct lb_image_key *key);
/* Makes all parts absent. */
void lb_handoff_clear(uint8_t *retained);

#endif
