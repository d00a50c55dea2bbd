/* MicroPython's hardware layer: time and chance. Its streams are in firmware/life/stdio.c. */
#include "lib/oofatfs/ff.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/timeutils/timeutils.h"

enum { US_PER_MS = 1000, NS_PER_US = 1000, US_PER_S = 1000000, LONG_WAIT_US = 10000 };

mp_uint_t mp_hal_ticks_ms(void)
{
	return (mp_uint_t)(lb_periph_micros() / US_PER_MS);
}

mp_uint_t mp_hal_ticks_us(void)
{
	return (mp_uint_t)lb_periph_micros();
}

mp_uint_t mp_hal_ticks_cpu(void)
{
	return (mp_uint_t)lb_periph_micros();
}

uint64_t mp_hal_time_ns(void)
{
	return lb_periph_rtc_micros() * NS_PER_US;
}

/* A wait may end early or, on a host, late by a part of a millisecond, so the rest is measured each time. */
static void wait_until(uint64_t end_us)
{
	for (;;) {
		const uint64_t now_us = lb_periph_micros();

		if (now_us >= end_us)
			return;
		if (end_us - now_us >= US_PER_MS)
			mp_event_wait_ms((mp_uint_t)((end_us - now_us) / US_PER_MS));
		else
			lb_periph_busy_wait_us((uint32_t)(end_us - now_us));
	}
}

void mp_hal_delay_ms(mp_uint_t ms)
{
	const uint64_t end_us = lb_periph_micros() + (uint64_t)ms * US_PER_MS;

	mp_event_handle_nowait();
	wait_until(end_us);
	mp_event_handle_nowait();
}

void mp_hal_delay_us(mp_uint_t us)
{
	if (us >= LONG_WAIT_US)
		wait_until(lb_periph_micros() + us);
	else
		lb_periph_busy_wait_us((uint32_t)us);
}

DWORD get_fattime(void)
{
	timeutils_struct_time_t tm;

	timeutils_seconds_since_epoch_to_struct_time(lb_periph_rtc_micros() / US_PER_S, &tm);
	return (DWORD)(tm.tm_year - 1980) << 25 | (DWORD)tm.tm_mon << 21 | (DWORD)tm.tm_mday << 16 |
	       (DWORD)tm.tm_hour << 11 | (DWORD)tm.tm_min << 5 | (DWORD)tm.tm_sec / 2;
}

unsigned long lb_random_seed(void)
{
	unsigned long seed;

	lb_periph_random(&seed, sizeof(seed));
	return seed;
}
