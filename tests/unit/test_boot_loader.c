/* The sequencer in bootloader mode: how long it stays, and how it is left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/base/error.h"
#include "core/boot/sequencer.h"
#include "tests/unit/boot_bench.h"

static void the_loader_by_request_gives_up_after_a_minute(void **state)
{
	struct module module = healthy(LB_CAUSE_SOFTWARE);

	(void)state;
	ask(&module, LB_REQUEST_LOADER, LB_SLOT_NONE);
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_RESET);
	assert_int_equal(module.t_ms, 60000);
	assert_int_equal(module.phase, LB_PHASE_LOADER);
	assert_int_equal(module.led, 0x100010);
	assert_string_equal(module.text, "waiting for download\r\n");
	assert_int_equal(module.down.mode, LB_MODE_LOADER);
	assert_int_equal(module.down.reason, LB_REASON_REQUEST);
	assert_int_equal(module.down.slot, LB_SLOT_NONE);
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_START);
}

static void the_loader_by_g23_stays(void **state)
{
	struct module module = healthy(LB_CAUSE_SWITCH);

	(void)state;
	module.g23_low = true;
	module.p12_high_ms = 5000; /* G23 comes first */
	ask(&module, LB_REQUEST_LOADER, LB_SLOT_NONE);
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_WAIT);
	assert_int_equal(module.phase, LB_PHASE_LOADER);
	assert_int_equal(module.led, 0x100010);
	assert_int_equal(module.down.reason, LB_REASON_PIN);
	assert_string_equal(module.text, "waiting for download\r\n");
}

static void the_loader_by_request_stays_with_its_tool(void **state)
{
	struct module module = healthy(LB_CAUSE_SOFTWARE);

	(void)state;
	module.tool_comes_ms = 59999;
	ask(&module, LB_REQUEST_LOADER, LB_SLOT_NONE);
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_WAIT);
	assert_true(module.t_ms > LB_BOOT_LOADER_TIMEOUT_MS);
	assert_string_equal(module.text, "waiting for download\r\n");
}

static void a_tools_reset_leaves_the_choice_to_the_pins(void **state)
{
	struct module module = healthy(LB_CAUSE_SWITCH);

	(void)state;
	module.g23_low = true;
	module.tool_comes_ms = 100;
	module.leave = LB_LOADER_RESET;
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_RESET);
	module.cause = LB_CAUSE_SOFTWARE;
	module.tool_comes_ms = 0;
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_WAIT);
	module.g23_low = false;
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_START);
}

/* In the same run, with the cause and what else is in retained RAM; no pin is looked at. The next reset does again. */
static void a_tool_starts_the_image_in_spite_of_g23(void **state)
{
	struct module module = healthy(LB_CAUSE_FAULT);
	struct lb_handoff_up up;

	(void)state;
	ask(&module, LB_REQUEST_NONE, LB_SLOT_NONE);
	module.g23_low = true;
	module.p12_high_ms = 60000;
	module.tool_comes_ms = 100;
	module.leave = LB_LOADER_RUN;
	boot_module(&module);
	assert_int_equal(module.again, 1);
	assert_int_equal(module.end, LB_BOOT_WANT_START);
	assert_int_equal(module.slot, LB_SLOT_FACTORY);
	assert_int_equal(module.t_ms, 100 + VERIFY_MS);
	assert_int_equal(module.phase, LB_PHASE_GATE);
	assert_int_equal(module.led, 0);
	assert_int_equal(module.down.mode, LB_MODE_NORMAL);
	assert_int_equal(module.down.reason, LB_REASON_NONE);
	assert_int_equal(module.down.cause, LB_CAUSE_FAULT);
	assert_int_equal(module.down.crash_count, 1);
	assert_int_equal(module.down.hold_ms, 0);
	assert_int_equal(lb_handoff_get_up(module.retained, &up), LB_OK);
	assert_string_equal(up.last_error, "an error");
	module.tool_comes_ms = 0;
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_WAIT);
	assert_int_equal(module.down.reason, LB_REASON_PIN);
}

/* Record and images are read anew. */
static void what_the_tool_wrote_is_what_it_starts(void **state)
{
	struct module module = healthy(LB_CAUSE_SWITCH);

	(void)state;
	module.record.status = LB_RECORD_VALID;
	module.record.state = (struct lb_record_state){.previous = LB_SLOT_NONE, .download = LB_SLOT_NONE};
	module.g23_low = true;
	module.tool_comes_ms = 100;
	module.tool_id = 77;
	module.leave = LB_LOADER_RUN;
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_START);
	assert_int_equal(module.slot, LB_SLOT_OTA_1);
	assert_int_equal(module.appended, 1);
	assert_int_equal(module.down.latest, LB_SLOT_OTA_1);
	assert_int_equal(module.down.last_change, LB_CHANGE_TOOL);
}

/* A run of a tool is a normal boot of the trial: a try, and the watchdog. */
static void a_trial_that_a_tool_starts_costs_a_try(void **state)
{
	struct module module = healthy(LB_CAUSE_SWITCH);

	(void)state;
	module.record.status = LB_RECORD_VALID;
	module.record.state =
		(struct lb_record_state){.previous = LB_SLOT_NONE, .download = LB_SLOT_NONE, .on_trial = true, .tries_left = 2};
	module.g23_low = true;
	module.tool_comes_ms = 100;
	module.leave = LB_LOADER_RUN;
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_START);
	assert_int_equal(module.down.tries_left, 1);
	assert_int_equal(module.watchdog_ms, LB_BOOT_TRIAL_WATCHDOG_MS);
}

static void a_start_that_finds_no_image_comes_back(void **state)
{
	struct module module = healthy(LB_CAUSE_SOFTWARE);

	(void)state;
	module.g23_low = true;
	module.truth[LB_SLOT_FACTORY] = LB_IMAGE_BLANK;
	module.tool_comes_ms = 100;
	module.leave = LB_LOADER_RUN;
	boot_module(&module);
	assert_int_equal(module.again, 1);
	assert_int_equal(module.end, LB_BOOT_WANT_WAIT);
	assert_int_equal(module.phase, LB_PHASE_LOADER);
	assert_int_equal(module.down.reason, LB_REASON_NONE);
}

/* Each request, each cause, each pin: a hand first; then what the request may do after that cause. */
static void what_is_obeyed_after_which_reset(void **state)
{
	enum { NO_PIN, G23, P12, PINS };

	(void)state;
	for (unsigned n = 0; n < 6u * (LB_CAUSE_BROWN_OUT + 1) * PINS; n++) {
		const enum lb_request request = (enum lb_request)(n % 6); /* 4 is retired, 5 was never one */
		const enum lb_cause cause = (enum lb_cause)(n / 6 % (LB_CAUSE_BROWN_OUT + 1));
		const unsigned pin = n / 6 / (LB_CAUSE_BROWN_OUT + 1);
		const bool gate = pin == P12 && cause != LB_CAUSE_DEEP_SLEEP;
		const bool obeyed = request == LB_REQUEST_SAFE_BOOT ? cause != LB_CAUSE_POWER_ON :
		                                                      cause == LB_CAUSE_SOFTWARE && request < LB_REQUEST_COUNT;
		struct module module = healthy(cause);
		enum lb_boot_mode mode = LB_MODE_NORMAL;
		enum lb_slot slot = LB_SLOT_FACTORY;

		module.truth[LB_SLOT_OTA_1] = LB_IMAGE_GOOD;
		ask(&module, request, LB_SLOT_OTA_1);
		module.g23_low = pin == G23;
		module.p12_high_ms = pin == P12 ? 1000 : 0;
		boot_module(&module);
		if (pin == G23 || (obeyed && !gate && request == LB_REQUEST_LOADER))
			mode = LB_MODE_LOADER;
		else if (gate || (obeyed && request == LB_REQUEST_SAFE_BOOT))
			mode = LB_MODE_SAFE;
		if (obeyed && !gate && (request == LB_REQUEST_SAFE_BOOT || request == LB_REQUEST_SLOT_ONCE))
			slot = LB_SLOT_OTA_1;
		/* A request for bootloader mode goes before the gate is watched at all. */
		if (obeyed && gate && request == LB_REQUEST_LOADER)
			mode = LB_MODE_LOADER;
		assert_int_equal(module.down.mode, mode);
		assert_int_equal(module.down.slot, mode == LB_MODE_LOADER ? LB_SLOT_NONE : slot);
		module.g23_low = false;
		module.p12_high_ms = 0;
		module.cause = LB_CAUSE_SOFTWARE;
		boot_module(&module); /* obeyed or not, it is gone */
		assert_int_equal(module.down.mode, LB_MODE_NORMAL);
		assert_int_equal(module.down.slot, LB_SLOT_FACTORY);
	}
}

static void without_an_image_it_says_why_and_stays(void **state)
{
	struct module module = healthy(LB_CAUSE_POWER_ON);

	(void)state;
	module.truth[LB_SLOT_FACTORY] = LB_IMAGE_WRONG_HASH;
	module.truth[LB_SLOT_OTA_0] = LB_IMAGE_WRONG_KEY;
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_WAIT);
	assert_int_equal(module.phase, LB_PHASE_LOADER);
	assert_int_equal(module.led, 0x200000);
	assert_int_equal(module.led_mode, LB_LED_ERROR);
	assert_int_equal(module.down.mode, LB_MODE_LOADER);
	assert_int_equal(module.down.reason, LB_REASON_NONE);
	assert_int_equal(module.down.verdict[LB_SLOT_FACTORY], LB_IMAGE_WRONG_HASH);
	assert_int_equal(module.down.verdict[LB_SLOT_OTA_1], LB_IMAGE_BLANK);
	assert_string_equal(module.text, "factory: payload hash does not match\r\n"
	                                 "ota_0: signed with key f00dcafe, which is not trusted; key 0000ab12 is\r\n"
	                                 "ota_1: no image\r\n"
	                                 "waiting for download\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_loader_by_request_gives_up_after_a_minute),
		cmocka_unit_test(the_loader_by_g23_stays),
		cmocka_unit_test(the_loader_by_request_stays_with_its_tool),
		cmocka_unit_test(a_tools_reset_leaves_the_choice_to_the_pins),
		cmocka_unit_test(a_tool_starts_the_image_in_spite_of_g23),
		cmocka_unit_test(what_the_tool_wrote_is_what_it_starts),
		cmocka_unit_test(a_trial_that_a_tool_starts_costs_a_try),
		cmocka_unit_test(what_is_obeyed_after_which_reset),
		cmocka_unit_test(a_start_that_finds_no_image_comes_back),
		cmocka_unit_test(without_an_image_it_says_why_and_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
