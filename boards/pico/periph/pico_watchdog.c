/* The hardware's watchdog reaches 8.39 s. A longer time is fed from an interrupt up to its end, so it ends code that
 * hangs then, and code that masks interrupts for longer than the hardware waits. */
#include "boards/pico/common/chip.h"
#include "boards/pico/periph/pico_time.h"
#include "core/hw/periph.h"

enum { US_PER_MS = 1000, FEED_MS = PICO_WATCHDOG_MAX_MS / 2 };

static struct {
	uint32_t timeout_ms; /* 0: it is off */
	uint64_t end_us;
} dog;

static void feed(void *unused)
{
	const uint64_t now_us = pico_chip_micros();
	const uint64_t left_ms = dog.end_us > now_us ? (dog.end_us - now_us) / US_PER_MS + 1 : 1;

	(void)unused;
	pico_chip_watchdog(left_ms < PICO_WATCHDOG_MAX_MS ? (uint32_t)left_ms : PICO_WATCHDOG_MAX_MS);
	if (left_ms > PICO_WATCHDOG_MAX_MS)
		pico_time_alarm(PICO_TIME_WATCHDOG, (uint64_t)FEED_MS * US_PER_MS, feed, NULL);
}

void lb_periph_watchdog(uint32_t timeout_ms)
{
	const uint32_t state = lb_periph_irq_save();

	pico_time_alarm(PICO_TIME_WATCHDOG, 0, NULL, NULL);
	dog.timeout_ms = timeout_ms;
	dog.end_us = pico_chip_micros() + (uint64_t)timeout_ms * US_PER_MS;
	if (timeout_ms == 0)
		pico_chip_watchdog(0);
	else
		feed(NULL);
	lb_periph_irq_restore(state);
}

void lb_periph_watchdog_feed(void)
{
	if (dog.timeout_ms != 0)
		lb_periph_watchdog(dog.timeout_ms);
}
