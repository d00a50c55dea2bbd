#include "core/update/ota.h"

#include <string.h>

#include "core/base/error.h"

static struct lb_region region_of(const struct lb_ota *ota, enum lb_slot slot)
{
	return ota->config->map->part[lb_slot_part(slot)];
}

static void survey_slots(const struct lb_ota *ota, struct lb_survey *survey)
{
	lb_survey_open(survey, ota->config);
	lb_survey_read(survey, NULL);
}

static void survey_and_verify(const struct lb_ota *ota, struct lb_survey *survey)
{
	survey_slots(ota, survey);
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		(void)lb_survey_verify(survey, (enum lb_slot)slot);
}

static int bad_image(struct lb_ota *ota, enum lb_slot slot, const struct lb_update_slot *found)
{
	ota->refused = *found;
	ota->refused_slot = slot;
	return LB_REFUSED_BAD_IMAGE;
}

/* The end of a change: what the rules said of it, and with their consent the entry. slot: whose image they judged. */
static int carry_out(struct lb_ota *ota, struct lb_survey *survey, enum lb_slot slot, int result,
                     const struct lb_record_state *next)
{
	if (result == LB_REFUSED_BAD_IMAGE)
		return bad_image(ota, slot, &survey->facts[slot]);
	if (result == LB_OK)
		result = lb_survey_append(survey, next);
	if (result == LB_OK) {
		ota->changed = *next;
		ota->has_changed = true;
		ota->has_appended = true;
		ota->appended_sequence = survey->record.sequence;
	}
	return result;
}

void lb_ota_init(struct lb_ota *ota, const struct lb_survey_config *config, enum lb_slot running)
{
	memset(ota, 0, sizeof(*ota));
	ota->config = config;
	ota->running = running;
	ota->update_slot = LB_SLOT_NONE;
	lb_ota_stop(ota);
}

void lb_ota_stop(struct lb_ota *ota)
{
	ota->open_slot = LB_SLOT_NONE;
	ota->finished_slot = LB_SLOT_NONE;
}

/* ---- where a download broke off ---- */

static uint32_t find_offset(const struct lb_ota *ota, const struct lb_record_state *now)
{
	return lb_download_resumes_at(ota->config->flash, region_of(ota, now->download), ota->config->trust.crypto,
	                              now->id[now->download]);
}

static void hash_slot(const struct lb_ota *ota, struct lb_ota_download *download)
{
	const struct lb_crypto *crypto = ota->config->trust.crypto;
	struct lb_sha256 state;
	uint8_t piece[LB_DOWNLOAD_PAGE_BYTES];

	crypto->sha256_init(&state);
	for (uint32_t at = 0; at < download->bytes; at += (uint32_t)sizeof(piece)) {
		if (lb_region_read(ota->config->flash, region_of(ota, download->slot), at, piece, sizeof(piece)) != LB_OK)
			memset(piece, 0, sizeof(piece));
		crypto->sha256_update(&state, piece, sizeof(piece));
	}
	crypto->sha256_final(&state, download->sha256);
}

/* Is an update open that the slot, and so the record, knows nothing of yet? */
static bool is_untouched(const struct lb_ota *ota)
{
	return ota->open_slot != LB_SLOT_NONE && ota->writer.erased_end == 0 && !ota->writer.closed;
}

bool lb_ota_download(struct lb_ota *ota, struct lb_ota_download *download)
{
	struct lb_survey survey;

	survey_slots(ota, &survey);
	download->slot = is_untouched(ota) ? ota->open_slot : survey.now.download;
	if (download->slot == LB_SLOT_NONE)
		return false;
	download->bytes = is_untouched(ota) ? 0 : find_offset(ota, &survey.now);
	hash_slot(ota, download);
	return true;
}

/* ---- the update ---- */

static void open_update(struct lb_ota *ota, enum lb_slot slot, uint32_t offset)
{
	lb_download_start(&ota->writer, ota->config->flash, region_of(ota, slot), offset);
	ota->update_slot = slot;
	ota->open_slot = slot;
	ota->finished_slot = LB_SLOT_NONE;
	ota->openings++;
}

/* The record's entry comes before the first erase, and not earlier: an update of which no sector came costs the module
 * neither its previous image nor a trial. Slot and record are surveyed as they are by now. */
static int enter(void *ctx)
{
	struct lb_ota *ota = ctx;
	struct lb_survey survey;
	struct lb_record_state next;
	int result;

	survey_slots(ota, &survey);
	(void)lb_survey_verify(&survey, survey.now.latest);
	result = lb_update_start(&survey.now, ota->running, survey.facts, ota->update_slot, &next);
	return carry_out(ota, &survey, ota->update_slot, result, &next);
}

static int choose(const struct lb_ota *ota, struct lb_survey *survey, enum lb_slot *slot)
{
	if (ota->running == LB_SLOT_NONE)
		return LB_ERR_NOT_FOUND;
	survey_and_verify(ota, survey);
	return lb_update_target(&survey->now, ota->running, survey->facts, ota->config->map, slot);
}

int lb_ota_start(struct lb_ota *ota)
{
	struct lb_survey survey;
	enum lb_slot slot;
	int result;

	ota->open_slot = LB_SLOT_NONE;
	result = choose(ota, &survey, &slot);
	if (result == LB_OK && survey.record.read_only)
		result = LB_ERR_VERSION;
	if (result != LB_OK)
		return result;
	open_update(ota, slot, 0);
	lb_download_ask_first(&ota->writer, enter, ota);
	return LB_OK;
}

int lb_ota_resume(struct lb_ota *ota, uint8_t *copy, uint32_t *offset)
{
	struct lb_survey survey;
	struct lb_record_state next;
	int result;

	*offset = 0;
	if (is_untouched(ota))
		return LB_OK;
	ota->open_slot = LB_SLOT_NONE;
	if (ota->running == LB_SLOT_NONE)
		return LB_ERR_NOT_FOUND;
	survey_slots(ota, &survey);
	result = lb_update_resume(&survey.now, ota->running, survey.facts[ota->running].id, &next);
	result = carry_out(ota, &survey, ota->running, result, &next);
	if (result != LB_OK)
		return result;
	*offset = copy != NULL ? find_offset(ota, &next) : 0;
	if (*offset > 0)
		result = lb_download_renew_first(ota->config->flash, region_of(ota, next.download), copy);
	if (result == LB_OK)
		open_update(ota, next.download, *offset);
	return result;
}

int lb_ota_expect(struct lb_ota *ota, uint32_t size_bytes)
{
	if (lb_download_expect(&ota->writer, size_bytes) == LB_OK)
		return LB_OK;
	ota->refused_slot = ota->open_slot;
	ota->open_slot = LB_SLOT_NONE;
	return LB_ERR_BOUNDS;
}

int lb_ota_write(struct lb_ota *ota, const uint8_t *data, uint32_t size_bytes, lb_download_pause_fn *pause)
{
	const enum lb_slot slot = ota->open_slot;
	const unsigned opening = ota->openings;
	struct lb_update_slot found = {0};
	int result;

	if (slot == LB_SLOT_NONE)
		return LB_REFUSED_NOT_STARTED;
	ota->open_slot = LB_SLOT_NONE; /* unless all is taken, without another update begun in a pause meanwhile */
	result = lb_download_write(&ota->writer, data, size_bytes, pause, &found.verdict);
	if (ota->openings != opening)
		return LB_REFUSED_NOT_STARTED;
	if (result == LB_ERR_FORMAT)
		return bad_image(ota, slot, &found);
	if (result == LB_OK || result == LB_ERR_BOUNDS || result == LB_ERR_UNSUPPORTED)
		ota->open_slot = slot;
	ota->refused_slot = slot;
	return result;
}

/* What lay in the slot before verifies too: the end of the image must be among what came. */
static bool wrote_all(struct lb_ota *ota)
{
	const struct lb_image_source source = lb_download_source(&ota->writer);
	struct lb_image_info info;

	return lb_image_inspect(&source, &info) == LB_IMAGE_GOOD;
}

/* What is held is dropped, so that the slot shows that the download broke off: with its last page, what lay there
 * before might make a whole image of it. */
static int refuse_part(struct lb_ota *ota, enum lb_slot slot)
{
	struct lb_survey survey;

	lb_download_stop(&ota->writer);
	survey_slots(ota, &survey);
	return lb_survey_verify(&survey, slot) == LB_IMAGE_GOOD ? LB_REFUSED_NOT_WRITTEN :
	                                                          bad_image(ota, slot, &survey.facts[slot]);
}

/* Slot and record are looked at as they are now, for both may have changed since the update was opened. */
int lb_ota_finish(struct lb_ota *ota, bool force)
{
	const enum lb_slot slot = ota->open_slot;
	struct lb_survey survey;
	struct lb_record_state next;
	int result;

	if (slot == LB_SLOT_NONE)
		return LB_REFUSED_NOT_STARTED;
	if (!wrote_all(ota))
		return refuse_part(ota, slot);
	result = lb_download_close(&ota->writer);
	if (result != LB_OK)
		return result;
	survey_slots(ota, &survey);
	(void)lb_survey_verify(&survey, slot);
	result = lb_update_finish(&survey.now, ota->running, &survey.facts[slot], force, &next);
	result = carry_out(ota, &survey, slot, result, &next);
	if (result != LB_OK)
		return result;
	ota->finished_slot = slot;
	ota->open_slot = LB_SLOT_NONE;
	return LB_OK;
}

/* Is what the slot holds what lay there when the update that writes it came to its first erase? */
static bool is_of_before(const struct lb_survey *survey, enum lb_slot slot)
{
	return slot == survey->now.download && survey->facts[slot].id == survey->now.id[slot];
}

int lb_ota_verify(struct lb_ota *ota, bool *good)
{
	struct lb_survey survey;
	enum lb_slot slot;

	if (ota->open_slot != LB_SLOT_NONE) {
		const struct lb_image_source source = lb_download_source(&ota->writer);
		struct lb_update_slot found = {0};
		struct lb_image_info info;

		lb_survey_judge(ota->config, &source, &info, &found);
		*good = found.verdict == LB_IMAGE_GOOD;
		return LB_OK;
	}
	survey_slots(ota, &survey);
	slot = ota->finished_slot != LB_SLOT_NONE ? ota->finished_slot : survey.now.download;
	if (slot == LB_SLOT_NONE)
		return LB_REFUSED_NOT_STARTED;
	*good = lb_survey_verify(&survey, slot) == LB_IMAGE_GOOD && !is_of_before(&survey, slot);
	return LB_OK;
}

int lb_ota_target(struct lb_ota *ota, enum lb_slot *slot)
{
	struct lb_survey survey;

	*slot = ota->open_slot;
	return *slot != LB_SLOT_NONE ? LB_OK : choose(ota, &survey, slot);
}

/* ---- other changes of the record ---- */

int lb_ota_confirm(struct lb_ota *ota)
{
	struct lb_survey survey;
	struct lb_record_state next;
	int result;

	if (ota->running == LB_SLOT_NONE)
		return LB_ERR_NOT_FOUND;
	survey_slots(ota, &survey);
	/* A rotten counter must not become the floor. */
	if (lb_survey_is_trial(&survey, ota->running) && lb_survey_verify(&survey, ota->running) != LB_IMAGE_GOOD)
		return bad_image(ota, ota->running, &survey.facts[ota->running]);
	result = lb_update_confirm(&survey.now, ota->running, &survey.facts[ota->running], &next);
	return carry_out(ota, &survey, ota->running, result, &next);
}

/* Does the newest entry say that for sure? One from before the reset may be torn, and read well only this time. */
static bool is_held(const struct lb_ota *ota, const struct lb_record *record, const struct lb_record_state *next)
{
	return ota->has_appended && record->status == LB_RECORD_VALID && record->sequence == ota->appended_sequence &&
	       lb_update_is_same(&record->state, next);
}

int lb_ota_use(struct lb_ota *ota, enum lb_slot slot)
{
	struct lb_survey survey;
	struct lb_record_state next;
	int result;

	survey_slots(ota, &survey);
	(void)lb_survey_verify(&survey, slot);
	result = lb_update_use(&survey.now, slot, &survey.facts[slot], &next);
	if (result != LB_OK || !is_held(ota, &survey.record, &next))
		result = carry_out(ota, &survey, slot, result, &next);
	if (result != LB_OK)
		return result;
	if (slot == ota->update_slot) { /* also one in whose pause this was called */
		ota->open_slot = LB_SLOT_NONE;
		ota->openings++;
	}
	return LB_OK;
}

int lb_ota_check_slot(struct lb_ota *ota, enum lb_slot slot)
{
	struct lb_survey survey;

	survey_slots(ota, &survey);
	return lb_survey_verify(&survey, slot) == LB_IMAGE_GOOD ? LB_OK : bad_image(ota, slot, &survey.facts[slot]);
}
