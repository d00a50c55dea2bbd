#include "core/update/survey.h"

#include <string.h>

#include "core/base/error.h"
#include "core/hw/types.h"

static struct lb_image_slot image_slot(const struct lb_survey_config *config, enum lb_slot slot)
{
	return (struct lb_image_slot){config->flash, config->map->part[lb_slot_part(slot)]};
}

struct lb_update_slot lb_survey_inspect(const struct lb_survey_config *config, enum lb_slot slot)
{
	struct lb_image_slot in_flash = image_slot(config, slot);
	const struct lb_image_source source = lb_image_slot_source(&in_flash);
	struct lb_update_slot found = {.verdict = LB_IMAGE_UNKNOWN, .id = LB_RECORD_NO_ID};
	struct lb_image_info info;

	if (lb_image_inspect(&source, &info) == LB_IMAGE_GOOD)
		lb_update_describe(&info, &found);
	return found;
}

static bool can_run(const struct lb_survey_config *config, const struct lb_image_source *source,
                    const struct lb_image_info *info)
{
	uint8_t start[LB_PAYLOAD_START_BYTES];
	const uint32_t start_bytes = info->payload_bytes < sizeof(start) ? info->payload_bytes : (uint32_t)sizeof(start);

	return lb_image_read(source, info->header_bytes, start, start_bytes) == LB_OK &&
	       config->payload_runs(start, start_bytes);
}

void lb_survey_judge(const struct lb_survey_config *config, const struct lb_image_source *source,
                     struct lb_image_info *info, struct lb_update_slot *found)
{
	enum lb_image_verdict verdict = lb_image_verify(source, &config->trust, info);

	/* What was verified is described, and not what is read after it. */
	*found = (struct lb_update_slot){.id = LB_RECORD_NO_ID};
	if (verdict == LB_IMAGE_GOOD || lb_image_inspect(source, info) == LB_IMAGE_GOOD)
		lb_update_describe(info, found);
	if (verdict == LB_IMAGE_GOOD && !can_run(config, source, info))
		verdict = LB_IMAGE_OTHER_BOARD;
	found->verdict = verdict;
}

void lb_survey_open(struct lb_survey *survey, const struct lb_survey_config *config)
{
	memset(survey, 0, sizeof(*survey));
	survey->config = config;
	lb_record_open(&survey->record, config->flash, config->map->part[LB_PART_RECORD]);
}

enum lb_image_verdict lb_survey_verify(struct lb_survey *survey, enum lb_slot slot)
{
	if (survey->facts[slot].verdict == LB_IMAGE_UNKNOWN) {
		struct lb_image_slot in_flash = image_slot(survey->config, slot);
		const struct lb_image_source source = lb_image_slot_source(&in_flash);
		struct lb_image_info info;

		lb_survey_judge(survey->config, &source, &info, &survey->facts[slot]);
	}
	return survey->facts[slot].verdict;
}

/* All are inspected before the first is asked for: a question looks at its neighbours. */
void lb_survey_read(struct lb_survey *survey, const bool hidden[LB_SLOT_COUNT])
{
	const struct lb_record *record = &survey->record;

	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		if (hidden != NULL && hidden[slot])
			survey->facts[slot].verdict = LB_IMAGE_BLANK;
		else
			survey->facts[slot] = lb_survey_inspect(survey->config, (enum lb_slot)slot);
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		if (lb_update_asks(record->status, &record->state, survey->facts, (enum lb_slot)slot))
			(void)lb_survey_verify(survey, (enum lb_slot)slot);
	(void)lb_update_base(record->status, &record->state, survey->facts, &survey->now);
}

bool lb_survey_is_trial(const struct lb_survey *survey, enum lb_slot slot)
{
	return slot != LB_SLOT_NONE && lb_update_is_trial(&survey->now, slot, survey->facts[slot].id);
}

int lb_survey_append(struct lb_survey *survey, const struct lb_record_state *next)
{
	const int error = lb_record_append(&survey->record, next);

	if (error != LB_OK)
		return error == LB_ERR_VERSION ? error : LB_ERR_IO;
	survey->now = *next;
	return LB_OK;
}
