#include "firmware/io/watchdog.h"

#include "core/hw/periph.h"

enum { US_PER_MS = 1000 };

static struct {
	uint32_t user_ms; /* 0: the user has none */
	bool guarding;
	uint64_t user_end_us, guard_end_us; /* when each would bite */
	uint64_t held_until_us;             /* until then the user's counts as fed */
} dog;

/* Both have their say; otherwise one of them alone, or none. A short time of the user's is no guard: he may feed from
 * an interrupt, which a hang of the main program does not stop. */
static bool is_shared(void)
{
	return dog.guarding && dog.user_ms != 0;
}

static uint64_t after(uint64_t start_us, uint32_t time_ms)
{
	return start_us + (uint64_t)time_ms * US_PER_MS;
}

static void feed_user(void)
{
	const uint64_t now_us = lb_periph_micros();

	dog.user_end_us = after(dog.held_until_us > now_us ? dog.held_until_us : now_us, dog.user_ms);
}

static void feed_guard(void)
{
	dog.guard_end_us = after(lb_periph_micros(), LB_WATCHDOG_GUARD_MS);
}

/* The timer gets what is left until the first of those that are there would bite. */
static void start(void)
{
	const uint64_t now_us = lb_periph_micros();
	uint64_t end_us = dog.guarding ? dog.guard_end_us : dog.user_end_us;

	if (!dog.guarding && dog.user_ms == 0) {
		lb_periph_watchdog(0);
		return;
	}
	if (is_shared() && dog.user_end_us < end_us)
		end_us = dog.user_end_us;
	lb_periph_watchdog(end_us > now_us ? (uint32_t)((end_us - now_us + US_PER_MS - 1) / US_PER_MS) : 1);
}

void lb_watchdog_arm(uint32_t timeout_ms)
{
	const uint32_t state = lb_periph_irq_save();

	dog.user_ms = timeout_ms;
	feed_user();
	start();
	lb_periph_irq_restore(state);
}

void lb_watchdog_feed(void)
{
	const uint32_t state = lb_periph_irq_save();

	feed_user();
	if (is_shared() || dog.held_until_us != 0)
		start();
	else if (dog.user_ms != 0)
		lb_periph_watchdog_feed();
	lb_periph_irq_restore(state);
}

void lb_watchdog_hold(uint32_t hold_ms)
{
	const uint32_t state = lb_periph_irq_save();

	if (dog.user_ms != 0 && (hold_ms != 0 || dog.held_until_us != 0)) {
		dog.held_until_us = hold_ms != 0 ? after(lb_periph_micros(), hold_ms) : 0;
		feed_user();
		start();
	}
	lb_periph_irq_restore(state);
}

void lb_watchdog_guard_feed(void)
{
	const uint32_t state = lb_periph_irq_save();

	feed_guard();
	if (is_shared())
		start();
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
		feed_user();
		feed_guard();
		start();
	}
	lb_periph_irq_restore(state);
}
