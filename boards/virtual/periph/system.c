/* The virtual module for its firmware: identity, memory, clocks, LED, watchdog, reset and sleep. */
#define _GNU_SOURCE /* MAP_ANONYMOUS, getrandom */
#include <errno.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>

#include "boards/virtual/common/bus.h"
#include "boards/virtual/common/flashchip.h"
#include "boards/virtual/common/payload.h"
#include "boards/virtual/periph/alarm.h"
#include "boards/virtual/periph/buses.h"
#include "boards/virtual/periph/cardfile.h"
#include "boards/virtual/periph/inbox.h"
#include "boards/virtual/periph/interrupt.h"
#include "boards/virtual/periph/sockets.h"
#include "boards/virtual/periph/pin.h"
#include "boards/virtual/periph/radiostate.h"
#include "boards/virtual/periph/serial.h"
#include "boards/virtual/periph/wireline.h"
#include "boards/virtual/virtual_kind.h"
#include "core/base/bytes.h"
#include "core/hw/periph.h"

enum {
	HEAP_BYTES = 2 << 20, /* about what a Pycom module with PSRAM leaves to scripts; untouched pages cost nothing */
	CPU_HZ = 160000000,
	NS_PER_US = 1000,
	SPIN_US = 200, /* a sleep of the host cannot be trusted with the last bit of a busy wait */
};

static const struct lb_interrupt_vectors vectors = {
	.sockets = {lb_inbox_interrupt, lb_serial_interrupt, lb_sockets_interrupt},
	.alarm = lb_alarm_interrupt,
};
static const struct lb_inbox_receivers receivers = {
	.pin = lb_pin_outside,
	.scanned = lb_radiostate_scanned,
	.card = lb_cardfile_given,
	.routed = lb_sockets_routed,
	.wave = lb_wireline_wave,
	.bus_done = lb_buses_done,
};
static const struct lb_flash *flash;

void lb_periph_init(void)
{
	prctl(PR_SET_NAME, "lifeboat-image");
	lb_bus_init();
	flash = lb_flashchip_open();
	lb_alarm_init();
	lb_pin_init();
	lb_radiostate_on_silence(lb_sockets_cut_all);
	lb_inbox_init(&receivers);
	lb_interrupt_init(&vectors);
}

/* --- identity and memory --- */

const char *lb_periph_board_name(void)
{
	return lb_kind_virtual.name;
}

void lb_periph_unique_id(uint8_t id[LB_UNIQUE_ID_BYTES])
{
	lb_bus_unique_id(id);
}

uint8_t *lb_periph_retained(void)
{
	return lb_bus_retained();
}

const struct lb_flash *lb_periph_flash(void)
{
	return flash;
}

bool lb_periph_payload_runs(const void *start, size_t size_bytes)
{
	return lb_payload_runs_here(start, size_bytes);
}

void *lb_periph_heap(size_t *size_bytes)
{
	static void *heap;

	if (heap == NULL)
		heap = mmap(NULL, HEAP_BYTES, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (heap == MAP_FAILED)
		lb_bus_fail("executable memory for the heap");
	*size_bytes = HEAP_BYTES;
	return heap;
}

uint32_t lb_periph_cpu_hz(void)
{
	return CPU_HZ;
}

void lb_periph_random(void *data, size_t size_bytes)
{
	uint8_t *bytes = data;

	while (size_bytes > 0) {
		const ssize_t got = getrandom(bytes, size_bytes, 0);

		if (got < 0 && errno != EINTR)
			lb_bus_fail("random numbers");
		if (got > 0) {
			bytes += got;
			size_bytes -= (size_t)got;
		}
	}
}

/* --- time --- */

uint64_t lb_periph_micros(void)
{
	return lb_wireline_micros(lb_bus_micros());
}

static uint64_t micros_since_power_on(void)
{
	return (lb_bus_host_ns() - lb_bus_get64(WIRE_REG_RTC_ZERO_NS)) * lb_bus_get(WIRE_REG_CLOCK) / NS_PER_US;
}

uint64_t lb_periph_rtc_micros(void)
{
	return lb_bus_get64(WIRE_REG_RTC_BASE_US) + micros_since_power_on();
}

void lb_periph_rtc_set(uint64_t micros)
{
	lb_bus_put64(WIRE_REG_RTC_BASE_US, micros - micros_since_power_on());
}

void lb_periph_busy_wait_us(uint32_t wait_us)
{
	const uint64_t end_ns = lb_bus_host_ns() + lb_bus_host_span_ns(wait_us);

	if (lb_bus_host_span_ns(wait_us) > SPIN_US * NS_PER_US)
		lb_bus_sleep_until(end_ns - SPIN_US * NS_PER_US);
	while (lb_bus_host_ns() < end_ns)
		;
	lb_wireline_wait(wait_us);
}

/* --- LED, phase --- */

void lb_periph_led(uint32_t rgb, enum lb_led_mode mode)
{
	lb_bus_led(rgb, mode);
}

void lb_periph_phase(enum lb_phase phase)
{
	lb_bus_phase(phase);
}

/* --- watchdog, reset, sleep --- */

void lb_periph_watchdog(uint32_t timeout_ms)
{
	lb_bus_watchdog(timeout_ms);
}

void lb_periph_watchdog_feed(void)
{
	lb_bus_feed();
}

void lb_periph_reset(void)
{
	lb_flashchip_stop();
	lb_bus_reset();
}

void lb_periph_deepsleep(uint64_t sleep_ms, uint32_t wake_high_mask, uint32_t wake_low_mask)
{
	uint8_t message[17] = {WIRE_SLEEP};

	lb_flashchip_stop();
	lb_store64le(message + 1, sleep_ms);
	lb_store32le(message + 9, wake_high_mask);
	lb_store32le(message + 13, wake_low_mask);
	lb_bus_send(message, sizeof(message));
	lb_bus_await_end();
}

bool lb_periph_woken_by_pin(unsigned *pin)
{
	const uint32_t wake_pin = lb_bus_get(WIRE_REG_WAKE_PIN);

	if (lb_bus_get(WIRE_REG_CAUSE) != LB_CAUSE_DEEP_SLEEP || wake_pin >= LB_PIN_COUNT)
		return false;
	*pin = wake_pin;
	return true;
}

uint64_t lb_periph_remaining_sleep_ms(void)
{
	return lb_bus_get64(WIRE_REG_SLEEP_LEFT_MS);
}
