/* The bootloader's main, the same for every board: the loop around the boot engine. With its neighbours, images.c and
 * loader_mode.c, it is the only caller of board.h. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boards/images.h"
#include "boards/loader_mode.h"
#include "core/base/assert.h"
#include "core/base/error.h"
#include "core/boot/sequencer.h"
#include "core/handoff/handoff.h"
#include "core/hw/board.h"
#include "core/image/keys.h"
#include "core/record/record.h"

/* What the boot engine's wants are carried out with. */
struct parts {
	struct lb_record record;
	struct lb_image_info info; /* of the image that was verified last */
	struct loader_mode loader;
};

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
		config.slots[slot] = images_inspect((enum lb_slot)slot, &config.key_id[slot]);
	return config;
}

static void start(const struct lb_boot_output *out, const struct lb_image_info *info, struct lb_boot_input *input)
{
	/* The image judges updates by them. A build with more keys than fit is refused here, loudly. */
	lb_handoff_put_keys(lb_board_retained(), lb_image_keys, lb_image_key_count);
	if (out->watchdog_ms != 0)
		lb_board_watchdog(out->watchdog_ms);
	(void)lb_board_image_start(info->header_bytes, info->payload_bytes); /* that it returns says enough */
	if (out->watchdog_ms != 0)
		lb_board_watchdog(0);
	input->found.verdict = LB_IMAGE_NOT_STARTED;
}

static void wait(const struct lb_boot_output *out, struct loader_mode *loader, struct lb_boot_input *input)
{
	if (out->wait_ms == 0)
		return; /* the engine has more to say */
	if (out->phase == LB_PHASE_LOADER) {
		const struct loader_mode_report report = loader_mode_turn(loader, out->wait_ms);

		input->tool_came = report.tool_came;
		input->leave = report.leave;
	} else {
		lb_board_wait_ms(out->wait_ms);
	}
}

/* Does what the engine wants, and brings the result into the next input. */
static void act(const struct lb_boot_output *out, struct parts *parts, struct lb_boot_input *input)
{
	switch (out->want) {
	case LB_BOOT_WANT_WAIT: wait(out, &parts->loader, input); break;
	case LB_BOOT_WANT_VERIFY: input->found = images_verify(out->slot, &parts->info); break;
	case LB_BOOT_WANT_APPEND: input->appended = lb_record_append(&parts->record, out->state) == LB_OK; break;
	case LB_BOOT_WANT_START: start(out, &parts->info, input); break;
	case LB_BOOT_WANT_RESET: lb_board_reset();
	}
}

int main(void)
{
	struct lb_boot boot;
	struct lb_boot_config config;
	struct lb_boot_input input = {0};
	struct lb_boot_output shown = {.phase = LB_PHASE_OFF, .led_mode = LB_LED_OFF};
	struct parts parts = {0};

	lb_board_init();
	lb_record_open(&parts.record, lb_board_flash(), lb_board_flashmap()->part[LB_PART_RECORD]);
	config = describe_reset(&parts.record);
	lb_boot_init(&boot, &config);
	loader_mode_init(&parts.loader);
	for (;;) {
		struct lb_boot_output out;

		input.now_ms = lb_board_millis();
		input.pins = lb_board_pins();
		out = lb_boot_step(&boot, &input);
		show(&out, &shown);
		act(&out, &parts, &input);
	}
}
