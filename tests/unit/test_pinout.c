/* The table of the pins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "core/hw/types.h"
#include "core/hw/pinout.h"

static void finds_pins_by_name_and_alias(void **state)
{
	static const struct {
		const char *name;
		int pin;
	} cases[] = {
		{"P0", 0},   {"P2", 2}, {"P12", 12}, {"P23", 23}, {"G23", 2},  {"G28", 12},  {"G17", 10},
		{"G0", 15},  {"G1", 1}, {"G2", 0},   {"P24", -1}, {"P-1", -1}, {"P012", -1}, {"p12", -1},
		{"G18", -1}, {"G", -1}, {"P", -1},   {"", -1},    {"12", -1},  {"P1 ", -1},  {"GND", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (lb_pinout_find(cases[i].name) != cases[i].pin)
			fail_msg("%s is %d", cases[i].name, lb_pinout_find(cases[i].name));
}

static void every_pin_has_one_name_and_one_alias(void **state)
{
	char name[8];

	(void)state;
	for (unsigned pin = 0; pin < LB_PIN_COUNT; pin++) {
		snprintf(name, sizeof(name), "P%u", pin);
		assert_string_equal(lb_pinout_get(pin)->name, name);
		assert_int_equal(lb_pinout_get(pin)->alias[0], 'G');
		assert_int_equal(lb_pinout_find(lb_pinout_get(pin)->name), (int)pin);
		assert_int_equal(lb_pinout_find(lb_pinout_get(pin)->alias), (int)pin);
	}
	expect_assert_failure(lb_pinout_get(LB_PIN_COUNT));
}

static void the_text_names_the_first_and_the_last(void **state)
{
	char text[24];

	(void)state;
	snprintf(text, sizeof(text), "%s to %s", lb_pinout_get(0)->name, lb_pinout_get(LB_PIN_COUNT - 1)->name);
	assert_string_equal(LB_PINOUT_NAMES, text);
}

static void the_bootloaders_pins_have_the_pulls_that_keep_them_quiet(void **state)
{
	(void)state;
	assert_int_equal(lb_pinout_find("P12"), LB_PIN_SAFE_BOOT);
	assert_int_equal(lb_pinout_find("G23"), LB_PIN_LOADER);
	assert_int_equal(lb_pinout_get(LB_PIN_SAFE_BOOT)->pull, LB_PULL_DOWN);
	assert_int_equal(lb_pinout_get(LB_PIN_LOADER)->pull, LB_PULL_UP);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_pins_by_name_and_alias),
		cmocka_unit_test(every_pin_has_one_name_and_one_alias),
		cmocka_unit_test(the_text_names_the_first_and_the_last),
		cmocka_unit_test(the_bootloaders_pins_have_the_pulls_that_keep_them_quiet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
