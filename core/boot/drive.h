/* The loop around the boot sequencer: one turn steps it, shows what it gives out, does what it wants and brings the
 * result into the next step. Whoever runs the sequencer, a board or a test, lends it hands.
 */
#ifndef LB_BOOT_DRIVE_H
#define LB_BOOT_DRIVE_H

#include <stdbool.h>

#include "core/boot/sequencer.h"

/* ctx goes into each. reset and start do not return on a board; where they do, start has failed. */
struct lb_drive {
	void (*sense)(void *ctx, struct lb_boot_input *input); /* fills in time and pins */
	void (*show)(void *ctx, const struct lb_boot_output *out);
	void (*wait)(void *ctx, const struct lb_boot_output *out, struct lb_boot_input *input); /* tool_came, leave */
	void (*verify)(void *ctx, enum lb_slot slot, struct lb_update_slot *found);
	bool (*append)(void *ctx, const struct lb_record_state *state);
	void (*start)(void *ctx, const struct lb_boot_output *out);
	void (*reset)(void *ctx);
	struct lb_boot_config (*again)(void *ctx); /* all but the cause anew */
};

/* input is all zeros before the first turn, and the caller's to keep until the next. */
void lb_drive_turn(struct lb_boot *boot, const struct lb_drive *drive, void *ctx, struct lb_boot_input *input);

#endif
