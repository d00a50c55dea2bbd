/* The boot sequencer: one reset from step 0 to the start of an image, as an engine.
 *
 * Time, pins and the result of what it last wanted come in; LED, phase, text for uart0 and the next want come out. The
 * program around it (drive.h) is a loop that shows the output, does what is wanted and steps again.
 */
#ifndef LB_BOOT_SEQUENCER_H
#define LB_BOOT_SEQUENCER_H

#include <stdbool.h>
#include <stdint.h>

#include "core/boot/plan.h"
#include "core/boot/text.h"
#include "core/hw/types.h"
#include "core/loader/loader.h"

enum {
	LB_BOOT_LOADER_TIMEOUT_MS = 60000, /* bootloader mode by request: reset when no tool has come by then */
	LB_BOOT_LOADER_WAIT_MS = 3600000,  /* bootloader mode that stays: nothing to do but to wait, an hour at a time */
	LB_BOOT_TRIAL_WATCHDOG_MS = 30000, /* of an image on trial; the image feeds it until it is confirmed */
};

enum lb_boot_want {
	LB_BOOT_WANT_WAIT,   /* wait_ms, or less */
	LB_BOOT_WANT_VERIFY, /* load slot to where it runs, verify it there; then step with found */
	LB_BOOT_WANT_APPEND, /* append state to the record; then step with appended */
	LB_BOOT_WANT_START,  /* start slot, which was the last one verified; should that return, step with its verdict */
	LB_BOOT_WANT_RESET,
	LB_BOOT_WANT_AGAIN, /* bring the board back to what it was after the reset, then lb_boot_again */
};

/* What holds for this reset and this board. retained must outlive the engine. */
struct lb_boot_config {
	enum lb_cause cause;
	uint8_t *retained;       /* LB_RETAINED_BYTES; the engine reads and writes the hand-off in it */
	const uint8_t *board_id; /* LB_BOARD_ID_BYTES */
	const struct lb_flashmap *flashmap;
	struct lb_version version;                  /* of the bootloader */
	const struct lb_record *record;             /* just opened */
	struct lb_update_slot slots[LB_SLOT_COUNT]; /* of all images that can be inspected; no verdicts */
	uint32_t trusted_key_id;                    /* of the first key that the bootloader trusts */
};

struct lb_boot_input {
	uint32_t now_ms;
	struct lb_boot_pins pins;
	struct lb_update_slot found; /* after LB_BOOT_WANT_VERIFY; after LB_BOOT_WANT_START the verdict alone */
	bool appended;               /* after LB_BOOT_WANT_APPEND: the entry is there and was read back */
	/* In bootloader mode: */
	bool tool_came;             /* a tool has greeted: somebody is there, and it stays */
	enum lb_loader_leave leave; /* what a tool asks for */
};

struct lb_boot_output {
	enum lb_boot_want want;
	uint32_t wait_ms;
	enum lb_slot slot;
	const struct lb_record_state *state; /* valid until the next step */
	uint32_t watchdog_ms;                /* to be armed before the start; 0: none */
	uint32_t led;
	enum lb_led_mode led_mode;
	enum lb_phase phase;
	const char *text; /* a line for uart0 with its line end, valid until the next step; NULL: nothing to say */
};

/* The caller owns it; its fields are the sequencer's own. */
struct lb_boot {
	struct lb_boot_config config;
	struct lb_plan_facts facts;
	struct lb_gate gate;
	struct lb_handoff_down down;
	struct lb_record_state expected; /* lb_plan_expect */
	struct lb_plan plan;             /* the last one */
	uint8_t state;
	enum lb_slot loaded;     /* what was verified last, and would run; LB_SLOT_NONE: nothing that could */
	unsigned lines_reported; /* in bootloader mode */
	uint32_t loader_start_ms;
	char text[LB_BOOT_TEXT_BYTES];
};

/* Takes the requests out of the hand-off, so that each is obeyed at most once, whatever happens later. */
void lb_boot_init(struct lb_boot *boot, const struct lb_boot_config *config);
/* A tool in bootloader mode asked for the image: the next step plans anew from record and images as they are now. The
 * reset is still the same; neither G23 nor P12 is looked at again in it, and no request is obeyed. */
void lb_boot_again(struct lb_boot *boot, const struct lb_boot_config *config);
struct lb_boot_output lb_boot_step(struct lb_boot *boot, const struct lb_boot_input *input);

#endif
