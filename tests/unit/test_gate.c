/* The gate's edges as tables, under several ways of being sampled. Whole traces are in test_gate_golden.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/gate/gate.h"
#include "core/hw/colours.h"

enum { NEVER_MS = 60000 };

/* How often the pin is sampled at the most and at the least: as asked, every millisecond, as rarely as is promised. */
enum sampling { AS_ASKED, EVERY_MS, EVERY_SAMPLE_MS };
static const enum sampling samplings[] = {AS_ASKED, EVERY_MS, EVERY_SAMPLE_MS};

struct result {
	enum lb_gate_choice choice;
	uint32_t hold_ms;
	uint32_t decided_ms; /* first confirming light, counted from the reset */
	uint32_t done_ms;
	uint32_t announced_ms[4];
	unsigned announcements;
	unsigned blinks;
};

/* P12 is high from the reset until released_ms. */
static struct result hold(uint32_t start_ms, uint32_t released_ms, enum sampling sampling)
{
	struct lb_gate gate;
	struct result result = {0};
	uint32_t led = 0;

	lb_gate_init(&gate);
	for (uint32_t t = 0; t < NEVER_MS;) {
		struct lb_gate_output out = lb_gate_step(&gate, start_ms + t, t < released_ms);

		if (out.announce != LB_GATE_NONE) {
			result.announced_ms[out.announce] = t;
			result.announcements++;
		}
		if (out.led == LB_COLOURS_CHOSEN && led != LB_COLOURS_CHOSEN) {
			if (result.blinks == 0)
				result.decided_ms = t;
			result.blinks++;
		}
		led = out.led;
		if (out.done) {
			assert_int_equal(out.led, 0);
			assert_int_equal(out.wait_ms, 0);
			result.choice = out.choice;
			result.hold_ms = out.hold_ms;
			result.done_ms = t;
			return result;
		}
		assert_in_range(out.wait_ms, 1, result.blinks > 0 ? LB_GATE_BLINK_ON_MS : LB_GATE_SAMPLE_MS);
		t += sampling == AS_ASKED ? out.wait_ms : sampling == EVERY_MS ? 1 : LB_GATE_SAMPLE_MS;
	}
	fail_msg("the gate never ends");
	return result;
}

static void each_window_is_chosen_inside_its_edges(void **state)
{
	static const struct {
		uint32_t released_ms;
		enum lb_gate_choice choice;
	} cases[] = {
		/* at least 10 ms from an edge, whatever the sampling */
		{110, LB_GATE_LATEST},       {1600, LB_GATE_LATEST},   {3090, LB_GATE_LATEST},   {3100, LB_GATE_PREVIOUS},
		{3110, LB_GATE_PREVIOUS},    {4600, LB_GATE_PREVIOUS}, {6090, LB_GATE_PREVIOUS}, {6100, LB_GATE_FACTORY},
		{6110, LB_GATE_FACTORY},     {7590, LB_GATE_FACTORY},  {7600, LB_GATE_FACTORY},  {7601, LB_GATE_FACTORY},
		{NEVER_MS, LB_GATE_FACTORY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t s = 0; s < sizeof(samplings) / sizeof(samplings[0]); s++) {
			struct result result = hold(0, cases[i].released_ms, samplings[s]);

			assert_int_equal(result.choice, cases[i].choice);
			assert_int_equal(result.blinks, (int)cases[i].choice);
			assert_int_equal(result.announcements, (int)cases[i].choice);
		}
	}
}

static void every_release_is_timed_within_a_sample(void **state)
{
	(void)state;
	for (uint32_t released_ms = LB_GATE_ENTER_MS + 1; released_ms < 7600; released_ms += 7) {
		for (size_t s = 0; s < sizeof(samplings) / sizeof(samplings[0]); s++) {
			struct result result = hold(0, released_ms, samplings[s]);
			uint32_t held_ms = released_ms - LB_GATE_ENTER_MS;

			assert_in_range(result.hold_ms, held_ms, held_ms + LB_GATE_SAMPLE_MS);
			assert_true(result.decided_ms <= released_ms + LB_GATE_RELEASE_MS + 2 * LB_GATE_SAMPLE_MS);
			assert_true(result.decided_ms <= LB_GATE_ENTER_MS + LB_GATE_FACTORY_END_MS);
		}
	}
}

static void windows_announce_themselves_at_their_beginning(void **state)
{
	struct result result = hold(0, NEVER_MS, AS_ASKED);

	(void)state;
	assert_int_equal(result.announced_ms[LB_GATE_LATEST], 100);
	assert_int_equal(result.announced_ms[LB_GATE_PREVIOUS], 3100);
	assert_int_equal(result.announced_ms[LB_GATE_FACTORY], 6100);
	assert_int_equal(result.decided_ms, 7600);
	assert_int_equal(result.hold_ms, 7500);
	assert_int_equal(result.done_ms, 7600 + 3 * 200);
}

/* It costs what is left of the time in which a whole entry time might still follow, and no more. */
static void a_high_shorter_than_the_entry_time_is_none(void **state)
{
	const uint32_t over_ms = LB_GATE_ENTRY_END_MS - LB_GATE_ENTER_MS;

	(void)state;
	for (uint32_t released_ms = 0; released_ms <= LB_GATE_ENTER_MS; released_ms++) {
		for (size_t s = 0; s < sizeof(samplings) / sizeof(samplings[0]); s++) {
			struct result result = hold(0, released_ms, samplings[s]);
			uint32_t least_ms = released_ms == 0 ? 0 : over_ms;

			assert_int_equal(result.choice, LB_GATE_NONE);
			assert_int_equal(result.hold_ms, 0);
			assert_int_equal(result.announcements, 0);
			assert_in_range(result.done_ms, least_ms, least_ms + LB_GATE_SAMPLE_MS);
		}
	}
}

/* High phases of high_ms and low ones of low_ms, of the first of which phase_ms are over at the reset. */
static enum lb_gate_choice choice_of_wave(uint32_t high_ms, uint32_t low_ms, uint32_t phase_ms, uint32_t *entered_ms)
{
	struct lb_gate gate;
	struct lb_gate_output out = {0};

	*entered_ms = 0;
	lb_gate_init(&gate);
	for (uint32_t t = 0; t < NEVER_MS && !out.done; t++) {
		out = lb_gate_step(&gate, t, (t + phase_ms) % (high_ms + low_ms) < high_ms);
		if (out.announce == LB_GATE_LATEST)
			*entered_ms = t;
	}
	assert_true(out.done);
	return out.choice;
}

static void a_wave_whose_high_phases_are_short_never_enters(void **state)
{
	uint32_t entered_ms;

	(void)state;
	for (uint32_t high_ms = 1; high_ms <= LB_GATE_ENTER_MS; high_ms++)
		for (uint32_t low_ms = 1; low_ms <= 200; low_ms += 7)
			for (uint32_t phase_ms = 0; phase_ms < high_ms; phase_ms += 3)
				assert_int_equal(choice_of_wave(high_ms, low_ms, phase_ms, &entered_ms), LB_GATE_NONE);
}

/* Whichever part of it the reset finds; never later than the entry's end. */
static void a_slower_wave_may_enter(void **state)
{
	uint32_t entered_ms;

	(void)state;
	for (uint32_t high_ms = LB_GATE_ENTER_MS + 1; high_ms <= 500; high_ms += 57)
		for (uint32_t phase_ms = 0; phase_ms < high_ms; phase_ms++) {
			bool at_once = high_ms - phase_ms > LB_GATE_ENTER_MS;
			bool next = !at_once && 2 * high_ms - phase_ms <= LB_GATE_ENTRY_END_MS - LB_GATE_ENTER_MS;
			enum lb_gate_choice choice = choice_of_wave(high_ms, high_ms, phase_ms, &entered_ms);

			assert_int_equal(choice, at_once || next ? LB_GATE_LATEST : LB_GATE_NONE);
			assert_in_range(entered_ms, 0, LB_GATE_ENTRY_END_MS);
		}
}

static void low_at_reset_costs_no_time(void **state)
{
	struct lb_gate gate;
	struct lb_gate_output out;

	(void)state;
	lb_gate_init(&gate);
	out = lb_gate_step(&gate, 12345, false);
	assert_true(out.done);
	assert_int_equal(out.choice, LB_GATE_NONE);
	assert_int_equal(out.wait_ms, 0);
	assert_int_equal(out.led, 0);
}

static void the_clock_may_wrap_anywhere(void **state)
{
	(void)state;
	for (uint32_t before_ms = 0; before_ms < 9000; before_ms += 37) {
		struct result plain = hold(0, 4000, AS_ASKED);
		struct result wrapped = hold(0u - before_ms, 4000, AS_ASKED);

		assert_memory_equal(&plain, &wrapped, sizeof(plain));
	}
}

/* Low for low_ms from low_at_ms on, else high. */
static struct lb_gate_output hold_with_bounce(uint32_t low_at_ms, uint32_t low_ms, unsigned *announcements)
{
	struct lb_gate gate;
	struct lb_gate_output out = {0};

	*announcements = 0;
	lb_gate_init(&gate);
	for (uint32_t t = 0; t < NEVER_MS && !out.done; t++) {
		out = lb_gate_step(&gate, t, t - low_at_ms >= low_ms);
		*announcements += out.announce != LB_GATE_NONE;
	}
	return out;
}

static void a_bounce_is_no_release(void **state)
{
	(void)state;
	for (uint32_t at = LB_GATE_ENTER_MS + 1; at < 7600; at += 13) {
		unsigned announcements;
		struct lb_gate_output out = hold_with_bounce(at, LB_GATE_RELEASE_MS, &announcements);

		assert_true(out.done);
		assert_int_equal(out.choice, LB_GATE_FACTORY);
		assert_int_equal(announcements, 3);
	}
}

static void a_release_of_just_the_debounce_time_counts(void **state)
{
	unsigned announcements;
	struct lb_gate_output out = hold_with_bounce(1100, LB_GATE_RELEASE_MS + 1, &announcements);

	(void)state;
	assert_int_equal(out.choice, LB_GATE_LATEST);
	assert_int_equal(out.hold_ms, 1000);
	assert_int_equal(announcements, 1);
}

static void a_late_step_chooses_by_the_samples_it_had(void **state)
{
	struct lb_gate gate;
	struct lb_gate_output out;

	(void)state;
	lb_gate_init(&gate);
	(void)lb_gate_step(&gate, 0, true);
	(void)lb_gate_step(&gate, 200, true);
	(void)lb_gate_step(&gate, 3050, false); /* first low in the first window */
	out = lb_gate_step(&gate, 9000, false); /* the CPU was held up past the end of all windows */
	assert_int_equal(out.led, LB_COLOURS_CHOSEN);
	out = lb_gate_step(&gate, 9200, false);
	assert_true(out.done);
	assert_int_equal(out.choice, LB_GATE_LATEST);
	assert_int_equal(out.hold_ms, 2950);
}

static void stepping_a_gate_that_is_done_is_a_mistake(void **state)
{
	struct lb_gate gate;

	(void)state;
	lb_gate_init(&gate);
	(void)lb_gate_step(&gate, 0, false);
	expect_assert_failure((void)lb_gate_step(&gate, 1, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_window_is_chosen_inside_its_edges),
		cmocka_unit_test(every_release_is_timed_within_a_sample),
		cmocka_unit_test(windows_announce_themselves_at_their_beginning),
		cmocka_unit_test(a_high_shorter_than_the_entry_time_is_none),
		cmocka_unit_test(a_wave_whose_high_phases_are_short_never_enters),
		cmocka_unit_test(a_slower_wave_may_enter),
		cmocka_unit_test(low_at_reset_costs_no_time),
		cmocka_unit_test(the_clock_may_wrap_anywhere),
		cmocka_unit_test(a_bounce_is_no_release),
		cmocka_unit_test(a_release_of_just_the_debounce_time_counts),
		cmocka_unit_test(a_late_step_chooses_by_the_samples_it_had),
		cmocka_unit_test(stepping_a_gate_that_is_done_is_a_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
