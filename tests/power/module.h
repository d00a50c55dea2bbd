/* A module for the power tests: what bootloader and firmware do with record and slots, on flaky flash, and no more.
 *
 * The boot sequencer with its gate, the rules, the record and the check of the hash are the real ones; the journal can
 * be replaced, so that a bad one can be seen to be caught.
 */
#ifndef TESTS_POWER_MODULE_H
#define TESTS_POWER_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/boot/plan.h"
#include "core/update/download.h"
#include "tests/power/flaky.h"
#include "tests/power/images.h"

struct journal {
	void (*open)(struct lb_record *record, const struct lb_flash *flash, struct lb_region region);
	int (*append)(struct lb_record *record, const struct lb_record_state *state);
};

extern const struct journal journal_real;
extern const struct journal journal_single;    /* one copy, erased and then written */
extern const struct journal journal_unsettled; /* what a tool never brought to an end stays news for ever */

enum { MODULE_CUT = -200, MODULE_DEAD = -201 }; /* beside LB_OK, enum lb_error and enum lb_refusal */

struct module {
	struct flaky flaky;
	const struct journal *journal;
	bool target_from_record; /* a bug: the update's target is chosen as if the latest image were the running one */
	bool tool_unreported;    /* a bug: the record never learns that a tool writes */
	bool errors_unreported;  /* a bug: the trial engine never learns that a script failed */
	bool first_kept;         /* a bug: a download that goes on does not write its first sector again */
	/* RAM: gone with the power. */
	enum lb_slot running; /* LB_SLOT_NONE: bootloader mode */
	enum image image;     /* that runs */
	bool safe;
	enum lb_boot_why why;
	bool open; /* an update is, for writing */
	struct lb_download writer;
	uint32_t kept_bytes; /* of the download that was gone on with last; 0: it was begun anew */
	bool guarded;        /* nothing may touch the running slot and factory now */
	bool trespass;       /* something did */
};

struct boot_kind {
	enum lb_gate_choice choice;
	enum lb_request request; /* that a script left, for slot */
	enum lb_slot slot;
	bool wake;
};

void module_init(struct module *module, const struct journal *journal, bool marks_units, uint32_t seed);
void module_restore(struct module *module, const struct flaky_memory *memory);

/* LB_OK, MODULE_CUT, or MODULE_DEAD when no image verifies. */
int module_boot(struct module *module, const struct boot_kind *kind);
/* Does a reset with G23 low lead into bootloader mode, without a write? */
bool module_reaches_loader(struct module *module);
/* What the header says of a slot's image, and what the check of its copy does; no image, no id. */
void module_inspect(struct module *module, enum lb_slot slot, struct lb_update_slot *facts);
void module_verify(struct module *module, enum lb_slot slot, uint8_t copy[FLAKY_SLOT_BYTES],
                   struct lb_update_slot *facts);
/* The record as a boot would find it. */
enum lb_record_status module_record(const struct module *module, struct lb_record_state *state);

/* What the running firmware does; LB_OK, MODULE_CUT or a refusal. */
int module_ota_start(struct module *module);
/* The image's bytes up to there, from wherever the update is. */
int module_ota_write(struct module *module, enum image image, uint32_t to_bytes);
/* As a client does it: goes on when what is there is the beginning of the image, or else begins anew. */
int module_ota_resume(struct module *module, enum image image);
int module_ota_finish(struct module *module, bool force);
int module_confirm(struct module *module);
bool module_on_trial(struct module *module);
int module_use(struct module *module, enum lb_slot slot);
/* Without rules: how a test prepares its module. */
void module_put_image(struct module *module, enum lb_slot slot, enum image image);
void module_put_record(struct module *module, const struct lb_record_state *state);

#endif
