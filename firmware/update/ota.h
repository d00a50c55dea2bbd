/* Updates: what pycom.ota_*, lifeboat.use() and the like do to slots and record. The rules are core/update's.
 *
 * Functions return LB_OK, a negative enum lb_error or a negative enum lb_refusal; lb_ota_explain turns that into the
 * words of an OSError. An update that was begun stays in the record over soft and hard resets and can be resumed; that
 * it is open for writing ends with the VM.
 */
#ifndef LB_UPDATE_OTA_H
#define LB_UPDATE_OTA_H

#include <stdbool.h>
#include <stdint.h>

#include "core/image/image.h"

enum { LB_OTA_TEXT_BYTES = 120 };

/* Begins an update, or goes on with the one that was begun before; *offset is where writing begins. */
int lb_ota_start(bool resume, uint32_t *offset);
/* Takes all of it or, after a failure, ends the update that is open; but what does not fit in the slot is refused and
 * changes nothing. May raise KeyboardInterrupt between two sectors: then the update is no longer open. */
int lb_ota_write(const uint8_t *data, uint32_t size_bytes);
/* Verifies all and makes the image the latest, on trial from the next reset on. */
int lb_ota_finish(bool force);
/* Does what was written so far verify, or else what the download's slot holds, or the one finished last? */
int lb_ota_verify(bool *good);
/* The slot that an update would write, or writes. */
int lb_ota_target(enum lb_slot *slot);

struct lb_ota_download {
	enum lb_slot slot;
	uint32_t bytes;                  /* from where a resume would go on */
	uint8_t sha256[LB_SHA256_BYTES]; /* of that many first bytes */
};
/* False: no update was begun, or it was finished. */
bool lb_ota_download(struct lb_ota_download *download);

int lb_ota_confirm(void);
int lb_ota_use(enum lb_slot slot);
/* Would a safe boot of that slot start it? */
int lb_ota_check_slot(enum lb_slot slot);

/* What came of the last call, for people: "image does not verify: payload hash does not match". */
void lb_ota_explain(int result, char text[LB_OTA_TEXT_BYTES]);

/* At the end of the VM. */
void lb_ota_stop(void);

#endif
