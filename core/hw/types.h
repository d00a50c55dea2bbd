/* What all contracts of core/hw speak of: sizes, and enumerations whose numbers are part of the hand-off
 * (docs/spec/handoff.md) and of the virtual module's registers, and so are stable.
 */
#ifndef LB_HW_TYPES_H
#define LB_HW_TYPES_H

#include <stdbool.h>

/* ORDER: the words for the numbers of the three are in core/handoff/handoff_text.c. */

/* Why the CPU starts. */
enum lb_cause {
	LB_CAUSE_POWER_ON = 0,
	LB_CAUSE_SWITCH = 1,   /* the reset switch */
	LB_CAUSE_SOFTWARE = 2, /* machine.reset(), or the bootloader itself */
	LB_CAUSE_WATCHDOG = 3,
	LB_CAUSE_DEEP_SLEEP = 4, /* a wake, not a reset that somebody asked for */
	LB_CAUSE_FAULT = 5,      /* the CPU crashed */
	LB_CAUSE_BROWN_OUT = 6,
	LB_CAUSE_COUNT = 7,
};

/* What the module is doing, for whoever watches from outside. */
enum lb_phase {
	LB_PHASE_OFF = 0,
	LB_PHASE_GATE = 1,   /* from the reset until an image starts */
	LB_PHASE_LOADER = 2, /* bootloader mode */
	LB_PHASE_SCRIPT = 3, /* firmware start-up, boot.py, main.py */
	LB_PHASE_REPL = 4,
	LB_PHASE_SLEEP = 5, /* deep sleep: no CPU */
	LB_PHASE_COUNT = 6,
};

/* Who is driving the LED. */
enum lb_led_mode {
	LB_LED_OFF = 0,
	LB_LED_HEARTBEAT = 1,
	LB_LED_USER = 2,
	LB_LED_GATE = 3,
	LB_LED_ERROR = 4,
	LB_LED_LOADER = 5,
	LB_LED_COUNT = 6,
};

enum {
	LB_RETAINED_BYTES = 4096, /* RAM that keeps its bytes over every reset and deep sleep, not over power-off */
	LB_BOARD_ID_BYTES = 16,
	LB_BOARD_MAC_BYTES = 6,
	LB_BOARD_SERIAL_BAUD = 115200, /* of uart0 after a reset */
	LB_PAYLOAD_START_BYTES = 64,   /* as much of a payload tells which CPU it is for */
	LB_UNIQUE_ID_BYTES = 6,        /* as a MAC address */
	LB_ALARM_COUNT = 9,
};

/* The two pins that the bootloader reads: true is high. P12 has a pull-down and G23 (P2) a pull-up from reset on. */
struct lb_boot_pins {
	bool p12;
	bool g23;
};

enum lb_pin_mode { LB_PIN_IN = 0, LB_PIN_OUT = 1, LB_PIN_OPEN_DRAIN = 2 };
enum lb_pin_pull { LB_PULL_NONE = 0, LB_PULL_UP = 1, LB_PULL_DOWN = 2 };

/* Of an operation that changes the flash. */
enum lb_flash_moment { LB_FLASH_BEFORE, LB_FLASH_WITHIN, LB_FLASH_AFTER };

#endif
