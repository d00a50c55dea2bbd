/* Configurations of pins, and levels on nets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hardware/model/pins.h"

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

/* So are the places of PWM: the first 24 pins' are where the images before the second block have them. */
static void the_pwm_of_32_pins_has_its_registers(void **state)
{
	(void)state;
	for (unsigned pin = 0; pin < WIRE_PINS; pin++) {
		const unsigned place = pin < 24 ? 0x280 + 8 * pin : 0x900 + 8 * (pin - 24);
		assert_int_equal(wire_pwm_register(pin), place);
		assert_int_equal(wire_duty_register(pin), place + 4);
		assert_int_equal(wire_pin_register(WIRE_REG_PIN_CPU, pin), 0x100 + 4 * pin);
	}
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

/* The definition, in numbers that are wide enough for it. */
static bool pwm_by_definition(uint32_t frequency_mhz, uint32_t duty, uint64_t module_ns)
{
	__extension__ typedef unsigned __int128 wide;
	const wide cycle = 1000000000000u;
	wide position = (wide)module_ns * frequency_mhz % cycle;

	return position < (wide)duty * cycle / 65535;
}

static void pwm_is_high_for_its_duty_and_never_drifts(void **state)
{
	static const uint32_t frequencies_mhz[] = {1, 500, 1000, 50000, 333333, 1000000, 12345678, 4294967295u};
	static const uint32_t duties[] = {0, 1, 3277, 32768, 65534, 65535};
	static const uint64_t starts_ns[] = {0, 999999999, 1000000000, 86400000000123, 31557600000000000};

	(void)state;
	for (size_t f = 0; f < 8; f++)
		for (size_t d = 0; d < 6; d++)
			for (size_t s = 0; s < 5; s++)
				for (uint64_t step = 0; step < 400; step++) {
					uint64_t ns = starts_ns[s] + step * 7919 * (step % 11 + 1) * (f == 0 ? 100001u : 1u);
					if (lb_pins_pwm_level(frequencies_mhz[f], duties[d], ns) !=
					    pwm_by_definition(frequencies_mhz[f], duties[d], ns))
						fail_msg("%u mHz, duty %u, %llu ns", frequencies_mhz[f], duties[d], (unsigned long long)ns);
				}
}

static void pwm_at_a_kilohertz_has_its_edges_where_they_belong(void **state)
{
	(void)state;
	assert_true(lb_pins_pwm_level(1000000, 16384, 0));
	assert_true(lb_pins_pwm_level(1000000, 16384, 250003));
	assert_false(lb_pins_pwm_level(1000000, 16384, 250004));
	assert_false(lb_pins_pwm_level(1000000, 16384, 999999));
	assert_true(lb_pins_pwm_level(1000000, 16384, 1000000));
	assert_true(lb_pins_pwm_level(1000000, 70000, 999999));
	expect_assert_failure(lb_pins_pwm_level(0, 1, 0));
}

static void on_a_net_the_outside_wins_over_pwm_and_pwm_over_the_output(void **state)
{
	struct lb_pins_net net = {
		.config = lb_pins_config(LB_PIN_OUT, LB_PULL_NONE, true),
		.frequency_mhz = 1000000,
		.duty = 32768,
	};

	(void)state;
	assert_true(lb_pins_net_level(&net, 100000));
	assert_false(lb_pins_net_level(&net, 600000));
	net.drive = WIRE_DRIVE_HIGH;
	assert_true(lb_pins_net_level(&net, 600000));
	net.drive = WIRE_DRIVE_LOW;
	assert_false(lb_pins_net_level(&net, 100000));
	net.drive = WIRE_DRIVE_FLOAT;
	net.frequency_mhz = 0;
	assert_true(lb_pins_net_level(&net, 600000));
}

static void an_adc_sees_the_voltage_from_outside_or_the_level(void **state)
{
	struct lb_pins_net net = {.config = lb_pins_config(LB_PIN_IN, LB_PULL_UP, false)};

	(void)state;
	assert_int_equal(lb_pins_net_millivolts(&net, 0), 3300);
	net.drive = WIRE_DRIVE_LOW;
	assert_int_equal(lb_pins_net_millivolts(&net, 0), 0);
	net.millivolts = 1 + 1200;
	assert_int_equal(lb_pins_net_millivolts(&net, 0), 1200);
	net.millivolts = 1;
	assert_int_equal(lb_pins_net_millivolts(&net, 0), 0);
}

static void a_voltage_is_digits_and_a_v(void **state)
{
	static const struct {
		const char *text;
		int millivolts;
	} cases[] = {
		{"1.2V", 1200},  {"0V", 0},     {"3.3V", 3300},
		{"3.6V", 3600},  {"0.001V", 1}, {"01.250V", 1250},
		{"3.601V", -1},  {"4V", -1},    {"100000000000000000000V", -1},
		{"-1V", -1},     {"1.2", -1},   {"1.V", -1},
		{".5V", -1},     {"V", -1},     {"", -1},
		{"1.2345V", -1}, {"1.2v", -1},  {"1.2V ", -1},
		{"1,2V", -1},    {"high", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (lb_pins_parse_volts(cases[i].text) != cases[i].millivolts)
			fail_msg("\"%s\" is %d", cases[i].text, lb_pins_parse_volts(cases[i].text));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_config_is_the_word_of_the_wire),
		cmocka_unit_test(the_pwm_of_32_pins_has_its_registers),
		cmocka_unit_test(after_a_reset_two_pins_have_pulls),
		cmocka_unit_test(the_level_is_that_of_the_strongest),
		cmocka_unit_test(in_deep_sleep_outputs_let_go_and_pulls_stay),
		cmocka_unit_test(pwm_is_high_for_its_duty_and_never_drifts),
		cmocka_unit_test(pwm_at_a_kilohertz_has_its_edges_where_they_belong),
		cmocka_unit_test(on_a_net_the_outside_wins_over_pwm_and_pwm_over_the_output),
		cmocka_unit_test(an_adc_sees_the_voltage_from_outside_or_the_level),
		cmocka_unit_test(a_voltage_is_digits_and_a_v),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
