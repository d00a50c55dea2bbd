/* What was said of devices on the command line, held against the one that a script asked in vain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "host/audit/audit.h"

enum { ANY = 0, BME = 0x76, OLED = 0x3c };

static void by_kind_bus_and_address(void **state)
{
	const struct lb_audit_run run = {
		.given = {{LB_TRACE_I2C, lb_trace_place(0, BME)},
	              {LB_TRACE_UART, lb_trace_place(1, 0)},
	              {LB_TRACE_CARD, ANY},
	              {LB_TRACE_I2C, lb_trace_place(2, 0)}},
		.given_count = 4,
	};
	const struct {
		enum lb_trace_device device;
		uint32_t place;
		bool address, given;
	} asked[] = {
		{LB_TRACE_I2C, lb_trace_place(0, BME), true, true},
		{LB_TRACE_I2C, lb_trace_place(0, OLED), true, false},
		{LB_TRACE_I2C, lb_trace_place(0, OLED), false, true},
		{LB_TRACE_I2C, lb_trace_place(0, 0), true, true},
		{LB_TRACE_I2C, lb_trace_place(1, BME), true, false},
		{LB_TRACE_I2C, lb_trace_place(1, BME), false, false},
		{LB_TRACE_I2C, lb_trace_place(1, 0), true, false},
		{LB_TRACE_I2C, lb_trace_place(2, OLED), true, true},
		{LB_TRACE_I2C, ANY, true, true},
		{LB_TRACE_SPI, lb_trace_place(0, 0), true, false},
		{LB_TRACE_SPI, ANY, true, false},
		{LB_TRACE_UART, lb_trace_place(1, 0), true, true},
		{LB_TRACE_UART, lb_trace_place(2, 0), false, false},
		{LB_TRACE_CARD, ANY, true, true},
		{LB_TRACE_WIRE, ANY, true, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		if (lb_audit_is_given(&run, asked[i].device, asked[i].place, asked[i].address) != asked[i].given)
			fail_msg("case %zu", i);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(by_kind_bus_and_address)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
