#include "firmware/update/updater.h"

#include <stdio.h>

#include "core/base/error.h"
#include "core/hw/periph.h"
#include "py/runtime.h"
#include "firmware/io/bootinfo.h"
#include "firmware/io/flashlock.h"
#include "firmware/update/slots.h"

static struct lb_ota ota;

void lb_updater_init(void)
{
	lb_ota_init(&ota, lb_slots_config(), lb_slots_running());
}

void lb_updater_stop(void)
{
	lb_ota_stop(&ota);
}

/* The end of each step. lifeboat status follows the record. */
static int leave(int result)
{
	if (ota.has_changed)
		lb_bootinfo_report_record(&ota.changed);
	ota.has_changed = false;
	lb_flashlock_leave();
	return result;
}

/* One step with the flash locked, or LB_ERR_BUSY. */
#define LOCKED(step) (lb_flashlock_enter() ? leave(step) : LB_ERR_BUSY)

/* Without memory to make sure of what is there already, all of it is written again. */
static int resume_update(uint32_t *offset)
{
	const uint32_t sector_bytes = lb_periph_flash()->sector_bytes;
	uint8_t *copy = m_new_maybe(uint8_t, sector_bytes); /* the collector may run a finaliser: before the lock */
	const int result = LOCKED(lb_ota_resume(&ota, copy, offset));

	if (copy != NULL)
		m_del(uint8_t, copy, sector_bytes);
	return result;
}

int lb_updater_start(bool resume, uint32_t size_bytes, uint32_t *offset)
{
	*offset = 0;
	const int result = resume ? resume_update(offset) : LOCKED(lb_ota_start(&ota));

	return result == LB_OK && size_bytes != 0 ? LOCKED(lb_ota_expect(&ota, size_bytes)) : result;
}

/* The one place within a step where Python runs, with nothing half done: a callback may change what it wants, another
 * update among it, and may end this one by an exception. */
static bool pause(void)
{
	const unsigned opening = ota.openings;

	(void)leave(LB_OK);
	mp_event_handle_nowait();
	return lb_flashlock_enter() && ota.openings == opening;
}

int lb_updater_write(const uint8_t *data, uint32_t size_bytes)
{
	return LOCKED(lb_ota_write(&ota, data, size_bytes, pause));
}

int lb_updater_finish(bool force)
{
	return LOCKED(lb_ota_finish(&ota, force));
}

int lb_updater_verify(bool *good)
{
	return LOCKED(lb_ota_verify(&ota, good));
}

int lb_updater_target(enum lb_slot *slot)
{
	return LOCKED(lb_ota_target(&ota, slot));
}

bool lb_updater_download(struct lb_ota_download *download)
{
	return LOCKED(lb_ota_download(&ota, download) ? LB_OK : LB_ERR_NOT_FOUND) == LB_OK;
}

int lb_updater_confirm(void)
{
	return LOCKED(lb_ota_confirm(&ota));
}

int lb_updater_use(enum lb_slot slot)
{
	return LOCKED(lb_ota_use(&ota, slot));
}

int lb_updater_check_slot(enum lb_slot slot)
{
	return LOCKED(lb_ota_check_slot(&ota, slot));
}

/* --- texts --- */

static void explain_image(char text[LB_UPDATER_TEXT_BYTES])
{
	const char *name = lb_slot_name(ota.refused_slot);

	if (ota.refused.verdict == LB_IMAGE_WRONG_KEY)
		snprintf(text, LB_UPDATER_TEXT_BYTES,
		         "%s does not verify: signed with key %08x, which is not trusted; key %08x is", name,
		         (unsigned)ota.refused.key_id, (unsigned)lb_slots_trusted_key_id());
	else
		snprintf(text, LB_UPDATER_TEXT_BYTES, "%s does not verify: %s", name,
		         lb_image_verdict_text((uint32_t)ota.refused.verdict));
}

void lb_updater_explain(int result, char text[LB_UPDATER_TEXT_BYTES])
{
	const char *words = lb_refusal_text(result);

	switch (result) {
	case LB_REFUSED_BAD_IMAGE: explain_image(text); return;
	case LB_ERR_BOUNDS:
		snprintf(text, LB_UPDATER_TEXT_BYTES, "more than %u bytes do not fit in %s",
		         (unsigned)lb_slots_region(ota.refused_slot).size_bytes, lb_slot_name(ota.refused_slot));
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
	snprintf(text, LB_UPDATER_TEXT_BYTES, "%s", words);
}
