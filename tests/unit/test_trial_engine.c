/* The cases of a trial in docs/spec/update.md, read from there and run; and what a table of seconds cannot say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/boot/sequencer.h"
#include "core/trial/trial.h"
#include "tests/unit/spec_table.h"

enum { CELL_BYTES = 160, END_MS = 600000, NEVER_MS = 1000000, EVENTS_MAX = 40, MS_PER_S = 1000 };

enum fate { GOES_ON, CONFIRMED, GIVEN_UP, OVER, WATCHDOG };

/* How the firmware around the engine may be: when its clock started, how late the VM comes to what is scheduled, and
 * whether it ticks by itself besides. */
struct manner {
	uint32_t start_ms;
	uint32_t late_ms;
	uint32_t also_every_ms;
};

static const struct manner manners[] = {
	{0, 0, NEVER_MS},
	{0x80000000u - 30000, 0, NEVER_MS},
	{UINT32_MAX - 7000, 0, NEVER_MS},
	{UINT32_MAX - 30000, 0, NEVER_MS},
	{UINT32_MAX - 61000, 0, NEVER_MS},
	{UINT32_MAX - 30000, 3, NEVER_MS},
	{1, 0, 777},
	{UINT32_MAX - 60500, 0, 1},
};

struct happening {
	uint32_t at_ms;
	char word[16];
	uint32_t number;
};

struct world {
	const struct manner *manner;
	struct lb_trial trial;
	struct lb_trial_input in;
	uint32_t at_ms; /* since the image was started */
	uint32_t alarm_at_ms;
	uint32_t fed_at_ms;
	bool hangs;
	bool sleeps;
	enum fate fate;
	uint32_t fate_ms;
};

static void settle(struct world *world, enum fate fate, uint32_t at_ms)
{
	if (world->fate != GOES_ON)
		return;
	world->fate = fate;
	world->fate_ms = at_ms;
}

/* What the firmware does with an answer. */
static void act(struct world *world, struct lb_trial_output out)
{
	assert_true(out.want == LB_TRIAL_WANT_TICK || (!out.feed && out.wait_ms == 0));
	if (out.feed)
		world->fed_at_ms = world->at_ms;
	switch (out.want) {
	case LB_TRIAL_WANT_NOTHING: break;
	case LB_TRIAL_WANT_STOP: fail_msg("the trial is not over");
	case LB_TRIAL_WANT_TICK:
		assert_in_range(out.wait_ms, 0, LB_TRIAL_TICK_MS);
		world->alarm_at_ms = world->at_ms + out.wait_ms;
		break;
	case LB_TRIAL_WANT_CONFIRM: settle(world, CONFIRMED, world->at_ms); break;
	case LB_TRIAL_WANT_GIVE_UP: settle(world, GIVEN_UP, world->at_ms); break;
	case LB_TRIAL_WANT_SCHEDULE: fail_msg("only an interrupt schedules");
	}
}

static struct lb_trial_output step(struct world *world, enum lb_trial_event event)
{
	world->in.event = event;
	world->in.now_ms = world->manner->start_ms + world->at_ms;
	return lb_trial_step(&world->trial, &world->in);
}

static void tick(struct world *world)
{
	if (!world->hangs && world->trial.vm_runs)
		act(world, step(world, LB_TRIAL_TICK));
}

static void ring(struct world *world)
{
	const struct lb_trial_output out = lb_trial_alarm(&world->trial);

	world->alarm_at_ms = NEVER_MS;
	if (out.want != LB_TRIAL_WANT_SCHEDULE) {
		act(world, out);
		return;
	}
	world->at_ms += world->manner->late_ms;
	tick(world);
}

static void check_the_watchdog(struct world *world)
{
	if (world->at_ms - world->fed_at_ms > LB_BOOT_TRIAL_WATCHDOG_MS)
		settle(world, WATCHDOG, 0);
	if (!world->hangs && world->fate == GOES_ON)
		assert_in_range(world->at_ms - world->fed_at_ms, 0, LB_TRIAL_TICK_MS + world->manner->late_ms);
}

/* Up to that moment, and not in it: what happens at the same time as an alarm comes before it. */
static void run_until(struct world *world, uint32_t end_ms)
{
	while (world->fate == GOES_ON) {
		const uint32_t every_ms = world->manner->also_every_ms;
		const uint32_t own_ms = world->at_ms - world->at_ms % every_ms + every_ms;
		const bool rings = world->alarm_at_ms <= own_ms;
		const uint32_t next_ms = rings ? world->alarm_at_ms : own_ms;

		if (next_ms >= end_ms)
			break;
		if (next_ms > world->at_ms)
			world->at_ms = next_ms;
		if (rings)
			ring(world);
		else if (!world->trial.safe)
			tick(world);
		check_the_watchdog(world);
	}
	if (end_ms > world->at_ms)
		world->at_ms = end_ms;
	check_the_watchdog(world);
}

/* ---- the table's words ---- */

static bool read_policy(struct world *world, const char *word, uint32_t seconds)
{
	world->in.automatic = strcmp(word, "auto") == 0;
	if (world->in.automatic)
		world->in.confirm_ms = seconds * MS_PER_S;
	return world->in.automatic || strcmp(word, "manual") == 0;
}

static void reach_prompt(struct world *world, const char *word)
{
	world->in.reachable = strcmp(word, "unreachable") != 0;
	world->in.ended_well = strcmp(word, "prompt") != 0;
	act(world, step(world, LB_TRIAL_PROMPT));
}

static bool happen_outside(struct world *world, const struct happening *what)
{
	const char *word = what->word;

	if (strcmp(word, "input") == 0) {
		world->in.input_ms = world->manner->start_ms + world->at_ms;
		return true;
	}
	if (strcmp(word, "hang") == 0) {
		world->hangs = true;
		return true;
	}
	if (strcmp(word, "over") == 0) {
		world->in.on_trial = false;
		assert_int_equal(step(world, LB_TRIAL_RECORD_CHANGED).want, LB_TRIAL_WANT_STOP);
		settle(world, OVER, world->at_ms);
		return true;
	}
	return read_policy(world, word, what->number);
}

static void happen(struct world *world, const struct happening *what)
{
	static const struct {
		const char *word;
		enum lb_trial_event event;
	} events[] = {
		{"vm", LB_TRIAL_VM_STARTED},   {"main", LB_TRIAL_MAIN_STARTED},  {"error", LB_TRIAL_SCRIPT_FAILED},
		{"sleep", LB_TRIAL_SLEEP},     {"exit", LB_TRIAL_SCRIPT_EXITED}, {"exits", LB_TRIAL_SCRIPT_EXITED},
		{"soft", LB_TRIAL_VM_STOPPED}, {"softs", LB_TRIAL_VM_STOPPED},
	};
	const char *word = what->word;

	if (strcmp(word, "ended") == 0 || strcmp(word, "prompt") == 0 || strcmp(word, "unreachable") == 0) {
		reach_prompt(world, word);
		return;
	}
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
		if (strcmp(word, events[i].word) == 0) {
			act(world, step(world, events[i].event));
			world->sleeps = events[i].event == LB_TRIAL_SLEEP;
			return;
		}
	if (!happen_outside(world, what))
		fail_msg("%s: no such word", word);
}

/* "1 exits 10": one after the other, a second each, each with the next start of the VM. */
static unsigned read_happening(const char *text, struct happening list[EVENTS_MAX], unsigned count)
{
	static const struct happening vm = {0, "vm", 0};
	struct happening one = {.number = 0};
	double second;

	assert_true(sscanf(text, "%lf %15s %u", &second, one.word, &one.number) >= 2);
	one.at_ms = (uint32_t)(second * MS_PER_S + 0.5);
	const bool many = strcmp(one.word, "exits") == 0 || strcmp(one.word, "softs") == 0;
	for (unsigned i = 0; i < (many ? one.number : 1); i++) {
		assert_true(count + 2 <= EVENTS_MAX);
		list[count++] = one;
		if (many) {
			list[count] = vm;
			list[count++].at_ms = one.at_ms;
		}
		one.at_ms += MS_PER_S;
	}
	return count;
}

static unsigned read_happenings(const char *cell, struct happening list[EVENTS_MAX])
{
	char copy[CELL_BYTES];
	unsigned count = 0;

	strcpy(copy, cell);
	for (char *at = strtok(copy, ","); at != NULL; at = strtok(NULL, ","))
		count = read_happening(at, list, count);
	return count;
}

/* ---- a case ---- */

static void start(struct world *world, const struct manner *manner, const char *policy)
{
	char word[16] = "";
	unsigned seconds = 60;

	(void)sscanf(policy, "%15s %u", word, &seconds);
	*world = (struct world){.manner = manner, .alarm_at_ms = NEVER_MS};
	world->in.on_trial = true;
	world->in.input_ms = manner->start_ms - 3600 * MS_PER_S;
	if (!read_policy(world, word, seconds)) {
		assert_string_equal(word, "safe");
		(void)read_policy(world, "auto", seconds);
	}
	lb_trial_init(&world->trial, strcmp(word, "safe") == 0);
	act(world, lb_trial_alarm(&world->trial));
}

static void run(struct world *world, const char *happens)
{
	struct happening list[EVENTS_MAX];
	const unsigned count = read_happenings(happens, list);

	for (unsigned i = 0; i < count && world->fate == GOES_ON; i++) {
		run_until(world, list[i].at_ms);
		if (world->fate == GOES_ON)
			happen(world, &list[i]);
	}
	if (!world->sleeps)
		run_until(world, END_MS);
}

/* After the end the trial stays over, whatever happens. */
static void check_the_end(struct world *world)
{
	if (world->fate != CONFIRMED && world->fate != OVER)
		return;
	world->in.on_trial = true;
	for (enum lb_trial_event event = LB_TRIAL_TICK; event <= LB_TRIAL_RECORD_CHANGED; event++)
		assert_int_equal(step(world, event).want, LB_TRIAL_WANT_STOP);
	assert_int_equal(lb_trial_alarm(&world->trial).want, LB_TRIAL_WANT_STOP);
}

static bool is_fate(const struct world *world, const char *outcome)
{
	static const char *const names[] = {"goes on", "confirmed", "given up", "over", "watchdog"};
	const size_t name_bytes = strlen(names[world->fate]);
	const uint32_t slack_ms = world->manner->late_ms + (strchr(outcome, '+') != NULL ? LB_TRIAL_TICK_MS : 0);
	const uint32_t wanted_ms = (uint32_t)(strtod(outcome + name_bytes, NULL) * MS_PER_S + 0.5);

	return strncmp(outcome, names[world->fate], name_bytes) == 0 && world->fate_ms - wanted_ms <= slack_ms;
}

static void run_case(const char *line, const char *policy, const char *happens, const char *outcome)
{
	for (size_t i = 0; i < sizeof(manners) / sizeof(manners[0]); i++) {
		struct world world;

		start(&world, &manners[i], policy);
		run(&world, happens);
		if (!is_fate(&world, outcome))
			fail_msg("%sfate %d at %u ms, manner %zu", line, (int)world.fate, (unsigned)world.fate_ms, i);
		check_the_end(&world);
	}
}

static void run_row(const char *line)
{
	char policy[CELL_BYTES], happens[CELL_BYTES], outcome[CELL_BYTES];

	if (sscanf(line, "| %159[^|]| %159[^|]| %159[^|]|", policy, happens, outcome) != 3)
		fail_msg("not a case: %s", line);
	run_case(line, policy, happens, outcome);
}

static void test_cases_of_the_spec(void **state)
{
	(void)state;
	assert_true(spec_table("### Cases of a trial", run_row) > 50);
}

/* ---- what the table cannot say ---- */

/* All but given up. */
static struct world doomed(void)
{
	struct world world;

	start(&world, &manners[0], "auto 60");
	act(&world, step(&world, LB_TRIAL_VM_STARTED));
	world.at_ms = LB_TRIAL_GIVE_UP_MS - 1;
	act(&world, step(&world, LB_TRIAL_TICK));
	assert_int_equal(world.fate, GOES_ON);
	return world;
}

/* The interrupt notes input after the clock was read, so that it lies ahead: it counts, and is not 49 days old. */
static void test_input_between_two_readings_of_the_clock(void **state)
{
	struct world world = doomed();

	(void)state;
	world.at_ms += 1;
	world.in.input_ms = world.manner->start_ms + world.at_ms + 1;
	act(&world, step(&world, LB_TRIAL_TICK));
	assert_int_equal(world.fate, GOES_ON);
	world.at_ms += LB_TRIAL_GIVE_UP_MS - 1;
	act(&world, step(&world, LB_TRIAL_TICK));
	assert_int_equal(world.fate, GOES_ON);
	world.at_ms += 2;
	act(&world, step(&world, LB_TRIAL_TICK));
	assert_int_equal(world.fate, GIVEN_UP);
}

/* Input as old as half the clock's round, or nearly a whole one, is no input of now. */
static void test_old_input_is_none(void **state)
{
	static const uint32_t ages_ms[] = {LB_TRIAL_GIVE_UP_MS, 0x7FFFFFFF, 0x80000000, 0x80000001, 0xFFFF0000};

	(void)state;
	for (size_t i = 0; i < sizeof(ages_ms) / sizeof(ages_ms[0]); i++) {
		struct world world = doomed();

		world.in.input_ms = world.manner->start_ms + world.at_ms - ages_ms[i];
		act(&world, step(&world, LB_TRIAL_TICK));
		assert_int_equal(world.fate, GOES_ON);
		world.at_ms += 1;
		act(&world, step(&world, LB_TRIAL_TICK));
		assert_int_equal(world.fate, GIVEN_UP);
	}
}

/* Somebody types for longer than the clock goes round, and then no more. */
static void test_input_for_sixty_days(void **state)
{
	const uint64_t days_ms = (uint64_t)60 * 24 * 3600 * MS_PER_S;
	struct world world = doomed();

	(void)state;
	for (uint64_t t = 0; t < days_ms; t += 50000) {
		world.at_ms += 50000;
		world.in.input_ms = world.manner->start_ms + world.at_ms - 1000;
		act(&world, step(&world, LB_TRIAL_TICK));
		assert_int_equal(world.fate, GOES_ON);
	}
	world.at_ms += LB_TRIAL_GIVE_UP_MS - 1000;
	act(&world, step(&world, LB_TRIAL_TICK));
	assert_int_equal(world.fate, GIVEN_UP);
}

/* Nothing feeds but a VM that runs; between two of them nothing is scheduled. */
static void test_events_do_not_feed(void **state)
{
	struct world world;

	(void)state;
	start(&world, &manners[0], "auto 60");
	assert_int_equal(lb_trial_alarm(&world.trial).want, LB_TRIAL_WANT_NOTHING);
	for (enum lb_trial_event event = LB_TRIAL_VM_STARTED; event <= LB_TRIAL_RECORD_CHANGED; event++)
		if (event != LB_TRIAL_SLEEP)
			assert_false(step(&world, event).feed);
	assert_int_equal(lb_trial_alarm(&world.trial).want, LB_TRIAL_WANT_NOTHING);
	(void)step(&world, LB_TRIAL_VM_STARTED);
	assert_int_equal(lb_trial_alarm(&world.trial).want, LB_TRIAL_WANT_SCHEDULE);
	assert_true(step(&world, LB_TRIAL_TICK).feed);
}

static void test_all_zero_is_no_trial(void **state)
{
	static const struct lb_trial none;
	struct lb_trial trial = none;
	struct lb_trial_input in = {.event = LB_TRIAL_VM_STARTED, .on_trial = true, .automatic = true};

	(void)state;
	assert_int_equal(lb_trial_step(&trial, &in).want, LB_TRIAL_WANT_STOP);
	assert_int_equal(lb_trial_alarm(&trial).want, LB_TRIAL_WANT_STOP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases_of_the_spec),  cmocka_unit_test(test_input_between_two_readings_of_the_clock),
		cmocka_unit_test(test_old_input_is_none),  cmocka_unit_test(test_input_for_sixty_days),
		cmocka_unit_test(test_events_do_not_feed), cmocka_unit_test(test_all_zero_is_no_trial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
