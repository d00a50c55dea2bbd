#include "watchdog.h"

#include "core/hw/periph.h"

enum { US_PER_MS = 1000 };

static uint32_t user_ms; /* 0: the user has none */
static uint64_t user_end_us;
static bool guarding;

static bool is_shared(void)
{
	return guarding && (user_ms == 0 || user_ms > LB_WATCHDOG_GUARD_MS);
}

/* Both are fed as of now. */
static void start(void)
{
	user_end_us = lb_periph_micros() + (uint64_t)user_ms * US_PER_MS;
	lb_periph_watchdog(is_shared() ? (uint32_t)LB_WATCHDOG_GUARD_MS : user_ms);
}

void lb_watchdog_arm(uint32_t timeout_ms)
{
	const uint32_t state = lb_periph_irq_save();

	user_ms = timeout_ms;
	start();
	lb_periph_irq_restore(state);
}

void lb_watchdog_feed(void)
{
	const uint32_t state = lb_periph_irq_save();

	if (is_shared())
		start();
	else
		lb_periph_watchdog_feed();
	lb_periph_irq_restore(state);
}

void lb_watchdog_progress(void)
{
	lb_watchdog_feed();
}

void lb_watchdog_guard(bool on)
{
	const uint32_t state = lb_periph_irq_save();

	if (guarding != on) {
		guarding = on;
		start();
	}
	lb_periph_irq_restore(state);
}

/* What is left of the user's time is all there is when that is less. */
void lb_watchdog_guard_feed(void)
{
	const uint32_t state = lb_periph_irq_save();

	if (is_shared()) {
		const uint64_t now_us = lb_periph_micros();
		const uint64_t left_ms = user_end_us > now_us ? (user_end_us - now_us) / US_PER_MS : 0;

		if (user_ms == 0 || left_ms >= LB_WATCHDOG_GUARD_MS)
			lb_periph_watchdog_feed();
		else
			lb_periph_watchdog(left_ms > 0 ? (uint32_t)left_ms : 1);
	}
	lb_periph_irq_restore(state);
}
