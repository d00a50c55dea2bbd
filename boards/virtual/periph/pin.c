#include "boards/virtual/common/bus.h"
#include "boards/virtual/periph/irq.h"
#include "core/base/assert.h"
#include "core/hw/periph.h"
#include "hardware/model/pins.h"

static lb_pin_fn *handler;
static bool levels[LB_PIN_COUNT]; /* as last reported */

void lb_pin_init(void)
{
	for (unsigned pin = 0; pin < LB_PIN_COUNT; pin++)
		levels[pin] = lb_bus_pin_level(pin);
}

/* When CPU and outside change a pin at the same time, both ways of learning of it may tell the same. */
static void report(unsigned pin, bool level)
{
	if (levels[pin] == level)
		return;
	levels[pin] = level;
	if (handler == NULL)
		return;
	lb_irq_note();
	handler(pin, level);
}

/* Changes that the outside made. End of file ends the program in here. */
void lb_pin_interrupt(void)
{
	uint8_t message[WIRE_MESSAGE_BYTES];
	size_t size_bytes;

	while ((size_bytes = lb_bus_receive(message)) > 0) {
		if (message[0] == WIRE_PIN_CHANGED && size_bytes >= 3 && message[1] < LB_PIN_COUNT)
			report(message[1], message[2] != 0);
	}
}

/* Changes that the CPU makes itself; those of the outside it learns by message. */
static void change_config(unsigned pin, uint32_t config)
{
	const uint32_t state = lb_periph_irq_save();

	lb_bus_set_pin_config(pin, config);
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
	return lb_bus_pin_level(pin);
}

void lb_periph_pin_on_change(lb_pin_fn *new_handler)
{
	const uint32_t state = lb_periph_irq_save();

	handler = new_handler;
	lb_periph_irq_restore(state);
}
