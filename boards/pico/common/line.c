/* Arm's PL011, section 4.2 of the RP2040's data sheet. */
#include "boards/pico/common/line.h"

#include <hardware/regs/intctrl.h>
#include <hardware/regs/m0plus.h>
#include <hardware/regs/resets.h>
#include <hardware/regs/uart.h>

#include "boards/pico/common/chip.h"
#include "boards/pico/common/pads.h"
#include "boards/pico/common/registers.h"
#include "core/hw/types.h"

enum { RING_BYTES = 2048, TX_PIN = 0, RX_PIN = 1, BITS_LEAST = 5, FRACTIONS = 64, SAMPLES = 16 };

static volatile uint32_t put_at, get_at; /* count up for ever; the ring's size divides 2^32 */
static uint8_t ring[RING_BYTES];
static uint32_t format = 3 << UART_UARTLCR_H_WLEN_LSB;

static void wait_until_sent(void)
{
	while ((PICO_REGISTER(UART0_BASE + UART_UARTFR_OFFSET) & UART_UARTFR_BUSY_BITS) != 0)
		;
}

/* The divider counts 64ths of 16 samples a bit. */
static void set_rate(uint32_t baud)
{
	const uint32_t divider = (PICO_SYS_HZ / SAMPLES * FRACTIONS + baud / 2) / baud;

	PICO_REGISTER(UART0_BASE + UART_UARTIBRD_OFFSET) = divider / FRACTIONS;
	PICO_REGISTER(UART0_BASE + UART_UARTFBRD_OFFSET) = divider % FRACTIONS;
	PICO_REGISTER(UART0_BASE + UART_UARTLCR_H_OFFSET) =
		format | UART_UARTLCR_H_FEN_BITS; /* which takes the divider over */
}

/* The line rests high; a pin with nothing at it would be low for ever, which is a break. */
static void connect_pins(void)
{
	pico_pads_connect(TX_PIN, PICO_FUNCTION_UART, LB_PULL_NONE);
	pico_pads_connect(RX_PIN, PICO_FUNCTION_UART, LB_PULL_UP);
}

void pico_line_init(void)
{
	pico_chip_release(RESETS_RESET_UART0_BITS);
	connect_pins();
	set_rate(LB_BOARD_SERIAL_BAUD);
	PICO_REGISTER(UART0_BASE + UART_UARTIFLS_OFFSET) = 0; /* an interrupt at 4 bytes of 32, or when the line rests */
	PICO_REGISTER(UART0_BASE + UART_UARTIMSC_OFFSET) = UART_UARTIMSC_RXIM_BITS | UART_UARTIMSC_RTIM_BITS;
	PICO_REGISTER(UART0_BASE + UART_UARTCR_OFFSET) =
		UART_UARTCR_UARTEN_BITS | UART_UARTCR_TXE_BITS | UART_UARTCR_RXE_BITS;
	PICO_REGISTER(PPB_BASE + M0PLUS_NVIC_ISER_OFFSET) = 1u << UART0_IRQ;
}

/* What finds no room is lost. */
PICO_IN_RAM void pico_line_on_interrupt(void)
{
	while ((PICO_REGISTER(UART0_BASE + UART_UARTFR_OFFSET) & UART_UARTFR_RXFE_BITS) == 0) {
		const uint8_t byte = (uint8_t)PICO_REGISTER(UART0_BASE + UART_UARTDR_OFFSET);

		if (put_at - get_at < RING_BYTES)
			ring[put_at++ % RING_BYTES] = byte;
	}
	PICO_REGISTER(UART0_BASE + UART_UARTICR_OFFSET) = UART_UARTICR_RTIC_BITS;
	PICO_REGISTER(PPB_BASE + M0PLUS_NVIC_ISPR_OFFSET) = 1u << PICO_LINE_INPUT;
}

void pico_line_write(const void *data, size_t size_bytes)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size_bytes; i++) {
		while ((PICO_REGISTER(UART0_BASE + UART_UARTFR_OFFSET) & UART_UARTFR_TXFF_BITS) != 0)
			;
		PICO_REGISTER(UART0_BASE + UART_UARTDR_OFFSET) = bytes[i];
	}
}

size_t pico_line_read(void *data, size_t size_bytes)
{
	uint8_t *bytes = data;
	size_t got = 0;

	while (got < size_bytes && get_at != put_at) {
		bytes[got++] = ring[get_at % RING_BYTES];
		get_at++;
	}
	return got;
}

bool pico_line_has_input(void)
{
	return get_at != put_at;
}

size_t pico_line_peek(const uint8_t **bytes)
{
	const uint32_t at = get_at % RING_BYTES, count = put_at - get_at;

	*bytes = ring + at;
	return count < RING_BYTES - at ? count : RING_BYTES - at;
}

void pico_line_drop(size_t size_bytes)
{
	get_at += (uint32_t)size_bytes;
}

bool pico_line_holds(uint8_t byte)
{
	for (uint32_t at = get_at; at != put_at; at++)
		if (ring[at % RING_BYTES] == byte)
			return true;
	return false;
}

void pico_line_format(unsigned bits, unsigned parity, unsigned stop)
{
	wait_until_sent();
	format = (bits - BITS_LEAST) << UART_UARTLCR_H_WLEN_LSB | (stop == 2 ? UART_UARTLCR_H_STP2_BITS : 0) |
	         (parity != 0 ? UART_UARTLCR_H_PEN_BITS : 0) | (parity == 1 ? UART_UARTLCR_H_EPS_BITS : 0);
	PICO_REGISTER(UART0_BASE + UART_UARTLCR_H_OFFSET) = format | UART_UARTLCR_H_FEN_BITS;
}

void pico_line_baud(uint32_t baud)
{
	wait_until_sent();
	set_rate(baud);
}

void pico_line_stop(void)
{
	wait_until_sent();
	PICO_REGISTER(UART0_BASE + UART_UARTIMSC_OFFSET) = 0;
}
