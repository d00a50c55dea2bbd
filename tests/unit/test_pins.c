/* Names of pins, and levels on nets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "hardware/model/pins.h"

static void finds_pins_by_name_and_alias(void **state)
{
	static const struct {
		const char *name;
		int pin;
	} cases[] = {
		{"P0", 0},    {"P2", 2},    {"P12", 12},  {"P23", 23},  {"G23", 2},  {"G28", 12}, {"G17", 10},
		{"G0", 15},   {"G1", 1},    {"G2", 0},    {"P24", -1},  {"P-1", -1}, {"P012", -1}, {"p12", -1},
		{"G18", -1},  {"G", -1},    {"P", -1},    {"", -1},     {"12", -1},  {"P1 ", -1},  {"GND", -1},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (lb_pins_find(cases[i].name) != cases[i].pin)
			fail_msg("%s is %d", cases[i].name, lb_pins_find(cases[i].name));
}

static void every_pin_has_one_name_and_one_alias(void **state)
{
	char name[8];
	(void)state;
	for (unsigned pin = 0; pin < LB_PIN_COUNT; pin++) {
		snprintf(name, sizeof(name), "P%u", pin);
		assert_string_equal(lb_pins_name(pin), name);
		assert_int_equal(lb_pins_alias(pin)[0], 'G');
		assert_int_equal(lb_pins_find(lb_pins_name(pin)), (int)pin);
		assert_int_equal(lb_pins_find(lb_pins_alias(pin)), (int)pin);
	}
	expect_assert_failure(lb_pins_name(LB_PIN_COUNT));
}

/* The word is a contract with images of other versions: hardware/wire.h. */
static void a_config_is_the_word_of_the_wire(void **state)
{
	(void)state;
	assert_int_equal(lb_pins_config(LB_PIN_OPEN_DRAIN, LB_PULL_DOWN, true), 0x122);
	assert_int_equal(lb_pins_config(LB_PIN_IN, LB_PULL_UP, false), 0x010);
	assert_int_equal(lb_pins_mode(0x122), LB_PIN_OPEN_DRAIN);
	assert_int_equal(lb_pins_pull(0x122), LB_PULL_DOWN);
	assert_true(lb_pins_output(0x122));
	assert_false(lb_pins_output(0x022));
}

static void after_a_reset_two_pins_have_pulls(void **state)
{
	(void)state;
	for (unsigned pin = 0; pin < LB_PIN_COUNT; pin++) {
		uint32_t config = lb_pins_reset_config(pin);
		enum lb_pin_pull pull = pin == 2 ? LB_PULL_UP : pin == 12 ? LB_PULL_DOWN : LB_PULL_NONE;
		assert_int_equal(lb_pins_mode(config), LB_PIN_IN);
		assert_int_equal(lb_pins_pull(config), pull);
		assert_int_equal(lb_pins_level(config, WIRE_DRIVE_FLOAT), pin == 2);
	}
}

static void the_level_is_that_of_the_strongest(void **state)
{
	static const struct {
		enum lb_pin_mode mode;
		enum lb_pin_pull pull;
		bool output;
		char expected[4]; /* for nobody, low, high outside */
	} cases[] = {
		{LB_PIN_IN, LB_PULL_NONE, false, "001"},         {LB_PIN_IN, LB_PULL_NONE, true, "001"},
		{LB_PIN_IN, LB_PULL_UP, false, "101"},           {LB_PIN_IN, LB_PULL_DOWN, true, "001"},
		{LB_PIN_OUT, LB_PULL_NONE, false, "001"},        {LB_PIN_OUT, LB_PULL_NONE, true, "101"},
		{LB_PIN_OUT, LB_PULL_UP, false, "001"},          {LB_PIN_OUT, LB_PULL_DOWN, true, "101"},
		{LB_PIN_OPEN_DRAIN, LB_PULL_NONE, false, "001"}, {LB_PIN_OPEN_DRAIN, LB_PULL_NONE, true, "001"},
		{LB_PIN_OPEN_DRAIN, LB_PULL_UP, false, "001"},   {LB_PIN_OPEN_DRAIN, LB_PULL_UP, true, "101"},
		{LB_PIN_OPEN_DRAIN, LB_PULL_DOWN, true, "001"},
	};
	static const enum wire_drive drives[] = {WIRE_DRIVE_FLOAT, WIRE_DRIVE_LOW, WIRE_DRIVE_HIGH};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t drive = 0; drive < 3; drive++) {
			uint32_t config = lb_pins_config(cases[i].mode, cases[i].pull, cases[i].output);
			if (lb_pins_level(config, drives[drive]) != (cases[i].expected[drive] == '1'))
				fail_msg("case %zu, drive %zu", i, drive);
		}
}

static void in_deep_sleep_outputs_let_go_and_pulls_stay(void **state)
{
	(void)state;
	uint32_t output = lb_pins_sleep_config(lb_pins_config(LB_PIN_OUT, LB_PULL_UP, true));
	uint32_t button = lb_pins_sleep_config(lb_pins_config(LB_PIN_IN, LB_PULL_UP, false));
	uint32_t bus = lb_pins_sleep_config(lb_pins_config(LB_PIN_OPEN_DRAIN, LB_PULL_UP, false));
	assert_false(lb_pins_level(output, WIRE_DRIVE_FLOAT));
	assert_true(lb_pins_level(button, WIRE_DRIVE_FLOAT));
	assert_false(lb_pins_level(button, WIRE_DRIVE_LOW));
	assert_true(lb_pins_level(bus, WIRE_DRIVE_FLOAT));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_pins_by_name_and_alias),
		cmocka_unit_test(every_pin_has_one_name_and_one_alias),
		cmocka_unit_test(a_config_is_the_word_of_the_wire),
		cmocka_unit_test(after_a_reset_two_pins_have_pulls),
		cmocka_unit_test(the_level_is_that_of_the_strongest),
		cmocka_unit_test(in_deep_sleep_outputs_let_go_and_pulls_stay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
