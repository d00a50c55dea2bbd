#include "boards/bootloader.h"

#include <stddef.h>
#include <string.h>

#include "boards/images.h"
#include "boards/trust.h"
#include "core/base/error.h"
#include "core/base/noinline.h"
#include "core/hw/board.h"

static void sense(void *ctx, struct lb_boot_input *input)
{
	(void)ctx;
	input->now_ms = lb_board_millis();
	input->pins = lb_board_pins();
}

/* Drives what changed, and nothing else: a boot that nobody watches costs no LED traffic. */
static void show(void *ctx, const struct lb_boot_output *out)
{
	struct lb_boot_output *shown = &((struct bootloader *)ctx)->shown;
	size_t length = 0;

	if (out->phase != shown->phase)
		lb_board_phase(out->phase);
	if (out->led != shown->led || out->led_mode != shown->led_mode)
		lb_board_led(out->led, out->led_mode);
	while (out->text != NULL && out->text[length] != '\0')
		length++;
	if (length > 0)
		lb_board_serial_write(out->text, length);
	*shown = *out;
}

static void wait(void *ctx, const struct lb_boot_output *out, struct lb_boot_input *input)
{
	struct bootloader *bootloader = ctx;

	if (out->wait_ms == 0)
		return; /* the engine has more to say */
	if (out->phase == LB_PHASE_LOADER) {
		const struct loader_mode_report report = loader_mode_turn(&bootloader->loader, out->wait_ms);

		input->tool_came = report.tool_came;
		input->leave = report.leave;
	} else {
		lb_board_wait_ms(out->wait_ms);
	}
}

static void verify(void *ctx, enum lb_slot slot, struct lb_update_slot *found)
{
	images_verify(slot, &((struct bootloader *)ctx)->info, found);
}

static bool append(void *ctx, const struct lb_record_state *state)
{
	return lb_record_append(&((struct bootloader *)ctx)->record, state) == LB_OK;
}

static void start(void *ctx, const struct lb_boot_output *out)
{
	const struct lb_image_info *info = &((struct bootloader *)ctx)->info;

	size_t key_count;
	const struct lb_image_key *keys = trust_keys(&key_count);

	/* The image judges updates by them. A build with more keys than fit is refused here, loudly. */
	lb_handoff_put_keys(lb_board_retained(), keys, key_count);
	if (out->watchdog_ms != 0)
		lb_board_watchdog(out->watchdog_ms);
	(void)lb_board_image_start(info->header_bytes, info->payload_bytes); /* that it returns says enough */
	if (out->watchdog_ms != 0)
		lb_board_watchdog(0);
}

static void reset(void *ctx)
{
	(void)ctx;
	lb_board_reset();
}

/* All that the sequencer is told of a reset before its first step; nothing is verified yet. */
static struct lb_boot_config describe(const struct lb_record *record)
{
	const struct lb_survey_config survey = images_config();
	const struct lb_image_trust *trust = &survey.trust;
	struct lb_boot_config config = {
		.cause = lb_board_reset_cause(),
		.retained = lb_board_retained(),
		.board_id = lb_board_id(),
		.flashmap = lb_board_flashmap(),
		.version = {LB_VERSION_MAJOR, LB_VERSION_MINOR, LB_VERSION_PATCH, 0},
		.record = record,
		.trusted_key_id = trust->key_count > 0 ? lb_image_key_id(trust->keys[0].hash) : 0,
	};

	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		config.slots[slot] = lb_survey_inspect(&survey, (enum lb_slot)slot);
	return config;
}

static LB_NOINLINE struct lb_boot_config again(void *ctx)
{
	struct bootloader *bootloader = ctx;

	lb_board_serial_baud(LB_BOARD_SERIAL_BAUD);
	loader_mode_init(&bootloader->loader);
	lb_record_open(&bootloader->record, lb_board_flash(), lb_board_flashmap()->part[LB_PART_RECORD]);
	return describe(&bootloader->record);
}

LB_NOINLINE void bootloader_init(struct bootloader *bootloader)
{
	struct lb_boot_config config;

	memset(bootloader, 0, sizeof(*bootloader));
	loader_mode_init(&bootloader->loader);
	lb_record_open(&bootloader->record, lb_board_flash(), lb_board_flashmap()->part[LB_PART_RECORD]);
	config = describe(&bootloader->record);
	lb_boot_init(&bootloader->boot, &config);
}

void bootloader_turn(struct bootloader *bootloader)
{
	static const struct lb_drive hands = {sense, show, wait, verify, append, start, reset, again};

	lb_drive_turn(&bootloader->boot, &hands, bootloader, &bootloader->input);
}
