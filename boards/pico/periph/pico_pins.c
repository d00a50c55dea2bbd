#include "boards/pico/periph/pico_pins.h"

#include <hardware/regs/intctrl.h>
#include <hardware/regs/m0plus.h>
#include <hardware/regs/sio.h>

#include "boards/pico/common/handlers.h"
#include "boards/pico/common/pads.h"
#include "boards/pico/common/registers.h"
#include "boards/pico/periph/pico_pwm.h"
#include "boards/pico/periph/pico_time.h"
#include "core/hw/periph.h"

enum { FIRST = LB_PIN_P2, FULL_MV = 3300 };

static lb_pin_fn *on_change;
static struct {
	enum lb_pin_mode mode;
	bool output;
	bool shown; /* the level that was last reported */
} pins[LB_PIN_COUNT];

void pico_pins_init(void)
{
	for (unsigned pin = FIRST; pin < LB_PIN_COUNT; pin++) {
		pins[pin].shown = pico_pads_level(pin);
		(void)pico_pads_take_edges(pin);
		pico_pads_listen(pin, true);
	}
	PICO_REGISTER(PPB_BASE + M0PLUS_NVIC_ISER_OFFSET) = 1u << IO_IRQ_BANK0;
}

static void report(unsigned pin, bool level)
{
	pins[pin].shown = level;
	if (on_change == NULL)
		return;
	pico_time_note();
	on_change(pin, level);
}

/* Both edges: it was there and is back again. */
static void look_at(unsigned pin)
{
	const uint32_t edges = pico_pads_take_edges(pin);
	const bool level = pico_pads_level(pin);

	if (edges == PICO_EDGES && pins[pin].shown == level)
		report(pin, !level);
	if (edges != 0 && pins[pin].shown != level)
		report(pin, level);
}

void pico_handle_pins(void)
{
	for (unsigned pin = FIRST; pin < LB_PIN_COUNT; pin++)
		look_at(pin);
}

void lb_periph_pin_on_change(lb_pin_fn *handler)
{
	on_change = handler;
}

/* An open drain drives low alone. */
static void drive(unsigned pin)
{
	const bool is_open = pins[pin].mode == LB_PIN_OPEN_DRAIN;
	const bool drives = pins[pin].mode == LB_PIN_OUT || (is_open && !pins[pin].output);
	const bool high = pins[pin].output && !is_open;

	PICO_REGISTER(SIO_BASE + (high ? SIO_GPIO_OUT_SET_OFFSET : SIO_GPIO_OUT_CLR_OFFSET)) = 1u << pin;
	PICO_REGISTER(SIO_BASE + (drives ? SIO_GPIO_OE_SET_OFFSET : SIO_GPIO_OE_CLR_OFFSET)) = 1u << pin;
}

void lb_periph_pin_config(unsigned pin, enum lb_pin_mode mode, enum lb_pin_pull pull)
{
	const uint32_t state = lb_periph_irq_save();

	pins[pin].mode = mode;
	drive(pin);
	pico_pads_connect(pin, pico_pwm_drives(pin) ? PICO_FUNCTION_PWM : PICO_FUNCTION_SIO, pull);
	lb_periph_irq_restore(state);
}

void lb_periph_pin_write(unsigned pin, bool level)
{
	const uint32_t state = lb_periph_irq_save();

	pins[pin].output = level;
	drive(pin);
	lb_periph_irq_restore(state);
}

bool lb_periph_pin_read(unsigned pin)
{
	return pico_pads_level(pin);
}

/* None of these pins has an ADC. */
uint32_t lb_periph_pin_millivolts(unsigned pin)
{
	return pico_pads_level(pin) ? FULL_MV : 0;
}
