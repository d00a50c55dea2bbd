/* uart0 for the firmware. UART 1 and 2 take what is written and receive nothing. */
#include <hardware/regs/m0plus.h>

#include "boards/pico/common/handlers.h"
#include "boards/pico/common/line.h"
#include "boards/pico/common/registers.h"
#include "boards/pico/periph/pico_serial.h"
#include "boards/pico/periph/pico_time.h"
#include "core/hw/periph.h"

enum { PORTS = 3 };

static lb_serial_rx_fn *on_receive;
static bool is_on[PORTS] = {true};

void pico_serial_init(void)
{
	pico_line_init();
	PICO_REGISTER(PPB_BASE + M0PLUS_NVIC_ISER_OFFSET) = 1u << PICO_LINE_INPUT;
}

/* What is not taken stays, and is offered again with what comes next. */
void pico_handle_input(void)
{
	const uint8_t *bytes;
	size_t count, taken;

	while ((count = pico_line_peek(&bytes)) > 0) {
		if (is_on[0] && on_receive == NULL)
			return;
		taken = is_on[0] ? on_receive(0, bytes, count) : count;
		pico_time_note();
		pico_line_drop(taken);
		if (taken < count)
			return;
	}
}

void lb_periph_serial_resume(unsigned port)
{
	const uint32_t state = lb_periph_irq_save();

	if (port == 0)
		pico_handle_input();
	lb_periph_irq_restore(state);
}

void lb_periph_serial_on_receive(unsigned port, lb_serial_rx_fn *handler)
{
	if (port == 0)
		on_receive = handler;
	lb_periph_serial_resume(port);
}

bool lb_periph_serial_holds(unsigned port, uint8_t byte)
{
	return port == 0 && is_on[0] && pico_line_holds(byte);
}

void lb_periph_serial_write(unsigned port, const void *data, size_t size_bytes)
{
	if (port == 0 && is_on[0])
		pico_line_write(data, size_bytes);
}

/* A character has 8 bits here at most. */
void lb_periph_serial_config(unsigned port, const struct lb_serial_config *config)
{
	if (port != 0)
		return;
	pico_line_format(config->bits < 8 ? config->bits : 8, config->parity, config->stop);
	pico_line_baud(config->baud);
}

/* Both ways what arrived before is lost. */
void lb_periph_serial_enable(unsigned port, bool on)
{
	const uint32_t state = lb_periph_irq_save();

	if (is_on[port] != on) {
		is_on[port] = false;
		lb_periph_serial_resume(port);
	}
	is_on[port] = on;
	lb_periph_irq_restore(state);
}

bool lb_periph_serial_enabled(unsigned port)
{
	return is_on[port];
}
