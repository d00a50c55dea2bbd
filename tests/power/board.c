#include "tests/power/board.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boards/virtual/boot/zlib_codec.h"
#include "core/base/error.h"
#include "tests/power/images.h"

static struct board board;

struct board *board_plug(struct flaky *flaky, enum lb_cause cause)
{
	board.flaky = flaky;
	board.cause = cause;
	board.p12_high_ms = 0;
	board.g23_low = false;
	board.stays_in_loader = false;
	board.end = BOARD_RUNS;
	board.now_ms = 0;
	board.loaded_bytes = 0;
	board.in_bytes = 0;
	board.reply_bytes = 0;
	memset(board.retained, 0, sizeof(board.retained));
	return &board;
}

enum lb_cause lb_board_reset_cause(void)
{
	return board.cause;
}

uint8_t *lb_board_retained(void)
{
	return board.retained;
}

const uint8_t *lb_board_id(void)
{
	static const uint8_t id[LB_BOARD_ID_BYTES] = "power";

	return id;
}

const struct lb_flash *lb_board_flash(void)
{
	return &board.flaky->flash;
}

const struct lb_flashmap *lb_board_flashmap(void)
{
	return &flaky_map;
}

const struct lb_crypto *lb_board_crypto(void)
{
	return images_crypto();
}

const struct lb_codec *lb_board_codec(void)
{
	return &lb_virtual_codec;
}

void lb_board_mac(uint8_t mac[LB_BOARD_MAC_BYTES])
{
	memset(mac, 2, LB_BOARD_MAC_BYTES);
}

/* ---- time, pins, what nobody looks at ---- */

uint32_t lb_board_millis(void)
{
	return board.now_ms;
}

void lb_board_wait_ms(uint32_t wait_ms)
{
	board.now_ms += wait_ms;
}

struct lb_boot_pins lb_board_pins(void)
{
	return (struct lb_boot_pins){.p12 = board.now_ms < board.p12_high_ms, .g23 = !board.g23_low};
}

void lb_board_led(uint32_t rgb, enum lb_led_mode mode)
{
	(void)rgb;
	(void)mode;
}

void lb_board_phase(enum lb_phase phase)
{
	(void)phase;
}

void lb_board_watchdog(uint32_t timeout_ms)
{
	(void)timeout_ms;
}

void lb_board_reset(void)
{
	board.end = BOARD_RESETS;
	fprintf(stderr, "power: the bootloader has reset itself\n");
	exit(2);
}

/* ---- uart0 ---- */

void lb_board_wait_serial_ms(uint32_t wait_ms)
{
	(void)wait_ms;
	if (!board.stays_in_loader)
		board.end = BOARD_WAITS;
}

void lb_board_serial_baud(uint32_t baud)
{
	(void)baud;
}

size_t lb_board_serial_read(void *data, size_t size_bytes)
{
	size_t consumed_bytes = board.in_bytes < size_bytes ? board.in_bytes : size_bytes;

	if (consumed_bytes > 0)
		memcpy(data, board.in, consumed_bytes);
	board.in += consumed_bytes;
	board.in_bytes -= consumed_bytes;
	return consumed_bytes;
}

/* Only a tool reads it. */
void lb_board_serial_write(const void *data, size_t size_bytes)
{
	if (!board.stays_in_loader)
		return;
	if (size_bytes > sizeof(board.replies) - board.reply_bytes) {
		fprintf(stderr, "power: the loader answers without end\n");
		exit(2);
	}
	memcpy(board.replies + board.reply_bytes, data, size_bytes);
	board.reply_bytes += size_bytes;
}

/* ---- the image that would run ---- */

int lb_board_image_load(uint32_t flash_offset, uint32_t header_bytes, uint32_t size_bytes)
{
	const struct lb_flash *flash = lb_board_flash();

	(void)header_bytes;
	board.loaded_bytes = 0;
	if (size_bytes > sizeof(board.copy))
		return LB_ERR_BOUNDS;
	const int result = flash->read(flash->ctx, flash_offset, board.copy, size_bytes);
	if (result == LB_OK)
		board.loaded_bytes = size_bytes;
	board.is_mapped = flash_offset == lb_board_flashmap()->part[LB_PART_OTA_0].offset;
	return result;
}

int lb_board_image_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	(void)ctx;
	if (offset > board.loaded_bytes || size_bytes > board.loaded_bytes - offset)
		return LB_ERR_BOUNDS;
	memcpy(data, board.copy + offset, size_bytes);
	return LB_OK;
}

/* Of one slot it is and of the others not, so that the proof runs both ways. */
const uint8_t *lb_board_image_mapped(void)
{
	return board.is_mapped ? board.copy : NULL;
}

bool lb_board_payload_runs(const void *start, size_t size_bytes)
{
	(void)start;
	return size_bytes > 0;
}

int lb_board_image_start(uint32_t payload_offset, uint32_t payload_bytes)
{
	if (payload_offset + payload_bytes > board.loaded_bytes)
		return LB_ERR_FORMAT;
	board.end = BOARD_STARTS;
	return LB_OK;
}
