/* The sequencer: whole resets in simulated time, with the board played by this file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/base/error.h"
#include "core/boot/sequencer.h"
#include "tests/unit/boot_bench.h"

static void a_normal_boot_says_nothing_and_waits_for_nothing(void **state)
{
	struct module module = healthy(LB_CAUSE_POWER_ON);

	(void)state;
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_START);
	assert_int_equal(module.slot, LB_SLOT_FACTORY);
	assert_int_equal(module.t_ms, VERIFY_MS);
	assert_int_equal(module.verified, 1);
	assert_int_equal(module.led, 0);
	assert_int_equal(module.led_mode, LB_LED_OFF);
	assert_int_equal(module.phase, LB_PHASE_GATE);
	assert_string_equal(module.text, "");
}

static void the_hand_off_tells_the_boot(void **state)
{
	struct module module = healthy(LB_CAUSE_SWITCH);

	(void)state;
	boot_module(&module);
	assert_int_equal(module.down.mode, LB_MODE_NORMAL);
	assert_int_equal(module.down.reason, LB_REASON_NONE);
	assert_int_equal(module.down.why, LB_WHY_LATEST);
	assert_int_equal(module.down.cause, LB_CAUSE_SWITCH);
	assert_int_equal(module.down.slot, LB_SLOT_FACTORY);
	assert_int_equal(module.down.latest, LB_SLOT_FACTORY);
	assert_int_equal(module.down.previous, LB_SLOT_NONE);
	assert_int_equal(module.down.image_version.major, 1);
	assert_int_equal(module.down.bootloader_version.minor, 1);
	assert_memory_equal(module.down.board_id, bench_board_id, LB_BOARD_ID_BYTES);
	assert_memory_equal(&module.down.flashmap, &lb_flashmap_8mib, sizeof(lb_flashmap_8mib));
	assert_int_equal(module.down.verdict[LB_SLOT_FACTORY], LB_IMAGE_GOOD);
	assert_int_equal(module.down.verdict[LB_SLOT_OTA_0], LB_IMAGE_UNKNOWN);
}

static void all_windows_lead_to_a_safe_boot_of_factory_and_say_so(void **state)
{
	static const char first[] = "P12 is high: release now for a safe boot of factory (latest image)\r\n";
	static const char second[] =
		"P12 is high: release now for a safe boot of factory (latest image; there is no previous one)\r\n";
	static const char third[] = "P12 is high: release now for a safe boot of factory (factory image)\r\n";
	static const struct {
		uint32_t high_ms, hold_ms, started_ms;
		const char *texts[3];
		enum lb_boot_why why;
	} cases[] = {
		{1100, 1000, 1130 + 200 + VERIFY_MS, {first, "", ""}, LB_WHY_LATEST},
		{4100, 4000, 4130 + 400 + VERIFY_MS, {first, second, ""}, LB_WHY_LATEST},
		{7100, 7000, 7130 + 600 + VERIFY_MS, {first, second, third}, LB_WHY_FACTORY},
		{99999, 7500, 7600 + 600 + VERIFY_MS, {first, second, third}, LB_WHY_FACTORY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct module module = healthy(LB_CAUSE_SWITCH);
		char expected[TEXT_BYTES] = "";

		module.p12_high_ms = cases[i].high_ms;
		boot_module(&module);
		for (unsigned line = 0; line < 3; line++)
			strcat(expected, cases[i].texts[line]);
		assert_string_equal(module.text, expected);
		assert_int_equal(module.end, LB_BOOT_WANT_START);
		assert_int_equal(module.slot, LB_SLOT_FACTORY);
		assert_int_equal(module.down.mode, LB_MODE_SAFE);
		assert_int_equal(module.down.reason, LB_REASON_PIN);
		assert_int_equal(module.down.why, cases[i].why);
		assert_int_equal(module.down.hold_ms, cases[i].hold_ms);
		assert_int_equal(module.t_ms, cases[i].started_ms);
		assert_int_equal(module.led, 0);
	}
}

static void the_gate_is_watched_after_every_reset_but_a_wake(void **state)
{
	(void)state;
	for (unsigned cause = LB_CAUSE_POWER_ON; cause <= LB_CAUSE_BROWN_OUT; cause++) {
		struct module module = healthy((enum lb_cause)cause);
		bool wake = cause == LB_CAUSE_DEEP_SLEEP;

		module.p12_high_ms = 1000;
		boot_module(&module);
		assert_int_equal(module.down.mode, wake ? LB_MODE_NORMAL : LB_MODE_SAFE);
		assert_int_equal(module.t_ms < 100, wake);
	}
}

static void a_request_is_obeyed_once(void **state)
{
	struct module module = healthy(LB_CAUSE_SOFTWARE);
	struct lb_handoff_up up;

	(void)state;
	ask(&module, LB_REQUEST_SAFE_BOOT, LB_SLOT_NONE);
	boot_module(&module);
	assert_int_equal(module.down.mode, LB_MODE_SAFE);
	assert_int_equal(module.down.reason, LB_REASON_REQUEST);
	assert_int_equal(lb_handoff_get_up(module.retained, &up), LB_OK);
	assert_int_equal(up.request, LB_REQUEST_NONE);
	assert_string_equal(up.last_error, "an error");
	boot_module(&module);
	assert_int_equal(module.down.mode, LB_MODE_NORMAL);
}

static void a_request_is_gone_before_anything_else_happens(void **state)
{
	struct module module = healthy(LB_CAUSE_SOFTWARE);
	const struct lb_boot_config config = config_of(&module);
	struct lb_boot boot;
	struct lb_handoff_up up;

	(void)state;
	ask(&module, LB_REQUEST_LOADER, LB_SLOT_NONE);
	lb_boot_init(&boot, &config);
	(void)lb_handoff_get_up(module.retained, &up);
	assert_int_equal(up.request, LB_REQUEST_NONE);
}

static void after_power_on_requests_are_noise(void **state)
{
	struct module module = healthy(LB_CAUSE_POWER_ON);
	struct lb_handoff_up up;

	(void)state;
	ask(&module, LB_REQUEST_LOADER, LB_SLOT_NONE);
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_START);
	assert_int_equal(module.down.mode, LB_MODE_NORMAL);
	(void)lb_handoff_get_up(module.retained, &up);
	assert_string_equal(up.last_error, "");
}

static void an_image_that_will_not_start_is_passed_over(void **state)
{
	struct module module = healthy(LB_CAUSE_POWER_ON);

	(void)state;
	module.will_not_start = true;
	module.truth[LB_SLOT_OTA_1] = LB_IMAGE_GOOD;
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_WAIT);
	assert_int_equal(module.verified, 3);
	assert_int_equal(module.down.mode, LB_MODE_LOADER);
	assert_string_equal(module.text, "factory: could not be started\r\n"
	                                 "ota_0: no image\r\n"
	                                 "ota_1: could not be started\r\n"
	                                 "waiting for download\r\n");
}

static void another_image_is_the_fallback(void **state)
{
	struct module module = healthy(LB_CAUSE_SWITCH);

	(void)state;
	module.truth[LB_SLOT_FACTORY] = LB_IMAGE_UNREADABLE;
	module.truth[LB_SLOT_OTA_0] = LB_IMAGE_GOOD;
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_START);
	assert_int_equal(module.slot, LB_SLOT_OTA_0);
	assert_int_equal(module.down.why, LB_WHY_FALLBACK);
	assert_int_equal(module.down.image_version.minor, LB_SLOT_OTA_0);
	assert_int_equal(module.down.verdict[LB_SLOT_FACTORY], LB_IMAGE_UNREADABLE);
}

static void crashes_in_a_row_are_counted(void **state)
{
	static const struct {
		enum lb_cause cause;
		uint32_t count;
	} row[] = {
		{LB_CAUSE_POWER_ON, 0},   {LB_CAUSE_FAULT, 1},    {LB_CAUSE_WATCHDOG, 2},  {LB_CAUSE_FAULT, 3},
		{LB_CAUSE_SOFTWARE, 0},   {LB_CAUSE_WATCHDOG, 1}, {LB_CAUSE_SWITCH, 0},    {LB_CAUSE_FAULT, 1},
		{LB_CAUSE_DEEP_SLEEP, 0}, {LB_CAUSE_FAULT, 1},    {LB_CAUSE_BROWN_OUT, 0},
	};
	struct module module = healthy(LB_CAUSE_POWER_ON);

	(void)state;
	for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
		module.cause = row[i].cause;
		boot_module(&module);
		assert_int_equal(module.down.crash_count, row[i].count);
	}
}

static void while_the_gate_is_watched_the_hand_off_tells_of_this_reset(void **state)
{
	struct module module = healthy(LB_CAUSE_POWER_ON);
	struct lb_boot_config config;
	struct lb_boot boot;

	(void)state;
	boot_module(&module);
	module.cause = LB_CAUSE_SWITCH;
	config = config_of(&module);
	lb_boot_init(&boot, &config);
	assert_int_equal(lb_handoff_get_down(module.retained, &module.down), LB_OK);
	assert_int_equal(module.down.cause, LB_CAUSE_SWITCH);
	assert_int_equal(module.down.slot, LB_SLOT_NONE);
}

static void a_verdict_that_nobody_gave_is_a_mistake(void **state)
{
	struct module module = healthy(LB_CAUSE_POWER_ON);
	const struct lb_boot_config config = config_of(&module);
	struct lb_boot_input input = {.pins = {false, true}};
	struct lb_boot boot;

	(void)state;
	lb_boot_init(&boot, &config);
	assert_int_equal(lb_boot_step(&boot, &input).want, LB_BOOT_WANT_VERIFY);
	expect_assert_failure((void)lb_boot_step(&boot, &input));
}

/* Three good images; ota_1 is latest, ota_0 previous. */
static struct module updated(enum lb_cause cause, bool on_trial, uint8_t tries_left)
{
	return (struct module){
		.cause = cause,
		.truth = {LB_IMAGE_GOOD, LB_IMAGE_GOOD, LB_IMAGE_GOOD},
		.id = {10, 11, 12},
		.record =
			{
				.status = LB_RECORD_VALID,
				.state =
					{
						.latest = LB_SLOT_OTA_1,
						.previous = LB_SLOT_OTA_0,
						.download = LB_SLOT_NONE,
						.on_trial = on_trial,
						.tries_left = tries_left,
						.change = LB_CHANGE_OTA_FINISH,
						.id = {10, 11, 12},
					},
			},
	};
}

static void a_confirmed_image_costs_no_write(void **state)
{
	struct module module = updated(LB_CAUSE_SWITCH, false, 0);

	(void)state;
	boot_module(&module);
	assert_int_equal(module.slot, LB_SLOT_OTA_1);
	assert_int_equal(module.appended, 0);
	assert_int_equal(module.watchdog_ms, 0);
	assert_int_equal(module.down.latest, LB_SLOT_OTA_1);
	assert_int_equal(module.down.previous, LB_SLOT_OTA_0);
	assert_int_equal(module.down.last_change, LB_CHANGE_OTA_FINISH);
	assert_false(module.down.on_trial);
}

static void an_image_below_the_floor_is_called_so(void **state)
{
	struct module module = updated(LB_CAUSE_SWITCH, true, 0);

	(void)state;
	module.record.state.counter_floor = 1;
	boot_module(&module); /* rolled back: getting back in comes first */
	assert_int_equal(module.slot, LB_SLOT_OTA_0);
	assert_true(module.down.below_floor);
	module.record.state.counter_floor = 0;
	boot_module(&module);
	assert_false(module.down.below_floor);
}

static void a_trial_has_its_tries_and_is_rolled_back(void **state)
{
	struct module module = updated(LB_CAUSE_SWITCH, true, 3);

	(void)state;
	for (unsigned left = 3; left-- > 0;) {
		boot_module(&module);
		assert_int_equal(module.slot, LB_SLOT_OTA_1);
		assert_int_equal(module.appended, 1);
		assert_int_equal(module.watchdog_ms, LB_BOOT_TRIAL_WATCHDOG_MS);
		assert_true(module.down.on_trial);
		assert_int_equal(module.down.tries_left, left);
		assert_int_equal(module.down.last_change, LB_CHANGE_TRY);
	}
	boot_module(&module);
	assert_int_equal(module.slot, LB_SLOT_OTA_0);
	assert_int_equal(module.appended, 1);
	assert_int_equal(module.watchdog_ms, 0);
	assert_int_equal(module.down.why, LB_WHY_REVERTED);
	assert_int_equal(module.down.previous, LB_SLOT_NONE);
	assert_int_equal(module.down.last_change, LB_CHANGE_REVERT);
	assert_false(module.down.on_trial);
	assert_true(module.record.state.failed_id == 12);
	boot_module(&module);
	assert_int_equal(module.slot, LB_SLOT_OTA_0);
	assert_int_equal(module.appended, 0);
	assert_int_equal(module.down.why, LB_WHY_LATEST);
}

static void a_wake_or_a_safe_boot_leaves_the_trial_alone(void **state)
{
	static const struct {
		enum lb_cause cause;
		uint32_t p12_high_ms;
		enum lb_slot slot;
		uint32_t watchdog_ms;
	} boots[] = {
		{LB_CAUSE_DEEP_SLEEP, 0, LB_SLOT_OTA_1, LB_BOOT_TRIAL_WATCHDOG_MS},
		{LB_CAUSE_SWITCH, 1100, LB_SLOT_OTA_1, LB_BOOT_TRIAL_WATCHDOG_MS},
		{LB_CAUSE_SWITCH, 4100, LB_SLOT_OTA_0, 0},
	};
	struct module module = updated(LB_CAUSE_SWITCH, true, 1);

	(void)state;
	for (size_t i = 0; i < sizeof(boots) / sizeof(boots[0]); i++) {
		module.cause = boots[i].cause;
		module.p12_high_ms = boots[i].p12_high_ms;
		boot_module(&module);
		assert_true(module.slot == boots[i].slot && module.appended == 0);
		assert_int_equal(module.watchdog_ms, boots[i].watchdog_ms);
		assert_int_equal(module.down.tries_left, 1);
	}
}

static void each_sixteenth_wake_costs_a_try(void **state)
{
	struct module module = updated(LB_CAUSE_SWITCH, true, 3);

	(void)state;
	boot_module(&module); /* the first try */
	module.cause = LB_CAUSE_DEEP_SLEEP;
	for (unsigned wake = 1; wake < 3 * LB_UPDATE_WAKES; wake++) {
		bool costs = wake % LB_UPDATE_WAKES == 0;

		boot_module(&module);
		assert_int_equal(module.slot, LB_SLOT_OTA_1);
		assert_int_equal(module.appended, costs);
		assert_int_equal(module.down.tries_left, 2 - wake / LB_UPDATE_WAKES);
		assert_int_equal(module.down.trial_wakes, wake % LB_UPDATE_WAKES);
		assert_int_equal(module.watchdog_ms, LB_BOOT_TRIAL_WATCHDOG_MS);
	}
	boot_module(&module);
	assert_int_equal(module.slot, LB_SLOT_OTA_0);
	assert_int_equal(module.down.why, LB_WHY_REVERTED);
	assert_int_equal(module.down.trial_wakes, 0);
}

/* Neither a safe boot nor a reset while the gate is watched loses what is due; a confirmation and power-off do. */
static void a_try_that_is_due_waits_for_a_start_that_may_cost_one(void **state)
{
	struct module module = updated(LB_CAUSE_DEEP_SLEEP, true, 2);
	struct lb_boot_config config;
	struct lb_boot boot;

	(void)state;
	for (unsigned wake = 1; wake < LB_UPDATE_WAKES; wake++)
		boot_module(&module);
	ask(&module, LB_REQUEST_SAFE_BOOT, LB_SLOT_NONE);
	boot_module(&module);
	assert_int_equal(module.down.mode, LB_MODE_SAFE);
	assert_int_equal(module.appended, 0);
	module.cause = LB_CAUSE_BROWN_OUT;
	config = config_of(&module);
	lb_boot_init(&boot, &config); /* the supply fails again before anything starts */
	module.cause = LB_CAUSE_DEEP_SLEEP;
	boot_module(&module);
	assert_int_equal(module.appended, 1);
	assert_int_equal(module.down.tries_left, 1);
	boot_module(&module);
	assert_int_equal(module.down.trial_wakes, 1);
	module.record.state.on_trial = false;
	boot_module(&module);
	assert_int_equal(module.down.trial_wakes, 0);
}

static void the_windows_name_the_images_of_the_record(void **state)
{
	struct module module = updated(LB_CAUSE_SWITCH, false, 0);

	(void)state;
	module.p12_high_ms = 4100;
	boot_module(&module);
	assert_int_equal(module.down.why, LB_WHY_PREVIOUS);
	assert_int_equal(module.down.mode, LB_MODE_SAFE);
	assert_string_equal(module.text, "P12 is high: release now for a safe boot of ota_1 (latest image)\r\n"
	                                 "P12 is high: release now for a safe boot of ota_0 (previous image)\r\n");
}

static void what_a_tool_wrote_is_started_and_recorded(void **state)
{
	struct module module = updated(LB_CAUSE_SWITCH, false, 0);

	(void)state;
	module.id[LB_SLOT_OTA_0] = 99;
	module.p12_high_ms = 1100;
	boot_module(&module);
	assert_int_equal(module.slot, LB_SLOT_OTA_0);
	assert_int_equal(module.appended, 0);
	assert_string_equal(module.text, "P12 is high: release now for a safe boot of ota_0 (latest image)\r\n");
	module.p12_high_ms = 0;
	boot_module(&module);
	assert_int_equal(module.slot, LB_SLOT_OTA_0);
	assert_int_equal(module.appended, 1);
	assert_int_equal(module.down.last_change, LB_CHANGE_TOOL);
}

/* A suspect is verified first, and what is started then must be loaded again. */
static void what_was_verified_last_is_what_runs(void **state)
{
	struct module module = updated(LB_CAUSE_SWITCH, false, 0);

	(void)state;
	module.id[LB_SLOT_OTA_0] = 99;
	module.id[LB_SLOT_OTA_1] = 98;
	boot_module(&module);
	assert_int_equal(module.slot, LB_SLOT_OTA_1); /* of the higher version; verified last as it is */
	assert_int_equal(module.verified, 2);
	module.id[LB_SLOT_FACTORY] = 97;
	module.id[LB_SLOT_OTA_1] = 96;
	boot_module(&module);
	assert_int_equal(module.slot, LB_SLOT_FACTORY);
	assert_int_equal(module.verified, 3);
}

static void a_try_that_cannot_be_counted_is_not_made(void **state)
{
	struct module module = updated(LB_CAUSE_SWITCH, true, 3);

	(void)state;
	module.will_not_append = true;
	boot_module(&module);
	assert_int_equal(module.slot, LB_SLOT_OTA_0);
	assert_int_equal(module.down.why, LB_WHY_FALLBACK);
	module.will_not_append = false;
	module.record.read_only = true;
	boot_module(&module);
	assert_int_equal(module.slot, LB_SLOT_OTA_0);
	assert_int_equal(module.appended, 0);
}

static void a_lost_record_is_told(void **state)
{
	struct module module = updated(LB_CAUSE_SWITCH, false, 0);

	(void)state;
	module.record.status = LB_RECORD_LOST;
	boot_module(&module);
	assert_int_equal(module.slot, LB_SLOT_FACTORY);
	assert_int_equal(module.down.why, LB_WHY_RECORD_LOST);
	assert_int_equal(module.down.last_change, LB_CHANGE_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_confirmed_image_costs_no_write),
		cmocka_unit_test(an_image_below_the_floor_is_called_so),
		cmocka_unit_test(a_trial_has_its_tries_and_is_rolled_back),
		cmocka_unit_test(a_wake_or_a_safe_boot_leaves_the_trial_alone),
		cmocka_unit_test(each_sixteenth_wake_costs_a_try),
		cmocka_unit_test(a_try_that_is_due_waits_for_a_start_that_may_cost_one),
		cmocka_unit_test(the_windows_name_the_images_of_the_record),
		cmocka_unit_test(what_a_tool_wrote_is_started_and_recorded),
		cmocka_unit_test(what_was_verified_last_is_what_runs),
		cmocka_unit_test(a_try_that_cannot_be_counted_is_not_made),
		cmocka_unit_test(a_lost_record_is_told),
		cmocka_unit_test(a_normal_boot_says_nothing_and_waits_for_nothing),
		cmocka_unit_test(the_hand_off_tells_the_boot),
		cmocka_unit_test(all_windows_lead_to_a_safe_boot_of_factory_and_say_so),
		cmocka_unit_test(the_gate_is_watched_after_every_reset_but_a_wake),
		cmocka_unit_test(a_request_is_obeyed_once),
		cmocka_unit_test(a_request_is_gone_before_anything_else_happens),
		cmocka_unit_test(after_power_on_requests_are_noise),
		cmocka_unit_test(an_image_that_will_not_start_is_passed_over),
		cmocka_unit_test(another_image_is_the_fallback),
		cmocka_unit_test(crashes_in_a_row_are_counted),
		cmocka_unit_test(while_the_gate_is_watched_the_hand_off_tells_of_this_reset),
		cmocka_unit_test(a_verdict_that_nobody_gave_is_a_mistake),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
