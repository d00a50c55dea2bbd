#include "hardware/process/nets.h"

#include "hardware/model/pins.h"
#include "hardware/process/names.h"

struct lb_pins_net lb_nets_poll(const struct lb_nets *nets, unsigned pin)
{
	const struct lb_registers *registers = nets->registers;

	return (struct lb_pins_net){
		.config = lb_registers_get(registers, wire_pin_register(WIRE_REG_PIN_CPU, pin)),
		.drive = lb_registers_get(registers, wire_pin_register(WIRE_REG_PIN_OUTSIDE, pin)),
		.millivolts = lb_registers_get(registers, wire_pin_register(WIRE_REG_PIN_MILLIVOLTS, pin)),
		.device = lb_registers_get(registers, wire_pin_register(WIRE_REG_PIN_DEVICE, pin)),
		.frequency_mhz = lb_registers_get(registers, wire_pwm_register(pin)),
		.duty = lb_registers_get(registers, wire_duty_register(pin)),
	};
}

bool lb_nets_level(const struct lb_nets *nets, unsigned pin)
{
	struct lb_pins_net net = lb_nets_poll(nets, pin);

	return lb_pins_net_level(&net, lb_clock_module_ns(nets->events->clock));
}

uint32_t lb_nets_outside(const struct lb_nets *nets, unsigned pin)
{
	return nets->hand[pin].drive;
}

/* True when the level is another than the last one told. */
static bool report_level(struct lb_nets *nets, unsigned pin)
{
	struct lb_pins_net net = lb_nets_poll(nets, pin);
	bool level = lb_nets_level(nets, pin);

	if (level == nets->level[pin] || (net.frequency_mhz != 0 && net.drive == WIRE_DRIVE_FLOAT))
		return false;
	nets->level[pin] = level;
	if (lb_events_wanted(nets->events, LB_EVENT_PIN)) {
		cJSON *event = lb_events_new(nets->events, LB_EVENT_PIN);
		cJSON_AddStringToObject(event, "name", lb_pinout_get(pin)->name);
		cJSON_AddStringToObject(event, "level", lb_names_level(level));
		lb_events_emit(nets->events, LB_EVENT_PIN, event);
	}
	return true;
}

static void configure(struct lb_nets *nets, unsigned pin, uint32_t config)
{
	lb_registers_put(nets->registers, wire_pwm_register(pin), 0);
	lb_registers_put(nets->registers, wire_pin_register(WIRE_REG_PIN_CPU, pin), config);
	report_level(nets, pin);
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
		configure(nets, pin,
		          lb_pins_sleep_config(lb_registers_get(nets->registers, wire_pin_register(WIRE_REG_PIN_CPU, pin))));
}

void lb_nets_update(struct lb_nets *nets, unsigned pin)
{
	report_level(nets, pin);
}

static bool act(struct lb_nets *nets, unsigned pin)
{
	static const struct lb_nets_hand LOW = {.drive = WIRE_DRIVE_LOW};
	const struct lb_nets_hand *outside = nets->pulled_low[pin] ? &LOW : &nets->hand[pin];

	lb_registers_put(nets->registers, wire_pin_register(WIRE_REG_PIN_MILLIVOLTS, pin), outside->millivolts);
	lb_registers_put(nets->registers, wire_pin_register(WIRE_REG_PIN_OUTSIDE, pin), outside->drive);
	return report_level(nets, pin);
}

bool lb_nets_drive(struct lb_nets *nets, unsigned pin, uint32_t drive)
{
	nets->hand[pin] = (struct lb_nets_hand){.drive = drive};
	return act(nets, pin);
}

bool lb_nets_apply_volts(struct lb_nets *nets, unsigned pin, uint32_t millivolts)
{
	uint32_t drive = millivolts >= LB_PINS_HIGH_MV ? WIRE_DRIVE_HIGH : WIRE_DRIVE_LOW;

	nets->hand[pin] = (struct lb_nets_hand){.drive = drive, .millivolts = millivolts + 1};
	return act(nets, pin);
}

bool lb_nets_pull_low(struct lb_nets *nets, unsigned pin, bool low)
{
	nets->pulled_low[pin] = low;
	return act(nets, pin);
}
