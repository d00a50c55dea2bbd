/* The bootloader's main, the same for every board: the loop around the boot engine, and the only caller of board.h. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/base/assert.h"
#include "core/base/error.h"
#include "core/boot/boot.h"
#include "core/hw/board.h"
#include "core/image/image.h"
#include "core/image/keys.h"
#include "core/record/record.h"
#include "core/update/update.h"

static void write_text(const char *text)
{
	size_t length = 0;

	while (text[length] != '\0')
		length++;
	lb_board_serial_write(text, length);
}

_Noreturn void lb_assert_failed(const char *file, int line)
{
	(void)line; /* a small bootloader has no number formatting; the file is told */
	write_text("bootloader: assertion failed in ");
	write_text(file);
	write_text("\r\n");
	lb_board_reset();
}

static struct lb_image_slot image_slot(enum lb_slot slot)
{
	return (struct lb_image_slot){lb_board_flash(), lb_board_flashmap()->part[lb_slot_part(slot)]};
}

/* What an image says of itself, for the rules of the record. */
static struct lb_update_slot describe(enum lb_image_verdict verdict, const struct lb_image_info *info)
{
	return (struct lb_update_slot){
		.verdict = verdict, .id = lb_image_id(info), .version = info->version,
		.security_counter = info->security_counter,
	};
}

/* What can be told of a slot without reading its payload; no verdict. */
static struct lb_update_slot inspect(enum lb_slot slot, uint32_t *key_id)
{
	struct lb_image_slot in_flash = image_slot(slot);
	struct lb_image_source source = lb_image_slot_source(&in_flash);
	struct lb_image_info info;

	if (lb_image_inspect(&source, &info) != LB_IMAGE_GOOD)
		return (struct lb_update_slot){.verdict = LB_IMAGE_UNKNOWN};
	*key_id = lb_image_key_id(info.key_hash);
	return describe(LB_IMAGE_UNKNOWN, &info);
}

/* Loads the slot's image to where it will run and verifies it there, so that what is verified is what runs. */
static enum lb_image_verdict load_and_verify(enum lb_slot slot, struct lb_image_info *info)
{
	struct lb_image_slot in_flash = image_slot(slot);
	struct lb_image_source flash_source = lb_image_slot_source(&in_flash);
	struct lb_image_source loaded = {lb_board_image_read, NULL, 0};
	const struct lb_image_trust trust = {lb_board_crypto(), lb_image_keys, lb_image_key_count, lb_board_id()};
	enum lb_image_verdict verdict = lb_image_inspect(&flash_source, info);

	if (verdict != LB_IMAGE_GOOD)
		return verdict;
	loaded.size_bytes = info->total_bytes;
	if (lb_board_image_load(in_flash.region.offset, info->total_bytes) != LB_OK)
		return LB_IMAGE_NOT_LOADED;
	verdict = lb_image_verify(&loaded, &trust, info);
	if (verdict != LB_IMAGE_GOOD)
		return verdict;
	if (lb_board_payload_check(info->header_bytes, info->payload_bytes) != LB_OK)
		return LB_IMAGE_OTHER_BOARD;
	return LB_IMAGE_GOOD;
}

/* Drives what changed, and nothing else: a boot that nobody watches costs no LED traffic. */
static void show(const struct lb_boot_output *out, struct lb_boot_output *shown)
{
	if (out->phase != shown->phase)
		lb_board_phase(out->phase);
	if (out->led != shown->led || out->led_mode != shown->led_mode)
		lb_board_led(out->led, out->led_mode);
	if (out->text != NULL)
		write_text(out->text);
	*shown = *out;
}

static struct lb_boot_config describe_reset(const struct lb_record *record)
{
	struct lb_boot_config config = {
		.cause = lb_board_reset_cause(),
		.retained = lb_board_retained(),
		.board_id = lb_board_id(),
		.flashmap = lb_board_flashmap(),
		.version = {LB_VERSION_MAJOR, LB_VERSION_MINOR, LB_VERSION_PATCH, 0},
		.record = record,
		.trusted_key_id = lb_image_key_count > 0 ? lb_image_key_id(lb_image_keys[0].hash) : 0,
	};

	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		config.slots[slot] = inspect((enum lb_slot)slot, &config.key_id[slot]);
	return config;
}

static void start(const struct lb_boot_output *out, const struct lb_image_info *info, struct lb_boot_input *input)
{
	if (out->watchdog_ms != 0)
		lb_board_watchdog(out->watchdog_ms);
	(void)lb_board_image_start(info->header_bytes, info->payload_bytes); /* that it returns says enough */
	if (out->watchdog_ms != 0)
		lb_board_watchdog(0);
	input->found.verdict = LB_IMAGE_NOT_STARTED;
}

static struct lb_update_slot verify(enum lb_slot slot, struct lb_image_info *info)
{
	enum lb_image_verdict verdict = load_and_verify(slot, info);

	return verdict == LB_IMAGE_GOOD ? describe(verdict, info) : (struct lb_update_slot){.verdict = verdict};
}

/* Does what the engine wants, and brings the result into the next input. */
static void act(const struct lb_boot_output *out, struct lb_record *record, struct lb_image_info *info,
                struct lb_boot_input *input)
{
	switch (out->want) {
	case LB_BOOT_WANT_WAIT:
		if (out->wait_ms > 0)
			lb_board_wait_ms(out->wait_ms);
		break;
	case LB_BOOT_WANT_VERIFY:
		input->found = verify(out->slot, info);
		break;
	case LB_BOOT_WANT_APPEND:
		input->appended = lb_record_append(record, out->state) == LB_OK;
		break;
	case LB_BOOT_WANT_START:
		start(out, info, input);
		break;
	case LB_BOOT_WANT_RESET:
		lb_board_reset();
	}
}

int main(void)
{
	struct lb_boot boot;
	struct lb_boot_config config;
	struct lb_boot_input input = {0};
	struct lb_boot_output shown = {.phase = LB_PHASE_OFF, .led_mode = LB_LED_OFF};
	struct lb_image_info info = {0};
	struct lb_record record;

	lb_board_init();
	lb_record_open(&record, lb_board_flash(), lb_board_flashmap()->part[LB_PART_RECORD]);
	config = describe_reset(&record);
	lb_boot_init(&boot, &config);
	for (;;) {
		struct lb_boot_output out;

		input.now_ms = lb_board_millis();
		input.pins = lb_board_pins();
		out = lb_boot_step(&boot, &input);
		show(&out, &shown);
		act(&out, &record, &info, &input);
	}
}
