/* What the bootloader's main needs of the Pico: images run where they lie in flash. */
#include "boards/pico/boot/pico_board.h"

#include <hardware/regs/intctrl.h>
#include <hardware/regs/io_bank0.h>
#include <hardware/regs/m0plus.h>
#include <hardware/regs/pads_bank0.h>
#include <hardware/regs/resets.h>
#include <hardware/regs/sio.h>
#include <string.h>

#include "boards/pico/boot/vectors.h"
#include "boards/pico/common/chip.h"
#include "boards/pico/common/chipflash.h"
#include "boards/pico/common/lamp.h"
#include "boards/pico/common/line.h"
#include "boards/pico/common/registers.h"
#include "boards/pico/pico_kind.h"
#include "core/base/error.h"
#include "core/hw/board.h"
#include "crypto/providers.h"

enum { P12 = 12, G23 = 2, WAIT_ALARM = 0, US_PER_MS = 1000, WAIT_MAX_MS = 3600000, EDGES = 0xC, PINS_OF_SIO = 5 };
enum { PINS_A_REGISTER = 8, BITS_A_PIN = 4 };

extern uint8_t pico_retained[];

static uint32_t image_offset; /* in flash; 0: none is loaded */
static enum lb_cause cause;

/* The registers of eight pins' interrupts, four bits a pin. */
static uint32_t edges_of(unsigned pin)
{
	return (uint32_t)EDGES << BITS_A_PIN * (pin % PINS_A_REGISTER);
}

static uint32_t register_of(uint32_t first, unsigned pin)
{
	return IO_BANK0_BASE + first + 4 * (pin / PINS_A_REGISTER);
}

static void listen_to(unsigned pin, uint32_t pull)
{
	PICO_REGISTER(PADS_BANK0_BASE + PADS_BANK0_GPIO0_OFFSET + 4 * pin) =
		PADS_BANK0_GPIO0_IE_BITS | PADS_BANK0_GPIO0_SCHMITT_BITS | pull;
	PICO_REGISTER(IO_BANK0_BASE + IO_BANK0_GPIO0_CTRL_OFFSET + 8 * pin) = PINS_OF_SIO;
	PICO_SET(register_of(IO_BANK0_PROC0_INTE0_OFFSET, pin)) = edges_of(pin);
}

/* The pins come first, so that their pulls have long worked when they are read: the oscillator takes milliseconds. */
void lb_board_init(void)
{
	pico_chip_release(RESETS_RESET_IO_BANK0_BITS | RESETS_RESET_PADS_BANK0_BITS);
	listen_to(P12, PADS_BANK0_GPIO0_PDE_BITS);
	listen_to(G23, PADS_BANK0_GPIO0_PUE_BITS);
	pico_lamp_init();
	cause = pico_chip_cause();
	pico_chip_start_clocks();
	pico_line_init();
	PICO_REGISTER(PPB_BASE + M0PLUS_NVIC_ISER_OFFSET) = 1u << IO_IRQ_BANK0;
}

enum lb_cause lb_board_reset_cause(void)
{
	return cause;
}

uint8_t *lb_board_retained(void)
{
	return pico_retained;
}

const uint8_t *lb_board_id(void)
{
	return lb_kind_pico.id;
}

const struct lb_flash *lb_board_flash(void)
{
	return &pico_chipflash;
}

const struct lb_flashmap *lb_board_flashmap(void)
{
	return lb_kind_pico.flashmap;
}

const struct lb_crypto *lb_board_crypto(void)
{
	return &lb_crypto_small;
}

/* A local address made of the flash chip's own number: the RP2040 has none. */
void lb_board_mac(uint8_t mac[LB_BOARD_MAC_BYTES])
{
	uint8_t id[PICO_CHIPFLASH_ID_BYTES];

	pico_chipflash_id(id);
	mac[0] = 0x02;
	memcpy(mac + 1, id + PICO_CHIPFLASH_ID_BYTES - (LB_BOARD_MAC_BYTES - 1), LB_BOARD_MAC_BYTES - 1);
}

uint32_t lb_board_millis(void)
{
	return pico_chip_millis();
}

struct lb_boot_pins lb_board_pins(void)
{
	const uint32_t levels = PICO_REGISTER(SIO_BASE + SIO_GPIO_IN_OFFSET);

	return (struct lb_boot_pins){.p12 = (levels & 1u << P12) != 0, .g23 = (levels & 1u << G23) != 0};
}

void pico_board_on_alarm(void)
{
	pico_chip_alarm_seen(WAIT_ALARM);
}

void pico_board_on_pins(void)
{
	PICO_REGISTER(register_of(IO_BANK0_INTR0_OFFSET, P12)) = edges_of(P12);
	PICO_REGISTER(register_of(IO_BANK0_INTR0_OFFSET, G23)) = edges_of(G23);
}

static bool same_pins(struct lb_boot_pins a, struct lb_boot_pins b)
{
	return a.p12 == b.p12 && a.g23 == b.g23;
}

/* Sleeps with interrupts masked: one that comes between the question and the sleep ends it all the same. */
static void wait_for(uint32_t wait_ms, bool serial)
{
	const uint32_t start_ms = pico_chip_millis();
	const struct lb_boot_pins pins = lb_board_pins();
	const uint32_t least_ms = wait_ms < WAIT_MAX_MS ? wait_ms : WAIT_MAX_MS;

	if (wait_ms == 0)
		return;
	pico_chip_alarm(WAIT_ALARM, least_ms * US_PER_MS);
	for (;;) {
		__asm__ volatile("cpsid i" ::: "memory");
		if (pico_chip_millis() - start_ms >= least_ms || !same_pins(pins, lb_board_pins()) ||
		    (serial && pico_line_has_input()))
			break;
		__asm__ volatile("wfi\n\tcpsie i" ::: "memory");
	}
	__asm__ volatile("cpsie i" ::: "memory");
	pico_chip_alarm_off(WAIT_ALARM);
}

void lb_board_wait_ms(uint32_t wait_ms)
{
	wait_for(wait_ms, false);
}

void lb_board_wait_serial_ms(uint32_t wait_ms)
{
	wait_for(wait_ms, true);
}

void lb_board_led(uint32_t rgb, enum lb_led_mode mode)
{
	pico_lamp_show(rgb, mode);
}

/* Nobody watches from outside. */
void lb_board_phase(enum lb_phase phase)
{
	(void)phase;
}

void lb_board_serial_write(const void *data, size_t size_bytes)
{
	pico_line_write(data, size_bytes);
}

size_t lb_board_serial_read(void *data, size_t size_bytes)
{
	return pico_line_read(data, size_bytes);
}

void lb_board_serial_baud(uint32_t baud)
{
	pico_line_baud(baud);
}

int lb_board_image_load(uint32_t flash_offset, uint32_t header_bytes, uint32_t size_bytes)
{
	(void)header_bytes;
	image_offset = 0;
	if (flash_offset > pico_chipflash.size_bytes || size_bytes > pico_chipflash.size_bytes - flash_offset)
		return LB_ERR_BOUNDS;
	image_offset = flash_offset;
	return LB_OK;
}

/* It is not called: all of it is mapped. */
int lb_board_image_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	(void)ctx;
	(void)offset;
	(void)data;
	(void)size_bytes;
	return LB_ERR_UNSUPPORTED;
}

/* Through the cache that the CPU fetches by, which is flushed after each change. */
const uint8_t *lb_board_image_mapped(void)
{
	return image_offset != 0 ? (const uint8_t *)(XIP_BASE + image_offset) : NULL;
}

bool lb_board_payload_runs(const void *start, size_t size_bytes)
{
	const struct pico_vectors_room flash = {XIP_BASE, pico_chipflash.size_bytes};

	return pico_vectors_are_good(start, size_bytes, flash);
}

/* What is left of this program: no interrupt, and nothing on its way out of uart0. */
static void leave(void)
{
	pico_chip_alarm_off(WAIT_ALARM);
	pico_chip_alarm_off(PICO_LAMP_ALARM);
	pico_line_stop();
	PICO_CLEAR(register_of(IO_BANK0_PROC0_INTE0_OFFSET, P12)) = edges_of(P12);
	PICO_CLEAR(register_of(IO_BANK0_PROC0_INTE0_OFFSET, G23)) = edges_of(G23);
	pico_board_on_pins();
	PICO_REGISTER(PPB_BASE + M0PLUS_NVIC_ICER_OFFSET) = UINT32_MAX;
	PICO_REGISTER(PPB_BASE + M0PLUS_NVIC_ICPR_OFFSET) = UINT32_MAX;
}

/* Of the vectors that are looked at, those at the payload's start, at least the reset must lie in this very payload. */
int lb_board_image_start(uint32_t payload_offset, uint32_t payload_bytes)
{
	const uint32_t address = XIP_BASE + image_offset + payload_offset;
	const uint32_t *vectors = (const uint32_t *)(uintptr_t)address;

	if (image_offset == 0 || address % PICO_VECTORS_ALIGN != 0)
		return LB_ERR_ALIGN;
	if (!pico_vectors_are_good(vectors, payload_bytes, (struct pico_vectors_room){address, payload_bytes}))
		return LB_ERR_BOUNDS;
	leave();
	PICO_REGISTER(PPB_BASE + M0PLUS_VTOR_OFFSET) = address;
	__asm__ volatile("msr msp, %0\n\tbx %1" ::"r"(vectors[0]), "r"(vectors[1]));
	return LB_ERR_UNSUPPORTED;
}

void lb_board_watchdog(uint32_t timeout_ms)
{
	pico_chip_watchdog(timeout_ms);
}

void lb_board_reset(void)
{
	pico_line_stop();
	pico_chip_reset(LB_CAUSE_SOFTWARE);
}
