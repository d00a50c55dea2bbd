#define LB_ASSERT_FILE 17
#include "hardware/model/pins.h"

#include <string.h>

#include "core/base/assert.h"

enum { PULL_SHIFT = 4, OUTPUT_SHIFT = 8, FIELD_MASK = 0xF };

uint32_t lb_pins_config(enum lb_pin_mode mode, enum lb_pin_pull pull, bool output)
{
	return (uint32_t)mode | (uint32_t)pull << PULL_SHIFT | (uint32_t)output << OUTPUT_SHIFT;
}

enum lb_pin_mode lb_pins_mode(uint32_t config)
{
	return (enum lb_pin_mode)(config & FIELD_MASK);
}

enum lb_pin_pull lb_pins_pull(uint32_t config)
{
	return (enum lb_pin_pull)(config >> PULL_SHIFT & FIELD_MASK);
}

bool lb_pins_output(uint32_t config)
{
	return (config >> OUTPUT_SHIFT & 1) != 0;
}

bool lb_pins_pulls_low(uint32_t config)
{
	const enum lb_pin_mode mode = lb_pins_mode(config);

	return (mode == LB_PIN_OUT || mode == LB_PIN_OPEN_DRAIN) && !lb_pins_output(config);
}

uint32_t lb_pins_reset_config(unsigned pin)
{
	return lb_pins_config(LB_PIN_IN, (enum lb_pin_pull)lb_pinout_get(pin)->pull, false);
}

uint32_t lb_pins_sleep_config(uint32_t config)
{
	if (lb_pins_mode(config) == LB_PIN_OUT)
		return lb_pins_config(LB_PIN_IN, LB_PULL_NONE, false);
	return lb_pins_config(LB_PIN_IN, lb_pins_pull(config), false);
}

bool lb_pins_level(uint32_t config, uint32_t drive)
{
	if (drive == WIRE_DRIVE_HIGH)
		return true;
	if (drive == WIRE_DRIVE_LOW)
		return false;
	if (lb_pins_mode(config) == LB_PIN_OUT)
		return lb_pins_output(config);
	if (lb_pins_mode(config) == LB_PIN_OPEN_DRAIN && !lb_pins_output(config))
		return false;
	return lb_pins_pull(config) == LB_PULL_UP;
}

/* Time is seconds and nanoseconds here, for the product of all nanoseconds and the frequency takes more than 64 bits.
 * Where in its cycle the wave is comes in parts of 10^12. */
bool lb_pins_pwm_level(uint32_t frequency_mhz, uint32_t duty, uint64_t module_ns)
{
	const uint64_t ns_per_s = 1000000000, mhz_per_hz = 1000, cycle = ns_per_s * mhz_per_hz;
	const uint64_t seconds = module_ns / ns_per_s, rest_ns = module_ns % ns_per_s;
	const uint64_t by_seconds = (seconds % mhz_per_hz) * (frequency_mhz % mhz_per_hz) % mhz_per_hz * ns_per_s;
	const uint64_t position = (by_seconds + rest_ns * frequency_mhz % cycle) % cycle;

	LB_ASSERT(frequency_mhz != 0);
	return duty >= LB_PINS_DUTY_FULL || position < duty * cycle / LB_PINS_DUTY_FULL;
}

bool lb_pins_net_level(const struct lb_pins_net *net, uint64_t module_ns)
{
	if (net->device != 0 && net->frequency_mhz == 0 && net->drive == WIRE_DRIVE_FLOAT)
		return !lb_pins_pulls_low(net->config);
	if (net->frequency_mhz == 0 || net->drive != WIRE_DRIVE_FLOAT)
		return lb_pins_level(net->config, net->drive);
	return lb_pins_pwm_level(net->frequency_mhz, net->duty, module_ns);
}

uint32_t lb_pins_net_millivolts(const struct lb_pins_net *net, uint64_t module_ns)
{
	if (net->millivolts != 0)
		return net->millivolts - 1;
	return lb_pins_net_level(net, module_ns) ? LB_PINS_SUPPLY_MV : 0;
}

static bool is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

int lb_pins_parse_volts(const char *text)
{
	enum { MV_PER_V = 1000, NO_SUCH_VOLTAGE = 100 };
	int millivolts = 0, weight = MV_PER_V;

	if (!is_digit(*text))
		return -1;
	for (; is_digit(*text); text++)
		millivolts = millivolts < NO_SUCH_VOLTAGE * MV_PER_V ? millivolts * 10 + (*text - '0') * MV_PER_V : millivolts;
	if (*text == '.' && is_digit(text[1])) {
		for (text++; is_digit(*text) && weight > 1; text++) {
			weight /= 10;
			millivolts += (*text - '0') * weight;
		}
	}
	return strcmp(text, "V") == 0 && millivolts <= LB_PINS_MOST_MV ? millivolts : -1;
}
