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

/* Once: the next reset looks at G23 again. The gate is asked all the same, and what else is in retained RAM stays. */
static void a_tool_starts_the_image_in_spite_of_g23(void **state)
{
	struct module module = healthy(LB_CAUSE_SWITCH);
	struct lb_handoff_up up;

	(void)state;
	ask(&module, LB_REQUEST_NONE, LB_SLOT_NONE);
	module.g23_low = true;
	module.tool_comes_ms = 100;
	module.leave = LB_LOADER_RUN;
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_RESET);
	assert_int_equal(lb_handoff_get_up(module.retained, &up), LB_OK);
	assert_string_equal(up.last_error, "an error");
	module.cause = LB_CAUSE_SOFTWARE;
	module.p12_high_ms = 1000;
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_START);
	assert_int_equal(module.slot, LB_SLOT_FACTORY);
	assert_int_equal(module.down.mode, LB_MODE_SAFE);
	module.tool_comes_ms = 0;
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_WAIT);
	assert_int_equal(module.down.reason, LB_REASON_PIN);
}

static void a_start_that_finds_no_image_comes_back(void **state)
{
	struct module module = healthy(LB_CAUSE_SOFTWARE);

	(void)state;
	module.g23_low = true;
	module.truth[LB_SLOT_FACTORY] = LB_IMAGE_BLANK;
	ask(&module, LB_REQUEST_START, LB_SLOT_NONE);
	boot_module(&module);
	assert_int_equal(module.end, LB_BOOT_WANT_WAIT);
	assert_int_equal(module.phase, LB_PHASE_LOADER);
	assert_int_equal(module.down.reason, LB_REASON_NONE);
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
		cmocka_unit_test(a_start_that_finds_no_image_comes_back),
		cmocka_unit_test(without_an_image_it_says_why_and_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
