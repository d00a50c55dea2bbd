/* The pins of the virtual module: what they are after a reset, and the level on a net. Names: core/hw/pinout.h.
 *
 * Pure functions of values that both sides of hardware/wire.h see, so CPU and hardware process always agree.
 */
#ifndef HARDWARE_MODEL_PINS_H
#define HARDWARE_MODEL_PINS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/hw/periph.h"
#include "hardware/wire.h"

_Static_assert((int)LB_PIN_COUNT <= (int)WIRE_PINS, "every pin has its registers");

/* A word of WIRE_REG_PIN_CPU. */
uint32_t lb_pins_config(enum lb_pin_mode mode, enum lb_pin_pull pull, bool output);
enum lb_pin_mode lb_pins_mode(uint32_t config);
enum lb_pin_pull lb_pins_pull(uint32_t config);
bool lb_pins_output(uint32_t config);
bool lb_pins_pulls_low(uint32_t config); /* does the CPU hold the net low? */

/* After every reset: an input with the pull of the pinout. */
uint32_t lb_pins_reset_config(unsigned pin);
/* While there is no CPU, in deep sleep: outputs are released, the pulls of inputs stay, so that pins can wake it. */
uint32_t lb_pins_sleep_config(uint32_t config);

/* The level on the net; true is high. Whoever drives from outside wins, over the CPU's output too: what is held against
 * a module is a wire to 3V3 or to GND. Then the CPU's output (open-drain: its low level only), then the pull; a net
 * that nothing holds reads low. */
bool lb_pins_level(uint32_t config, uint32_t drive);

/* PWM's level at a moment of module time: each period begins high, at time 0 the first one. frequency_mhz is not 0;
 * duty is 0 to LB_PINS_DUTY_FULL, more being the same as that. Exact: no drift, however long it runs. */
enum { LB_PINS_DUTY_FULL = 65535 };
bool lb_pins_pwm_level(uint32_t frequency_mhz, uint32_t duty, uint64_t module_ns);

/* All that acts on a net, as the registers have it. */
struct lb_pins_net {
	uint32_t config;
	uint32_t drive;
	uint32_t millivolts;    /* 1 + voltage from outside; 0: none */
	uint32_t device;        /* 1: one with a pull-up is on it */
	uint32_t frequency_mhz; /* 0: no PWM */
	uint32_t duty;
};

/* A voltage from here on reads high. */
enum { LB_PINS_SUPPLY_MV = 3300, LB_PINS_HIGH_MV = LB_PINS_SUPPLY_MV / 2, LB_PINS_MOST_MV = 3600 };
/* As lb_pins_level, with PWM in the place of the CPU's output; a device's pull-up is stronger than the pulls, and what
 * the device itself does is not in it. */
bool lb_pins_net_level(const struct lb_pins_net *net, uint64_t module_ns);
/* What an ADC sees: the voltage from outside, else the level's. */
uint32_t lb_pins_net_millivolts(const struct lb_pins_net *net, uint64_t module_ns);

/* "1.2V" as 1200: digits, up to three decimals, V; 0V to 3.6V (LB_PINS_MOST_MV). -1 for anything else. */
int lb_pins_parse_volts(const char *text);

#endif
