/* Which image a boot starts, by the record and the images that verify, and what it writes before: the trial table of
 * docs/spec/update.md. A pure function.
 *
 * Images are verified lazily: a plan may be "verify this slot first". The caller does, fills the slot's facts and asks
 * again; each slot is asked for at most once. A boot appends at most one entry.
 */
#ifndef LB_UPDATE_CHOOSE_H
#define LB_UPDATE_CHOOSE_H

#include <stdbool.h>

#include "core/handoff/handoff.h"
#include "core/update/rules.h"

enum lb_wish { LB_WISH_LATEST = 0, LB_WISH_PREVIOUS = 1, LB_WISH_FACTORY = 2, LB_WISH_SLOT = 3 };

struct lb_choose_facts {
	enum lb_record_status status;
	struct lb_record_state state; /* with LB_RECORD_VALID only */
	bool stuck;                   /* the record is read-only, or an append failed in this boot */
	bool safe;                    /* a safe boot: nothing is written */
	bool wake;                    /* from deep sleep, and not a reset */
	enum lb_wish wish;
	enum lb_slot wish_slot;                     /* with LB_WISH_SLOT */
	struct lb_update_slot slots[LB_SLOT_COUNT]; /* ids of all that can be inspected, verdicts as far as known */
};

enum lb_choose_action { LB_CHOOSE_NOTHING, LB_CHOOSE_VERIFY, LB_CHOOSE_START };

struct lb_choose_plan {
	enum lb_choose_action action; /* LB_CHOOSE_NOTHING: no image verifies */
	enum lb_slot slot;
	/* With LB_CHOOSE_START: */
	enum lb_boot_why why;
	/* To be appended before the start; when that succeeds, state goes into the facts; when it fails, set stuck and ask
	 * again. */
	bool write;
	struct lb_record_state state; /* what holds for this boot, written or not */
};

struct lb_choose_plan lb_update_choose(const struct lb_choose_facts *facts);

#endif
