#include "tests/power/checks.h"

#include "core/base/error.h"
#include "tests/power/life.h"

enum { BOOTS_MAX = 16, ATTEMPTS = 3 };

static struct module scratch;
static const struct boot_kind normal_boot = {.request = LB_REQUEST_NONE};

static bool hits_slot(const struct lb_nor_op *op, enum lb_slot slot)
{
	struct lb_region region = flaky_map.part[lb_slot_part(slot)];

	return slot != LB_SLOT_NONE && op->offset < region.offset + region.size_bytes &&
	       region.offset < op->offset + op->size_bytes;
}

struct lb_nor_cut checks_watch(void *ctx, const struct flaky_op *op)
{
	struct module *module = ctx;

	if (module->guarded && (hits_slot(&op->op, module->running) || hits_slot(&op->op, LB_SLOT_FACTORY)))
		module->trespass = true;
	return (struct lb_nor_cut){.moment = LB_NOR_CUT_NONE};
}

static bool same_state(const struct lb_record_state *a, const struct lb_record_state *b)
{
	return a->latest == b->latest && a->previous == b->previous && a->on_trial == b->on_trial &&
	       a->tries_left == b->tries_left;
}

/* Boots of an image that crashes and is not confirmed, until two of them leave things as they are. */
static struct vision crash_boots(struct module *module)
{
	struct vision vision = {.first = IMAGE_NONE, .last = IMAGE_NONE, .result = LB_OK};
	enum image before = IMAGE_NONE;
	struct lb_record_state old;

	(void)module_record(module, &old);
	for (unsigned i = 0; i < BOOTS_MAX && !vision.settled; i++) {
		struct lb_record_state new;

		vision.result = module_boot(module, &normal_boot);
		if (vision.result != LB_OK)
			return vision;
		life_crashes(module);
		(void)module_record(module, &new);
		if (i == 0)
			vision.first = module->image;
		vision.last = module->image;
		vision.seen |= module->image != IMAGE_NONE ? 1u << module->image : 0;
		vision.settled = i > 0 && module->image == before && !new.on_trial &&same_state(&old, &new);
		before = module->image;
		old = new;
	}
	return vision;
}

struct vision checks_inspect(const struct campaign *campaign, const struct flaky_memory *memory)
{
	module_revive(&scratch, memory, campaign->marks_units, campaign->seed);
	return crash_boots(&scratch);
}

static int start_and_write(struct module *module, enum image image)
{
	int result = module_ota_start(module);

	return result == LB_OK ? module_ota_write(module, image, UINT32_MAX) : result;
}

/* What somebody at home would do next: the next version, tried and confirmed. */
static bool next_update_works(struct module *module)
{
	module->guarded = true;
	int result = start_and_write(module, IMAGE_E);
	/* A confirmation that was torn may read well at one time and not at another; the refusal says what to do. */
	for (unsigned i = 0; i < BOOTS_MAX && result == LB_REFUSED_ON_TRIAL && module->flaky.memory.weak_count > 0; i++) {
		(void)life_does_well(module);
		result = start_and_write(module, IMAGE_E);
	}
	bool written = result == LB_OK && module_ota_finish(module, false) == LB_OK;
	module->guarded = false;
	if (!written || module_boot(module, &normal_boot) != LB_OK || module->image != IMAGE_E)
		return false;
	if (life_does_well(module) != LB_OK)
		return false;
	for (unsigned i = 0; i < 2; i++)
		if (module_boot(module, &normal_boot) != LB_OK || module->image != IMAGE_E || module_on_trial(module))
			return false;
	return true;
}

static int fault_of_neglect(struct module *module, const struct promise *promise)
{
	struct vision vision = crash_boots(module);

	if (vision.result != LB_OK)
		return FAULT_DEAD;
	if (vision.first == IMAGE_NONE || vision.last == IMAGE_NONE)
		return FAULT_STRANGE;
	if ((promise->first >> vision.first & 1) == 0 || (vision.seen & ~(promise->first | promise->last)) != 0)
		return FAULT_WRONG_IMAGE;
	/* Boots that write nothing may go on to read a torn entry now one way, now the other; a trial's never. */
	if (!vision.settled && (module->flaky.memory.weak_count == 0 || module_on_trial(module)))
		return FAULT_RESTLESS;
	if ((promise->last >> vision.last & 1) == 0)
		return FAULT_NOT_BACK;
	if (!next_update_works(module))
		return FAULT_NEXT_UPDATE;
	return module->trespass ? FAULT_TRESPASS : -1;
}

static int fault_of_care(struct module *module, const struct promise *promise)
{
	if (module_boot(module, &normal_boot) != LB_OK)
		return FAULT_DEAD;
	enum image image = module->image;
	if (image == IMAGE_NONE)
		return FAULT_STRANGE;
	if ((promise->first >> image & 1) == 0)
		return FAULT_WRONG_IMAGE;
	if (!module_on_trial(module))
		return -1;
	int result = life_does_well(module);
	/* The entry of the trial itself may be one that reads well only now and then. */
	if (result != LB_OK)
		return result == LB_REFUSED_NOT_TRIAL && module->flaky.memory.weak_count > 0 ? -1 : FAULT_LOST;
	for (unsigned i = 0; i < 2; i++)
		if (module_boot(module, &normal_boot) != LB_OK || module->image != image)
			return FAULT_LOST;
	return -1;
}

static bool is_in_doubt(const struct flaky_memory *memory, enum lb_slot slot, uint32_t size_bytes)
{
	struct lb_region region = flaky_map.part[lb_slot_part(slot)];

	for (uint32_t i = 0; i < memory->weak_count; i++)
		if (memory->weak[i].offset - region.offset < size_bytes)
			return true;
	return false;
}

static enum image image_of(const struct flaky_memory *memory, enum lb_slot slot)
{
	return image_in(memory->bytes + flaky_map.part[lb_slot_part(slot)].offset, FLAKY_SLOT_BYTES);
}

/* What lay in the slot before is no update, and only what was sent is said to be whole. */
static int fault_of_nothing(struct module *module, enum image image)
{
	struct lb_record_state state;
	bool good;

	if (module_boot(module, &normal_boot) != LB_OK)
		return FAULT_DEAD;
	/* Else the record may read one way here and another way there. */
	if (module->flaky.memory.weak_count == 0 && module_record(module, &state) == LB_RECORD_VALID &&
	    lb_ota_verify(&module->ota, &good) == LB_OK && good && image_of(&module->flaky.memory, state.download) != image)
		return FAULT_NOTHING;
	return module_ota_finish_nothing(module) == LB_OK ? FAULT_NOTHING : -1;
}

/* An update that was cut goes on where it can, and must then be as good as any. */
static int fault_of_resuming(struct campaign *campaign, struct module *module, enum image image)
{
	struct lb_record_state state;

	if (module_boot(module, &normal_boot) != LB_OK)
		return FAULT_DEAD;
	if (module_on_trial(module) && life_does_well(module) != LB_OK)
		return FAULT_LOST;
	module->guarded = true;
	bool done = false;
	/* What reads well only now and then may be found wrong at the end; that attempt leaves no doubt for the next. */
	for (unsigned i = 0; i < ATTEMPTS && !done; i++)
		done = module_ota_resume(module, image) == LB_OK && module_ota_finish(module, true) == LB_OK;
	module->guarded = false;
	campaign->stats.resumed[module->kept_bytes / LB_NOR_SECTOR_BYTES]++;
	if (!done || module_record(module, &state) != LB_RECORD_VALID)
		return FAULT_RESUME;
	if (is_in_doubt(&module->flaky.memory, state.latest, image_bytes(image)->size_bytes) ||
	    image_of(&module->flaky.memory, state.latest) != image)
		return FAULT_DOUBT;
	if (module_boot(module, &normal_boot) != LB_OK || module->image != image)
		return FAULT_RESUME;
	if (life_does_well(module) != LB_OK)
		return FAULT_RESUME;
	for (unsigned i = 0; i < 3; i++)
		if (module_boot(module, &normal_boot) != LB_OK || module->image != image)
			return FAULT_RESUME;
	return module->trespass ? FAULT_TRESPASS : -1;
}

static int fault_of_safe_boots(struct module *module)
{
	static const enum lb_gate_choice choices[] = {LB_GATE_LATEST, LB_GATE_PREVIOUS, LB_GATE_FACTORY};
	uint64_t before = module->flaky.op_count;

	for (unsigned i = 0; i < sizeof(choices) / sizeof(choices[0]); i++) {
		struct boot_kind kind = {.choice = choices[i]};

		if (module_boot(module, &kind) != LB_OK)
			return FAULT_DEAD;
		if (module->image == IMAGE_NONE)
			return FAULT_STRANGE;
	}
	return module->flaky.op_count != before ? FAULT_SAFE_WRITES : -1;
}

/* A slot whose choice was cut is chosen again, and stays: what looked as if it held already may have been torn. */
static int fault_of_choice(struct module *module, enum lb_slot slot)
{
	const enum image image = image_of(&module->flaky.memory, slot);

	if (module_boot(module, &normal_boot) != LB_OK)
		return FAULT_DEAD;
	if (module_use(module, slot) != LB_OK || module_use_again(module, slot) != LB_OK)
		return FAULT_LOST;
	for (unsigned i = 0; i < 4; i++)
		if (module_boot(module, &normal_boot) != LB_OK || module->image != image)
			return FAULT_LOST;
	return -1;
}

/* ---- tools ---- */

uint32_t checks_images(const struct flaky_memory *memory)
{
	uint32_t images = 0;

	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++) {
		enum image image = image_of(memory, (enum lb_slot)slot);

		images |= image != IMAGE_NONE ? 1u << image : 0;
	}
	return images;
}

/* Each image that is whole starts when it is asked for. False also when there is none. */
static bool whole_slots_start(struct module *module, const struct flaky_memory *memory, unsigned *whole)
{
	*whole = 0;
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++) {
		struct boot_kind kind = {.request = LB_REQUEST_SAFE_BOOT, .slot = (enum lb_slot)slot};
		enum image image = image_of(memory, (enum lb_slot)slot);

		if (image == IMAGE_NONE || is_in_doubt(memory, (enum lb_slot)slot, FLAKY_SLOT_BYTES))
			continue;
		++*whole;
		if (module_boot(module, &kind) != LB_OK || module->image != image)
			return false;
	}
	return true;
}

bool checks_is_tools(const struct module *module, enum lb_slot slot)
{
	struct lb_record_state state;

	return module_record(module, &state) == LB_RECORD_VALID && state.latest == slot && state.previous == LB_SLOT_NONE &&
	       !state.on_trial;
}

/* Whatever a tool left: bootloader mode can be reached, and what a tool then writes boots, for good, as no update. */
static int fault_of_rescue(struct module *module, enum lb_slot slot)
{
	if (!module_reaches_loader(module))
		return FAULT_NO_LOADER;
	if (tool_visit(module, TOOL_ROM, slot, IMAGE_E) != LB_OK)
		return FAULT_TOOL;
	for (unsigned i = 0; i < 2; i++)
		if (module_boot(module, &normal_boot) != LB_OK || module->image != IMAGE_E || !checks_is_tools(module, slot))
			return FAULT_TOOL;
	return -1;
}

/* ---- all of it ---- */

static void prepare_scratch(const struct campaign *campaign, const struct flaky_memory *memory, uint32_t seed)
{
	module_revive(&scratch, memory, campaign->marks_units, seed);
	scratch.flaky.observe = checks_watch;
	scratch.flaky.ctx = &scratch;
}

static int fault_after_tool(const struct campaign *campaign, const struct flaky_memory *memory, const struct act *act,
                            uint32_t seed, unsigned *whole)
{
	prepare_scratch(campaign, memory, seed);
	if (!whole_slots_start(&scratch, memory, whole))
		return FAULT_SLOT;
	prepare_scratch(campaign, memory, seed + 1);
	return fault_of_rescue(&scratch, act->boot.slot);
}

int checks_fault(struct campaign *campaign, const struct flaky_memory *memory, const struct act *act,
                 enum image written, const struct promise *promise, uint32_t seed)
{
	unsigned whole = 1;
	int fault = -1;

	if (act != NULL && act->kind == ACT_TOOL)
		fault = fault_after_tool(campaign, memory, act, seed + 4, &whole);
	if (fault >= 0 || whole == 0)
		return fault;
	prepare_scratch(campaign, memory, seed);
	fault = fault_of_neglect(&scratch, promise);
	if (fault < 0) {
		prepare_scratch(campaign, memory, seed + 1);
		fault = fault_of_care(&scratch, promise);
	}
	if (fault < 0) {
		prepare_scratch(campaign, memory, seed + 2);
		fault = fault_of_safe_boots(&scratch);
	}
	if (fault < 0 && written != IMAGE_NONE) {
		prepare_scratch(campaign, memory, seed + 3);
		fault = fault_of_resuming(campaign, &scratch, written);
	}
	if (fault < 0 && act != NULL && act->kind == ACT_USE) {
		prepare_scratch(campaign, memory, seed + 6);
		fault = fault_of_choice(&scratch, act->boot.slot);
	}
	if (fault < 0 && written != IMAGE_NONE) {
		prepare_scratch(campaign, memory, seed + 5);
		fault = fault_of_nothing(&scratch, written);
	}
	return fault;
}
