/* What a serial port has beside its bytes: DTR and RTS with the auto-reset circuit (hardware/model/autoreset.h), and
 * the shield's controller (hardware/model/shield.h), which keeps its state for as long as the module has power. Both
 * pull the module's reset line and P12 low.
 */
#ifndef HARDWARE_PROCESS_BOOTLINES_H
#define HARDWARE_PROCESS_BOOTLINES_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "hardware/model/autoreset.h"
#include "hardware/model/shield.h"

struct lb_bootlines {
	/* Set by the owner before lb_bootlines_init. on_pull: what is pulled low now; called at each change, and perhaps
	 * more often. */
	void (*on_pull)(void *ctx, bool reset_low, bool boot_low);
	void *ctx;

	uv_loop_t *loop;
	uv_timer_t settle_timer;
	struct lb_autoreset autoreset;
	struct lb_shield shield;
};

void lb_bootlines_init(struct lb_bootlines *lines, uv_loop_t *loop);
void lb_bootlines_set(struct lb_bootlines *lines, bool dtr, bool rts);
/* Somebody speaks to the controller, byte by byte: returns how many bytes the answer has. */
void lb_bootlines_shield_start(struct lb_bootlines *lines);
unsigned lb_bootlines_shield_step(struct lb_bootlines *lines, uint8_t byte, uint8_t answer[LB_SHIELD_ANSWER_BYTES]);
/* The module has no power: nor has the shield. */
void lb_bootlines_power_off(struct lb_bootlines *lines);
void lb_bootlines_close(struct lb_bootlines *lines);

#endif
