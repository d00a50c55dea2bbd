#include "boards/pico/common/lamp.h"

#include <hardware/regs/io_bank0.h>
#include <hardware/regs/sio.h>

#include "boards/pico/common/chip.h"
#include "boards/pico/common/registers.h"
#include "boards/pico/common/rhythm.h"

enum { PIN = 25, US_PER_MS = 1000 };

static uint32_t shown_rgb, start_ms;
static enum lb_led_mode shown_mode;

static void drive(void)
{
	const struct pico_rhythm now = pico_rhythm_at(shown_rgb, shown_mode, pico_chip_millis() - start_ms);

	PICO_REGISTER(SIO_BASE + (now.lit ? SIO_GPIO_OUT_SET_OFFSET : SIO_GPIO_OUT_CLR_OFFSET)) = 1u << PIN;
	if (now.wait_ms != 0)
		pico_chip_alarm(PICO_LAMP_ALARM, now.wait_ms * US_PER_MS);
}

void pico_lamp_init(void)
{
	PICO_REGISTER(SIO_BASE + SIO_GPIO_OUT_CLR_OFFSET) = 1u << PIN;
	PICO_REGISTER(SIO_BASE + SIO_GPIO_OE_SET_OFFSET) = 1u << PIN;
	PICO_REGISTER(IO_BANK0_BASE + IO_BANK0_GPIO25_CTRL_OFFSET) = IO_BANK0_GPIO25_CTRL_FUNCSEL_VALUE_SIO_25;
}

void pico_lamp_show(uint32_t rgb, enum lb_led_mode mode)
{
	pico_chip_alarm_off(PICO_LAMP_ALARM);
	shown_rgb = rgb;
	shown_mode = mode;
	start_ms = pico_chip_millis();
	drive();
}

void pico_lamp_on_alarm(void)
{
	pico_chip_alarm_seen(PICO_LAMP_ALARM);
	drive();
}
