/* The pins: what each is called, its pull from a reset on, whether it has an ADC. The one table, from which bootloader,
 * firmware, virtual module and host command have it; docs/pycom.md shows it, and a test compares.
 *
 * The order gives the numbers. Names are those that Pycom gives its modules' pins; the aliases are the G numbers that
 * Pycom's expansion board prints beside its header, one for each pin. A new pin is a new row at the end.
 */
#ifndef LB_HW_PINOUT_H
#define LB_HW_PINOUT_H

#include <stdbool.h>
#include <stdint.h>

/* X(name, alias, pull from a reset on, has an ADC) */
#define LB_PINOUT(X)                                           \
	X(P0, G2, NONE, true)                                      \
	X(P1, G1, NONE, true)                                      \
	X(P2, G23, UP, true) /* low at a reset: bootloader mode */ \
	X(P3, G24, NONE, true)                                     \
	X(P4, G11, NONE, true)                                     \
	X(P5, G12, NONE, true)                                     \
	X(P6, G13, NONE, true)                                     \
	X(P7, G14, NONE, true)                                     \
	X(P8, G15, NONE, true)                                     \
	X(P9, G16, NONE, true)                                     \
	X(P10, G17, NONE, true)                                    \
	X(P11, G22, NONE, true)                                    \
	X(P12, G28, DOWN, true) /* high at a reset: safe boot */   \
	X(P13, G5, NONE, true)                                     \
	X(P14, G4, NONE, true)                                     \
	X(P15, G0, NONE, true)                                     \
	X(P16, G3, NONE, true)                                     \
	X(P17, G31, NONE, true)                                    \
	X(P18, G30, NONE, true)                                    \
	X(P19, G6, NONE, true)                                     \
	X(P20, G7, NONE, true)                                     \
	X(P21, G8, NONE, true)                                     \
	X(P22, G9, NONE, true)                                     \
	X(P23, G10, NONE, true)

#define LB_PINOUT_NAMES "P0 to P23" /* for people */

#define LB_PINOUT_NUMBER(name, alias, pull, adc) LB_PIN_##name,
enum lb_pin {
	LB_PINOUT(LB_PINOUT_NUMBER) /* LB_PIN_P0, … */
	LB_PIN_COUNT,
	LB_PIN_SAFE_BOOT = LB_PIN_P12,
	LB_PIN_LOADER = LB_PIN_P2,
};

struct lb_pinout {
	char name[4];
	char alias[4];
	uint8_t pull; /* enum lb_pin_pull, types.h */
	bool adc;
};

/* pin is below LB_PIN_COUNT. */
const struct lb_pinout *lb_pinout_get(unsigned pin);
/* The number of the pin called so, by its own name or its alias, case as written; -1 when there is none. */
int lb_pinout_find(const char *name);

#endif
