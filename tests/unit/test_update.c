/* The cases of docs/spec/update.md, read from there and run. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/error.h"
#include "core/boot/plan.h"
#include "tests/unit/spec_table.h"

enum { CELLS = 6, CELL_BYTES = 96 };

struct spec_case {
	char cells[CELLS][CELL_BYTES]; /* record, images, event, starts, why, record then */
	char line[SPEC_LINE_BYTES];
};

struct situation {
	struct lb_plan_facts facts;
	struct lb_update_slot truth[LB_SLOT_COUNT];
};

static const char letters[] = "FABCDE";

static uint64_t id_of(char letter)
{
	assert_non_null(strchr(letters, letter));
	return 0x1000 + (uint64_t)(strchr(letters, letter) - letters);
}

static char letter_of(uint64_t id)
{
	return id == LB_RECORD_NO_ID ? '-' : letters[id - 0x1000];
}

static enum lb_slot slot_of(const char *name)
{
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++)
		if (strcmp(lb_slot_name((enum lb_slot)slot), name) == 0)
			return (enum lb_slot)slot;
	assert_string_equal(name, "-");
	return LB_SLOT_NONE;
}

/* ---- cells to facts ---- */

/* "A", "A!", "A~", "A~!" or "-" */
static void read_image(const char *text, enum lb_slot slot, struct situation *situation)
{
	struct lb_update_slot *truth = &situation->truth[slot];
	const char *mark = text + 1;

	memset(truth, 0, sizeof(*truth));
	truth->verdict = LB_IMAGE_BLANK;
	if (strcmp(text, "-") == 0)
		return;
	truth->verdict = LB_IMAGE_GOOD;
	truth->id = id_of(text[0]);
	truth->version.major = (uint8_t)(truth->id & 0xFF);
	truth->security_counter = (uint32_t)(truth->id & 0xFF);
	situation->facts.state.id[slot] = truth->id;
	if (*mark == '~') {
		situation->facts.state.id[slot] = 0x9999;
		mark++;
	}
	if (*mark == '!') {
		truth->verdict = LB_IMAGE_WRONG_HASH;
		mark++;
	}
	assert_string_equal(mark, "");
}

static void read_images(const char *cell, struct situation *situation)
{
	char text[LB_SLOT_COUNT][8];

	assert_int_equal(sscanf(cell, "%7s %7s %7s", text[0], text[1], text[2]), LB_SLOT_COUNT);
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++) {
		read_image(text[slot], (enum lb_slot)slot, situation);
		/* Known without verifying: id and version. */
		situation->facts.slots[slot] = situation->truth[slot];
		situation->facts.slots[slot].verdict = LB_IMAGE_UNKNOWN;
	}
}

static void read_record(const char *cell, struct situation *situation)
{
	struct lb_record_state *state = &situation->facts.state;
	char copy[CELL_BYTES];
	char *slash;

	situation->facts.status = LB_RECORD_VALID;
	if (strcmp(cell, "blank") == 0 || strcmp(cell, "lost") == 0) {
		situation->facts.status = cell[0] == 'b' ? LB_RECORD_BLANK : LB_RECORD_LOST;
		memset(state, 0, sizeof(*state));
		return;
	}
	state->download = LB_SLOT_NONE;
	strcpy(copy, cell);
	char *word = strtok(copy, " ");
	slash = strchr(word, '/');
	assert_non_null(slash);
	*slash = '\0';
	state->latest = slot_of(word);
	state->previous = slot_of(slash + 1);
	while ((word = strtok(NULL, " ")) != NULL) {
		char *value = strtok(NULL, " ");

		assert_non_null(value);
		if (strcmp(word, "trial") == 0) {
			state->on_trial = true;
			state->tries_left = (uint8_t)atoi(value);
		} else if (strcmp(word, "download") == 0) {
			state->download = slot_of(value);
		} else if (strcmp(word, "started") == 0) {
			state->id[slot_of(value)] = LB_RECORD_TOOL_ID;
		} else if (strcmp(word, "settled") == 0) {
			state->id[slot_of(value)] = LB_RECORD_SETTLED_ID;
		} else if (strcmp(word, "failed") == 0) {
			state->failed_id = id_of(value[0]);
		} else {
			assert_string_equal(word, "floor");
			state->counter_floor = (uint32_t)atoi(value);
		}
	}
}

static void write_record(const struct lb_record_state *state, char out[CELL_BYTES])
{
	const char *previous = state->previous == LB_SLOT_NONE ? "-" : lb_slot_name(state->previous);
	int used = snprintf(out, CELL_BYTES, "%s/%s", lb_slot_name(state->latest), previous);

	if (state->on_trial)
		used += snprintf(out + used, CELL_BYTES - (size_t)used, " trial %u", state->tries_left);
	else
		assert_int_equal(state->tries_left, 0);
	if (state->download != LB_SLOT_NONE)
		used += snprintf(out + used, CELL_BYTES - (size_t)used, " download %s", lb_slot_name(state->download));
	if (state->failed_id != LB_RECORD_NO_ID)
		used += snprintf(out + used, CELL_BYTES - (size_t)used, " failed %c", letter_of(state->failed_id));
	if (state->counter_floor != 0)
		used += snprintf(out + used, CELL_BYTES - (size_t)used, " floor %u", state->counter_floor);
	for (unsigned slot = 0; slot < LB_SLOT_COUNT; slot++) {
		const char *what = state->id[slot] == LB_RECORD_TOOL_ID ? "started" : "settled";

		if (state->id[slot] == LB_RECORD_TOOL_ID || state->id[slot] == LB_RECORD_SETTLED_ID)
			used += snprintf(out + used, CELL_BYTES - (size_t)used, " %s %s", what, lb_slot_name((enum lb_slot)slot));
	}
}

/* ---- events ---- */

static void expect(const struct spec_case *spec, const char *starts, const char *why, const char *then)
{
	if (strcmp(spec->cells[3], starts) == 0 && strcmp(spec->cells[4], why) == 0 && strcmp(spec->cells[5], then) == 0)
		return;
	fail_msg("%s\nstarts %s, why %s, record then %s", spec->line, starts, why, then);
}

static void read_boot(const char *event, struct lb_plan_facts *facts)
{
	char word[16] = "";
	char which[16] = "";

	facts->stuck = strstr(event, ", stuck") != NULL;
	(void)sscanf(event, "%15[a-z] %15[a-z_0-9]", word, which);
	facts->wake = strcmp(word, "wake") == 0;
	if (facts->wake && which[0] != '\0')
		facts->trial_wakes = (uint32_t)atoi(which) - 1;
	facts->request_slot = LB_SLOT_NONE;
	if (strcmp(word, "once") == 0 || strcmp(word, "ask") == 0) {
		facts->request = word[0] == 'o' ? LB_REQUEST_SLOT_ONCE : LB_REQUEST_SAFE_BOOT;
		facts->request_slot = slot_of(which);
	}
	if (strcmp(word, "safe") != 0)
		return;
	facts->choice = LB_GATE_LATEST;
	if (strcmp(which, "previous") == 0)
		facts->choice = LB_GATE_PREVIOUS;
	if (strcmp(which, "factory") == 0)
		facts->choice = LB_GATE_FACTORY;
}

static void run_boot(const struct spec_case *spec, struct situation *situation)
{
	static const char *const whys[] = {"latest", "previous", "factory", "reverted", "fallback", "record-lost"};
	struct lb_plan_facts *facts = &situation->facts;
	struct lb_plan plan = lb_plan_make(facts);
	char then[CELL_BYTES] = "no write";

	for (unsigned asked = 0; plan.action == LB_PLAN_VERIFY; asked++) {
		assert_in_range(asked, 0, LB_SLOT_COUNT - 1);
		assert_int_equal(facts->slots[plan.slot].verdict, LB_IMAGE_UNKNOWN);
		facts->slots[plan.slot] = situation->truth[plan.slot];
		plan = lb_plan_make(facts);
	}
	if (plan.action == LB_PLAN_LOADER) {
		expect(spec, "nothing", "-", then);
		return;
	}
	assert_int_equal(situation->truth[plan.slot].verdict, LB_IMAGE_GOOD);
	if (plan.write)
		write_record(&plan.state, then);
	expect(spec, lb_slot_name(plan.slot), whys[plan.why], then);
	if (!plan.write)
		return;
	/* The same facts, the same plan: a cut before or in the entry changes nothing. */
	struct lb_plan again = lb_plan_make(facts);
	assert_true(again.write && again.slot == plan.slot && again.state.tries_left == plan.state.tries_left);
}

/* An update is allowed, and reaches its first sector. */
static int start(const struct lb_record_state *now, enum lb_slot running, const struct lb_update_slot *truth,
                 const struct lb_flashmap *map, struct lb_record_state *next)
{
	enum lb_slot target;
	const int allowed = lb_update_target(now, running, truth, map, &target);
	int result;

	if (allowed != LB_OK && allowed != LB_REFUSED_ON_TRIAL)
		return allowed;
	result = lb_update_start(now, running, truth, allowed == LB_OK ? target : LB_SLOT_OTA_0, next);
	assert_int_equal(result, allowed);
	if (result == LB_OK)
		assert_true(next->download == target && next->id[target] == truth[target].id);
	return result;
}

static int change(const struct spec_case *spec, const char *verb, const char *name, const struct situation *situation,
                  struct lb_record_state *state)
{
	enum lb_slot slot = slot_of(name);
	const struct lb_update_slot *truth = situation->truth;
	const struct lb_update_slot *download = &truth[state->download < LB_SLOT_COUNT ? state->download : 0];
	bool forced = strstr(spec->cells[2], "forced") != NULL;

	if (strcmp(verb, "start") == 0)
		return start(state, slot, truth, &lb_flashmap_8mib, state);
	if (strcmp(verb, "resume") == 0)
		return lb_update_resume(state, slot, truth[slot].id, state);
	if (strcmp(verb, "finish") == 0)
		return lb_update_finish(state, slot, download, forced, state);
	if (strcmp(verb, "confirm") == 0)
		return lb_update_confirm(state, slot, &truth[slot], state);
	if (strcmp(verb, "use") == 0)
		return lb_update_use(state, slot, &truth[slot], state);
	assert_string_equal(verb, "tool");
	const char *other = strstr(spec->cells[2], " and ");
	bool tools[LB_SLOT_COUNT] = {false};
	tools[slot] = true;
	if (other != NULL)
		tools[slot_of(other + 5)] = true;
	lb_update_tool_start(state, tools, state);
	return LB_OK;
}

static void run_change(const struct spec_case *spec, const struct situation *situation)
{
	char verb[16] = "";
	char slot[16] = "";
	char then[CELL_BYTES];
	struct lb_record_state state = situation->facts.state;

	if (sscanf(spec->cells[2], "%15s on %15[a-z_0-9]", verb, slot) != 2)
		assert_int_equal(sscanf(spec->cells[2], "%15s %15[a-z_0-9]", verb, slot), 2);
	/* As whoever changes the record does. */
	(void)lb_update_base(situation->facts.status, &state, situation->truth, &state);
	struct lb_record_state before = state;
	int result = change(spec, verb, slot, situation, &state);
	if (result != LB_OK) {
		(void)snprintf(then, sizeof(then), "refused %d", result);
		assert_memory_equal(&state, &before, sizeof(state));
		assert_string_not_equal(lb_refusal_text(result), lb_error_text(-99));
	} else {
		write_record(&state, then);
		assert_true(state.latest != state.previous && state.download != state.latest);
	}
	expect(spec, "-", "-", then);
}

static void run_case(const struct spec_case *spec)
{
	struct situation situation;

	memset(&situation, 0, sizeof(situation));
	read_images(spec->cells[1], &situation);
	read_record(spec->cells[0], &situation);
	if (strncmp(spec->cells[2], "boot", 4) == 0 || strncmp(spec->cells[2], "wake", 4) == 0 ||
	    strncmp(spec->cells[2], "safe", 4) == 0 || strncmp(spec->cells[2], "once", 4) == 0 ||
	    strncmp(spec->cells[2], "ask ", 4) == 0) {
		read_boot(spec->cells[2], &situation.facts);
		run_boot(spec, &situation);
		return;
	}
	run_change(spec, &situation);
}

/* ---- the spec ---- */

static bool read_row(const char *line, struct spec_case *spec)
{
	const char *at = line;

	strcpy(spec->line, line);
	for (unsigned i = 0; i < CELLS; i++) {
		const char *end;

		if (strncmp(at, i == 0 ? "| " : " | ", i == 0 ? 2 : 3) != 0)
			return false;
		at += i == 0 ? 2 : 3;
		end = strstr(at, " |");
		if (end == NULL || end - at >= CELL_BYTES)
			return false;
		memcpy(spec->cells[i], at, (size_t)(end - at));
		spec->cells[i][end - at] = '\0';
		at = end;
	}
	return strcmp(at, " |\n") == 0;
}

static void run_row(const char *line)
{
	struct spec_case spec;

	if (!read_row(line, &spec))
		fail_msg("not a case: %s", line);
	run_case(&spec);
}

static void test_cases_of_the_spec(void **state)
{
	(void)state;
	assert_true(spec_table("## Cases", run_row) > 100);
}

/* What a stopped download holds is nobody's tool's, whatever it reads as from now on. */
static void test_moved_download_is_not_adopted(void **state)
{
	struct situation situation;
	struct lb_record_state next;

	(void)state;
	memset(&situation, 0, sizeof(situation));
	read_images("F A~ B!", &situation);
	read_record("factory/- download ota_0", &situation);
	struct lb_record_state *now = &situation.facts.state;
	assert_int_equal(start(now, LB_SLOT_FACTORY, situation.truth, &lb_flashmap_8mib, &next), LB_OK);
	assert_int_equal(next.download, LB_SLOT_OTA_1);
	assert_false(lb_update_adopt(&next, situation.truth, &next));
}

static void test_board_without_a_second_slot(void **state)
{
	struct lb_flashmap map = lb_flashmap_8mib;
	struct situation situation;
	struct lb_record_state next;

	(void)state;
	memset(&situation, 0, sizeof(situation));
	map.part[LB_PART_OTA_1].size_bytes = 0;
	read_images("F A -", &situation);
	read_record("ota_0/factory", &situation);
	assert_int_equal(start(&situation.facts.state, LB_SLOT_FACTORY, situation.truth, &map, &next), LB_OK);
	assert_int_equal(next.download, LB_SLOT_OTA_0);
	assert_int_equal(next.latest, LB_SLOT_FACTORY);
	assert_int_equal(start(&situation.facts.state, LB_SLOT_OTA_0, situation.truth, &map, &next), LB_REFUSED_NO_TARGET);
}

static void test_reserved_bytes_are_carried(void **state)
{
	struct situation situation;
	struct lb_record_state next;

	(void)state;
	memset(&situation, 0, sizeof(situation));
	read_images("F A B", &situation);
	read_record("ota_1/ota_0 trial 2", &situation);
	situation.facts.state.reserved[1] = 0x5A;
	lb_update_try(&situation.facts.state, &next);
	assert_int_equal(next.reserved[1], 0x5A);
	lb_update_revert(&next, situation.truth, &next);
	assert_int_equal(next.reserved[1], 0x5A);
	assert_int_equal(next.latest, LB_SLOT_OTA_0);
}

/* What is the same is not written: each field that is compared makes a difference. */
static void test_what_is_the_same(void **state)
{
	const struct lb_record_state same = {.latest = LB_SLOT_OTA_0, .previous = LB_SLOT_NONE, .download = LB_SLOT_NONE};
	struct lb_record_state others[10];

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		others[i] = same;
	others[0].latest = LB_SLOT_FACTORY;
	others[1].previous = LB_SLOT_FACTORY;
	others[2].download = LB_SLOT_OTA_1;
	others[3].on_trial = true;
	others[4].tries_left = 1;
	others[5].counter_floor = 1;
	others[6].failed_id = 1;
	others[7].id[LB_SLOT_FACTORY] = 1;
	others[8].id[LB_SLOT_OTA_1] = 1;
	others[9].reserved[LB_RECORD_RESERVED_BYTES - 1] = 1;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_false(lb_update_is_same(&same, &others[i]));
		assert_true(lb_update_is_same(&others[i], &others[i]));
	}
	others[0] = same;
	others[0].change = LB_CHANGE_USE;
	assert_true(lb_update_is_same(&same, &others[0]));
}

/* A trial begins with a finish, so that none is open then; the rule holds by itself. */
static void test_no_finish_on_trial(void **state)
{
	const struct lb_record_state now = {.latest = LB_SLOT_OTA_0,
	                                    .previous = LB_SLOT_NONE,
	                                    .download = LB_SLOT_OTA_1,
	                                    .on_trial = true,
	                                    .tries_left = 2};
	const struct lb_update_slot target = {.verdict = LB_IMAGE_GOOD, .id = 7};
	struct lb_record_state next;

	(void)state;
	assert_int_equal(lb_update_finish(&now, LB_SLOT_OTA_0, &target, true, &next), LB_REFUSED_ON_TRIAL);
	assert_int_equal(lb_update_finish(&now, LB_SLOT_FACTORY, &target, true, &next), LB_OK);
}

static void test_refusal_texts(void **state)
{
	(void)state;
	for (int refusal = LB_REFUSED_NOT_WRITTEN; refusal <= LB_REFUSED_ON_TRIAL; refusal++)
		assert_string_not_equal(lb_refusal_text(refusal), lb_error_text(refusal));
	assert_string_equal(lb_refusal_text(LB_ERR_IO), lb_error_text(LB_ERR_IO));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases_of_the_spec),
		cmocka_unit_test(test_moved_download_is_not_adopted),
		cmocka_unit_test(test_board_without_a_second_slot),
		cmocka_unit_test(test_reserved_bytes_are_carried),
		cmocka_unit_test(test_what_is_the_same),
		cmocka_unit_test(test_no_finish_on_trial),
		cmocka_unit_test(test_refusal_texts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
