/* Facts to plan: what is known after a reset decides what is started, why, and what is written before. A pure
 * function; its cases are docs/spec/update.md's, and those of tests/unit/test_plan.c.
 *
 * Images are verified lazily, because verifying costs most of the time between reset and start: a plan may be "verify
 * this slot first". The caller does, puts what it found into the facts and asks again; each slot is asked for at most
 * once. A boot appends at most one entry.
 */
#ifndef LB_BOOT_PLAN_H
#define LB_BOOT_PLAN_H

#include <stdbool.h>

#include "core/gate/gate.h"
#include "core/handoff/handoff.h"
#include "core/update/rules.h"

struct lb_plan_facts {
	bool g23_low;
	enum lb_gate_choice choice;
	enum lb_request request;                    /* of the hand-off; none after power-on */
	enum lb_slot request_slot;                  /* LB_SLOT_NONE: the latest image */
	bool wake;                                  /* from deep sleep, and not a reset */
	uint32_t trial_wakes;                       /* of the trial, since it last cost a try; without this one */
	enum lb_record_status status;               /* of the record */
	struct lb_record_state state;               /* with LB_RECORD_VALID only */
	bool stuck;                                 /* the record is read-only, or an append failed in this boot */
	struct lb_update_slot slots[LB_SLOT_COUNT]; /* ids of all that can be inspected, verdicts as far as known */
};

enum lb_plan_action { LB_PLAN_LOADER, LB_PLAN_VERIFY, LB_PLAN_START };

struct lb_plan {
	enum lb_plan_action action;
	enum lb_slot slot; /* to verify or to start; LB_SLOT_NONE in bootloader mode */
	/* Of LB_PLAN_LOADER and LB_PLAN_START: what the hand-off says. Bootloader mode with LB_REASON_NONE is for want of
	 * an image. */
	enum lb_boot_mode mode;
	enum lb_boot_reason reason;
	enum lb_boot_why why;
	/* To be appended before the start; when that succeeds, state goes into the facts; when it fails, set stuck and ask
	 * again. In bootloader mode nothing is written. */
	bool write;
	struct lb_record_state state; /* what holds for this boot, written or not; in bootloader mode lb_plan_expect's */
};

/* Does the boot go to bootloader mode before anything else is looked at? */
bool lb_plan_wants_loader(const struct lb_plan_facts *facts);
/* What will hold if every slot that looks like an image verifies: what can be told before anything was verified. */
void lb_plan_expect(const struct lb_plan_facts *facts, struct lb_record_state *state);
/* The slot that this choice at the gate means in that state. */
enum lb_slot lb_plan_choice_slot(const struct lb_record_state *state, enum lb_gate_choice choice);
struct lb_plan lb_plan_make(const struct lb_plan_facts *facts);

#endif
