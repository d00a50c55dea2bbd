#include "tests/power/cuts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "tests/power/life.h"
#include "tests/power/checks.h"

enum { TRACE_MAX = 96, LEVELS = 2, TOLD_MAX = 12 };

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

const char *const cut_kind_names[CUT_KINDS] = {
	"before", "torn program", "half-erased", "after", "sector noise", "second cut",
};

const char *const fault_names[FAULT_KINDS] = {
	"no image starts",
	"a strange image starts",
	"wrong image",
	"boots do not settle",
	"not rolled back",
	"confirmed image lost",
	"next update fails",
	"resumed update fails",
	"a finished update is not what was sent, for good",
	"an update without a byte counts as whole",
	"running slot or factory touched",
	"safe boot writes",
	"a slot that was not written does not start",
	"bootloader mode out of reach",
	"a stored value is lost",
	"a tool's image is not the latest",
};

static const uint32_t all_images = (1u << IMAGE_COUNT) - 1;
static struct trace traces[LEVELS];

uint64_t cuts_total(const uint64_t counts[CUT_KINDS])
{
	uint64_t total = 0;

	for (unsigned i = 0; i < CUT_KINDS; i++)
		total += counts[i];
	return total;
}

/* ---- observers ---- */

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
	return checks_watch(recorder->module, op);
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

void cuts_report(struct campaign *campaign, unsigned op, enum cut_kind kind, const struct lb_nor_cut *cut,
                 enum fault fault)
{
	if (campaign->quiet || campaign->told++ >= TOLD_MAX)
		return;
	fprintf(stderr, "power: %s (%u), operation %u, %s (%u bytes, seed %u, campaign seed %u): %s\n", campaign->scenario,
	        campaign->number, op, cut_kind_names[kind], cut->done_bytes, cut->seed, campaign->seed, fault_names[fault]);
}

static bool writes(const struct act *act)
{
	return act->kind == ACT_WRITE || act->kind == ACT_WRITE_PART || act->kind == ACT_RESUME;
}

/* By the act that was cut, or finished by it. */
static enum image written_image(const struct act *acts, unsigned index)
{
	if (acts == NULL || (acts[index].kind != ACT_FINISH && !writes(&acts[index])))
		return IMAGE_NONE;
	while (!writes(&acts[index]) && index > 0)
		index--;
	return writes(&acts[index]) ? acts[index].image : IMAGE_NONE;
}

static void check(struct campaign *campaign, const struct flaky_memory *memory, const struct place *place)
{
	const struct act *act = place->acts != NULL ? &place->acts[place->act] : NULL;
	enum image written = written_image(place->acts, place->act);
	int fault = checks_fault(campaign, memory, act, written, &place->promise, campaign->seed * 31 + place->cut.seed);

	campaign->stats.points[place->kind]++;
	if (fault >= 0) {
		campaign->stats.failures[place->kind]++;
		campaign->stats.faults[fault]++;
		cuts_report(campaign, place->op, place->kind, &place->cut, (enum fault)fault);
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

/* An update that was cut is gone on with, and cut again. */
static void cut_again(struct campaign *campaign, const struct flaky_memory *memory, const struct place *place)
{
	static struct module second;
	enum image written = written_image(place->acts, place->act);
	const struct act resume_acts[] = {
		{.kind = ACT_BOOT, .image = IMAGE_NONE}, {.kind = ACT_CONFIRM_IF},
		{.kind = ACT_RESUME, .image = written},  {.kind = ACT_FINISH},
		{.kind = ACT_BOOT, .image = IMAGE_NONE}, {.kind = ACT_END},
	};

	module_revive(&second, memory, campaign->marks_units, campaign->seed + place->cut.seed);
	cut_acts(campaign, &second, written != IMAGE_NONE ? resume_acts : second_acts, 1, false, &place->promise);
}

/* Does one recorded operation again, cut, and looks at what follows. */
static void cut_one(struct campaign *campaign, const struct traced *entry, struct place *place, bool in_pairs,
                    bool again)
{
	static struct module cut;
	static uint32_t points;
	const struct lb_nor_op *op = &entry->op.op;

	module_revive(&cut, &entry->before, campaign->marks_units, place->cut.seed);
	observe(&cut, cut_now, &place->cut);
	if (op->kind == LB_NOR_ERASE && op->size_bytes > LB_NOR_SECTOR_BYTES)
		(void)cut.flaky.flash.erase_block(cut.flaky.flash.ctx, op->offset);
	else if (op->kind == LB_NOR_ERASE)
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
	struct vision vision = checks_inspect(campaign, &module->flaky.memory);

	return vision.result == LB_OK && vision.settled && vision.first == act->image && vision.last == act->last;
}

static int do_act(struct module *module, const struct act *act)
{
	module->guarded = act->kind == ACT_START || act->kind == ACT_WRITE || act->kind == ACT_WRITE_PART ||
	                  act->kind == ACT_RESUME || act->kind == ACT_FINISH;
	if (act->kind == ACT_BOOT && !act->boot.wake)
		life_crashes(module); /* the life before this boot; of what was confirmed it is none of the trial's */
	switch (act->kind) {
	case ACT_BOOT: return module_boot(module, &act->boot);
	case ACT_START: return module_ota_start(module);
	case ACT_WRITE: return module_ota_write(module, act->image, UINT32_MAX);
	case ACT_WRITE_PART: return module_ota_write(module, act->image, act->part_bytes);
	case ACT_RESUME: return module_ota_resume(module, act->image);
	case ACT_FINISH: return module_ota_finish(module, false);
	case ACT_CONFIRM: return life_does_well(module);
	case ACT_CONFIRM_IF: return module_on_trial(module) ? life_does_well(module) : LB_OK;
	case ACT_USE: return module_use(module, act->boot.slot);
	case ACT_USE_AGAIN: return module_use_again(module, act->boot.slot);
	case ACT_TOOL: return tool_visit(module, act->way, act->boot.slot, act->image);
	default: return LB_OK;
	}
}

/* What an act leaves may be what was there before or what is there after. While a tool writes it may be any image that
 * lay in a slot before or does so after. */
static struct promise promise_of(const struct campaign *campaign, const struct act *act,
                                 const struct flaky_memory *before, const struct flaky_memory *after,
                                 const struct promise *inherited)
{
	struct promise promise = {inherited->first, inherited->last};
	struct vision old = checks_inspect(campaign, before);
	struct vision new = checks_inspect(campaign, after);
	const struct vision *visions[] = {&old, &new};

	for (unsigned i = 0; i < 2; i++) {
		if (visions[i]->first != IMAGE_NONE)
			promise.first |= 1u << visions[i]->first;
		if (visions[i]->last != IMAGE_NONE)
			promise.last |= 1u << visions[i]->last;
	}
	if (act->kind == ACT_TOOL)
		promise.first = promise.last = checks_images(before) | checks_images(after);
	return promise;
}

static bool did_as_said(const struct campaign *campaign, const struct module *module, const struct act *act, int result)
{
	if (result != act->expected || module->trespass)
		return false;
	if (act->kind == ACT_SEE)
		return see(campaign, module, act);
	if (act->kind == ACT_TOOLS)
		return checks_is_tools(module, act->boot.slot);
	if (act->kind == ACT_RESUME)
		return module->kept_bytes == act->kept_sectors * LB_NOR_SECTOR_BYTES;
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
		struct promise promise = promise_of(campaign, &acts[i], &before, &module->flaky.memory, inherited);
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
	struct vision whole = checks_inspect(campaign, &module->flaky.memory);
	uint32_t noise = campaign->seed;

	for (unsigned i = 0; i < 4 * campaign->seeds_per_point; i++) {
		uint32_t sector = i % (FLAKY_RECORD_BYTES / LB_NOR_SECTOR_BYTES);
		struct lb_record record;
		struct place place = {.op = sector, .kind = CUT_NOISE, .cut = {.seed = noise}};

		memory = module->flaky.memory;
		lb_record_open(&record, &module->flaky.flash, flaky_map.part[LB_PART_RECORD]);
		uint32_t place_of = record.sequence % lb_record_capacity(&module->flaky.flash, record.region);
		bool newest =
			record.status != LB_RECORD_VALID || place_of / (LB_NOR_SECTOR_BYTES / LB_RECORD_UNIT_BYTES - 1) == sector;
		for (uint32_t at = 0; at < LB_NOR_SECTOR_BYTES; at++)
			memory.bytes[sector * LB_NOR_SECTOR_BYTES + at] = (uint8_t)flaky_random(&noise);
		place.promise.first = newest || whole.result != LB_OK ? all_images : 1u << whole.first;
		place.promise.last = newest || whole.result != LB_OK ? all_images : 1u << whole.last;
		check(campaign, &memory, &place);
	}
}
