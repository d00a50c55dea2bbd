/* The slots and the boot record as they are now: read from flash at each use, since that is cheap and never stale. */
#ifndef LB_UPDATE_SLOTS_H
#define LB_UPDATE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/image/image.h"
#include "core/record/record.h"
#include "core/update/rules.h"

/* What was found in one place, with what a refusal needs to explain itself. */
struct lb_finding {
	struct lb_update_slot facts;
	uint32_t key_id; /* of what signed it; with LB_IMAGE_WRONG_KEY */
};

struct lb_slots {
	struct lb_record record;
	struct lb_record_state now; /* what any change starts from (lb_update_base) */
	struct lb_update_slot facts[LB_SLOT_COUNT];
	struct lb_finding finding[LB_SLOT_COUNT];
};

enum lb_slots_depth {
	LB_SLOTS_QUICK,  /* verdicts only where the state hangs on them */
	LB_SLOTS_VERIFY, /* every slot is verified: some milliseconds for each megabyte */
};

/* The slot that this firmware was started from. LB_SLOT_NONE: the bootloader did not say. */
enum lb_slot lb_slots_running(void);
struct lb_region lb_slots_region(enum lb_slot slot);
void lb_slots_read(struct lb_slots *slots, enum lb_slots_depth depth);
/* Verifies that one too, if it was not yet. */
const struct lb_finding *lb_slots_verify(struct lb_slots *slots, enum lb_slot slot);
/* As the bootloader will judge it: with the keys that the bootloader trusts, its board id, and what the CPU can run. */
struct lb_finding lb_slots_judge(const struct lb_image_source *source);
/* Of the first key that the bootloader trusts, for texts; see lb_image_key_id. */
uint32_t lb_slots_trusted_key_id(void);
/* Is the running image the record's unconfirmed trial? */
bool lb_slots_on_trial(const struct lb_slots *slots);
/* Makes next the record's newest entry and tells lifeboat status about it. LB_OK or what lb_record_append says. */
int lb_slots_append(struct lb_slots *slots, const struct lb_record_state *next);

#endif
