#include "firmware/io/watchdog.h"

#include "core/hw/periph.h"

enum { US_PER_MS = 1000 };

static struct {
	uint32_t user_ms; /* 0: the user has none */
	bool guarding;
	uint64_t user_end_us, guard_end_us; /* when each would bite */
} dog;

/* Both have their say; otherwise one of them alone, or none. A short time of the user's is no guard: he may feed from
 * an interrupt, which a hang of the main program does not stop. */
static bool is_shared(void)
{
	return dog.guarding && dog.user_ms != 0;
}

static uint64_t after(uint32_t time_ms)
{
	return lb_periph_micros() + (uint64_t)time_ms * US_PER_MS;
}

static void set_to_the_earlier(void)
{
	const uint64_t end_us = dog.user_end_us < dog.guard_end_us ? dog.user_end_us : dog.guard_end_us;
	const uint64_t now_us = lb_periph_micros();
	const uint64_t left_ms = end_us > now_us ? (end_us - now_us + US_PER_MS - 1) / US_PER_MS : 0;

	lb_periph_watchdog(left_ms > 0 ? (uint32_t)left_ms : 1);
}

/* All is fed as of now. */
static void start(void)
{
	dog.user_end_us = after(dog.user_ms);
	dog.guard_end_us = after(LB_WATCHDOG_GUARD_MS);
	if (is_shared())
		set_to_the_earlier();
	else
		lb_periph_watchdog(dog.guarding ? (uint32_t)LB_WATCHDOG_GUARD_MS : dog.user_ms);
}

void lb_watchdog_arm(uint32_t timeout_ms)
{
	const uint32_t state = lb_periph_irq_save();

	dog.user_ms = timeout_ms;
	start();
	lb_periph_irq_restore(state);
}

void lb_watchdog_feed(void)
{
	const uint32_t state = lb_periph_irq_save();

	dog.user_end_us = after(dog.user_ms);
	if (is_shared())
		set_to_the_earlier();
	else if (dog.user_ms != 0)
		lb_periph_watchdog_feed();
	lb_periph_irq_restore(state);
}

void lb_watchdog_guard_feed(void)
{
	const uint32_t state = lb_periph_irq_save();

	dog.guard_end_us = after(LB_WATCHDOG_GUARD_MS);
	if (is_shared())
		set_to_the_earlier();
	else if (dog.guarding)
		lb_periph_watchdog_feed();
	lb_periph_irq_restore(state);
}

void lb_watchdog_progress(void)
{
	lb_watchdog_feed();
	lb_watchdog_guard_feed();
}

void lb_watchdog_guard(bool on)
{
	const uint32_t state = lb_periph_irq_save();

	if (dog.guarding != on) {
		dog.guarding = on;
		start();
	}
	lb_periph_irq_restore(state);
}
