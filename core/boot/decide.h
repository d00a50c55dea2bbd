/* Facts to plan: what is known after a reset decides what is started and why. A pure function.
 *
 * Pins, gate and requests say what is wished for; lb_update_choose says which image that comes to, by the record and
 * by what verifies. Images are verified lazily, because verifying costs most of the time between reset and start: a
 * plan may be "verify this slot first". The caller does, puts what it found into the facts and asks again.
 */
#ifndef LB_BOOT_DECIDE_H
#define LB_BOOT_DECIDE_H

#include <stdbool.h>

#include "core/gate/gate.h"
#include "core/handoff/handoff.h"
#include "core/image/image.h"
#include "core/update/choose.h"

struct lb_boot_facts {
	bool g23_low;
	enum lb_request request;   /* of the hand-off; none after power-on */
	enum lb_slot request_slot; /* LB_SLOT_NONE: the latest image */
	enum lb_gate_choice choice;
	struct lb_choose_facts choose; /* but for safe and the wish, which follow from the above */
};

enum lb_boot_action { LB_BOOT_LOADER, LB_BOOT_VERIFY, LB_BOOT_START };

struct lb_boot_plan {
	enum lb_boot_action action;
	enum lb_slot slot; /* to verify or to start; LB_SLOT_NONE in bootloader mode */
	/* Of LB_BOOT_LOADER and LB_BOOT_START: what the hand-off says. Bootloader mode with LB_REASON_NONE is for want of
	 * an image. */
	enum lb_boot_mode mode;
	enum lb_boot_reason reason;
	enum lb_boot_why why;
	/* As in struct lb_choose_plan. In bootloader mode nothing is written, and state is what is expected to hold. */
	bool write;
	struct lb_record_state state;
};

/* Does the boot go to bootloader mode before anything else is looked at? */
bool lb_boot_wants_loader(const struct lb_boot_facts *facts);
/* What will hold if every slot that looks like an image verifies: what can be told before anything was verified. */
void lb_boot_expect(const struct lb_boot_facts *facts, struct lb_record_state *state);
/* The slot that this choice at the gate means in that state. */
enum lb_slot lb_boot_choice_slot(const struct lb_record_state *state, enum lb_gate_choice choice);
struct lb_boot_plan lb_boot_decide(const struct lb_boot_facts *facts);

#endif
