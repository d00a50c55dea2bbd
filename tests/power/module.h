/* A module for the power tests: the hardware around bootloader and firmware, and no rule. The bootloader is that of
 * boards/ on a board of this proof's (board.h), and what the firmware does to record and slots is core/update/ota.h's.
 */
#ifndef TESTS_POWER_MODULE_H
#define TESTS_POWER_MODULE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/boot/plan.h"
#include "core/update/ota.h"
#include "tests/power/flaky.h"
#include "tests/power/images.h"

enum {
	MODULE_CUT = -200,
	MODULE_DEAD = -201,
	MODULE_WROTE = -202
}; /* beside LB_OK, enum lb_error and enum lb_refusal */

struct module {
	struct flaky flaky;
	struct lb_survey_config config;
	/* RAM: gone with the power. */
	enum lb_slot running; /* LB_SLOT_NONE: bootloader mode */
	enum image image;     /* that runs */
	bool safe;            /* a safe boot */
	struct lb_ota ota;
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

void module_init(struct module *module, bool marks_units, uint32_t seed);
/* The same with that content, instead of blank flash. */
void module_revive(struct module *module, const struct flaky_memory *memory, bool marks_units, uint32_t seed);
void module_restore(struct module *module, const struct flaky_memory *memory);

/* LB_OK, MODULE_CUT, or MODULE_DEAD when no image verifies. */
int module_boot(struct module *module, const struct boot_kind *kind);
/* Does a reset with G23 low lead into bootloader mode, without a write? */
bool module_reaches_loader(struct module *module);
/* The record as a boot would find it. */
enum lb_record_status module_record(const struct module *module, struct lb_record_state *state);

/* What the running firmware does; LB_OK, MODULE_CUT or a refusal. */
int module_ota_start(struct module *module);
/* The image's bytes up to there, from wherever the update is. */
int module_ota_write(struct module *module, enum image image, uint32_t to_bytes);
/* As a client does it: goes on when what is there is the beginning of the image, or else begins anew. */
int module_ota_resume(struct module *module, enum image image);
int module_ota_finish(struct module *module, bool force);
/* Goes on with whatever there is, and finishes without a byte. */
int module_ota_finish_nothing(struct module *module);
int module_confirm(struct module *module);
bool module_on_trial(struct module *module);
int module_use(struct module *module, enum lb_slot slot);
/* MODULE_WROTE: flash was written, though that slot was chosen last. */
int module_use_again(struct module *module, enum lb_slot slot);
/* Without rules: how a test prepares its module. */
void module_put_image(struct module *module, enum lb_slot slot, enum image image);
void module_put_record(struct module *module, const struct lb_record_state *state);

#endif
