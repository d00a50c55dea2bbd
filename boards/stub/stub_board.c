/* What the bootloader's main needs of the stub board: images run where they lie in flash. */
#include <string.h>

#include "boards/stub/machine.h"
#include "boards/stub/ramflash.h"
#include "boards/stub/stub_kind.h"
#include "core/base/error.h"
#include "core/hw/board.h"

static const uint8_t *image; /* NULL: none is loaded */

void lb_board_init(void)
{
	stub_machine_init();
}

enum lb_cause lb_board_reset_cause(void)
{
	return (enum lb_cause)stub_knobs.cause;
}

uint8_t *lb_board_retained(void)
{
	return stub_retained;
}

const uint8_t *lb_board_id(void)
{
	return lb_kind_stub.id;
}

const struct lb_flash *lb_board_flash(void)
{
	return &stub_ramflash;
}

const struct lb_flashmap *lb_board_flashmap(void)
{
	return lb_kind_stub.flashmap;
}

void lb_board_mac(uint8_t mac[LB_BOARD_MAC_BYTES])
{
	static const uint8_t local[LB_BOARD_MAC_BYTES] = {0x02, 0, 0, 0, 0, 0x01};

	memcpy(mac, local, sizeof(local));
}

uint32_t lb_board_millis(void)
{
	return stub_knobs.millis;
}

/* For so long, until a pin changes, or until a byte is there for which there is room. */
static void wait_for(uint32_t wait_ms)
{
	const uint32_t start_ms = stub_knobs.millis;
	const uint32_t pressed = stub_knobs.pressed;

	while (stub_knobs.millis - start_ms < wait_ms && stub_knobs.pressed == pressed)
		stub_machine_sleep();
}

void lb_board_wait_ms(uint32_t wait_ms)
{
	wait_for(wait_ms);
}

/* A turn a millisecond finds what came in soon enough. */
void lb_board_wait_serial_ms(uint32_t wait_ms)
{
	wait_for(wait_ms > 0);
}

struct lb_boot_pins lb_board_pins(void)
{
	const uint32_t pressed = stub_knobs.pressed;

	return (struct lb_boot_pins){.p12 = (pressed & STUB_KNOB_P12) != 0, .g23 = (pressed & STUB_KNOB_G23) == 0};
}

void lb_board_led(uint32_t rgb, enum lb_led_mode mode)
{
	(void)mode;
	stub_knobs.led = rgb;
}

void lb_board_phase(enum lb_phase phase)
{
	stub_knobs.phase = phase;
}

void lb_board_serial_write(const void *data, size_t size_bytes)
{
	const uint8_t *bytes = data;

	for (size_t i = 0; i < size_bytes; i++)
		stub_machine_send(bytes[i]);
}

/* The line's other end waits until a byte was received, so that none is lost. */
size_t lb_board_serial_read(void *data, size_t size_bytes)
{
	uint8_t *bytes = data;
	size_t got = 0;

	while (got < size_bytes && stub_machine_receive(&bytes[got]))
		got++;
	return got;
}

void lb_board_serial_baud(uint32_t baud)
{
	(void)baud;
}

int lb_board_image_load(uint32_t flash_offset, uint32_t header_bytes, uint32_t size_bytes)
{
	(void)header_bytes;
	image = NULL;
	if (flash_offset > STUB_FLASH_BYTES || size_bytes > STUB_FLASH_BYTES - flash_offset)
		return LB_ERR_BOUNDS;
	image = stub_flash + flash_offset;
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

const uint8_t *lb_board_image_mapped(void)
{
	return image;
}

bool lb_board_payload_runs(const void *start, size_t size_bytes)
{
	return stub_machine_runs(start, size_bytes);
}

int lb_board_image_start(uint32_t payload_offset, uint32_t payload_bytes)
{
	(void)payload_bytes;
	stub_machine_run(image + payload_offset);
	return LB_ERR_UNSUPPORTED;
}

/* There is none: an image on trial that hangs does so until the next reset. */
void lb_board_watchdog(uint32_t timeout_ms)
{
	(void)timeout_ms;
}

void lb_board_reset(void)
{
	stub_machine_reset();
}
