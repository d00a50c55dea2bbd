#include "tests/power/cuts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"

enum { TRACE_MAX = 96, LEVELS = 2, BOOTS_MAX = 8, TOLD_MAX = 12, ALL_IMAGES = (1 << IMAGE_COUNT) - 1 };

struct traced {
	struct flaky_memory before;
	struct flaky_op op;
};

struct trace {
	struct traced entries[TRACE_MAX];
	unsigned count;
};

/* Where a point lies, to find it again. */
struct place {
	const struct act *acts;
	unsigned act;
	unsigned op;
	enum cut_kind kind;
	struct lb_nor_cut cut;
	struct promise promise;
};

struct vision {
	enum image first;
	enum image last;
	uint32_t seen; /* bits 1 << image */
	int result;
	bool settled;
};

const char *const cut_kind_names[CUT_KINDS] = {
	"before", "torn program", "half-erased", "after", "sector noise", "second cut",
};

const char *const fault_names[FAULT_KINDS] = {
	"no image starts", "a strange image starts", "wrong image", "boots do not settle", "not rolled back",
	"confirmed image lost", "next update fails", "resumed update fails", "running slot or factory touched",
	"safe boot writes",
};

static struct trace traces[LEVELS];
static struct module scratch;
static const struct boot_kind normal_boot = {.wish = LB_WISH_LATEST};

uint64_t cuts_total(const uint64_t counts[CUT_KINDS])
{
	uint64_t total = 0;

	for (unsigned i = 0; i < CUT_KINDS; i++)
		total += counts[i];
	return total;
}

/* ---- observers ---- */

static bool hits_slot(const struct lb_nor_op *op, enum lb_slot slot)
{
	struct lb_region region = flaky_map.part[lb_slot_part(slot)];

	return slot != LB_SLOT_NONE && op->offset < region.offset + region.size_bytes &&
	       region.offset < op->offset + op->size_bytes;
}

static struct lb_nor_cut watch(void *ctx, const struct flaky_op *op)
{
	struct module *module = ctx;

	if (module->guarded && (hits_slot(&op->op, module->running) || hits_slot(&op->op, LB_SLOT_FACTORY)))
		module->trespass = true;
	return (struct lb_nor_cut){.moment = LB_NOR_CUT_NONE};
}

struct recorder {
	struct module *module;
	struct trace *trace;
};

static struct lb_nor_cut record(void *ctx, const struct flaky_op *op)
{
	struct recorder *recorder = ctx;

	if (recorder->trace->count == TRACE_MAX) {
		fprintf(stderr, "power: an act of more than %d operations\n", TRACE_MAX);
		exit(2);
	}
	struct traced *entry = &recorder->trace->entries[recorder->trace->count++];
	entry->before = recorder->module->flaky.memory;
	entry->op = *op;
	return watch(recorder->module, op);
}

static struct lb_nor_cut cut_now(void *ctx, const struct flaky_op *op)
{
	(void)op;
	return *(const struct lb_nor_cut *)ctx;
}

static void observe(struct module *module, struct lb_nor_cut (*observer)(void *, const struct flaky_op *), void *ctx)
{
	module->flaky.observe = observer;
	module->flaky.ctx = ctx;
}

/* ---- what a module does from here ---- */

static bool same_state(const struct lb_record_state *a, const struct lb_record_state *b)
{
	return a->latest == b->latest && a->previous == b->previous && a->on_trial == b->on_trial &&
	       a->tries_left == b->tries_left;
}

/* Boots that crash before anything is confirmed, until two of them leave things as they are. */
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
		(void)module_record(module, &new);
		if (i == 0)
			vision.first = module->image;
		vision.last = module->image;
		vision.seen |= module->image != IMAGE_NONE ? 1u << module->image : 0;
		vision.settled = i > 0 && module->image == before && !new.on_trial && same_state(&old, &new);
		before = module->image;
		old = new;
	}
	return vision;
}

static struct vision look(const struct campaign *campaign, const struct flaky_memory *memory)
{
	module_init(&scratch, campaign->journal, campaign->marks_units, campaign->seed);
	module_restore(&scratch, memory);
	return crash_boots(&scratch);
}

/* What somebody at home would do next: the next version, tried and confirmed. */
static bool next_update_works(struct module *module)
{
	uint32_t size_bytes = image_bytes(IMAGE_E)->padded_bytes;

	module->guarded = true;
	int started = module_ota_start(module);
	/* A confirmation that was torn may read well at one time and not at another; the refusal says what to do. */
	for (unsigned i = 0; i < BOOTS_MAX && started == LB_REFUSED_ON_TRIAL && module->flaky.memory.weak_count > 0; i++) {
		(void)module_confirm(module);
		started = module_ota_start(module);
	}
	bool written = started == LB_OK && module_ota_write(module, IMAGE_E, 0, size_bytes) == LB_OK &&
	               module_ota_finish(module, false) == LB_OK;
	module->guarded = false;
	if (!written || module_boot(module, &normal_boot) != LB_OK || module->image != IMAGE_E)
		return false;
	if (module_confirm(module) != LB_OK)
		return false;
	for (unsigned i = 0; i < 2; i++) {
		if (module_boot(module, &normal_boot) != LB_OK || module->image != IMAGE_E || module_on_trial(module))
			return false;
	}
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
	int result = module_confirm(module);
	/* The entry of the trial itself may be one that reads well only now and then. */
	if (result != LB_OK)
		return result == LB_REFUSED_NOT_TRIAL && module->flaky.memory.weak_count > 0 ? -1 : FAULT_LOST;
	for (unsigned i = 0; i < 2; i++) {
		if (module_boot(module, &normal_boot) != LB_OK || module->image != image)
			return FAULT_LOST;
	}
	return -1;
}

/* An update that was cut while its image was written goes on where it can, and must then be as good as any. */
static int fault_of_resuming(struct module *module, enum image image)
{
	if (module_boot(module, &normal_boot) != LB_OK)
		return FAULT_DEAD;
	if (module_on_trial(module) && module_confirm(module) != LB_OK)
		return FAULT_LOST;
	module->guarded = true;
	bool done = module_ota_resume(module, image) == LB_OK && module_ota_finish(module, true) == LB_OK;
	module->guarded = false;
	if (!done || module_boot(module, &normal_boot) != LB_OK || module->image != image)
		return FAULT_RESUME;
	if (module_confirm(module) != LB_OK)
		return FAULT_RESUME;
	for (unsigned i = 0; i < 3; i++) {
		if (module_boot(module, &normal_boot) != LB_OK || module->image != image)
			return FAULT_RESUME;
	}
	return module->trespass ? FAULT_TRESPASS : -1;
}

static bool is_written(const struct place *place)
{
	enum act_kind kind = place->acts != NULL ? place->acts[place->act].kind : ACT_END;

	return kind == ACT_WRITE || kind == ACT_WRITE_PART || kind == ACT_RESUME;
}

static int fault_of_safe_boots(struct module *module)
{
	static const enum lb_wish wishes[] = {LB_WISH_LATEST, LB_WISH_PREVIOUS, LB_WISH_FACTORY};
	uint64_t before = module->flaky.op_count;

	for (unsigned i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		struct boot_kind kind = {.safe = true, .wish = wishes[i]};

		if (module_boot(module, &kind) != LB_OK)
			return FAULT_DEAD;
		if (module->image == IMAGE_NONE)
			return FAULT_STRANGE;
	}
	return module->flaky.op_count != before ? FAULT_SAFE_WRITES : -1;
}

static void prepare_scratch(const struct campaign *campaign, const struct flaky_memory *memory, uint32_t seed)
{
	module_init(&scratch, campaign->journal, campaign->marks_units, seed);
	scratch.target_from_record = campaign->target_from_record;
	module_restore(&scratch, memory);
	observe(&scratch, watch, &scratch);
}

static void tell(struct campaign *campaign, const struct place *place, int fault)
{
	if (campaign->quiet || campaign->told++ >= TOLD_MAX)
		return;
	fprintf(stderr, "power: %s (%u), act %u, operation %u, %s (%u bytes, seed %u, campaign seed %u): %s\n",
	        campaign->scenario, campaign->number, place->act, place->op, cut_kind_names[place->kind],
	        place->cut.done_bytes, place->cut.seed, campaign->seed, fault_names[fault]);
}

static void check(struct campaign *campaign, const struct flaky_memory *memory, const struct place *place)
{
	uint32_t seed = campaign->seed * 31 + place->cut.seed;
	int fault;

	prepare_scratch(campaign, memory, seed);
	fault = fault_of_neglect(&scratch, &place->promise);
	if (fault < 0) {
		prepare_scratch(campaign, memory, seed + 1);
		fault = fault_of_care(&scratch, &place->promise);
	}
	if (fault < 0) {
		prepare_scratch(campaign, memory, seed + 2);
		fault = fault_of_safe_boots(&scratch);
	}
	if (fault < 0 && is_written(place)) {
		prepare_scratch(campaign, memory, seed + 3);
		fault = fault_of_resuming(&scratch, place->acts[place->act].image);
	}
	campaign->stats.points[place->kind]++;
	if (fault >= 0) {
		campaign->stats.failures[place->kind]++;
		campaign->stats.faults[fault]++;
		tell(campaign, place, fault);
	}
}

/* ---- cutting ---- */

static const struct act second_acts[] = {
	{.kind = ACT_BOOT, .image = IMAGE_NONE},
	{.kind = ACT_CONFIRM_IF},
	{.kind = ACT_START},
	{.kind = ACT_WRITE, .image = IMAGE_D},
	{.kind = ACT_FINISH},
	{.kind = ACT_BOOT, .image = IMAGE_NONE},
	{.kind = ACT_END},
};

static void cut_acts(struct campaign *campaign, struct module *module, const struct act *acts, unsigned level,
                     bool in_pairs, const struct promise *inherited);

static void cut_again(struct campaign *campaign, const struct flaky_memory *memory, const struct place *place)
{
	static struct module second;

	module_init(&second, campaign->journal, campaign->marks_units, campaign->seed + place->cut.seed);
	module_restore(&second, memory);
	cut_acts(campaign, &second, second_acts, 1, false, &place->promise);
}

/* Does one recorded operation again, cut, and looks at what follows. */
static void cut_one(struct campaign *campaign, const struct traced *entry, struct place *place, bool in_pairs,
                    bool again)
{
	static struct module cut;
	static uint32_t points;
	const struct lb_nor_op *op = &entry->op.op;

	module_init(&cut, campaign->journal, campaign->marks_units, place->cut.seed);
	module_restore(&cut, &entry->before);
	observe(&cut, cut_now, &place->cut);
	if (op->kind == LB_NOR_ERASE)
		(void)cut.flaky.flash.erase(cut.flaky.flash.ctx, op->offset, op->size_bytes);
	else
		(void)cut.flaky.flash.program(cut.flaky.flash.ctx, op->offset, entry->op.data, op->size_bytes);
	if (flaky_powered(&cut.flaky)) {
		fprintf(stderr, "power: a cut was not fired\n");
		exit(2);
	}
	struct flaky_memory memory = cut.flaky.memory;
	if (again)
		place->kind = CUT_TWICE;
	check(campaign, &memory, place);
	if (in_pairs && campaign->pair_every != 0 && points++ % campaign->pair_every == 0)
		cut_again(campaign, &memory, place);
}

/* In steps up to the last unit, and there byte by byte: an operation that was all but done is the one to be feared. */
static uint32_t next_prefix(uint32_t done, uint32_t step, uint32_t last_unit)
{
	if (done >= last_unit)
		return done + 1;
	return done + step < last_unit ? done + step : last_unit;
}

static void cut_program(struct campaign *campaign, const struct traced *entry, struct place *place, bool in_pairs,
                        bool again)
{
	bool in_record = entry->op.op.offset < FLAKY_RECORD_BYTES;
	uint32_t size_bytes = entry->op.op.size_bytes;
	uint32_t step = in_record ? campaign->record_step_bytes : campaign->image_step_bytes;

	if (again)
		step = size_bytes / 2 + 1;
	for (uint32_t done = (campaign->seed * 7919 + place->op * 13) % step; done < size_bytes;) {
		for (uint32_t i = 0; i < (again ? 1 : campaign->seeds_per_point); i++) {
			uint32_t seed = (campaign->seed << 16) + done * 64 + i;
			place->kind = CUT_TORN_PROGRAM;
			place->cut = (struct lb_nor_cut){LB_NOR_CUT_TORN, done, seed};
			cut_one(campaign, entry, place, in_pairs, again);
		}
		done = again ? done + step : next_prefix(done, step, size_bytes - LB_NOR_PROGRAM_BYTES);
	}
}

static void cut_everywhere(struct campaign *campaign, const struct traced *entry, struct place *place, bool in_pairs,
                           bool again)
{
	/* A record sector is erased so rarely that many bits can be tried. */
	uint32_t erases = again ? 2 : (entry->op.op.offset < FLAKY_RECORD_BYTES ? 96 : 8) * campaign->seeds_per_point;

	place->kind = CUT_BEFORE;
	place->cut = (struct lb_nor_cut){LB_NOR_CUT_BEFORE, 0, campaign->seed};
	cut_one(campaign, entry, place, in_pairs, again);
	if (entry->op.op.kind == LB_NOR_PROGRAM)
		cut_program(campaign, entry, place, in_pairs, again);
	for (uint32_t i = 0; entry->op.op.kind == LB_NOR_ERASE && i < erases; i++) {
		place->kind = CUT_TORN_ERASE;
		place->cut = (struct lb_nor_cut){LB_NOR_CUT_TORN, 0, (campaign->seed << 16) + i};
		cut_one(campaign, entry, place, in_pairs, again);
	}
	place->kind = CUT_AFTER;
	place->cut = (struct lb_nor_cut){LB_NOR_CUT_AFTER, 0, campaign->seed};
	cut_one(campaign, entry, place, in_pairs, again);
}

/* ---- acts ---- */

static bool see(const struct campaign *campaign, const struct module *module, const struct act *act)
{
	struct vision vision = look(campaign, &module->flaky.memory);

	return vision.result == LB_OK && vision.settled && vision.first == act->image && vision.last == act->last;
}

static int do_act(struct module *module, const struct act *act)
{
	uint32_t size_bytes = act->kind == ACT_WRITE ? image_bytes(act->image)->padded_bytes : LB_NOR_PAGE_BYTES;

	module->guarded = act->kind == ACT_START || act->kind == ACT_WRITE || act->kind == ACT_WRITE_PART ||
	                  act->kind == ACT_RESUME || act->kind == ACT_FINISH;
	switch (act->kind) {
	case ACT_BOOT: return module_boot(module, &act->boot);
	case ACT_START: return module_ota_start(module);
	case ACT_WRITE:
	case ACT_WRITE_PART: return module_ota_write(module, act->image, 0, size_bytes);
	case ACT_RESUME: return module_ota_resume(module, act->image);
	case ACT_FINISH: return module_ota_finish(module, false);
	case ACT_CONFIRM: return module_confirm(module);
	case ACT_CONFIRM_IF: return module_on_trial(module) ? module_confirm(module) : LB_OK;
	case ACT_USE: return module_use(module, act->boot.slot);
	case ACT_TOOL_BEGIN: return module_tool_begin(module, act->boot.slot);
	case ACT_TOOL_WRITE: return module_tool_write(module, act->boot.slot, act->image);
	default: return LB_OK;
	}
}

static struct promise promise_of(const struct act *act, const struct vision *old, const struct vision *new,
                                 const struct promise *inherited)
{
	struct promise promise = {inherited->first, inherited->last};
	const struct vision *visions[] = {old, new};

	for (unsigned i = 0; i < 2; i++) {
		if (visions[i]->first != IMAGE_NONE)
			promise.first |= 1u << visions[i]->first;
		if (visions[i]->last != IMAGE_NONE)
			promise.last |= 1u << visions[i]->last;
	}
	if (act->kind == ACT_TOOL_WRITE) /* half-written by a tool: whatever verifies */
		promise.first = promise.last = ALL_IMAGES;
	return promise;
}

static bool did_as_said(const struct campaign *campaign, const struct module *module, const struct act *act, int result)
{
	if (result != act->expected || module->trespass)
		return false;
	if (act->kind == ACT_SEE)
		return see(campaign, module, act);
	return act->kind != ACT_BOOT || act->image == IMAGE_NONE || module->image == act->image;
}

/* One act, recorded; false when it did not do what it says. */
static bool record_act(const struct campaign *campaign, struct module *module, const struct act *act, unsigned level)
{
	struct recorder recorder = {module, &traces[level]};

	traces[level].count = 0;
	observe(module, record, &recorder);
	int result = do_act(module, act);
	observe(module, NULL, NULL);
	return did_as_said(campaign, module, act, result);
}

static void cut_act(struct campaign *campaign, const struct act *acts, unsigned index, unsigned level, bool in_pairs,
                    const struct promise *promise)
{
	for (unsigned op = 0; op < traces[level].count; op++) {
		struct place place = {.acts = acts, .act = index, .op = op, .promise = *promise};

		cut_everywhere(campaign, &traces[level].entries[op], &place, in_pairs, level > 0);
	}
}

static void cut_acts(struct campaign *campaign, struct module *module, const struct act *acts, unsigned level,
                     bool in_pairs, const struct promise *inherited)
{
	struct flaky_memory before;

	for (unsigned i = 0; acts[i].kind != ACT_END; i++) {
		before = module->flaky.memory;
		if (!record_act(campaign, module, &acts[i], level) && module->running == LB_SLOT_NONE)
			return; /* found dead by the check already */
		if (traces[level].count == 0)
			continue;
		struct vision old = look(campaign, &before);
		struct vision new = look(campaign, &module->flaky.memory);
		struct promise promise = promise_of(&acts[i], &old, &new, inherited);
		cut_act(campaign, acts, i, level, in_pairs, &promise);
	}
}

bool cuts_run(struct campaign *campaign, struct module *module, const struct act *acts, bool in_pairs)
{
	static const struct promise none = {0, 0};
	struct flaky_memory begin = module->flaky.memory;

	/* Once without any cut: do the acts do what they say? */
	for (unsigned i = 0; acts[i].kind != ACT_END; i++) {
		if (record_act(campaign, module, &acts[i], 0))
			continue;
		if (!campaign->quiet)
			fprintf(stderr, "power: %s (%u): act %u fails without any cut\n", campaign->scenario, campaign->number, i);
		return false;
	}
	struct flaky_memory done = module->flaky.memory;
	module_restore(module, &begin);
	cut_acts(campaign, module, acts, 0, in_pairs, &none);
	module_restore(module, &done);
	return true;
}

void cuts_noise(struct campaign *campaign, const struct module *module)
{
	static struct flaky_memory memory;
	struct vision whole = look(campaign, &module->flaky.memory);
	uint32_t noise = campaign->seed;

	for (unsigned i = 0; i < 4 * campaign->seeds_per_point; i++) {
		uint32_t sector = i % (FLAKY_RECORD_BYTES / LB_NOR_SECTOR_BYTES);
		struct lb_record record;
		struct place place = {.op = sector, .kind = CUT_NOISE, .cut = {.seed = noise}};

		memory = module->flaky.memory;
		lb_record_open(&record, &module->flaky.flash, flaky_map.part[LB_PART_RECORD]);
		uint32_t place_of = record.sequence % lb_record_capacity(&module->flaky.flash, record.region);
		bool newest = record.status != LB_RECORD_VALID ||
		              place_of / (LB_NOR_SECTOR_BYTES / LB_RECORD_UNIT_BYTES - 1) == sector;
		for (uint32_t at = 0; at < LB_NOR_SECTOR_BYTES; at++)
			memory.bytes[sector * LB_NOR_SECTOR_BYTES + at] = (uint8_t)flaky_random(&noise);
		place.promise.first = newest || whole.result != LB_OK ? ALL_IMAGES : 1u << whole.first;
		place.promise.last = newest || whole.result != LB_OK ? ALL_IMAGES : 1u << whole.last;
		check(campaign, &memory, &place);
	}
}
