#include "hardware/model/pins.h"

#include <string.h>

#include "core/base/assert.h"

struct pin_names {
	char name[4];
	char alias[4];
};

static const struct pin_names NAMES[LB_PIN_COUNT] = {
	{ "P0", "G2" },   { "P1", "G1" },   { "P2", "G23" },  { "P3", "G24" },  { "P4", "G11" },  { "P5", "G12" },
	{ "P6", "G13" },  { "P7", "G14" },  { "P8", "G15" },  { "P9", "G16" },  { "P10", "G17" }, { "P11", "G22" },
	{ "P12", "G28" }, { "P13", "G5" },  { "P14", "G4" },  { "P15", "G0" },  { "P16", "G3" },  { "P17", "G31" },
	{ "P18", "G30" }, { "P19", "G6" },  { "P20", "G7" },  { "P21", "G8" },  { "P22", "G9" },  { "P23", "G10" },
};

enum { PIN_BOOTLOADER = 2, PIN_GATE = 12 };
enum { PULL_SHIFT = 4, OUTPUT_SHIFT = 8, FIELD_MASK = 0xF };

int lb_pins_find(const char *name)
{
	for (int pin = 0; pin < LB_PIN_COUNT; pin++)
		if (strcmp(name, NAMES[pin].name) == 0 || strcmp(name, NAMES[pin].alias) == 0)
			return pin;
	return -1;
}

const char *lb_pins_name(unsigned pin)
{
	LB_ASSERT(pin < LB_PIN_COUNT);
	return NAMES[pin].name;
}

const char *lb_pins_alias(unsigned pin)
{
	LB_ASSERT(pin < LB_PIN_COUNT);
	return NAMES[pin].alias;
}

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

uint32_t lb_pins_reset_config(unsigned pin)
{
	LB_ASSERT(pin < LB_PIN_COUNT);
	if (pin == PIN_GATE)
		return lb_pins_config(LB_PIN_IN, LB_PULL_DOWN, false);
	if (pin == PIN_BOOTLOADER)
		return lb_pins_config(LB_PIN_IN, LB_PULL_UP, false);
	return lb_pins_config(LB_PIN_IN, LB_PULL_NONE, false);
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
