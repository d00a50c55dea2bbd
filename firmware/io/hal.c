/* MicroPython's hardware layer: console streams and time. */
#include "extmod/misc.h"
#include "firmware/io/console.h"
#include "lib/oofatfs/ff.h"
#include "firmware/net/network.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "shared/timeutils/timeutils.h"

enum { US_PER_MS = 1000, NS_PER_US = 1000, US_PER_S = 1000000, LONG_WAIT_US = 10000 };

/* --- console: the slots of os.dupterm, and whoever is logged in over telnet --- */

uintptr_t mp_hal_stdio_poll(uintptr_t poll_flags)
{
	uintptr_t flags = mp_os_dupterm_poll(poll_flags);

	if (lb_network_console_readable())
		flags |= poll_flags & MP_STREAM_POLL_RD;
	if (lb_network_console_is_open())
		flags |= poll_flags & MP_STREAM_POLL_WR;
	return flags;
}

/* Waits for ever. The network gets its turn meanwhile, since the prompt may be its only user. */
int mp_hal_stdin_rx_chr(void)
{
	for (;;) {
		int c = mp_os_dupterm_rx_chr();

		if (c < 0) {
			c = lb_network_console_read();
			if (c >= 0)
				lb_console_note_input();
		}
		if (c >= 0)
			return c;
		if (lb_network_pass_turn())
			mp_event_handle_nowait();
		else
			mp_event_wait_indefinite();
	}
}

mp_uint_t mp_hal_stdout_tx_strn(const char *text, size_t size_bytes)
{
	const int written = mp_os_dupterm_tx_strn(text, size_bytes);

	lb_network_console_write(text, size_bytes);
	if (written < 0)
		return lb_network_console_is_open() ? size_bytes : 0;
	return (mp_uint_t)written;
}

/* --- time --- */

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
