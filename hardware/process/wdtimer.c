#include "hardware/process/wdtimer.h"

enum { NS_PER_MS = 1000000 };

void lb_wdtimer_init(struct lb_wdtimer *watchdog, uv_loop_t *loop)
{
	uv_timer_init(loop, &watchdog->timer);
	watchdog->timer.data = watchdog;
}

/* How long since it was fed; a time of feeding that lies ahead is none, for the CPU may write anything. */
static uint64_t hungry_ns(const struct lb_wdtimer *watchdog)
{
	uint64_t fed_ns = lb_registers_get64(watchdog->registers, WIRE_REG_FED_NS);
	uint64_t now_ns = lb_clock_host_ns();

	return fed_ns < now_ns ? now_ns - fed_ns : 0;
}

static void on_timer(uv_timer_t *timer);

static void wait_on(struct lb_wdtimer *watchdog, uint64_t hungry)
{
	uint64_t left_ms = (watchdog->timeout_ns - hungry + NS_PER_MS - 1) / NS_PER_MS;

	uv_update_time(watchdog->timer.loop);
	uv_timer_start(&watchdog->timer, on_timer, left_ms, 0);
}

static void on_timer(uv_timer_t *timer)
{
	struct lb_wdtimer *watchdog = timer->data;
	uint64_t hungry = hungry_ns(watchdog);

	if (hungry >= watchdog->timeout_ns)
		watchdog->on_bite(watchdog->ctx);
	else
		wait_on(watchdog, hungry);
}

void lb_wdtimer_set(struct lb_wdtimer *watchdog, uint32_t timeout_ms)
{
	uv_timer_stop(&watchdog->timer);
	if (timeout_ms == 0)
		return;
	watchdog->timeout_ns = (uint64_t)timeout_ms * NS_PER_MS / watchdog->clock->factor;
	uint64_t hungry = hungry_ns(watchdog);
	wait_on(watchdog, hungry < watchdog->timeout_ns ? hungry : watchdog->timeout_ns);
}

void lb_wdtimer_close(struct lb_wdtimer *watchdog)
{
	uv_close((uv_handle_t *)&watchdog->timer, NULL);
}
