/* Every change of the boot record as a pure rule: the state now and what is known of the slots in, the next state or a
 * refusal out. Bootloader, firmware, loader and host tools all go through here. The rules and their cases:
 * docs/spec/update.md.
 *
 * Nothing here writes: the caller appends the next state, whether or not it differs from the one now (an entry that
 * was torn may read well once and not again; the one appended since the reset is sure), and then acts on it.
 * next may be the same object as now; after a refusal it is unchanged.
 */
#ifndef LB_UPDATE_RULES_H
#define LB_UPDATE_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "core/flashmap/flashmap.h"
#include "core/image/image.h"
#include "core/record/record.h"

enum {
	LB_UPDATE_TRIES = 3,
	LB_UPDATE_WAKES = 16, /* so many wakes from deep sleep cost an image on trial a try, as one normal boot does */
};

/* What is known of one slot. All but the verdict hold as far as the image could be inspected; verdict says whether it
 * was verified. */
struct lb_update_slot {
	enum lb_image_verdict verdict; /* LB_IMAGE_UNKNOWN: not verified yet */
	uint64_t id;                   /* lb_image_id, or LB_RECORD_NO_ID where no image can be inspected */
	struct lb_version version;
	uint32_t security_counter; /* 0 without one */
	uint32_t key_id;           /* lb_image_key_id of what signed it: for words alone, no rule asks for it */
};

/* What an image that could be inspected says of itself; the verdict stays as it is. */
void lb_update_describe(const struct lb_image_info *info, struct lb_update_slot *facts);

/* Why a change is refused. Apart from enum lb_error, so that one int can hold either. */
enum lb_refusal {
	LB_REFUSED_ON_TRIAL = -101,     /* the running image is an unconfirmed trial */
	LB_REFUSED_NO_TARGET = -102,    /* no slot that an update may write */
	LB_REFUSED_NOT_STARTED = -103,  /* no update under way */
	LB_REFUSED_BAD_IMAGE = -104,    /* the slot's image was not verified as good: its verdict says why */
	LB_REFUSED_LOW_COUNTER = -105,  /* security counter below the floor */
	LB_REFUSED_FAILED_IMAGE = -106, /* this very image was rolled back before */
	LB_REFUSED_NOT_TRIAL = -107,    /* the running image is not the record's trial */
	LB_REFUSED_NOT_WRITTEN = -108,  /* the image in the slot ends behind what this update wrote */
};

/* What a message says after "refused: "; never NULL. */
const char *lb_refusal_text(int refusal);

/* Is its security counter below the floor, the highest of a confirmed image? */
bool lb_update_is_below_floor(const struct lb_record_state *now, const struct lb_update_slot *facts);
/* Is this image, in this slot, the one that the record has on trial? */
bool lb_update_is_trial(const struct lb_record_state *now, enum lb_slot slot, uint64_t id);

/* The state to go on from when the record has no valid entry; status is LB_RECORD_BLANK or LB_RECORD_LOST. With
 * LB_RECORD_LOST the verdict of the factory slot is needed, and those of the others unless it is good. */
void lb_update_initial(enum lb_record_status status, const struct lb_update_slot slots[LB_SLOT_COUNT],
                       struct lb_record_state *next);

/* The state that any change starts from: the record's own with what a tool wrote since (then true), or the initial
 * one. */
bool lb_update_base(enum lb_record_status status, const struct lb_record_state *now,
                    const struct lb_update_slot slots[LB_SLOT_COUNT], struct lb_record_state *next);

/* Does lb_update_base need this slot's verdict? To be asked for the slots in their order, each verdict filled in before
 * the next question. */
bool lb_update_asks(enum lb_record_status status, const struct lb_record_state *now,
                    const struct lb_update_slot slots[LB_SLOT_COUNT], enum lb_slot slot);

/* Makes what a tool wrote the latest image. False: no tool wrote a good image, next is now. The verdicts are needed
 * that lb_update_asks for. */
bool lb_update_adopt(const struct lb_record_state *now, const struct lb_update_slot slots[LB_SLOT_COUNT],
                     struct lb_record_state *next);
/* To be appended before a tool changes the first byte of a slot. slots: that one, and all others that the same tool has
 * changed since it came. */
void lb_update_tool_start(const struct lb_record_state *now, const bool slots[LB_SLOT_COUNT],
                          struct lb_record_state *next);

/* To be appended before a trial is started. There is a try left. */
void lb_update_try(const struct lb_record_state *now, struct lb_record_state *next);
/* The trial failed. previous and factory have verdicts, unless previous is good. */
void lb_update_revert(const struct lb_record_state *now, const struct lb_update_slot slots[LB_SLOT_COUNT],
                      struct lb_record_state *next);

/* The slot that an update may write now. The verdicts of all slots are needed; a slot without a partition is never
 * chosen. */
int lb_update_target(const struct lb_record_state *now, enum lb_slot running,
                     const struct lb_update_slot slots[LB_SLOT_COUNT], const struct lb_flashmap *map,
                     enum lb_slot *target);
/* To be appended before an update erases the first sector of its target, and not earlier: the target may be the
 * previous image, or the latest. The verdict of the latest is needed. The record may be another by then: a torn entry
 * may read well only now. next->id[target] is what lies there before, to the end of the update. */
int lb_update_start(const struct lb_record_state *now, enum lb_slot running,
                    const struct lb_update_slot slots[LB_SLOT_COUNT], enum lb_slot target,
                    struct lb_record_state *next);
/* The update that was started before goes on in the same slot, next->download. */
int lb_update_resume(const struct lb_record_state *now, enum lb_slot running, uint64_t running_id,
                     struct lb_record_state *next);
/* The update that was started or resumed in this boot is complete; target is what is known of its slot, with the
 * verdict. force: also when that image was rolled back before. */
int lb_update_finish(const struct lb_record_state *now, enum lb_slot running, const struct lb_update_slot *target,
                     bool force, struct lb_record_state *next);
int lb_update_confirm(const struct lb_record_state *now, enum lb_slot running, const struct lb_update_slot *facts,
                      struct lb_record_state *next);
/* Do both say the same, but for why they were written? */
bool lb_update_is_same(const struct lb_record_state *a, const struct lb_record_state *b);
/* Makes slot the latest for good; facts are those of that slot, with its verdict. */
int lb_update_use(const struct lb_record_state *now, enum lb_slot slot, const struct lb_update_slot *facts,
                  struct lb_record_state *next);

#endif
