/* The radio, as far as it is not the CPU's own doing: joining networks, and hearing those in the air.
 *
 * What the CPU wants lies in the registers, and so does what comes of it. Off at every hard reset.
 */
#ifndef LB_PROCESS_RADIOLINK_H
#define LB_PROCESS_RADIOLINK_H

#include <cjson/cJSON.h>
#include <stdint.h>
#include <uv.h>

#include "hardware/model/air.h"
#include "hardware/process/clock.h"
#include "hardware/process/cpu.h"
#include "hardware/process/registers.h"

struct lb_radiolink {
	const struct lb_clock *clock;
	struct lb_registers *registers;
	struct lb_cpu *cpu;
	struct lb_air air;
	uv_timer_t timer;
	uint32_t join; /* the request that the timer is, or was, about */
};

void lb_radiolink_init(struct lb_radiolink *wifi, uv_loop_t *loop);
/* The CPU changed what it wants: WIRE_RADIO. */
void lb_radiolink_update(struct lb_radiolink *wifi);
/* WIRE_SCAN. */
void lb_radiolink_scan(struct lb_radiolink *wifi);
/* After the CPU's end. */
void lb_radiolink_off(struct lb_radiolink *wifi);
void lb_radiolink_close(struct lb_radiolink *wifi);

/* `status`'s field "net". */
void lb_radiolink_add_status(const struct lb_radiolink *wifi, cJSON *status);

#endif
