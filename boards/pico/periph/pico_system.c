/* The Pico for its firmware: identity, memory, the real-time clock, LED, reset and sleep. */
#include <hardware/regs/rosc.h>
#include <string.h>

#include "boards/pico/common/chip.h"
#include "boards/pico/common/chipflash.h"
#include "boards/pico/common/lamp.h"
#include "boards/pico/common/line.h"
#include "boards/pico/common/registers.h"
#include "boards/pico/common/vectors.h"
#include "boards/pico/periph/pico_pins.h"
#include "boards/pico/periph/pico_pwm.h"
#include "boards/pico/periph/pico_serial.h"
#include "boards/pico/periph/pico_time.h"
#include "boards/pico/pico_kind.h"
#include "core/base/crc32.h"
#include "core/hw/periph.h"
#include "crypto/providers.h"

enum { US_PER_MS = 1000, NOISE_BYTES = 64, BITS = 8, NO_PIN = 255 };

#define RTC_START 946684800000000u /* 2000-01-01 */

/* The linker script's. */
extern uint8_t pico_retained[], pico_heap[];

/* Over every reset but that of power, behind what a fault leaves. */
struct kept {
	uint32_t crc; /* of the rest */
	uint32_t wake_pin;
	uint64_t rtc_us; /* when this was written */
	uint64_t sleep_left_ms;
};

_Static_assert(sizeof(struct pico_fault) + sizeof(struct kept) <= PICO_KEPT_BYTES, "it fits");

static struct kept kept; /* as the reset found it */
static uint64_t rtc_base_us;

static uint32_t crc_of(const struct kept *what)
{
	return lb_crc32(0, (const uint8_t *)what + sizeof(what->crc), sizeof(*what) - sizeof(what->crc));
}

static void load_kept(void)
{
	memcpy(&kept, pico_kept + sizeof(struct pico_fault), sizeof(kept));
	if (kept.crc != crc_of(&kept))
		kept = (struct kept){.wake_pin = NO_PIN, .rtc_us = RTC_START};
	rtc_base_us = kept.rtc_us;
}

/* The clock stands still from here to the end of the reset, which is milliseconds. */
static void store_kept(uint32_t wake_pin, uint64_t sleep_left_ms)
{
	struct kept now = {.wake_pin = wake_pin, .rtc_us = lb_periph_rtc_micros(), .sleep_left_ms = sleep_left_ms};

	now.crc = crc_of(&now);
	memcpy(pico_kept + sizeof(struct pico_fault), &now, sizeof(now));
}

void lb_periph_init(void)
{
	load_kept();
	store_kept(NO_PIN, 0);
	pico_lamp_init();
	pico_pwm_init();
	pico_pins_init();
	pico_serial_init();
}

/* The C library's: it has no memory of its own. */
void *_sbrk(ptrdiff_t more_bytes);
void *_sbrk(ptrdiff_t more_bytes)
{
	(void)more_bytes;
	return (void *)-1;
}

/* --- identity and memory --- */

const char *lb_periph_board_name(void)
{
	return lb_kind_pico.name;
}

void lb_periph_unique_id(uint8_t id[LB_UNIQUE_ID_BYTES])
{
	pico_chipflash_mac(id);
}

uint8_t *lb_periph_retained(void)
{
	return pico_retained;
}

const struct lb_flash *lb_periph_flash(void)
{
	return &pico_chipflash;
}

const struct lb_crypto *lb_periph_crypto(void)
{
	return &lb_crypto_small;
}

bool lb_periph_payload_runs(const void *start, size_t size_bytes)
{
	return pico_vectors_are_good(start, size_bytes, pico_chipflash_room);
}

/* All of RAM that is nobody's. */
void *lb_periph_heap(size_t *size_bytes)
{
	*size_bytes = (size_t)(pico_kept - pico_heap);
	return pico_heap;
}

uint32_t lb_periph_cpu_hz(void)
{
	return PICO_SYS_HZ;
}

/* The ring oscillator's random bit is biased and remembers: eight of them make one of the hash's input at most. */
static void fill_with_noise(uint8_t noise[NOISE_BYTES * BITS])
{
	for (unsigned i = 0; i < NOISE_BYTES * BITS; i++)
		for (unsigned bit = 0; bit < BITS; bit++) {
			noise[i] = (uint8_t)(noise[i] << 1 | (PICO_REGISTER(ROSC_BASE + ROSC_RANDOMBIT_OFFSET) & 1));
			lb_periph_busy_wait_us(1);
		}
}

void lb_periph_random(void *data, size_t size_bytes)
{
	static uint8_t noise[NOISE_BYTES * BITS];
	uint8_t digest[LB_SHA256_BYTES], *bytes = data;
	struct lb_sha256 sha;

	while (size_bytes > 0) {
		const size_t part_bytes = size_bytes < sizeof(digest) ? size_bytes : sizeof(digest);

		fill_with_noise(noise);
		lb_crypto_small.sha256_init(&sha);
		lb_crypto_small.sha256_update(&sha, noise, sizeof(noise));
		lb_crypto_small.sha256_final(&sha, digest);
		memcpy(bytes, digest, part_bytes);
		bytes += part_bytes;
		size_bytes -= part_bytes;
	}
}

/* --- the real-time clock: the timer, and where it began --- */

uint64_t lb_periph_rtc_micros(void)
{
	return rtc_base_us + pico_chip_micros();
}

void lb_periph_rtc_set(uint64_t micros)
{
	rtc_base_us = micros - pico_chip_micros();
	store_kept(NO_PIN, 0);
}

/* --- LED, phase --- */

void lb_periph_led(uint32_t rgb, enum lb_led_mode mode)
{
	const uint32_t state = lb_periph_irq_save();

	pico_lamp_show(rgb, mode);
	lb_periph_irq_restore(state);
}

/* Nobody watches from outside. */
void lb_periph_phase(enum lb_phase phase)
{
	(void)phase;
}

/* --- reset, sleep --- */

_Noreturn static void reset(enum lb_cause cause, uint32_t wake_pin, uint64_t left_ms)
{
	store_kept(wake_pin, left_ms);
	pico_line_stop();
	pico_chip_reset(cause);
}

void lb_periph_reset(void)
{
	reset(LB_CAUSE_SOFTWARE, NO_PIN, 0);
}

/* What the firmware set does not run on: its handlers would be called in a program that is at its end. */
static void silence(void)
{
	lb_periph_pin_on_change(NULL);
	lb_periph_serial_on_receive(0, NULL);
	lb_periph_watchdog(0);
	for (unsigned id = 0; id < LB_ALARM_COUNT; id++)
		lb_periph_alarm(id, 0, NULL, NULL);
	lb_periph_led(0, LB_LED_OFF);
}

static uint32_t waking_pin(uint32_t high_mask, uint32_t low_mask)
{
	for (unsigned pin = 0; pin < LB_PIN_COUNT; pin++)
		if (((lb_periph_pin_read(pin) ? high_mask : low_mask) & 1u << pin) != 0)
			return pin;
	return NO_PIN;
}

/* There is no CPU to end: it waits, and a reset with a cause of its own is the wake. */
void lb_periph_deepsleep(uint64_t sleep_ms, uint32_t wake_high_mask, uint32_t wake_low_mask)
{
	const uint64_t end_us = pico_chip_micros() + sleep_ms * US_PER_MS;
	uint32_t pin;

	silence();
	while ((pin = waking_pin(wake_high_mask, wake_low_mask)) == NO_PIN) {
		const uint64_t now_us = pico_chip_micros();

		if (sleep_ms != 0 && now_us >= end_us)
			break;
		lb_periph_wait_ms(sleep_ms == 0                         ? UINT32_MAX :
		                  (end_us - now_us) / US_PER_MS < 60000 ? (uint32_t)((end_us - now_us) / US_PER_MS + 1) :
		                                                          60000);
	}
	const uint64_t now_us = pico_chip_micros();

	reset(LB_CAUSE_DEEP_SLEEP, pin, sleep_ms != 0 && end_us > now_us ? (end_us - now_us) / US_PER_MS : 0);
}

bool lb_periph_woken_by_pin(unsigned *pin)
{
	*pin = kept.wake_pin;
	return kept.wake_pin < LB_PIN_COUNT;
}

uint64_t lb_periph_remaining_sleep_ms(void)
{
	return kept.sleep_left_ms;
}
