/* A simulated device on a UART (hardware/model/uartdevice.h) with the module's clock: it sends by itself whether there
 * is a CPU or not, and answers what a CPU sends. It has a power of its own: no reset of the module's is felt by it.
 */
#ifndef HARDWARE_PROCESS_UARTTALK_H
#define HARDWARE_PROCESS_UARTTALK_H

#include <uv.h>

#include "hardware/model/uartdevice.h"
#include "hardware/process/clock.h"
#include "hardware/process/uarthub.h"

enum { LB_UARTTALK_PENDING = 32 };

struct lb_uarttalk {
	struct lb_uartdevice *device;
	const struct lb_clock *clock;
	struct lb_uarthub *uart;
	uv_timer_t send_timer, answer_timer;
	const struct lb_uartdevice_send *next;
	/* Answers that are under way, the soonest first, and when each is due (host time); more are lost. */
	size_t pending_count;
	struct {
		const struct lb_uartdevice_answer *answer;
		uint64_t due_ns;
	} pending[LB_UARTTALK_PENDING];
};

/* `device` is set; it speaks and hears from now on. */
void lb_uarttalk_open(struct lb_uarttalk *talk, struct lb_uarthub *uart, const struct lb_clock *clock);
void lb_uarttalk_close(struct lb_uarttalk *talk);

#endif
