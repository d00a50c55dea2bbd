/* What lies in the slots, as the rules of the record want to know of it: each slot read, asked for where the state
 * hangs on its verdict, verified there, and the state that any change starts from. Bootloader, firmware and tests all
 * look through here.
 *
 * Reads flash and writes nothing but lb_survey_append. All memory is the caller's; the config must outlive the survey.
 */
#ifndef LB_UPDATE_SURVEY_H
#define LB_UPDATE_SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/flashmap/flashmap.h"
#include "core/image/image.h"
#include "core/record/record.h"
#include "core/update/rules.h"

/* Where images lie, and by what they are judged. */
struct lb_survey_config {
	const struct lb_flash *flash;
	const struct lb_flashmap *map;
	struct lb_image_trust trust;
	/* Is a payload that begins so one that this board's CPU can run? start is LB_PAYLOAD_START_BYTES long, or all of a
	 * shorter payload. */
	bool (*payload_runs)(const void *start, size_t size_bytes);
};

struct lb_survey {
	const struct lb_survey_config *config;
	struct lb_record record;
	struct lb_record_state now; /* what any change starts from (lb_update_base) */
	struct lb_update_slot facts[LB_SLOT_COUNT];
};

/* What can be told of a slot without reading its payload: no verdict, and no id where no image can be inspected. */
struct lb_update_slot lb_survey_inspect(const struct lb_survey_config *config, enum lb_slot slot);
/* Verifies an image wherever it lies: hash, board, signature, and whether the CPU can run it. info is filled when the
 * image is whole. Of one that does not verify, found tells id and version as far as it could be inspected. */
void lb_survey_judge(const struct lb_survey_config *config, const struct lb_image_source *source,
                     struct lb_image_info *info, struct lb_update_slot *found);

/* Opens the record; then a survey can be read. */
void lb_survey_open(struct lb_survey *survey, const struct lb_survey_config *config);
/* Inspects all slots, verifies those whose verdict lb_update_base needs, and works out now. hidden: slots that are not
 * looked at and count as empty; NULL: none. */
void lb_survey_read(struct lb_survey *survey, const bool hidden[LB_SLOT_COUNT]);
/* Verifies that slot too, if it was not yet. */
enum lb_image_verdict lb_survey_verify(struct lb_survey *survey, enum lb_slot slot);
/* Is the image in that slot the record's unconfirmed trial? False for LB_SLOT_NONE. */
bool lb_survey_is_trial(const struct lb_survey *survey, enum lb_slot slot);
/* Makes next the record's newest entry, and now. LB_OK; LB_ERR_VERSION: a newer version wrote the record; LB_ERR_IO:
 * the flash failed, or the record is full for good. */
int lb_survey_append(struct lb_survey *survey, const struct lb_record_state *next);

#endif
