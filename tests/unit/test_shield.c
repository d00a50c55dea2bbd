/* The controller of Pycom's shields: its commands, and its hands on reset line and G23. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hardware/model/shield.h"

static uint8_t answered[2 * LB_SHIELD_ANSWER_BYTES];

/* Gives it all bytes; how many it answered, in answered. */
static unsigned give(struct lb_shield *shield, const uint8_t *bytes, size_t count)
{
	unsigned total = 0;

	for (size_t i = 0; i < count; i++) {
		uint8_t answer[LB_SHIELD_ANSWER_BYTES];
		unsigned size = lb_shield_step(shield, bytes[i], answer);
		for (unsigned k = 0; k < size; k++) {
			assert_true(total < sizeof(answered));
			answered[total++] = answer[k];
		}
	}
	return total;
}
#define GIVE(shield, ...) give(shield, (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void it_says_what_it_is(void **state)
{
	struct lb_shield shield;

	(void)state;
	lb_shield_init(&shield);
	assert_int_equal(GIVE(&shield, 0x10), 2);
	assert_int_equal(answered[0] | answered[1] << 8, LB_SHIELD_HARDWARE);
	assert_int_equal(GIVE(&shield, 0x11, 0x12), 4);
	assert_int_equal(answered[0] | answered[1] << 8, LB_SHIELD_FIRMWARE);
	assert_int_equal(answered[2] | answered[3] << 8, LB_SHIELD_PRODUCT);
}

static void its_memory_is_read_and_written(void **state)
{
	static const uint16_t PLACES[] = {LB_SHIELD_PORTA, LB_SHIELD_PORTC, LB_SHIELD_TRISA, LB_SHIELD_TRISC};
	struct lb_shield shield;

	(void)state;
	lb_shield_init(&shield);
	for (uint8_t i = 0; i < 4; i++) {
		uint8_t low = (uint8_t)PLACES[i], high = (uint8_t)(PLACES[i] >> 8);
		assert_int_equal(GIVE(&shield, 0x01, low, high, (uint8_t)(0xA0 + i)), 0);
	}
	for (uint8_t i = 0; i < 4; i++) {
		uint8_t low = (uint8_t)PLACES[i], high = (uint8_t)(PLACES[i] >> 8);
		assert_int_equal(GIVE(&shield, 0x00, low, high), 1);
		assert_int_equal(answered[0], 0xA0 + i);
	}
	assert_int_equal(GIVE(&shield, 0x02, LB_SHIELD_PORTA, 0, 0xF0, 0x05, 0xFF), 1);
	assert_int_equal(answered[0], 0x5A); /* ((A0 & F0) | 05) ^ FF */
	assert_int_equal(GIVE(&shield, 0x01, 0x0C, 0x01, 0x77), 0);
	assert_int_equal(GIVE(&shield, 0x00, 0x0C, 0x01), 1);
	assert_int_equal(answered[0], 0);
}

static void unknown_commands_and_broken_ones_are_passed_over(void **state)
{
	struct lb_shield shield;

	(void)state;
	lb_shield_init(&shield);
	assert_int_equal(GIVE(&shield, 0x03, 0xFF, 0x30, 0x31, 0x80), 0);
	assert_int_equal(GIVE(&shield, 0x02, LB_SHIELD_TRISC, 0), 0);
	lb_shield_start(&shield);
	assert_int_equal(GIVE(&shield, 0x11), 2);
	assert_false(lb_shield_holds_reset(&shield));
}

static void it_holds_what_is_an_output_and_low(void **state)
{
	struct lb_shield shield;

	(void)state;
	lb_shield_init(&shield);
	assert_false(lb_shield_holds_reset(&shield) || lb_shield_holds_boot(&shield));

	GIVE(&shield, 0x02, LB_SHIELD_TRISC, 0, 0xFE, 0, 0);
	GIVE(&shield, 0x02, LB_SHIELD_PORTC, 0, 0xFE, 0, 0);
	assert_true(lb_shield_holds_boot(&shield) && !lb_shield_holds_reset(&shield));
	GIVE(&shield, 0x02, LB_SHIELD_TRISC, 0, 0xDF, 0, 0);
	assert_true(lb_shield_holds_boot(&shield) && lb_shield_holds_reset(&shield));
	GIVE(&shield, 0x02, LB_SHIELD_PORTC, 0, 0xFF, 0x20, 0);
	assert_true(lb_shield_holds_boot(&shield) && !lb_shield_holds_reset(&shield));
	GIVE(&shield, 0x02, LB_SHIELD_TRISC, 0, 0xFF, 0x21, 0);
	assert_false(lb_shield_holds_reset(&shield) || lb_shield_holds_boot(&shield));

	GIVE(&shield, 0x01, LB_SHIELD_TRISC, 0, 0x00);
	GIVE(&shield, 0x01, LB_SHIELD_PORTC, 0, 0x00);
	assert_true(lb_shield_holds_boot(&shield) && lb_shield_holds_reset(&shield));
	lb_shield_init(&shield);
	assert_false(lb_shield_holds_reset(&shield) || lb_shield_holds_boot(&shield));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_what_it_is),
		cmocka_unit_test(its_memory_is_read_and_written),
		cmocka_unit_test(unknown_commands_and_broken_ones_are_passed_over),
		cmocka_unit_test(it_holds_what_is_an_output_and_low),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
