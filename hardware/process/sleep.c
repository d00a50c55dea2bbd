#include "hardware/process/sleep.h"

enum { NS_PER_MS = 1000000 };

void lb_sleep_init(struct lb_sleep *sleep, uv_loop_t *loop)
{
	uv_timer_init(loop, &sleep->timer);
	sleep->timer.data = sleep;
}

void lb_sleep_cancel(struct lb_sleep *sleep)
{
	sleep->asleep = false;
	uv_timer_stop(&sleep->timer);
}

static uint64_t left_ms(const struct lb_sleep *sleep)
{
	uint64_t slept_ms = (lb_clock_host_ns() - sleep->since_ns) / NS_PER_MS * sleep->clock->factor;

	return slept_ms < sleep->sleep_ms ? sleep->sleep_ms - slept_ms : 0;
}

static void wake(struct lb_sleep *sleep, uint32_t pin)
{
	lb_sleep_cancel(sleep);
	sleep->on_wake(sleep->ctx, pin, pin == WIRE_NO_PIN ? 0 : left_ms(sleep));
}

static void on_timer(uv_timer_t *timer)
{
	wake(timer->data, WIRE_NO_PIN);
}

void lb_sleep_poll(struct lb_sleep *sleep)
{
	for (unsigned pin = 0; pin < LB_PIN_COUNT && sleep->asleep; pin++) {
		uint32_t mask = lb_nets_level(sleep->nets, pin) ? sleep->high_mask : sleep->low_mask;
		if ((mask >> pin & 1) != 0)
			wake(sleep, pin);
	}
}

void lb_sleep_start(struct lb_sleep *sleep, uint64_t sleep_ms, uint32_t high_mask, uint32_t low_mask)
{
	sleep->asleep = true;
	sleep->sleep_ms = sleep_ms;
	sleep->since_ns = lb_clock_host_ns();
	sleep->high_mask = high_mask;
	sleep->low_mask = low_mask;
	if (sleep_ms != 0) {
		uv_update_time(sleep->timer.loop);
		uv_timer_start(&sleep->timer, on_timer, lb_clock_host_ms(sleep->clock, sleep_ms), 0);
	}
	lb_sleep_poll(sleep);
}

void lb_sleep_close(struct lb_sleep *sleep)
{
	uv_close((uv_handle_t *)&sleep->timer, NULL);
}
