/* The watchdog: counts outside the CPU, so that nothing the CPU does keeps it from biting but feeding it.
 *
 * Feeding is a store to WIRE_REG_FED_NS. The timer looks at it when the time could be over, and not before.
 */
#ifndef LB_PROCESS_WDTIMER_H
#define LB_PROCESS_WDTIMER_H

#include <stdint.h>
#include <uv.h>

#include "hardware/process/clock.h"
#include "hardware/process/registers.h"

struct lb_wdtimer {
	const struct lb_clock *clock;
	const struct lb_registers *registers;
	uv_timer_t timer;
	uint64_t timeout_ns; /* of the host */
	void (*on_bite)(void *ctx);
	void *ctx;
};

void lb_wdtimer_init(struct lb_wdtimer *watchdog, uv_loop_t *loop);
/* Starts it, or changes its time, in milliseconds of the module; 0 stops it. */
void lb_wdtimer_set(struct lb_wdtimer *watchdog, uint32_t timeout_ms);
void lb_wdtimer_close(struct lb_wdtimer *watchdog);

#endif
