#include "tests/power/module.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/boot/sequencer.h"
#include "crypto/providers.h"

enum { PIECE_BYTES = 1000 }; /* that a client sends at once */

const struct journal journal_real = {lb_record_open, lb_record_append};

static int append_single(struct lb_record *record, const struct lb_record_state *state)
{
	int result = lb_region_erase(record->flash, record->region, 0, record->region.size_bytes);

	if (result != LB_OK)
		return result;
	lb_record_open(record, record->flash, record->region);
	return lb_record_append(record, state);
}

const struct journal journal_single = {lb_record_open, append_single};

static int append_unsettled(struct lb_record *record, const struct lb_record_state *state)
{
	struct lb_record_state next = *state;

	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		if (next.id[slot] == LB_RECORD_SETTLED_ID)
			next.id[slot] = LB_RECORD_NO_ID;
	return lb_record_append(record, &next);
}

const struct journal journal_unsettled = {lb_record_open, append_unsettled};

static struct lb_region region_of(enum lb_slot slot)
{
	return flaky_map.part[lb_slot_part(slot)];
}

/* In a test, a return code that says so for any call that the cut went through. */
static int outcome(const struct module *module, int result)
{
	return flaky_powered(&module->flaky) ? result : MODULE_CUT;
}

void module_init(struct module *module, const struct journal *journal, bool marks_units, uint32_t seed)
{
	memset(module, 0, sizeof(*module));
	flaky_init(&module->flaky, marks_units, seed);
	module->journal = journal;
	module->running = LB_SLOT_NONE;
	module->image = IMAGE_NONE;
}

void module_restore(struct module *module, const struct flaky_memory *memory)
{
	flaky_restore(&module->flaky, memory);
	module->running = LB_SLOT_NONE;
	module->image = IMAGE_NONE;
	module->safe = false;
	module->open = false;
}

/* ---- slots ---- */

void module_inspect(struct module *module, enum lb_slot slot, struct lb_update_slot *facts)
{
	struct lb_image_slot in_flash = {&module->flaky.flash, region_of(slot)};
	struct lb_image_source source = lb_image_slot_source(&in_flash);
	struct lb_image_info info;

	memset(facts, 0, sizeof(*facts));
	if (lb_image_inspect(&source, &info) == LB_IMAGE_GOOD)
		*facts = lb_update_describe(LB_IMAGE_UNKNOWN, &info);
}

static int copy_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	memcpy(data, (const uint8_t *)ctx + offset, size_bytes);
	return LB_OK;
}

/* As the board does: the copy that will run is what is verified. */
void module_verify(struct module *module, enum lb_slot slot, uint8_t copy[FLAKY_SLOT_BYTES],
                   struct lb_update_slot *facts)
{
	struct lb_image_source source = {copy_read, copy, FLAKY_SLOT_BYTES};
	struct lb_image_info info;

	memset(facts, 0, sizeof(*facts));
	if (lb_region_read(&module->flaky.flash, region_of(slot), 0, copy, FLAKY_SLOT_BYTES) != LB_OK) {
		facts->verdict = LB_IMAGE_UNREADABLE;
		return;
	}
	facts->verdict = lb_image_check(&source, &lb_crypto_fast, &info);
	if (facts->verdict == LB_IMAGE_GOOD)
		*facts = lb_update_describe(LB_IMAGE_GOOD, &info);
}

static void learn_slots(struct module *module, struct lb_update_slot slots[LB_SLOT_COUNT])
{
	uint8_t copy[FLAKY_SLOT_BYTES];

	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		module_verify(module, (enum lb_slot)slot, copy, &slots[slot]);
}

/* ---- boot ---- */

enum lb_record_status module_record(const struct module *module, struct lb_record_state *state)
{
	struct lb_record record;

	module->journal->open(&record, &module->flaky.flash, flaky_map.part[LB_PART_RECORD]);
	*state = record.state;
	return record.status;
}

static int start_image(struct module *module, const struct lb_handoff_down *down, const uint8_t *copy)
{
	module->running = down->slot;
	module->image = image_in(copy, FLAKY_SLOT_BYTES);
	module->safe = down->mode == LB_MODE_SAFE;
	module->why = down->why;
	return LB_OK;
}

/* How long P12 is high from the reset on; 0: it is not. */
static uint32_t high_ms(const struct boot_kind *kind)
{
	static const uint32_t held_ms[] = {
		[LB_GATE_NONE] = 0,
		[LB_GATE_LATEST] = 1100,
		[LB_GATE_PREVIOUS] = 4100,
		[LB_GATE_FACTORY] = 7100,
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

/* The bootloader's loop, around the real sequencer. */
static int run_bootloader(struct module *module, struct lb_boot *boot, struct lb_record *record, uint32_t held_ms)
{
	uint8_t copy[FLAKY_SLOT_BYTES];
	struct lb_boot_input input = {.pins = {.g23 = true}};

	for (;;) {
		struct lb_boot_output out;
		struct lb_handoff_down down;

		input.pins.p12 = input.now_ms < held_ms;
		out = lb_boot_step(boot, &input);
		switch (out.want) {
		case LB_BOOT_WANT_VERIFY: module_verify(module, out.slot, copy, &input.found); break;
		case LB_BOOT_WANT_APPEND: input.appended = module->journal->append(record, out.state) == LB_OK; break;
		case LB_BOOT_WANT_START:
			(void)lb_handoff_get_down(boot->config.retained, &down);
			return start_image(module, &down, copy);
		case LB_BOOT_WANT_RESET: return MODULE_DEAD;
		case LB_BOOT_WANT_WAIT:
			if (out.phase == LB_PHASE_LOADER)
				return MODULE_DEAD;
			input.now_ms += out.wait_ms;
			break;
		}
	}
}

/* Brings boot to where its first step is due. */
static void power_up(struct module *module, const struct boot_kind *kind, struct lb_boot *boot,
                     struct lb_record *record, uint8_t retained[LB_RETAINED_BYTES])
{
	static const uint8_t board_id[LB_BOARD_ID_BYTES] = "power";
	struct lb_boot_config config = {
		.cause = kind->wake ? LB_CAUSE_DEEP_SLEEP : LB_CAUSE_SWITCH,
		.retained = retained,
		.board_id = board_id,
		.flashmap = &flaky_map,
		.record = record,
	};

	module->running = LB_SLOT_NONE;
	module->image = IMAGE_NONE;
	module->open = false;
	module->journal->open(record, &module->flaky.flash, flaky_map.part[LB_PART_RECORD]);
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		module_inspect(module, (enum lb_slot)slot, &config.slots[slot]);
	leave_request(retained, kind);
	lb_boot_init(boot, &config);
}

int module_boot(struct module *module, const struct boot_kind *kind)
{
	uint8_t retained[LB_RETAINED_BYTES] = {0};
	struct lb_record record;
	struct lb_boot boot;

	power_up(module, kind, &boot, &record, retained);
	return outcome(module, run_bootloader(module, &boot, &record, high_ms(kind)));
}

bool module_reaches_loader(struct module *module)
{
	static const struct boot_kind plain = {.request = LB_REQUEST_NONE};
	uint8_t retained[LB_RETAINED_BYTES] = {0};
	uint64_t before = module->flaky.op_count;
	struct lb_boot_input input = {.pins = {.g23 = false}};
	struct lb_boot_output out;
	struct lb_record record;
	struct lb_boot boot;

	power_up(module, &plain, &boot, &record, retained);
	do
		out = lb_boot_step(&boot, &input);
	while (out.want == LB_BOOT_WANT_WAIT && out.wait_ms == 0);
	return out.want == LB_BOOT_WANT_WAIT && out.phase == LB_PHASE_LOADER && module->flaky.op_count == before;
}

/* ---- changes ---- */

/* The record with what it is to be changed from, as every change begins. */
static void open_base(struct module *module, struct lb_record *record, struct lb_update_slot slots[LB_SLOT_COUNT],
                      struct lb_record_state *base)
{
	module->journal->open(record, &module->flaky.flash, flaky_map.part[LB_PART_RECORD]);
	learn_slots(module, slots);
	lb_update_base(record->status, &record->state, slots, base);
}

static int commit(struct module *module, struct lb_record *record, const struct lb_record_state *next, int result)
{
	if (result == LB_OK)
		result = module->journal->append(record, next);
	return outcome(module, result);
}

static int open_update(struct module *module, const struct lb_record_state *state, uint32_t offset)
{
	lb_download_start(&module->writer, &module->flaky.flash, region_of(state->download), offset);
	module->open = true;
	module->kept_bytes = offset;
	return outcome(module, LB_OK);
}

int module_ota_start(struct module *module)
{
	struct lb_record record;
	struct lb_update_slot slots[LB_SLOT_COUNT];
	struct lb_record_state state;

	module->open = false;
	open_base(module, &record, slots, &state);
	enum lb_slot from = module->target_from_record ? LB_SLOT_FACTORY : module->running;
	int result = lb_update_start(&state, from, slots, &flaky_map, &state);
	result = commit(module, &record, &state, result);
	return result == LB_OK ? open_update(module, &state, 0) : result;
}

static bool no_pause(void)
{
	return true;
}

int module_ota_write(struct module *module, enum image image, uint32_t to_bytes)
{
	const struct image_bytes *bytes = image_bytes(image);
	uint32_t end = to_bytes < bytes->size_bytes ? to_bytes : bytes->size_bytes;
	enum lb_image_verdict verdict;

	if (!module->open)
		return outcome(module, LB_REFUSED_NOT_STARTED);
	for (uint32_t at = lb_download_position(&module->writer); at < end; at += PIECE_BYTES) {
		uint32_t left = end - at;
		int result = lb_download_write(&module->writer, bytes->bytes + at, left < PIECE_BYTES ? left : PIECE_BYTES,
		                               no_pause, &verdict);

		if (result != LB_OK)
			return outcome(module, result);
	}
	return outcome(module, LB_OK);
}

static uint32_t resumes_at(struct module *module, enum lb_slot slot)
{
	return lb_download_resumes_at(&module->flaky.flash, region_of(slot), &lb_crypto_fast);
}

/* Does what is there of a download begin this image? A client asks for its hash. */
static bool is_beginning(struct module *module, enum lb_slot slot, enum image image)
{
	static uint8_t found[FLAKY_SLOT_BYTES];
	uint32_t size_bytes = resumes_at(module, slot);

	return size_bytes > 0 && size_bytes <= image_bytes(image)->size_bytes &&
	       lb_region_read(&module->flaky.flash, region_of(slot), 0, found, size_bytes) == LB_OK &&
	       memcmp(found, image_bytes(image)->bytes, size_bytes) == 0;
}

/* As the firmware goes on. */
static int start_again(struct module *module)
{
	static uint8_t copy[LB_NOR_SECTOR_BYTES];
	struct lb_record record;
	struct lb_update_slot slots[LB_SLOT_COUNT];
	struct lb_record_state state;

	module->open = false;
	open_base(module, &record, slots, &state);
	int result = module->running != LB_SLOT_NONE ?
	                 lb_update_resume(&state, module->running, slots[module->running].id, &state) :
	                 LB_REFUSED_NOT_STARTED;
	result = commit(module, &record, &state, result);
	if (result != LB_OK)
		return result;
	uint32_t offset = resumes_at(module, state.download);
	if (offset > 0 && !module->first_kept)
		result = lb_download_renew_first(&module->flaky.flash, region_of(state.download), copy);
	return result == LB_OK ? open_update(module, &state, offset) : outcome(module, result);
}

int module_ota_resume(struct module *module, enum image image)
{
	struct lb_record_state state;
	bool goes_on = module_record(module, &state) == LB_RECORD_VALID && state.download != LB_SLOT_NONE &&
	               is_beginning(module, state.download, image);
	int result = goes_on ? start_again(module) : LB_REFUSED_NOT_STARTED;

	if (result != LB_OK && result != MODULE_CUT)
		result = module_ota_start(module);
	return result == LB_OK ? module_ota_write(module, image, UINT32_MAX) : result;
}

int module_ota_finish(struct module *module, bool force)
{
	struct lb_record record;
	struct lb_update_slot target = {.verdict = LB_IMAGE_UNKNOWN};
	struct lb_record_state state;
	uint8_t copy[FLAKY_SLOT_BYTES];

	if (!module->open)
		return outcome(module, LB_REFUSED_NOT_STARTED);
	int result = lb_download_close(&module->writer);
	if (result != LB_OK)
		return outcome(module, result);
	module->journal->open(&record, &module->flaky.flash, flaky_map.part[LB_PART_RECORD]);
	if (record.status != LB_RECORD_VALID)
		return outcome(module, LB_REFUSED_NOT_STARTED);
	state = record.state;
	if (state.download != LB_SLOT_NONE)
		module_verify(module, state.download, copy, &target);
	result = commit(module, &record, &state, lb_update_finish(&state, module->running, &target, force, &state));
	module->open = module->open && result != LB_OK;
	return result;
}

bool module_on_trial(struct module *module)
{
	struct lb_update_slot facts;
	struct lb_record_state state;

	if (module->running == LB_SLOT_NONE || module_record(module, &state) != LB_RECORD_VALID)
		return false;
	module_inspect(module, module->running, &facts);
	return lb_update_is_trial(&state, module->running, facts.id);
}

int module_confirm(struct module *module)
{
	struct lb_record record;
	struct lb_update_slot facts;
	struct lb_record_state state;

	module->journal->open(&record, &module->flaky.flash, flaky_map.part[LB_PART_RECORD]);
	if (record.status != LB_RECORD_VALID)
		return outcome(module, LB_REFUSED_NOT_TRIAL);
	state = record.state;
	module_inspect(module, module->running, &facts);
	return commit(module, &record, &state, lb_update_confirm(&state, module->running, &facts, &state));
}

int module_use(struct module *module, enum lb_slot slot)
{
	struct lb_record record;
	struct lb_update_slot slots[LB_SLOT_COUNT];
	struct lb_record_state state;

	open_base(module, &record, slots, &state);
	return commit(module, &record, &state, lb_update_use(&state, slot, &slots[slot], &state));
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

	module->journal->open(&record, &module->flaky.flash, flaky_map.part[LB_PART_RECORD]);
	must(module->journal->append(&record, state), "record");
}
