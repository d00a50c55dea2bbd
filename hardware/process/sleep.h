/* Deep sleep: no CPU, until a time is over or a pin has a level. */
#ifndef HARDWARE_PROCESS_SLEEP_H
#define HARDWARE_PROCESS_SLEEP_H

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "hardware/process/clock.h"
#include "hardware/process/nets.h"

struct lb_sleep {
	const struct lb_clock *clock;
	const struct lb_nets *nets;
	uv_timer_t timer;
	bool asleep;
	uint64_t sleep_ms;  /* of the module; 0: no wake by time */
	uint64_t since_ns;  /* of the host */
	uint32_t high_mask; /* bit n: pin n wakes when it is high */
	uint32_t low_mask;
	/* pin is WIRE_NO_PIN when the time did it; left_ms is what was left of it. */
	void (*on_wake)(void *ctx, uint32_t pin, uint64_t left_ms);
	void *ctx;
};

void lb_sleep_init(struct lb_sleep *sleep, uv_loop_t *loop);
/* Wakes at once, inside the call, when a pin has its level already. */
void lb_sleep_start(struct lb_sleep *sleep, uint64_t sleep_ms, uint32_t high_mask, uint32_t low_mask);
/* A level changed. */
void lb_sleep_poll(struct lb_sleep *sleep);
void lb_sleep_cancel(struct lb_sleep *sleep);
void lb_sleep_close(struct lb_sleep *sleep);

#endif
