#include "firmware/io/timers.h"

#include "firmware/io/alarms.h"
#include "core/hw/periph.h"
#include "py/mphal.h"
#include "shared/runtime/softtimer.h"

enum { US_PER_MS = 1000 };

static void on_alarm(void *ctx)
{
	(void)ctx;
	soft_timer_handler();
}

/* The two that shared/runtime/softtimer.c wants. */
uint32_t soft_timer_get_ms(void)
{
	return (uint32_t)mp_hal_ticks_ms();
}

void soft_timer_schedule_at_ms(uint32_t ticks_ms)
{
	const int32_t left_ms = soft_timer_ticks_diff(ticks_ms, soft_timer_get_ms());

	lb_periph_alarm(LB_ALARM_TIMERS, left_ms > 0 ? (uint64_t)left_ms * US_PER_MS : 0, on_alarm, NULL);
}

void lb_timers_stop(void)
{
	lb_periph_alarm(LB_ALARM_TIMERS, 0, NULL, NULL);
	soft_timer_deinit();
}
