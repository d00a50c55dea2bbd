#include "tests/power/store.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/nvs/nvs.h"

enum {
	KEYS = 5,
	CALLS = 40,
	VALUE_MAX = 600,
	LOOKS = 3,
	TRACE_MAX = 256,
	ERASE_SEEDS = 24,
	TORN_STEP = 7,
	ABSENT = -1,
	REGION_BYTES = 4 * LB_NOR_SECTOR_BYTES,
};

/* The first is the firmware's: it stays when all are removed. */
static const char *const keys[KEYS] = {".formatting", "a", "wifi_secret", "boot", "k"};

/* A value is its size and its seed; ABSENT: there is none. */
struct value {
	int size_bytes;
	uint32_t seed;
};

/* What the store should hold. */
struct content {
	struct value of[KEYS];
};

struct call {
	unsigned key;
	struct value value; /* ABSENT: it is removed */
	bool all;           /* instead: every key but the firmware's is removed */
};

struct knife {
	struct lb_nor_op ops[TRACE_MAX];
	unsigned count;
	unsigned cut_at;
	struct lb_nor_cut cut;
};

static struct flaky flaky;

static void fill(const struct value *value, uint8_t bytes[VALUE_MAX])
{
	uint32_t noise = value->seed;

	for (int i = 0; i < value->size_bytes; i++)
		bytes[i] = (uint8_t)flaky_random(&noise);
}

static struct lb_nor_cut observe(void *ctx, const struct flaky_op *op)
{
	struct knife *knife = ctx;
	unsigned number = knife->count++;

	if (number >= TRACE_MAX) {
		fprintf(stderr, "power: a call of the store of more than %d operations\n", TRACE_MAX);
		exit(2);
	}
	knife->ops[number] = op->op;
	return number == knife->cut_at ? knife->cut : (struct lb_nor_cut){.moment = LB_NOR_CUT_NONE};
}

/* A new start of the firmware, with this flash. */
static struct lb_nvs power_on(const struct flaky_memory *memory)
{
	struct lb_nvs nvs;

	flaky_restore(&flaky, memory);
	(void)lb_nvs_open(&nvs, &flaky.flash, (struct lb_region){0, REGION_BYTES});
	return nvs;
}

static bool is_value(int result, const uint8_t found[VALUE_MAX], const struct value *value)
{
	uint8_t wanted[VALUE_MAX];

	if (value->size_bytes == ABSENT)
		return result == LB_ERR_NOT_FOUND;
	fill(value, wanted);
	return result == value->size_bytes && memcmp(found, wanted, (size_t)result) == 0;
}

static void apply(struct content *content, const struct call *call)
{
	for (unsigned key = 1; call->all && key < KEYS; key++)
		content->of[key] = (struct value){ABSENT, 0};
	if (!call->all)
		content->of[call->key] = call->value;
}

static int do_call(struct lb_nvs *nvs, const struct call *call)
{
	uint8_t bytes[VALUE_MAX];

	if (call->all)
		return lb_nvs_remove_all(nvs, '.');
	fill(&call->value, bytes);
	if (call->value.size_bytes == ABSENT)
		return lb_nvs_remove(nvs, keys[call->key]);
	return lb_nvs_set(nvs, keys[call->key], bytes, (uint32_t)call->value.size_bytes);
}

/* Who is told that there is nothing to remove is promised nothing. */
static bool is_nothing(int result, const struct call *call)
{
	return result == LB_ERR_NOT_FOUND && !call->all && call->value.size_bytes == ABSENT;
}

/* At every start from this flash all keys are as in the one content or all as in the other. Each is read once, for the
 * next read may find the other. */
static bool stays(const struct flaky_memory *memory, const struct content *content, const struct content *or_this)
{
	static struct flaky_memory same;

	same = *memory;
	for (unsigned look = 0; look < LOOKS; look++) {
		struct lb_nvs nvs = power_on(&same);
		bool is_one = true, is_other = true;

		for (unsigned key = 0; key < KEYS; key++) {
			uint8_t found[VALUE_MAX];
			int result = lb_nvs_get(&nvs, keys[key], found, sizeof(found));

			is_one = is_one && is_value(result, found, &content->of[key]);
			is_other = is_other && is_value(result, found, &or_this->of[key]);
		}
		if (!is_one && !is_other)
			return false;
	}
	return true;
}

/* A call that was answered with success is there for good. */
static bool call_stays(const struct flaky_memory *memory, const struct content *content, const struct call *next,
                       const struct content *or_this)
{
	static struct flaky_memory after;
	struct content wanted = *content, or_wanted = *or_this;
	struct lb_nvs nvs = power_on(memory);

	int result = do_call(&nvs, next);
	if (result != LB_OK)
		return is_nothing(result, next);
	after = flaky.memory;
	apply(&wanted, next);
	apply(&or_wanted, next);
	return stays(&after, &wanted, &or_wanted);
}

static bool is_well(const struct flaky_memory *memory, const struct content *content, const struct call *call)
{
	static struct flaky_memory cut;
	struct call other = {(call->key + 1) % KEYS, {24, 77}, false};
	struct call back = {call->key, content->of[call->key], false};
	struct call all = {.all = true};
	struct content done = *content;

	cut = *memory;
	apply(&done, call);
	return stays(&cut, content, &done) && call_stays(&cut, content, call, &done) &&
	       call_stays(&cut, content, &back, &done) && call_stays(&cut, content, &other, &done) &&
	       call_stays(&cut, content, &all, &done);
}

static void cut_once(struct campaign *campaign, const struct flaky_memory *before, const struct content *content,
                     const struct call *call, struct knife *knife, enum cut_kind kind)
{
	static struct flaky_memory cut;

	flaky.noise = knife->cut.seed;
	flaky.observe = observe;
	flaky.ctx = knife;
	knife->count = 0;
	struct lb_nvs nvs = power_on(before);
	(void)do_call(&nvs, call);
	flaky.observe = NULL;
	cut = flaky.memory;
	campaign->stats.points[kind]++;
	if (is_well(&cut, content, call))
		return;
	campaign->stats.failures[kind]++;
	campaign->stats.faults[FAULT_STORE]++;
	cuts_report(campaign, knife->cut_at, kind, &knife->cut, FAULT_STORE);
}

static void cut_everywhere(struct campaign *campaign, const struct flaky_memory *before, const struct content *content,
                           const struct call *call, struct knife *knife)
{
	const struct lb_nor_op op = knife->ops[knife->cut_at];
	uint32_t step = op.kind == LB_NOR_PROGRAM ? 1 : 0;
	uint32_t torn = op.kind == LB_NOR_PROGRAM ? op.size_bytes : ERASE_SEEDS;

	knife->cut = (struct lb_nor_cut){LB_NOR_CUT_BEFORE, 0, campaign->seed};
	cut_once(campaign, before, content, call, knife, CUT_BEFORE);
	for (uint32_t i = (campaign->seed + knife->cut_at) % TORN_STEP; i < torn; i += TORN_STEP) {
		for (uint32_t seed = 0; seed < campaign->seeds_per_point; seed++) {
			knife->cut = (struct lb_nor_cut){LB_NOR_CUT_TORN, i * step, (campaign->seed << 16) + i * 64 + seed};
			cut_once(campaign, before, content, call, knife, step != 0 ? CUT_TORN_PROGRAM : CUT_TORN_ERASE);
		}
	}
	knife->cut = (struct lb_nor_cut){LB_NOR_CUT_AFTER, 0, campaign->seed};
	cut_once(campaign, before, content, call, knife, CUT_AFTER);
}

/* Mostly small values; now and then a large one, so that the store soon moves. */
static struct call next_call(unsigned number, uint32_t *noise)
{
	static const int sizes[] = {0, 1, 4, 16, 33, 250, 580};
	struct call call = {flaky_random(noise) % KEYS, {sizes[flaky_random(noise) % 7], number}, number % 12 == 9};

	if (number % 8 == 5)
		call.value.size_bytes = ABSENT;
	if (call.key == 0 && call.value.size_bytes != ABSENT)
		call.value.size_bytes = 1;
	return call;
}

bool store_run(struct campaign *campaign)
{
	static struct flaky_memory before;
	static struct flaky_memory after;
	struct content content = {.of = {{ABSENT, 0}, {ABSENT, 0}, {ABSENT, 0}, {ABSENT, 0}, {ABSENT, 0}}};
	uint32_t noise = campaign->seed;

	campaign->scenario = "nvs";
	memset(&campaign->stats, 0, sizeof(campaign->stats));
	flaky_init(&flaky, NULL, campaign->marks_units, campaign->seed);
	after = flaky.memory;
	for (unsigned number = 0; number < CALLS; number++) {
		struct call call = next_call(number, &noise);
		struct knife knife = {.cut_at = TRACE_MAX};

		before = after;
		campaign->number = number;
		flaky.observe = observe;
		flaky.ctx = &knife;
		struct lb_nvs nvs = power_on(&before);
		int result = do_call(&nvs, &call);
		if (result != LB_OK && !is_nothing(result, &call))
			return false;
		after = flaky.memory;
		flaky.observe = NULL;
		for (unsigned op = 0, count = knife.count; op < count; op++) {
			knife.cut_at = op;
			cut_everywhere(campaign, &before, &content, &call, &knife);
		}
		apply(&content, &call);
	}
	return true;
}
