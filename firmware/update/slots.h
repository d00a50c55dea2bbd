/* The slots and the boot record of this module, for core/update/survey.h: where they are, and whom the bootloader
 * trusts. They are read from flash at each use, since that is cheap and never stale. */
#ifndef LB_UPDATE_SLOTS_H
#define LB_UPDATE_SLOTS_H

#include "core/update/survey.h"

/* The slot that this firmware was started from. LB_SLOT_NONE: the bootloader did not say. */
enum lb_slot lb_slots_running(void);
struct lb_region lb_slots_region(enum lb_slot slot);
/* As the bootloader judges: with its keys, its board id, and what the CPU can run. */
const struct lb_survey_config *lb_slots_config(void);
/* Of the first key that the bootloader trusts, for texts; see lb_image_key_id. */
uint32_t lb_slots_trusted_key_id(void);
/* Opens and reads, as things are now. */
void lb_slots_read(struct lb_survey *slots);

#endif
