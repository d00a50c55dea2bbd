#include "tests/power/scenarios.h"

#include <string.h>

#include "core/base/error.h"

#define F LB_SLOT_FACTORY
#define S0 LB_SLOT_OTA_0
#define S1 LB_SLOT_OTA_1
#define NO LB_SLOT_NONE

/* clang-format off */
#define BOOT(which) {.kind = ACT_BOOT, .image = (which)}
#define WAKE(which) {.kind = ACT_BOOT, .image = (which), .boot = {.wake = true}}
#define SAFE(window, which) {.kind = ACT_BOOT, .image = (which), .boot = {.choice = (window)}}
#define ONCE(which_slot, which) \
	{.kind = ACT_BOOT, .image = (which), .boot = {.request = LB_REQUEST_SLOT_ONCE, .slot = (which_slot)}}
#define SEE(first_image, last_image) {.kind = ACT_SEE, .image = (first_image), .last = (last_image)}
#define START {.kind = ACT_START}
#define WRITE(which) {.kind = ACT_WRITE, .image = (which)}
#define PART(which, bytes) {.kind = ACT_WRITE_PART, .image = (which), .part_bytes = (bytes)}
#define RESUME(which, kept) {.kind = ACT_RESUME, .image = (which), .kept_sectors = (kept)}
#define FINISH {.kind = ACT_FINISH}
#define UPDATE(which) START, WRITE(which), FINISH
#define CONFIRM {.kind = ACT_CONFIRM}
#define USE(which_slot) {.kind = ACT_USE, .boot = {.slot = (which_slot)}}
#define AGAIN(which_slot) {.kind = ACT_USE_AGAIN, .boot = {.slot = (which_slot)}}
#define TOOL(how, which_slot, which) \
	{.kind = ACT_TOOL, .way = (how), .boot = {.slot = (which_slot)}, .image = (which)}
#define TOOLS(which_slot) {.kind = ACT_TOOLS, .boot = {.slot = (which_slot)}}
#define REFUSED(act, code) {.kind = (act), .expected = (code)}

#define NEW_MODULE .slots = {IMAGE_FACTORY, IMAGE_NONE, IMAGE_NONE}, .record = START_BLANK
#define TWO_UPDATES(trial, tries) \
	.slots = {IMAGE_FACTORY, IMAGE_A, IMAGE_B}, .record = START_ENTRY, .latest = S1, .previous = S0, .download = NO, \
	.on_trial = (trial), .tries_left = (tries)
#define ONE_UPDATE(trial, tries) \
	.slots = {IMAGE_FACTORY, IMAGE_A, IMAGE_NONE}, .record = START_ENTRY, .latest = S0, .previous = F, .download = NO, \
	.on_trial = (trial), .tries_left = (tries)

/* A sector of the record holds 63 entries and an update with its first boot and its confirmation adds four: started
 * so near the end of a sector, each of the four in turn is the one that changes it. */
#define SECTOR_CHANGE(number, before) \
	{.name = "record sector change " number, .start = {ONE_UPDATE(false, 0), .entries_before = (before)}, \
	 .in_pairs = true, .with_noise = true, \
	 .acts = {BOOT(IMAGE_A), UPDATE(IMAGE_B), SEE(IMAGE_B, IMAGE_A), BOOT(IMAGE_B), CONFIRM}}
/* clang-format on */

const struct scenario scenarios[] = {
	{.name = "first, second and third update",
     .start = {NEW_MODULE},
     .in_pairs = true,
     .with_noise = true,
     .acts = {BOOT(IMAGE_FACTORY), UPDATE(IMAGE_A), SEE(IMAGE_A, IMAGE_FACTORY), BOOT(IMAGE_A), CONFIRM,
              SEE(IMAGE_A, IMAGE_A), BOOT(IMAGE_A), UPDATE(IMAGE_B), SEE(IMAGE_B, IMAGE_A), BOOT(IMAGE_B), CONFIRM,
              BOOT(IMAGE_B), UPDATE(IMAGE_C), SEE(IMAGE_C, IMAGE_B), BOOT(IMAGE_C), CONFIRM, SEE(IMAGE_C, IMAGE_C)}},
	{.name = "update without a reset between",
     .start = {ONE_UPDATE(false, 0)},
     .acts = {BOOT(IMAGE_A), UPDATE(IMAGE_B), UPDATE(IMAGE_C), SEE(IMAGE_C, IMAGE_A), BOOT(IMAGE_C), CONFIRM}},
	{.name = "update while running previous",
     .start = {TWO_UPDATES(false, 0)},
     .in_pairs = true,
     .acts = {SAFE(LB_GATE_PREVIOUS, IMAGE_A), START, SEE(IMAGE_B, IMAGE_B), PART(IMAGE_D, LB_NOR_PAGE_BYTES),
              SEE(IMAGE_B, IMAGE_B), PART(IMAGE_D, LB_NOR_PAGE_BYTES + 1), SEE(IMAGE_A, IMAGE_A), WRITE(IMAGE_D),
              FINISH, SEE(IMAGE_D, IMAGE_A), BOOT(IMAGE_D), CONFIRM, SAFE(LB_GATE_PREVIOUS, IMAGE_A)}},
	{.name = "update while running factory",
     .start = {TWO_UPDATES(false, 0)},
     .acts = {SAFE(LB_GATE_FACTORY, IMAGE_FACTORY), START, SEE(IMAGE_B, IMAGE_B), PART(IMAGE_D, LB_NOR_PAGE_BYTES + 1),
              SEE(IMAGE_FACTORY, IMAGE_FACTORY), WRITE(IMAGE_D), FINISH, SEE(IMAGE_D, IMAGE_FACTORY), BOOT(IMAGE_D),
              CONFIRM}},
	{.name = "started alone, previous stays",
     .start = {TWO_UPDATES(false, 0)},
     .acts = {BOOT(IMAGE_B), START, PART(IMAGE_D, LB_NOR_PAGE_BYTES), SAFE(LB_GATE_PREVIOUS, IMAGE_A), BOOT(IMAGE_B),
              START, REFUSED(ACT_FINISH, LB_REFUSED_NOT_WRITTEN), SAFE(LB_GATE_PREVIOUS, IMAGE_A), BOOT(IMAGE_B), START,
              PART(IMAGE_D, LB_NOR_PAGE_BYTES + 1), SAFE(LB_GATE_PREVIOUS, IMAGE_B), BOOT(IMAGE_B), UPDATE(IMAGE_D),
              SEE(IMAGE_D, IMAGE_B)}},
	{.name = "update of a pending trial's rival",
     .start = {TWO_UPDATES(true, 3)},
     .acts = {SAFE(LB_GATE_PREVIOUS, IMAGE_A), SEE(IMAGE_B, IMAGE_A), UPDATE(IMAGE_D), SEE(IMAGE_D, IMAGE_A)}},
	{.name = "no update on trial",
     .start = {TWO_UPDATES(true, 3)},
     .acts = {BOOT(IMAGE_B), REFUSED(ACT_START, LB_REFUSED_ON_TRIAL), CONFIRM,
              REFUSED(ACT_CONFIRM, LB_REFUSED_NOT_TRIAL), UPDATE(IMAGE_D), SEE(IMAGE_D, IMAGE_B)}},
	{.name = "each try, then back",
     .start = {TWO_UPDATES(true, 3)},
     .in_pairs = true,
     .with_noise = true,
     .acts = {BOOT(IMAGE_B), BOOT(IMAGE_B), BOOT(IMAGE_B), BOOT(IMAGE_A), BOOT(IMAGE_A), START, WRITE(IMAGE_B),
              REFUSED(ACT_FINISH, LB_REFUSED_FAILED_IMAGE), BOOT(IMAGE_A)}},
	{.name = "back from the first update",
     .start = {ONE_UPDATE(true, 1)},
     .in_pairs = true,
     .acts = {BOOT(IMAGE_A), BOOT(IMAGE_FACTORY), SEE(IMAGE_FACTORY, IMAGE_FACTORY), UPDATE(IMAGE_B),
              SEE(IMAGE_B, IMAGE_FACTORY)}},
	{.name = "trial that rotted",
     .start = {TWO_UPDATES(true, 2), .rotten = {[S1] = true}},
     .in_pairs = true,
     .acts = {BOOT(IMAGE_A), SEE(IMAGE_A, IMAGE_A), UPDATE(IMAGE_C), SEE(IMAGE_C, IMAGE_A), BOOT(IMAGE_C), CONFIRM}},
	{.name = "back when previous rotted",
     .start = {TWO_UPDATES(true, 0), .rotten = {[S0] = true}},
     .acts = {BOOT(IMAGE_FACTORY), SEE(IMAGE_FACTORY, IMAGE_FACTORY), UPDATE(IMAGE_C), SEE(IMAGE_C, IMAGE_FACTORY)}},
	{.name = "trial after safe boots and wakes",
     .start = {TWO_UPDATES(true, 1)},
     .acts = {SAFE(LB_GATE_LATEST, IMAGE_B), SAFE(LB_GATE_PREVIOUS, IMAGE_A), SAFE(LB_GATE_FACTORY, IMAGE_FACTORY),
              ONCE(F, IMAGE_FACTORY), BOOT(IMAGE_B), WAKE(IMAGE_B), WAKE(IMAGE_B), WAKE(IMAGE_B), WAKE(IMAGE_B),
              WAKE(IMAGE_B), WAKE(IMAGE_B), WAKE(IMAGE_B), WAKE(IMAGE_B), WAKE(IMAGE_B), WAKE(IMAGE_B), CONFIRM,
              SEE(IMAGE_B, IMAGE_B)}},
	{.name = "latest rotted, fallback",
     .start = {TWO_UPDATES(false, 0), .rotten = {[S1] = true}},
     .acts = {BOOT(IMAGE_A), SEE(IMAGE_A, IMAGE_A), UPDATE(IMAGE_D), SEE(IMAGE_D, IMAGE_A), BOOT(IMAGE_D), CONFIRM,
              SAFE(LB_GATE_PREVIOUS, IMAGE_A)}},
	{.name = "abandoned, then another",
     .start = {ONE_UPDATE(false, 0)},
     .with_noise = true,
     .acts = {BOOT(IMAGE_A), START, PART(IMAGE_C, 600), BOOT(IMAGE_A), SEE(IMAGE_A, IMAGE_A), UPDATE(IMAGE_D),
              SEE(IMAGE_D, IMAGE_A), BOOT(IMAGE_D), CONFIRM}},
	{.name = "abandoned and resumed",
     .start = {ONE_UPDATE(false, 0)},
     .in_pairs = true,
     .acts = {BOOT(IMAGE_A), START, PART(IMAGE_C, 600), BOOT(IMAGE_A), RESUME(IMAGE_C, 0), FINISH,
              SEE(IMAGE_C, IMAGE_A), BOOT(IMAGE_C), CONFIRM}},
	{.name = "resumed in the third sector",
     .start = {ONE_UPDATE(false, 0)},
     .in_pairs = true,
     .in_large_steps = true,
     .acts = {BOOT(IMAGE_A), START, PART(IMAGE_LONG, 2 * LB_NOR_SECTOR_BYTES + 1500), BOOT(IMAGE_A),
              RESUME(IMAGE_LONG, 2), FINISH, SEE(IMAGE_LONG, IMAGE_A), BOOT(IMAGE_LONG), CONFIRM}},
	/* The third sector is erased, the last page of the second may be torn: the second is written again. */
	{.name = "resumed at a sector's end",
     .start = {TWO_UPDATES(false, 0)},
     .in_large_steps = true,
     .acts = {BOOT(IMAGE_B), START, PART(IMAGE_LONG, 2 * LB_NOR_SECTOR_BYTES + 1), BOOT(IMAGE_B), RESUME(IMAGE_LONG, 1),
              FINISH, SEE(IMAGE_LONG, IMAGE_B)}},
	{.name = "resumed over the very same image",
     .in_large_steps = true,
     .start = {.slots = {IMAGE_FACTORY, IMAGE_LONG, IMAGE_B},
               .record = START_ENTRY,
               .latest = S1,
               .previous = F,
               .download = NO},
     .acts = {BOOT(IMAGE_B), START, PART(IMAGE_LONG, 2 * LB_NOR_SECTOR_BYTES + 1500), BOOT(IMAGE_B),
              RESUME(IMAGE_LONG, 2), FINISH, SEE(IMAGE_LONG, IMAGE_B)}},
	/* What a resume keeps counts as written by the update. */
	{.name = "all but finished, then after a reset",
     .start = {ONE_UPDATE(false, 0)},
     .in_large_steps = true,
     .acts = {BOOT(IMAGE_A), START, WRITE(IMAGE_LONG), BOOT(IMAGE_A), RESUME(IMAGE_LONG, 3), FINISH,
              SEE(IMAGE_LONG, IMAGE_A), BOOT(IMAGE_LONG), CONFIRM}},
	{.name = "complete but never finished",
     .start = {NEW_MODULE},
     .acts = {BOOT(IMAGE_FACTORY), START, WRITE(IMAGE_C), BOOT(IMAGE_FACTORY), RESUME(IMAGE_C, 1),
              SEE(IMAGE_FACTORY, IMAGE_FACTORY), START, SEE(IMAGE_FACTORY, IMAGE_FACTORY), WRITE(IMAGE_B), FINISH,
              SEE(IMAGE_B, IMAGE_FACTORY)}},
	{.name = "repeated from the start",
     .start = {ONE_UPDATE(false, 0)},
     .acts = {BOOT(IMAGE_A), START, WRITE(IMAGE_D), START, WRITE(IMAGE_D), START, PART(IMAGE_B, 600), UPDATE(IMAGE_D),
              SEE(IMAGE_D, IMAGE_A)}},
	{.name = "a slot chosen for good",
     .start = {TWO_UPDATES(false, 0)},
     .acts = {BOOT(IMAGE_B), USE(S0), AGAIN(S0), SEE(IMAGE_A, IMAGE_A), BOOT(IMAGE_A), USE(S0), AGAIN(S0), USE(F),
              AGAIN(F), BOOT(IMAGE_FACTORY), USE(S1), SEE(IMAGE_B, IMAGE_B), BOOT(IMAGE_B), UPDATE(IMAGE_D),
              SEE(IMAGE_D, IMAGE_B)}},
	{.name = "a tool writes",
     .start = {TWO_UPDATES(false, 0)},
     .acts = {TOOL(TOOL_ROM, S0, IMAGE_D), BOOT(IMAGE_D), SEE(IMAGE_D, IMAGE_D), TOOL(TOOL_ROM, S1, IMAGE_B),
              BOOT(IMAGE_B), TOOL(TOOL_STUB, F, IMAGE_FACTORY), BOOT(IMAGE_FACTORY),
              SEE(IMAGE_FACTORY, IMAGE_FACTORY)}},
	{.name = "a tool writes over a trial",
     .start = {TWO_UPDATES(true, 2)},
     .acts = {TOOL(TOOL_PACKED, S1, IMAGE_D), SAFE(LB_GATE_LATEST, IMAGE_D), BOOT(IMAGE_D), SEE(IMAGE_D, IMAGE_D)}},
	{.name = "record lost",
     .in_pairs = true,
     .start = {.slots = {IMAGE_FACTORY, IMAGE_A, IMAGE_B}, .record = START_NOISE},
     .acts = {BOOT(IMAGE_FACTORY), BOOT(IMAGE_FACTORY), UPDATE(IMAGE_D), SEE(IMAGE_D, IMAGE_FACTORY), BOOT(IMAGE_D),
              CONFIRM}},
	{.name = "record and factory lost",
     .start = {.slots = {IMAGE_FACTORY, IMAGE_A, IMAGE_B}, .rotten = {[F] = true}, .record = START_NOISE},
     .acts = {BOOT(IMAGE_B), UPDATE(IMAGE_D), SEE(IMAGE_D, IMAGE_B), BOOT(IMAGE_D), CONFIRM}},
	SECTOR_CHANGE("1", 62),
	SECTOR_CHANGE("2", 61),
	SECTOR_CHANGE("3", 60),
	SECTOR_CHANGE("4", 59),
	SECTOR_CHANGE("5", 58),
	SECTOR_CHANGE("6, round the ring", 4 * 63 - 1),
	SECTOR_CHANGE("7, round the ring", 4 * 63 - 2),
	SECTOR_CHANGE("8, round the ring", 4 * 63 - 3),
	SECTOR_CHANGE("9, round the ring", 5 * 63 - 4),
};

const unsigned scenario_count = sizeof(scenarios) / sizeof(scenarios[0]);

const struct scenario scenario_same_image = {
	.name = "a tool writes the same image",
	.start = {TWO_UPDATES(false, 0)},
	.acts = {TOOL(TOOL_ROM, S0, IMAGE_A), BOOT(IMAGE_A), TOOLS(S0)},
};

const struct scenario scenario_choice = {
	.name = "a slot chosen, cut and chosen again",
	.start = {TWO_UPDATES(false, 0)},
	.acts = {BOOT(IMAGE_B), USE(S0)},
};

const struct scenario scenario_same_factory = {
	.name = "a tool writes the same factory image",
	.start = {TWO_UPDATES(false, 0)},
	.acts = {TOOL(TOOL_ROM, F, IMAGE_FACTORY)},
};

const struct scenario scenario_same_update = {
	.name = "an update to what its slot held",
	.start = {.slots = {IMAGE_FACTORY, IMAGE_C, IMAGE_B},
              .record = START_ENTRY,
              .latest = S1,
              .previous = F,
              .download = NO},
	.acts = {BOOT(IMAGE_B), START, PART(IMAGE_C, LB_NOR_PAGE_BYTES + 1)},
};

const struct scenario scenario_same_long = {
	.name = "an update to what its slot held, of more than a block",
	.start = {.slots = {IMAGE_FACTORY, IMAGE_LONG, IMAGE_B},
              .record = START_ENTRY,
              .latest = S1,
              .previous = F,
              .download = NO},
	.acts = {BOOT(IMAGE_B), START, PART(IMAGE_LONG, LB_NOR_PAGE_BYTES + 1)},
};

void scenario_prepare(struct module *module, const struct start *start, uint32_t seed)
{
	struct lb_record_state state = {
		.latest = start->latest,
		.previous = start->previous,
		.download = start->download,
		.on_trial = start->on_trial,
		.tries_left = start->tries_left,
		.change = LB_CHANGE_OTA_FINISH,
	};

	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++) {
		uint8_t *bytes = module->flaky.memory.bytes + flaky_map.part[lb_slot_part((enum lb_slot)slot)].offset;

		if (start->slots[slot] == IMAGE_NONE)
			continue;
		module_put_image(module, (enum lb_slot)slot, start->slots[slot]);
		state.id[slot] = image_bytes(start->slots[slot])->id;
		if (start->rotten[slot])
			bytes[300] ^= 0x10;
	}
	if (start->record == START_NOISE)
		for (unsigned at = 0; at < FLAKY_RECORD_BYTES; at++)
			module->flaky.memory.bytes[at] = (uint8_t)flaky_random(&seed);
	for (unsigned i = 0; start->record == START_ENTRY && i <= start->entries_before; i++)
		module_put_record(module, &state);
}

/* ---- combinations ---- */

enum { RUNNING = 3, LATEST = 3, PREVIOUS = 4, TRIALS = 3, DOWNLOADS = 3, ROT = 8 };

static const enum lb_slot choices[] = {F, S0, S1, NO};

static unsigned digit(unsigned *number, unsigned base)
{
	unsigned value = *number % base;

	*number /= base;
	return value;
}

/* False for what no rule leads to: a trial of factory, or a download into a slot that plays a part. */
static bool is_possible(const struct start *start)
{
	if (start->previous == start->latest || (start->on_trial && start->latest == F))
		return false;
	return start->download == NO || (start->download != start->latest && start->download != start->previous);
}

static bool combination(unsigned number, struct scenario *scenario)
{
	struct start start = {.slots = {IMAGE_FACTORY, IMAGE_A, IMAGE_B}, .record = START_ENTRY};
	unsigned rot = digit(&number, ROT);
	enum lb_slot running = choices[digit(&number, RUNNING)];

	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		start.rotten[slot] = (rot >> slot & 1) != 0;
	start.latest = choices[digit(&number, LATEST)];
	start.previous = choices[digit(&number, PREVIOUS)];
	unsigned trial = digit(&number, TRIALS);
	start.on_trial = trial != 0;
	start.tries_left = trial == 2 ? 3 : 0;
	start.download = (enum lb_slot[]){NO, S0, S1}[digit(&number, DOWNLOADS)];
	if (start.rotten[running] || !is_possible(&start))
		return false;
	bool refused = start.on_trial && running == start.latest;
	enum image image = start.slots[running];
	const struct act update[] = {
		{.kind = ACT_BOOT, .image = image, .boot = {.request = LB_REQUEST_SAFE_BOOT, .slot = running}},
		START,
		WRITE(IMAGE_D),
		FINISH,
		SEE(IMAGE_D, image),
		BOOT(IMAGE_D),
		CONFIRM,
		SEE(IMAGE_D, IMAGE_D),
	};
	const struct act refusal[] = {
		{.kind = ACT_BOOT, .image = image, .boot = {.request = LB_REQUEST_SAFE_BOOT, .slot = running}},
		REFUSED(ACT_START, LB_REFUSED_ON_TRIAL),
		CONFIRM,
		START,
		WRITE(IMAGE_D),
		FINISH,
		SEE(IMAGE_D, image),
	};

	memset(scenario, 0, sizeof(*scenario));
	scenario->start = start;
	if (refused)
		memcpy(scenario->acts, refusal, sizeof(refusal));
	else
		memcpy(scenario->acts, update, sizeof(update));
	return true;
}

/* ---- trials: confirmation, each try, the way back, the fallback ---- */

/* WAY_NEGLECT: boots alone. Then a safe boot of each slot and a confirmation; then one to three boots and one. */
enum {
	WAY_NEGLECT,
	WAY_SAFE,
	WAY_BOOTS = WAY_SAFE + LB_SLOT_COUNT,
	WAYS = WAY_BOOTS + 3,
	BOOTS_LEFT_ALONE = 6,
	TRIES = 5,
};

/* What docs/spec/update.md says of boots, in other words than the code's, for slots that are right or rotten. */
struct oracle {
	const struct start *start;
	enum lb_slot latest;
	enum lb_slot previous;
	enum lb_slot failed;
	bool on_trial;
	uint8_t tries_left;
};

static enum lb_slot first_candidate(const struct oracle *oracle)
{
	const enum lb_slot order[] = {oracle->latest, oracle->previous, F, S0, S1};
	enum lb_slot last = NO;

	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		enum lb_slot slot = order[i];

		if (slot == NO || oracle->start->rotten[slot])
			continue;
		if (slot == oracle->latest || (slot != oracle->failed && slot != oracle->start->download))
			return slot;
		last = last == NO ? slot : last;
	}
	return last;
}

static enum lb_slot next_boot(struct oracle *oracle)
{
	if (!oracle->on_trial)
		return first_candidate(oracle);
	if (oracle->tries_left > 0 && !oracle->start->rotten[oracle->latest]) {
		oracle->tries_left--;
		return oracle->latest;
	}
	bool has_previous = oracle->previous != NO && !oracle->start->rotten[oracle->previous];
	oracle->failed = oracle->latest;
	oracle->latest = has_previous ? oracle->previous : F;
	oracle->previous = NO;
	oracle->on_trial = false;
	return first_candidate(oracle);
}

static struct act boot_act(struct oracle *oracle, enum lb_slot *running)
{
	*running = next_boot(oracle);
	return (struct act)BOOT(oracle->start->slots[*running]);
}

static struct act confirm_act(struct oracle *oracle, enum lb_slot running)
{
	bool right = oracle->on_trial && running == oracle->latest;

	if (right)
		oracle->on_trial = false;
	return (struct act){.kind = ACT_CONFIRM, .expected = right ? LB_OK : LB_REFUSED_NOT_TRIAL};
}

static bool trial_acts(const struct start *start, unsigned way, struct act *acts)
{
	struct oracle oracle = {start, start->latest, start->previous, NO, start->on_trial, start->tries_left};
	unsigned boots = way == WAY_NEGLECT ? BOOTS_LEFT_ALONE : way - WAY_BOOTS + 1;
	enum lb_slot running = NO;

	if (way >= WAY_SAFE && way < WAY_BOOTS) {
		running = choices[way - WAY_SAFE];
		if (start->rotten[running])
			return false;
		*acts++ = (struct act){.kind = ACT_BOOT,
		                       .image = start->slots[running],
		                       .boot = {.request = LB_REQUEST_SAFE_BOOT, .slot = running}};
		boots = 0;
	}
	for (unsigned i = 0; i < boots; i++)
		*acts++ = boot_act(&oracle, &running);
	if (way != WAY_NEGLECT) {
		*acts++ = confirm_act(&oracle, running);
		*acts++ = boot_act(&oracle, &running);
		*acts++ = boot_act(&oracle, &running);
	}
	*acts++ = (struct act)USE(running); /* a change also where no boot wrote any */
	*acts = (struct act)SEE(start->slots[running], start->slots[running]);
	return true;
}

static bool trial(unsigned number, struct scenario *scenario)
{
	struct start start = {.slots = {IMAGE_FACTORY, IMAGE_A, IMAGE_B}, .record = START_ENTRY};
	unsigned rot = digit(&number, ROT);

	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		start.rotten[slot] = (rot >> slot & 1) != 0;
	start.latest = choices[digit(&number, LATEST)];
	start.previous = choices[digit(&number, PREVIOUS)];
	unsigned tries = digit(&number, TRIES);
	start.on_trial = tries != 0;
	start.tries_left = (uint8_t)(tries != 0 ? tries - 1 : 0);
	start.download = (enum lb_slot[]){NO, S0, S1}[digit(&number, DOWNLOADS)];
	unsigned way = digit(&number, WAYS);
	if (rot == ROT - 1 || !is_possible(&start))
		return false;
	memset(scenario, 0, sizeof(*scenario));
	scenario->start = start;
	return trial_acts(&start, way, scenario->acts);
}

/* ---- tools ---- */

enum { SAMES = 2 };

static const struct start tool_starts[] = {
	{TWO_UPDATES(false, 0)},
	{TWO_UPDATES(true, 3)},
	{TWO_UPDATES(true, 0)},
	{.slots = {IMAGE_FACTORY, IMAGE_A, IMAGE_NONE}, .record = START_ENTRY, .latest = S0, .previous = F, .download = S1},
	{.slots = {IMAGE_FACTORY, IMAGE_A, IMAGE_B}, .record = START_ENTRY, .latest = F, .previous = NO, .download = S1},
	{.slots = {IMAGE_FACTORY, IMAGE_A, IMAGE_B},
     .rotten = {[S1] = true},
     .record = START_ENTRY,
     .latest = S0,
     .previous = NO,
     .download = S1},
	{NEW_MODULE},
	{.slots = {IMAGE_FACTORY, IMAGE_A, IMAGE_B}, .record = START_NOISE},
	/* All entries that count lie in the last sector, which an erase of everything reaches last. */
	{TWO_UPDATES(false, 0), .entries_before = 3 * 63},
};

enum { TOOL_STARTS = sizeof(tool_starts) / sizeof(tool_starts[0]) };

/* A tool's whole work, in each way and on each slot, with another image than there was or with the very same. */
static bool tool_work(unsigned number, struct scenario *scenario)
{
	const struct start *start = &tool_starts[digit(&number, TOOL_STARTS)];
	enum tool_way way = (enum tool_way)digit(&number, TOOL_WAYS);
	enum lb_slot slot = (enum lb_slot)digit(&number, LB_SLOT_COUNT);
	enum image image = digit(&number, SAMES) == 0 ? IMAGE_D : start->slots[slot];
	bool both = way == TOOL_BOTH && slot != F; /* of two that a tool wrote, factory wins */
	const struct act write[] = {
		TOOL(way, slot, image),
		BOOT(both ? IMAGE_FACTORY : image),
		TOOLS(both ? F : slot),
		BOOT(IMAGE_NONE),
		TOOLS(both ? F : slot),
		UPDATE(IMAGE_B),
		SEE(IMAGE_B, both ? IMAGE_FACTORY : image),
	};
	const struct act erase[] = {
		TOOL(way, slot, image), TOOL(TOOL_STUB, slot, image), BOOT(image), TOOLS(slot),
		UPDATE(IMAGE_B),        SEE(IMAGE_B, image),
	};

	if (image == IMAGE_NONE)
		return false;
	memset(scenario, 0, sizeof(*scenario));
	scenario->start = *start;
	if (way == TOOL_ERASE || way == TOOL_BLANK)
		memcpy(scenario->acts, erase, sizeof(erase));
	else
		memcpy(scenario->acts, write, sizeof(write));
	return true;
}

const struct family families[FAMILIES] = {
	{"update: running x latest x previous x trial x download x rotten", combination,
     RUNNING *LATEST *PREVIOUS *TRIALS *DOWNLOADS *ROT, 5},
	{"trial: way x latest x previous x tries x download x rotten", trial, WAYS *LATEST *PREVIOUS *TRIES *DOWNLOADS *ROT,
     11},
	{"tool: way x slot x record x same image", tool_work, TOOL_STARTS *TOOL_WAYS *LB_SLOT_COUNT *SAMES, 5},
};
