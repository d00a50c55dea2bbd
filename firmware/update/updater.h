/* Updates as scripts make them: what pycom.ota_*, lifeboat.use() and the like do is core/update/ota.h's; here are the
 * one update of this firmware, the VM's memory and events while it is written, and the words for people.
 *
 * Functions return LB_OK, a negative enum lb_error or a negative enum lb_refusal; lb_updater_explain turns that into
 * the words of an OSError. None runs Python but lb_updater_write, between two sectors; one that is called in the middle
 * of another, by a hard interrupt's handler, is LB_ERR_BUSY. That an update is open for writing ends with the VM.
 */
#ifndef LB_UPDATE_UPDATER_H
#define LB_UPDATE_UPDATER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/update/ota.h"

enum { LB_UPDATER_TEXT_BYTES = 120 };

/* Begins an update, or goes on with the one that was begun before; *offset is where writing begins.
 * size_bytes: 0, or what lb_ota_expect is to be told. */
int lb_updater_start(bool resume, uint32_t size_bytes, uint32_t *offset);
/* As lb_ota_write. May raise KeyboardInterrupt between two sectors: then the update is no longer open. */
int lb_updater_write(const uint8_t *data, uint32_t size_bytes);
int lb_updater_finish(bool force);
int lb_updater_verify(bool *good);
int lb_updater_target(enum lb_slot *slot);
bool lb_updater_download(struct lb_ota_download *download);

int lb_updater_confirm(void);
int lb_updater_use(enum lb_slot slot);
int lb_updater_check_slot(enum lb_slot slot);

/* What came of the last call, for people: "image does not verify: payload hash does not match". */
void lb_updater_explain(int result, char text[LB_UPDATER_TEXT_BYTES]);

/* Once, after a hard reset. */
void lb_updater_init(void);
/* At the end of the VM. */
void lb_updater_stop(void);

#endif
