/* What the bootloader's main needs of the virtual module, but for the image (image.c). */
#define _GNU_SOURCE /* ppoll */
#include "core/hw/board.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>
#include <time.h>

#include "boards/virtual/boot/zlib_codec.h"
#include "boards/virtual/common/bus.h"
#include "boards/virtual/common/flashchip.h"
#include "boards/virtual/virtual_kind.h"
#include "crypto/providers.h"

enum {
	US_PER_MS = 1000,
	NS_PER_S = 1000000000,
};

static const struct lb_flash *flash;
static int uart0 = WIRE_FD_UART0; /* -1: nothing is on that line, and its silence is not to be mistaken for news */

void lb_board_init(void)
{
	lb_bus_init();
	flash = lb_flashchip_open();
}

enum lb_cause lb_board_reset_cause(void)
{
	return (enum lb_cause)lb_bus_get(WIRE_REG_CAUSE);
}

uint8_t *lb_board_retained(void)
{
	return lb_bus_retained();
}

const uint8_t *lb_board_id(void)
{
	return lb_kind_virtual.id;
}

const struct lb_flash *lb_board_flash(void)
{
	return flash;
}

const struct lb_flashmap *lb_board_flashmap(void)
{
	return lb_kind_virtual.flashmap;
}

const struct lb_crypto *lb_board_crypto(void)
{
	return &lb_crypto_both;
}

const struct lb_codec *lb_board_codec(void)
{
	return &lb_virtual_codec;
}

void lb_board_mac(uint8_t mac[LB_BOARD_MAC_BYTES])
{
	lb_bus_unique_id(mac);
}

uint32_t lb_board_millis(void)
{
	return (uint32_t)(lb_bus_micros() / US_PER_MS);
}

/* Messages are taken only to notice them: pins are read from the registers. */
static void wait_for(uint32_t wait_ms, int uart)
{
	const uint64_t wait_ns = lb_bus_host_span_ns((uint64_t)wait_ms * US_PER_MS);
	const struct timespec limit = {.tv_sec = (time_t)(wait_ns / NS_PER_S), .tv_nsec = (long)(wait_ns % NS_PER_S)};
	struct pollfd lines[] = {{.fd = WIRE_FD_MESSAGES, .events = POLLIN}, {.fd = uart, .events = POLLIN}};
	uint8_t message[WIRE_MESSAGE_BYTES];

	ppoll(lines, sizeof(lines) / sizeof(lines[0]), &limit, NULL);
	while (lb_bus_receive(message) > 0)
		;
}

void lb_board_wait_ms(uint32_t wait_ms)
{
	wait_for(wait_ms, -1);
}

void lb_board_wait_serial_ms(uint32_t wait_ms)
{
	wait_for(wait_ms, uart0);
}

struct lb_boot_pins lb_board_pins(void)
{
	return (struct lb_boot_pins){.p12 = lb_bus_pin_level(LB_PIN_SAFE_BOOT), .g23 = lb_bus_pin_level(LB_PIN_LOADER)};
}

void lb_board_led(uint32_t rgb, enum lb_led_mode mode)
{
	lb_bus_led(rgb, mode);
}

void lb_board_phase(enum lb_phase phase)
{
	lb_bus_phase(phase);
}

void lb_board_serial_write(const void *data, size_t size_bytes)
{
	lb_bus_stream(WIRE_FD_UART0, data, size_bytes);
}

size_t lb_board_serial_read(void *data, size_t size_bytes)
{
	ssize_t got;

	if (uart0 == -1 || size_bytes == 0)
		return 0;
	got = recv(uart0, data, size_bytes, MSG_DONTWAIT);
	if (got > 0)
		return (size_t)got;
	if (got == 0 || (errno != EAGAIN && errno != EINTR))
		uart0 = -1;
	return 0;
}

/* The wire carries bytes, at no rate. */
void lb_board_serial_baud(uint32_t baud)
{
	(void)baud;
}

void lb_board_watchdog(uint32_t timeout_ms)
{
	lb_bus_watchdog(timeout_ms);
}

void lb_board_reset(void)
{
	lb_bus_reset();
}
