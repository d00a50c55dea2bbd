/* What the bootloader's main needs of the Pico: images run where they lie in flash. */
#include <hardware/regs/intctrl.h>
#include <hardware/regs/m0plus.h>
#include <hardware/regs/resets.h>
#include <string.h>

#include "boards/pico/common/vectors.h"
#include "boards/pico/common/chip.h"
#include "boards/pico/common/chipflash.h"
#include "boards/pico/common/handlers.h"
#include "boards/pico/common/lamp.h"
#include "boards/pico/common/line.h"
#include "boards/pico/common/pads.h"
#include "boards/pico/common/registers.h"
#include "boards/pico/common/vectors.h"
#include "boards/pico/pico_kind.h"
#include "core/base/error.h"
#include "core/hw/board.h"
#include "crypto/providers.h"

enum { P12 = 12, G23 = 2, WAIT_ALARM = 0, US_PER_MS = 1000, WAIT_MAX_MS = 3600000 };

extern uint8_t pico_retained[];

static uint32_t image_offset; /* in flash; 0: none is loaded */
static enum lb_cause cause;

/* The pins come first, so that their pulls have long worked when they are read: the oscillator takes milliseconds. */
void lb_board_init(void)
{
	pico_chip_release(RESETS_RESET_IO_BANK0_BITS | RESETS_RESET_PADS_BANK0_BITS);
	pico_pads_connect(P12, PICO_FUNCTION_SIO, LB_PULL_DOWN);
	pico_pads_connect(G23, PICO_FUNCTION_SIO, LB_PULL_UP);
	pico_pads_listen(P12, true);
	pico_pads_listen(G23, true);
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

void lb_board_mac(uint8_t mac[LB_BOARD_MAC_BYTES])
{
	pico_chipflash_mac(mac);
}

uint32_t lb_board_millis(void)
{
	return pico_chip_millis();
}

struct lb_boot_pins lb_board_pins(void)
{
	return (struct lb_boot_pins){.p12 = pico_pads_level(P12), .g23 = pico_pads_level(G23)};
}

void pico_handle_alarm(void)
{
	pico_chip_alarm_seen(WAIT_ALARM);
}

void pico_handle_pins(void)
{
	(void)pico_pads_take_edges(P12);
	(void)pico_pads_take_edges(G23);
}

/* It is not enabled: who waits for input is woken by uart0 itself. */
void pico_handle_input(void)
{
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
	return pico_vectors_are_good(start, size_bytes, pico_chipflash_room);
}

/* What is left of this program: no interrupt, and nothing on its way out of uart0. */
static void leave(void)
{
	pico_chip_alarm_off(WAIT_ALARM);
	pico_chip_alarm_off(PICO_LAMP_ALARM);
	pico_line_stop();
	pico_pads_listen(P12, false);
	pico_pads_listen(G23, false);
	pico_handle_pins();
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
