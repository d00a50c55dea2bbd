/* Updates in steps: start or resume, write, finish, confirm, use. Each appends to the record first and then acts on it,
 * an update before its first sector is erased; what is allowed is core/update/rules.h's. Whoever updates a running
 * module goes through here: the firmware's pycom.ota_* and lifeboat.use(), and the power proof.
 *
 * Functions return LB_OK, a negative enum lb_error or a negative enum lb_refusal. An update that was begun stays in the
 * record over resets and can be resumed; that it is open for writing is known to struct lb_ota alone.
 *
 * No I/O but through the flash; all memory is the caller's, and config must outlive it.
 */
#ifndef LB_UPDATE_OTA_H
#define LB_UPDATE_OTA_H

#include <stdbool.h>
#include <stdint.h>

#include "core/update/download.h"
#include "core/update/survey.h"

struct lb_ota {
	const struct lb_survey_config *config;
	enum lb_slot running;       /* LB_SLOT_NONE: the bootloader did not say; then most is LB_ERR_NOT_FOUND */
	enum lb_slot open_slot;     /* of the update that is open for writing; LB_SLOT_NONE: none is */
	enum lb_slot update_slot;   /* of the one that was opened last */
	enum lb_slot finished_slot; /* of the one that was finished last, if none was opened since */
	unsigned openings;          /* tells an update from the one after it, and from a use of its slot */
	struct lb_download writer;  /* with open_slot */
	bool has_changed;           /* the record, since the caller last cleared this; then it is changed */
	struct lb_record_state changed;
	bool has_appended; /* since the reset; then that entry is surely there: */
	uint32_t appended_sequence;
	/* Why the last call refused an image (LB_REFUSED_BAD_IMAGE), and the slot of that or of the last write. */
	struct lb_update_slot refused;
	enum lb_slot refused_slot;
};

void lb_ota_init(struct lb_ota *ota, const struct lb_survey_config *config, enum lb_slot running);
/* No update is open for writing any more, and none was finished. The record keeps what was begun. */
void lb_ota_stop(struct lb_ota *ota);

/* Opens an update; writing begins at 0. Flash is touched when the first page is full, or at the end: until then the
 * record, and all that it promises, stays as it is. */
int lb_ota_start(struct lb_ota *ota);
/* Goes on with the one that was begun before, or that is open with nothing written yet; *offset is where writing goes
 * on. What is kept costs one sector to be written again, for which copy has room; NULL: nothing is kept. */
int lb_ota_resume(struct lb_ota *ota, uint8_t *copy, uint32_t *offset);
/* So many bytes are to come in all, and their sender waits for each write: erase blocks are used where flash has such.
 * LB_ERR_BOUNDS: they do not fit, and the update is not open any more. Touches nothing. */
int lb_ota_expect(struct lb_ota *ota, uint32_t size_bytes);
/* Takes all of it or, after a failure, ends the update that is open; but what does not fit in the slot (LB_ERR_BOUNDS)
 * is refused and changes nothing. pause (download.h) may leave by an exception: then the update is no longer open. */
int lb_ota_write(struct lb_ota *ota, const uint8_t *data, uint32_t size_bytes, lb_download_pause_fn *pause);
/* Verifies all and makes the image the latest, on trial from the next reset on. force: also one rolled back before.
 * LB_REFUSED_NOT_WRITTEN: the slot holds a good image, but not all of it came by this update. */
int lb_ota_finish(struct lb_ota *ota, bool force);

/* Does what was written so far verify, or else what the download's slot holds, or the one finished last? */
int lb_ota_verify(struct lb_ota *ota, bool *good);
/* The slot that an update would write, or writes. */
int lb_ota_target(struct lb_ota *ota, enum lb_slot *slot);

struct lb_ota_download {
	enum lb_slot slot;
	uint32_t bytes;                  /* from where a resume would go on */
	uint8_t sha256[LB_SHA256_BYTES]; /* of that many first bytes */
};
/* The update that is open, with nothing written yet, or the one that was begun and not finished. False: none. */
bool lb_ota_download(struct lb_ota *ota, struct lb_ota_download *download);

/* Makes the running image, which is on trial and must still verify, the latest for good. */
int lb_ota_confirm(struct lb_ota *ota);
/* Makes slot the latest for good. Writes nothing when what was appended since the reset says that already. */
int lb_ota_use(struct lb_ota *ota, enum lb_slot slot);
/* Would a safe boot of that slot start it? */
int lb_ota_check_slot(struct lb_ota *ota, enum lb_slot slot);

#endif
