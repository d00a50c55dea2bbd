#include "hardware/process/nets.h"

#include "hardware/model/pins.h"
#include "hardware/process/names.h"

bool lb_nets_level(const struct lb_nets *nets, unsigned pin)
{
	return lb_pins_level(lb_registers_get_pin(nets->registers, WIRE_REG_PIN_CPU, pin), lb_nets_outside(nets, pin));
}

uint32_t lb_nets_outside(const struct lb_nets *nets, unsigned pin)
{
	return lb_registers_get_pin(nets->registers, WIRE_REG_PIN_OUTSIDE, pin);
}

/* True when the level is another than the last one told. */
static bool tell_level(struct lb_nets *nets, unsigned pin)
{
	bool level = lb_nets_level(nets, pin);
	if (level == nets->level[pin])
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

bool lb_nets_drive(struct lb_nets *nets, unsigned pin, uint32_t drive)
{
	lb_registers_put_pin(nets->registers, WIRE_REG_PIN_OUTSIDE, pin, drive);
	return tell_level(nets, pin);
}
