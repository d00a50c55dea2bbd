#include "hardware/process/nets.h"

#include "hardware/model/pins.h"
#include "hardware/process/names.h"

struct lb_pins_net lb_nets_look(const struct lb_nets *nets, unsigned pin)
{
	const struct lb_registers *registers = nets->registers;
	return (struct lb_pins_net){
		.config = lb_registers_get_pin(registers, WIRE_REG_PIN_CPU, pin),
		.drive = lb_registers_get_pin(registers, WIRE_REG_PIN_OUTSIDE, pin),
		.millivolts = lb_registers_get_pin(registers, WIRE_REG_PIN_MILLIVOLTS, pin),
		.frequency_mhz = lb_registers_get_pin(registers, WIRE_REG_PIN_PWM, 2 * pin),
		.duty = lb_registers_get_pin(registers, WIRE_REG_PIN_PWM, 2 * pin + 1),
	};
}

bool lb_nets_level(const struct lb_nets *nets, unsigned pin)
{
	struct lb_pins_net net = lb_nets_look(nets, pin);
	return lb_pins_net_level(&net, lb_clock_module_ns(nets->events->clock));
}

uint32_t lb_nets_outside(const struct lb_nets *nets, unsigned pin)
{
	return lb_registers_get_pin(nets->registers, WIRE_REG_PIN_OUTSIDE, pin);
}

/* True when the level is another than the last one told. */
static bool tell_level(struct lb_nets *nets, unsigned pin)
{
	struct lb_pins_net net = lb_nets_look(nets, pin);
	bool level = lb_nets_level(nets, pin);
	if (level == nets->level[pin] || (net.frequency_mhz != 0 && net.drive == WIRE_DRIVE_FLOAT))
		return false;
	nets->level[pin] = level;
	if (lb_events_wanted(nets->events, LB_EVENT_PIN)) {
		cJSON *event = lb_events_new(nets->events, LB_EVENT_PIN);
		cJSON_AddStringToObject(event, "name", lb_pins_name(pin));
		cJSON_AddStringToObject(event, "level", lb_names_level(level));
		lb_events_emit(nets->events, LB_EVENT_PIN, event);
	}
	return true;
}

static void configure(struct lb_nets *nets, unsigned pin, uint32_t config)
{
	lb_registers_put_pin(nets->registers, WIRE_REG_PIN_PWM, 2 * pin, 0);
	lb_registers_put_pin(nets->registers, WIRE_REG_PIN_CPU, pin, config);
	tell_level(nets, pin);
}

void lb_nets_power_off(struct lb_nets *nets)
{
	for (unsigned pin = 0; pin < LB_PIN_COUNT; pin++)
		configure(nets, pin, lb_pins_config(LB_PIN_IN, LB_PULL_NONE, false));
}

void lb_nets_reset(struct lb_nets *nets)
{
	for (unsigned pin = 0; pin < LB_PIN_COUNT; pin++)
		configure(nets, pin, lb_pins_reset_config(pin));
}

void lb_nets_sleep(struct lb_nets *nets)
{
	for (unsigned pin = 0; pin < LB_PIN_COUNT; pin++)
		configure(nets, pin, lb_pins_sleep_config(lb_registers_get_pin(nets->registers, WIRE_REG_PIN_CPU, pin)));
}

void lb_nets_update(struct lb_nets *nets, unsigned pin)
{
	tell_level(nets, pin);
}

static bool act(struct lb_nets *nets, unsigned pin, uint32_t drive, uint32_t millivolts)
{
	lb_registers_put_pin(nets->registers, WIRE_REG_PIN_MILLIVOLTS, pin, millivolts);
	lb_registers_put_pin(nets->registers, WIRE_REG_PIN_OUTSIDE, pin, drive);
	return tell_level(nets, pin);
}

bool lb_nets_drive(struct lb_nets *nets, unsigned pin, uint32_t drive)
{
	return act(nets, pin, drive, 0);
}

bool lb_nets_apply_volts(struct lb_nets *nets, unsigned pin, uint32_t millivolts)
{
	return act(nets, pin, millivolts >= LB_PINS_HIGH_MV ? WIRE_DRIVE_HIGH : WIRE_DRIVE_LOW, millivolts + 1);
}
