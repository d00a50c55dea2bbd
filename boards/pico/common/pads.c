/* RP2040 data sheet, 2.19. */
#include "boards/pico/common/pads.h"

#include <hardware/regs/io_bank0.h>
#include <hardware/regs/pads_bank0.h>
#include <hardware/regs/sio.h>

#include "boards/pico/common/registers.h"

enum { PINS_A_REGISTER = 8, BITS_A_PIN = 4 };

/* The registers of eight pins' interrupts, four bits a pin. */
static unsigned shift_of(unsigned pin)
{
	return BITS_A_PIN * (pin % PINS_A_REGISTER);
}

static uint32_t register_of(uint32_t first, unsigned pin)
{
	return IO_BANK0_BASE + first + 4 * (pin / PINS_A_REGISTER);
}

void pico_pads_choose(unsigned pin, enum pico_function function)
{
	PICO_REGISTER(IO_BANK0_BASE + IO_BANK0_GPIO0_CTRL_OFFSET + 8 * pin) = (uint32_t)function;
}

void pico_pads_connect(unsigned pin, enum pico_function function, enum lb_pin_pull pull)
{
	static const uint32_t pulls[] = {
		[LB_PULL_NONE] = 0,
		[LB_PULL_UP] = PADS_BANK0_GPIO0_PUE_BITS,
		[LB_PULL_DOWN] = PADS_BANK0_GPIO0_PDE_BITS,
	};

	PICO_REGISTER(PADS_BANK0_BASE + PADS_BANK0_GPIO0_OFFSET + 4 * pin) =
		PADS_BANK0_GPIO0_IE_BITS | PADS_BANK0_GPIO0_SCHMITT_BITS |
		PADS_BANK0_GPIO0_DRIVE_VALUE_4MA << PADS_BANK0_GPIO0_DRIVE_LSB | pulls[pull];
	pico_pads_choose(pin, function);
}

bool pico_pads_level(unsigned pin)
{
	return (PICO_REGISTER(SIO_BASE + SIO_GPIO_IN_OFFSET) & 1u << pin) != 0;
}

void pico_pads_listen(unsigned pin, bool on)
{
	const uint32_t enabled = register_of(IO_BANK0_PROC0_INTE0_OFFSET, pin),
				   edges = (uint32_t)PICO_EDGES << shift_of(pin);

	if (on)
		PICO_SET(enabled) = edges;
	else
		PICO_CLEAR(enabled) = edges;
}

uint32_t pico_pads_take_edges(unsigned pin)
{
	const uint32_t raw = register_of(IO_BANK0_INTR0_OFFSET, pin);
	const uint32_t edges = PICO_REGISTER(raw) >> shift_of(pin) & PICO_EDGES;

	PICO_REGISTER(raw) = edges << shift_of(pin);
	return edges;
}
