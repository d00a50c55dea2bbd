/* The nets that the module's pins are on: what a hand does to them from outside, and the levels that come of it. */
#ifndef HARDWARE_PROCESS_NETS_H
#define HARDWARE_PROCESS_NETS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/hw/periph.h"
#include "hardware/model/pins.h"
#include "hardware/process/events.h"
#include "hardware/process/registers.h"

/* What a hand does to a pin, as the registers PIN_OUTSIDE and PIN_MILLIVOLTS have it. */
struct lb_nets_hand {
	uint32_t drive;
	uint32_t millivolts;
};

struct lb_nets {
	const struct lb_events *events;
	struct lb_registers *registers;
	struct lb_nets_hand hand[LB_PIN_COUNT];
	bool pulled_low[LB_PIN_COUNT]; /* by a circuit on the board, which is stronger than any hand */
	bool level[LB_PIN_COUNT];      /* as last told to watchers; PWM is not told */
};

/* After power was taken away: no pin has a pull. What drives from outside stays. All three end PWM. */
void lb_nets_power_off(struct lb_nets *nets);
void lb_nets_reset(struct lb_nets *nets);
void lb_nets_sleep(struct lb_nets *nets);
/* The CPU changed a pin's configuration, output or PWM. */
void lb_nets_update(struct lb_nets *nets, unsigned pin);
/* These: true when the level on the net changed by it. */
bool lb_nets_drive(struct lb_nets *nets, unsigned pin, uint32_t drive);
bool lb_nets_apply_volts(struct lb_nets *nets, unsigned pin, uint32_t millivolts);
/* A circuit pulls the pin low, or lets it go to whatever the hand does meanwhile. True as above. */
bool lb_nets_pull_low(struct lb_nets *nets, unsigned pin, bool low);

/* All that acts on it; and the level now, which PWM may change at any time without an event. */
struct lb_pins_net lb_nets_poll(const struct lb_nets *nets, unsigned pin);
bool lb_nets_level(const struct lb_nets *nets, unsigned pin);
uint32_t lb_nets_outside(const struct lb_nets *nets, unsigned pin); /* enum wire_drive: what the hand does */

#endif
