#include "tests/power/module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "boards/bootloader.h"
#include "core/base/error.h"
#include "core/image/keys.h"
#include "tests/power/board.h"
#include "tests/power/controls.h"

enum { PIECE_BYTES = 1000 }; /* that a client sends at once */

static struct lb_region region_of(enum lb_slot slot)
{
	return flaky_map.part[lb_slot_part(slot)];
}

/* In a test, a return code that says so for any call that the cut went through. */
static int outcome(const struct module *module, int result)
{
	return flaky_powered(&module->flaky) ? result : MODULE_CUT;
}

/* Nothing runs. */
static void power_off(struct module *module)
{
	module->running = LB_SLOT_NONE;
	module->image = IMAGE_NONE;
	module->safe = false;
	lb_ota_init(&module->ota, &module->config, LB_SLOT_NONE);
}

void module_revive(struct module *module, const struct flaky_memory *memory, bool marks_units, uint32_t seed)
{
	flaky_init(&module->flaky, memory, marks_units, seed);
	module->config = (struct lb_survey_config){
		.flash = &module->flaky.flash,
		.map = &flaky_map,
		.trust = {images_crypto(), lb_image_keys, lb_image_key_count, lb_board_id()},
		.payload_runs = lb_board_payload_runs,
	};
	module->kept_bytes = 0;
	module->guarded = false;
	module->trespass = false;
	power_off(module);
}

void module_init(struct module *module, bool marks_units, uint32_t seed)
{
	module_revive(module, NULL, marks_units, seed);
}

void module_restore(struct module *module, const struct flaky_memory *memory)
{
	flaky_restore(&module->flaky, memory);
	power_off(module);
}

/* ---- boot ---- */

enum lb_record_status module_record(const struct module *module, struct lb_record_state *state)
{
	struct lb_record record;

	lb_record_open(&record, &module->flaky.flash, flaky_map.part[LB_PART_RECORD]);
	*state = record.state;
	return record.status;
}

/* How long P12 is high from the reset on, a little into its window; 0: it is not. */
static uint32_t high_ms(const struct boot_kind *kind)
{
	static const uint32_t held_ms[] = {
		[LB_GATE_NONE] = 0,
		[LB_GATE_LATEST] = 150,
		[LB_GATE_PREVIOUS] = 3150,
		[LB_GATE_FACTORY] = 6150,
	};

	return held_ms[kind->choice];
}

static void leave_request(uint8_t *retained, const struct boot_kind *kind)
{
	struct lb_handoff_up up = {.request = kind->request, .slot = LB_SLOT_NONE};

	if (kind->request != LB_REQUEST_NONE)
		up.slot = kind->slot;
	lb_handoff_put_up(retained, &up);
}

/* Until an image starts, or the bootloader waits for a tool. */
static void run_bootloader(struct board *board)
{
	static struct bootloader bootloader;

	bootloader_init(&bootloader);
	while (board->end == BOARD_RUNS)
		bootloader_turn(&bootloader);
}

/* The firmware learns from the hand-off which slot it runs in. */
static int run_image(struct module *module, const struct board *board)
{
	struct lb_handoff_down down;

	(void)lb_handoff_get_down(board->retained, &down);
	module->running = down.slot;
	module->safe = down.mode == LB_MODE_SAFE;
	module->image = image_in(board->copy, board->loaded_bytes);
	lb_ota_init(&module->ota, &module->config, down.slot);
	return LB_OK;
}

int module_boot(struct module *module, const struct boot_kind *kind)
{
	const enum lb_cause cause = kind->request != LB_REQUEST_NONE ? LB_CAUSE_SOFTWARE : LB_CAUSE_SWITCH;
	struct board *board = board_plug(&module->flaky, kind->wake ? LB_CAUSE_DEEP_SLEEP : cause);

	power_off(module);
	board->p12_high_ms = high_ms(kind);
	leave_request(board->retained, kind);
	run_bootloader(board);
	return outcome(module, board->end == BOARD_STARTS ? run_image(module, board) : MODULE_DEAD);
}

bool module_reaches_loader(struct module *module)
{
	struct board *board = board_plug(&module->flaky, LB_CAUSE_SWITCH);
	uint64_t before = module->flaky.op_count;

	power_off(module);
	board->g23_low = true;
	run_bootloader(board);
	return board->end == BOARD_WAITS && module->flaky.op_count == before;
}

/* ---- what the firmware does ---- */

int module_ota_start(struct module *module)
{
	module->kept_bytes = 0;
	int result = lb_ota_start(&module->ota);

	if (result == LB_OK && flaky_block_sectors != 0)
		result = lb_ota_expect(&module->ota, FLAKY_SLOT_BYTES);
	return outcome(module, result);
}

static bool no_pause(void)
{
	return true;
}

int module_ota_write(struct module *module, enum image image, uint32_t to_bytes)
{
	const struct image_bytes *bytes = image_bytes(image);
	uint32_t end = to_bytes < bytes->size_bytes ? to_bytes : bytes->size_bytes;

	for (uint32_t at = lb_download_position(&module->ota.writer); at < end; at += PIECE_BYTES) {
		uint32_t left = end - at;
		int result = lb_ota_write(&module->ota, bytes->bytes + at, left < PIECE_BYTES ? left : PIECE_BYTES, no_pause);

		if (result != LB_OK)
			return outcome(module, result);
	}
	return outcome(module, LB_OK);
}

/* Does what is there of a download begin this image? A client compares hashes. */
static bool is_beginning(struct module *module, enum image image)
{
	const struct image_bytes *bytes = image_bytes(image);
	struct lb_ota_download found;
	uint8_t sha256[LB_SHA256_BYTES];
	struct lb_sha256 state;

	if (!lb_ota_download(&module->ota, &found) || found.bytes == 0 || found.bytes > bytes->size_bytes)
		return false;
	images_crypto()->sha256_init(&state);
	images_crypto()->sha256_update(&state, bytes->bytes, found.bytes);
	images_crypto()->sha256_final(&state, sha256);
	return memcmp(sha256, found.sha256, sizeof(sha256)) == 0;
}

static uint8_t copy[LB_NOR_SECTOR_BYTES];

int module_ota_resume(struct module *module, enum image image)
{
	int result = LB_REFUSED_NOT_STARTED;

	if (is_beginning(module, image))
		result = outcome(module, lb_ota_resume(&module->ota, copy, &module->kept_bytes));
	if (result == LB_OK && flaky_block_sectors != 0)
		result = outcome(module, lb_ota_expect(&module->ota, FLAKY_SLOT_BYTES));
	if (result != LB_OK && result != MODULE_CUT)
		result = module_ota_start(module);
	return result == LB_OK ? module_ota_write(module, image, UINT32_MAX) : result;
}

int module_ota_finish(struct module *module, bool force)
{
	return outcome(module, lb_ota_finish(&module->ota, force));
}

int module_ota_finish_nothing(struct module *module)
{
	uint32_t offset;
	int result = lb_ota_resume(&module->ota, copy, &offset);

	return result == LB_OK ? module_ota_finish(module, true) : outcome(module, result);
}

bool module_on_trial(struct module *module)
{
	struct lb_survey survey;

	lb_survey_open(&survey, &module->config);
	lb_survey_read(&survey, NULL);
	return lb_survey_is_trial(&survey, module->running);
}

int module_confirm(struct module *module)
{
	return outcome(module, lb_ota_confirm(&module->ota));
}

int module_use(struct module *module, enum lb_slot slot)
{
	struct lb_record record;

	lb_record_open(&record, &module->flaky.flash, flaky_map.part[LB_PART_RECORD]);
	if (controls.choice_trusted && record.status == LB_RECORD_VALID) {
		module->ota.has_appended = true;
		module->ota.appended_sequence = record.sequence;
	}
	return outcome(module, lb_ota_use(&module->ota, slot));
}

int module_use_again(struct module *module, enum lb_slot slot)
{
	const uint64_t before = module->flaky.op_count;
	const int result = module_use(module, slot);

	return module->flaky.op_count == before ? result : MODULE_WROTE;
}

/* ---- preparing ---- */

static void must(int result, const char *what)
{
	if (result == LB_OK)
		return;
	fprintf(stderr, "power: preparing a module failed: %s: %d\n", what, result);
	exit(2);
}

static int put_image(struct module *module, enum lb_slot slot, enum image image)
{
	const struct image_bytes *bytes = image_bytes(image);
	int result = LB_OK;

	for (uint32_t at = 0; at < bytes->padded_bytes && result == LB_OK; at += LB_NOR_PAGE_BYTES) {
		uint32_t left = bytes->padded_bytes - at;
		uint32_t piece = left < LB_NOR_PAGE_BYTES ? left : LB_NOR_PAGE_BYTES;

		result = lb_region_program(&module->flaky.flash, region_of(slot), at, bytes->bytes + at, piece);
	}
	return result;
}

void module_put_image(struct module *module, enum lb_slot slot, enum image image)
{
	must(lb_region_erase(&module->flaky.flash, region_of(slot), 0, FLAKY_SLOT_BYTES), "slot");
	if (image != IMAGE_NONE)
		must(put_image(module, slot, image), "image");
}

void module_put_record(struct module *module, const struct lb_record_state *state)
{
	struct lb_record record;

	lb_record_open(&record, &module->flaky.flash, flaky_map.part[LB_PART_RECORD]);
	must(lb_record_append(&record, state), "record");
}
