#include "firmware/update/ota.h"

#include <stdio.h>
#include <string.h>

#include "core/base/error.h"
#include "core/hw/periph.h"
#include "core/update/download.h"
#include "py/runtime.h"
#include "firmware/io/bootinfo.h"
#include "firmware/update/slots.h"

/* The update that is open for writing; slot LB_SLOT_NONE: none is. */
static enum lb_slot open_slot = LB_SLOT_NONE;
static struct lb_download writer;
static unsigned openings;
static enum lb_slot finished_slot = LB_SLOT_NONE; /* in this life of the VM */

/* For lb_ota_explain: why an image was refused, and which bound was met. */
static struct lb_finding refused;
static enum lb_slot refused_slot;

static int bad_image(enum lb_slot slot, const struct lb_finding *finding)
{
	refused = *finding;
	refused_slot = slot;
	return LB_REFUSED_BAD_IMAGE;
}

/* The end of a change: what the rules said of it, and with their consent the entry. slot: whose image they judged. */
static int carry_out(struct lb_slots *slots, enum lb_slot slot, int result, const struct lb_record_state *next)
{
	if (result == LB_REFUSED_BAD_IMAGE)
		return bad_image(slot, &slots->finding[slot]);
	return result == LB_OK ? lb_slots_append(slots, next) : result;
}

static void close_update(void)
{
	open_slot = LB_SLOT_NONE;
}

void lb_ota_stop(void)
{
	close_update();
	finished_slot = LB_SLOT_NONE;
}

/* --- where a download broke off --- */

static uint32_t find_offset(enum lb_slot slot)
{
	return lb_download_resumes_at(lb_periph_flash(), lb_slots_region(slot), lb_periph_crypto());
}

static void hash_slot(enum lb_slot slot, uint32_t size_bytes, uint8_t sha256[LB_SHA256_BYTES])
{
	const struct lb_crypto *crypto = lb_periph_crypto();
	struct lb_sha256 state;
	uint8_t piece[LB_DOWNLOAD_PAGE_BYTES];

	crypto->sha256_init(&state);
	for (uint32_t at = 0; at < size_bytes; at += (uint32_t)sizeof(piece)) {
		if (lb_region_read(lb_periph_flash(), lb_slots_region(slot), at, piece, sizeof(piece)) != LB_OK)
			memset(piece, 0, sizeof(piece));
		crypto->sha256_update(&state, piece, sizeof(piece));
	}
	crypto->sha256_final(&state, sha256);
}

bool lb_ota_download(struct lb_ota_download *download)
{
	struct lb_slots slots;

	lb_slots_read(&slots, LB_SLOTS_QUICK);
	if (slots.now.download == LB_SLOT_NONE)
		return false;
	download->slot = slots.now.download;
	download->bytes = find_offset(download->slot);
	hash_slot(download->slot, download->bytes, download->sha256);
	return true;
}

/* --- the update --- */

static int open_update(enum lb_slot slot, uint32_t offset)
{
	lb_download_start(&writer, lb_periph_flash(), lb_slots_region(slot), offset);
	open_slot = slot;
	finished_slot = LB_SLOT_NONE;
	openings++;
	return LB_OK;
}

/* Makes sure of what is kept. Without memory for that, nothing is. */
static int go_on(enum lb_slot slot, uint32_t *offset)
{
	const uint32_t sector_bytes = lb_periph_flash()->sector_bytes;
	uint8_t *copy;
	int result;

	*offset = find_offset(slot);
	if (*offset == 0)
		return open_update(slot, 0);
	copy = m_new_maybe(uint8_t, sector_bytes);
	if (copy == NULL) {
		*offset = 0;
		return open_update(slot, 0);
	}
	result = lb_download_renew_first(lb_periph_flash(), lb_slots_region(slot), copy);
	m_del(uint8_t, copy, sector_bytes);
	return result == LB_OK ? open_update(slot, *offset) : result;
}

int lb_ota_start(bool resume, uint32_t *offset)
{
	const enum lb_slot running = lb_slots_running();
	struct lb_slots slots;
	struct lb_record_state next;
	int result;

	close_update();
	if (running == LB_SLOT_NONE)
		return LB_ERR_NOT_FOUND;
	lb_slots_read(&slots, resume ? LB_SLOTS_QUICK : LB_SLOTS_VERIFY);
	if (resume)
		result = lb_update_resume(&slots.now, running, slots.facts[running].id, &next);
	else
		result = lb_update_start(&slots.now, running, slots.facts, &lb_bootinfo_down()->flashmap, &next);
	if (result == LB_OK)
		result = lb_slots_append(&slots, &next);
	if (result != LB_OK)
		return result;
	if (resume)
		return go_on(next.download, offset);
	*offset = 0;
	return open_update(next.download, 0);
}

/* A callback may begin another update. */
static bool pause(void)
{
	const unsigned opening = openings;

	mp_event_handle_nowait();
	return openings == opening;
}

int lb_ota_write(const uint8_t *data, uint32_t size_bytes)
{
	const enum lb_slot slot = open_slot;
	const unsigned opening = openings;
	struct lb_finding finding = {0};
	int result;

	if (slot == LB_SLOT_NONE)
		return LB_REFUSED_NOT_STARTED;
	close_update(); /* unless all is taken, without another update begun by a callback meanwhile */
	result = lb_download_write(&writer, data, size_bytes, pause, &finding.facts.verdict);
	if (openings != opening)
		return LB_REFUSED_NOT_STARTED;
	if (result == LB_ERR_FORMAT)
		return bad_image(slot, &finding);
	if (result == LB_OK || result == LB_ERR_BOUNDS || result == LB_ERR_UNSUPPORTED)
		open_slot = slot;
	refused_slot = slot;
	return result;
}

int lb_ota_finish(bool force)
{
	const enum lb_slot running = lb_slots_running();
	struct lb_slots slots;
	struct lb_record_state next;
	int result;

	if (open_slot == LB_SLOT_NONE)
		return LB_REFUSED_NOT_STARTED;
	result = lb_download_close(&writer);
	if (result != LB_OK)
		return result;
	lb_slots_read(&slots, LB_SLOTS_QUICK);
	lb_slots_verify(&slots, open_slot);
	result = lb_update_finish(&slots.now, running, &slots.facts[open_slot], force, &next);
	result = carry_out(&slots, open_slot, result, &next);
	if (result != LB_OK)
		return result;
	finished_slot = open_slot;
	close_update();
	return LB_OK;
}

int lb_ota_verify(bool *good)
{
	struct lb_slots slots;
	enum lb_slot slot;

	if (open_slot != LB_SLOT_NONE) {
		const struct lb_image_source source = lb_download_source(&writer);

		*good = lb_slots_judge(&source).facts.verdict == LB_IMAGE_GOOD;
		return LB_OK;
	}
	lb_slots_read(&slots, LB_SLOTS_QUICK);
	slot = finished_slot != LB_SLOT_NONE ? finished_slot : slots.now.download;
	if (slot == LB_SLOT_NONE)
		return LB_REFUSED_NOT_STARTED;
	*good = lb_slots_verify(&slots, slot)->facts.verdict == LB_IMAGE_GOOD;
	return LB_OK;
}

int lb_ota_target(enum lb_slot *slot)
{
	const enum lb_slot running = lb_slots_running();
	struct lb_slots slots;
	struct lb_record_state next;
	int result;

	if (running == LB_SLOT_NONE)
		return LB_ERR_NOT_FOUND;
	if (open_slot != LB_SLOT_NONE) {
		*slot = open_slot;
		return LB_OK;
	}
	lb_slots_read(&slots, LB_SLOTS_VERIFY);
	result = lb_update_start(&slots.now, running, slots.facts, &lb_bootinfo_down()->flashmap, &next);
	if (result == LB_OK)
		*slot = next.download;
	return result;
}

/* --- other changes of the record --- */

int lb_ota_confirm(void)
{
	const enum lb_slot running = lb_slots_running();
	struct lb_slots slots;
	struct lb_record_state next;
	int result;

	if (running == LB_SLOT_NONE)
		return LB_ERR_NOT_FOUND;
	lb_slots_read(&slots, LB_SLOTS_QUICK);
	/* A rotten counter must not become the floor. */
	if (lb_slots_on_trial(&slots) && lb_slots_verify(&slots, running)->facts.verdict != LB_IMAGE_GOOD)
		return bad_image(running, &slots.finding[running]);
	result = lb_update_confirm(&slots.now, running, &slots.facts[running], &next);
	return carry_out(&slots, running, result, &next);
}

int lb_ota_use(enum lb_slot slot)
{
	struct lb_slots slots;
	struct lb_record_state next;
	int result;

	lb_slots_read(&slots, LB_SLOTS_QUICK);
	lb_slots_verify(&slots, slot);
	result = lb_update_use(&slots.now, slot, &slots.facts[slot], &next);
	result = carry_out(&slots, slot, result, &next);
	if (result != LB_OK)
		return result;
	if (slot == open_slot)
		close_update();
	return LB_OK;
}

int lb_ota_check_slot(enum lb_slot slot)
{
	struct lb_image_slot in_flash = {lb_periph_flash(), lb_slots_region(slot)};
	const struct lb_image_source source = lb_image_slot_source(&in_flash);
	const struct lb_finding finding = lb_slots_judge(&source);

	return finding.facts.verdict == LB_IMAGE_GOOD ? LB_OK : bad_image(slot, &finding);
}

/* --- texts --- */

static void explain_image(char text[LB_OTA_TEXT_BYTES])
{
	const char *name = lb_slot_name(refused_slot);

	if (refused.facts.verdict == LB_IMAGE_WRONG_KEY)
		snprintf(text, LB_OTA_TEXT_BYTES, "%s does not verify: signed with key %08x, which is not trusted; key %08x is",
		         name, (unsigned)refused.key_id, (unsigned)lb_slots_trusted_key_id());
	else
		snprintf(text, LB_OTA_TEXT_BYTES, "%s does not verify: %s", name,
		         lb_image_verdict_text((uint32_t)refused.facts.verdict));
}

void lb_ota_explain(int result, char text[LB_OTA_TEXT_BYTES])
{
	const char *words = lb_refusal_text(result);

	switch (result) {
	case LB_REFUSED_BAD_IMAGE: explain_image(text); return;
	case LB_ERR_BOUNDS:
		snprintf(text, LB_OTA_TEXT_BYTES, "more than %u bytes do not fit in %s",
		         (unsigned)lb_slots_region(refused_slot).size_bytes, lb_slot_name(refused_slot));
		return;
	case LB_REFUSED_FAILED_IMAGE:
		words = "this image was rolled back before; ota_finish(force=True) tries it again";
		break;
	case LB_ERR_VERSION: words = "the boot record was written by a newer version, and is left as it is"; break;
	case LB_ERR_NOT_FOUND: words = "the bootloader does not say which slot runs"; break;
	case LB_ERR_UNSUPPORTED: words = "ota_finish() has closed the update: ota_start() first"; break;
	case LB_ERR_IO: words = "the flash failed"; break;
	default: break;
	}
	snprintf(text, LB_OTA_TEXT_BYTES, "%s", words);
}
