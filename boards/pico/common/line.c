/* Arm's PL011, section 4.2 of the RP2040's data sheet. */
#include "boards/pico/common/line.h"

#include <hardware/regs/intctrl.h>
#include <hardware/regs/io_bank0.h>
#include <hardware/regs/m0plus.h>
#include <hardware/regs/pads_bank0.h>
#include <hardware/regs/resets.h>
#include <hardware/regs/uart.h>

#include "boards/pico/common/chip.h"
#include "boards/pico/common/registers.h"
#include "core/hw/types.h"

enum { RING_BYTES = 2048, TX_PIN = 0, RX_PIN = 1, PINS_OF_UART = 2, BITS_8 = 3, FRACTIONS = 64, SAMPLES = 16 };

static volatile uint32_t put_at, get_at; /* count up for ever; the ring's size divides 2^32 */
static uint8_t ring[RING_BYTES];

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
		BITS_8 << UART_UARTLCR_H_WLEN_LSB | UART_UARTLCR_H_FEN_BITS; /* which takes the divider over */
}

/* The line rests high; a pin with nothing at it would be low for ever, which is a break. */
static void connect_pins(void)
{
	PICO_REGISTER(PADS_BANK0_BASE + PADS_BANK0_GPIO0_OFFSET + 4 * RX_PIN) =
		PADS_BANK0_GPIO0_IE_BITS | PADS_BANK0_GPIO0_SCHMITT_BITS | PADS_BANK0_GPIO0_PUE_BITS;
	PICO_REGISTER(IO_BANK0_BASE + IO_BANK0_GPIO0_CTRL_OFFSET + 8 * TX_PIN) = PINS_OF_UART;
	PICO_REGISTER(IO_BANK0_BASE + IO_BANK0_GPIO0_CTRL_OFFSET + 8 * RX_PIN) = PINS_OF_UART;
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
