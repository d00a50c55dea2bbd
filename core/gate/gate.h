/* The safe-boot gate: the watch on pin P12 after a reset, its LED rhythm and its windows. Tables: docs/spec/gate.md.
 *
 * A pure engine: time and pin in; LED, announcement, choice and the next wait out. Time is milliseconds and may wrap at
 * any moment. The caller steps it from the reset on until it is done, each time after at most the wait that it got; an
 * early step is always right, a late one moves no edge but makes the LED late. A gate is used once.
 */
#ifndef LB_GATE_GATE_H
#define LB_GATE_GATE_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LB_GATE_ENTER_MS = 100,     /* P12 is high for that long, without a low sample, before the first window begins */
	LB_GATE_ENTRY_END_MS = 300, /* counted from the reset: by then it was, or the boot goes on as a normal one */
	/* Ends of the windows, counted from there; a window begins where the one before it ends. */
	LB_GATE_LATEST_END_MS = 3000,
	LB_GATE_PREVIOUS_END_MS = 6000,
	LB_GATE_FACTORY_END_MS = 7500,
	LB_GATE_LATEST_TOGGLE_MS = 500,
	LB_GATE_PREVIOUS_TOGGLE_MS = 250,
	LB_GATE_FACTORY_TOGGLE_MS = 100,
	LB_GATE_RELEASE_MS = 30, /* low for that long is a release, timed from the first low sample */
	LB_GATE_SAMPLE_MS = 10,  /* the pin is sampled at least that often */
	LB_GATE_WAIT_MS = 5,     /* what the engine asks for, so that a sleep that ends late keeps the promise above */
	LB_GATE_BLINK_ON_MS = 100,
	LB_GATE_BLINK_OFF_MS = 100,
};

/* The window that P12 was released in, which is also how many times the LED blinks to confirm. */
enum lb_gate_choice {
	LB_GATE_NONE = 0, /* the gate was not entered */
	LB_GATE_LATEST = 1,
	LB_GATE_PREVIOUS = 2,
	LB_GATE_FACTORY = 3,
};

/* The caller owns it; its fields are the gate's own. */
struct lb_gate {
	uint8_t state;
	bool low; /* the pin was low at the last sample, since low_ms */
	enum lb_gate_choice announced;
	enum lb_gate_choice choice;
	uint32_t first_ms; /* of the first sample */
	uint32_t start_ms; /* of the state: the pin's last rise, the end of the entry time, or the decision */
	uint32_t low_ms;
	uint32_t hold_ms;
};

struct lb_gate_output {
	uint32_t led; /* 0xRRGGBB */
	bool done;    /* choice and hold_ms hold, the LED is off, and the gate is not to be stepped again */
	enum lb_gate_choice choice;
	enum lb_gate_choice
		announce;     /* the window that just started: reported once a window; LB_GATE_NONE: nothing to say */
	uint32_t hold_ms; /* how long P12 was held, counted as the windows are */
	uint32_t wait_ms; /* until the next step, at the latest; 0 when done */
};

void lb_gate_init(struct lb_gate *gate);
/* p12: true is high. With P12 low at the first step the gate is done in that step. */
struct lb_gate_output lb_gate_step(struct lb_gate *gate, uint32_t now_ms, bool p12);

#endif
