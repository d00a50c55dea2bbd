#define LB_ASSERT_FILE 14
#include "boards/virtual/common/bus.h"
#include "boards/virtual/periph/interrupt.h"
#include "boards/virtual/periph/pin.h"
#include "boards/virtual/periph/wireline.h"
#include "core/base/assert.h"
#include "core/hw/periph.h"
#include "hardware/model/pins.h"

static struct {
	lb_pin_fn *handler;
	bool levels[LB_PIN_COUNT]; /* as last reported */
} pins;

void lb_pin_init(void)
{
	for (unsigned pin = 0; pin < LB_PIN_COUNT; pin++)
		pins.levels[pin] = lb_bus_pin_level(pin);
}

/* When CPU and outside change a pin at the same time, both ways may report the same change. PWM's own edges
 * are none of it. */
static void report(unsigned pin, bool level)
{
	const struct lb_pins_net net = lb_bus_pin_net(pin);

	if (pins.levels[pin] == level || (net.frequency_mhz != 0 && net.drive == WIRE_DRIVE_FLOAT))
		return;
	pins.levels[pin] = level;
	if (pins.handler == NULL)
		return;
	lb_interrupt_note();
	pins.handler(pin, level);
}

void lb_pin_outside(unsigned pin, bool level)
{
	if (pin < LB_PIN_COUNT)
		report(pin, level);
}

/* Changes that the CPU makes itself; those of the outside it learns by message. */
static void change_config(unsigned pin, uint32_t config)
{
	const uint32_t state = lb_periph_irq_save();

	lb_bus_set_pin_config(pin, config);
	lb_wireline_change(pin);
	report(pin, lb_bus_pin_level(pin));
	lb_periph_irq_restore(state);
}

void lb_periph_pin_config(unsigned pin, enum lb_pin_mode mode, enum lb_pin_pull pull)
{
	LB_ASSERT(pin < LB_PIN_COUNT);
	change_config(pin, lb_pins_config(mode, pull, lb_pins_output(lb_bus_pin_config(pin))));
}

void lb_periph_pin_write(unsigned pin, bool level)
{
	uint32_t config;

	LB_ASSERT(pin < LB_PIN_COUNT);
	config = lb_bus_pin_config(pin);
	change_config(pin, lb_pins_config(lb_pins_mode(config), lb_pins_pull(config), level));
}

bool lb_periph_pin_read(unsigned pin)
{
	LB_ASSERT(pin < LB_PIN_COUNT);
	return !lb_wireline_pulls(pin) && lb_bus_pin_level(pin);
}

uint32_t lb_periph_pin_millivolts(unsigned pin)
{
	struct lb_pins_net net;

	LB_ASSERT(pin < LB_PIN_COUNT);
	net = lb_bus_pin_net(pin);
	return lb_pins_net_millivolts(&net, lb_bus_nanos());
}

void lb_periph_pin_on_change(lb_pin_fn *new_handler)
{
	const uint32_t state = lb_periph_irq_save();

	pins.handler = new_handler;
	lb_periph_irq_restore(state);
}

/* --- PWM --- */

void lb_periph_pwm(unsigned pin, uint32_t frequency_mhz, uint32_t duty)
{
	const uint32_t state = lb_periph_irq_save();

	LB_ASSERT(pin < LB_PIN_COUNT);
	lb_bus_set_pin_pwm(pin, frequency_mhz, duty < LB_PINS_DUTY_FULL ? duty : LB_PINS_DUTY_FULL);
	report(pin, lb_bus_pin_level(pin));
	lb_periph_irq_restore(state);
}

void lb_periph_pwm_get(unsigned pin, uint32_t *frequency_mhz, uint32_t *duty)
{
	struct lb_pins_net net;

	LB_ASSERT(pin < LB_PIN_COUNT);
	net = lb_bus_pin_net(pin);
	*frequency_mhz = net.frequency_mhz;
	*duty = net.duty;
}
