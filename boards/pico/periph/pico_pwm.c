#include "boards/pico/periph/pico_pwm.h"

#include <hardware/regs/pwm.h>
#include <hardware/regs/resets.h>

#include "boards/pico/common/chip.h"
#include "boards/pico/common/pads.h"
#include "boards/pico/common/registers.h"
#include "core/hw/periph.h"

enum {
	SLICES = 8,
	SLICE_BYTES = PWM_CH1_CSR_OFFSET,
	COUNTS = 65536,
	DIVIDER_ONE = 16,
	DIVIDER_MOST = 4095,
	FULL = 65535
};
#define CYCLES_MHZ ((uint64_t)PICO_SYS_HZ * 1000) /* of a second, times millihertz */

static struct {
	uint32_t frequency_mhz; /* 0: it is off */
	uint32_t duty;
} pins[LB_PIN_COUNT];

void pico_pwm_init(void)
{
	pico_chip_release(RESETS_RESET_PWM_BITS);
}

bool pico_pwm_drives(unsigned pin)
{
	return pins[pin].frequency_mhz != 0;
}

static uint32_t slice_of(unsigned pin)
{
	return PWM_BASE + SLICE_BYTES * (pin / 2 % SLICES);
}

/* As slow as need be for a period to have at most 65536 counts, in sixteenths. */
static uint32_t divider_for(uint64_t cycles)
{
	const uint64_t divider = (cycles * DIVIDER_ONE + COUNTS - 1) / COUNTS;

	return divider < DIVIDER_ONE ? DIVIDER_ONE : divider > DIVIDER_MOST ? DIVIDER_MOST : (uint32_t)divider;
}

static void run(unsigned pin)
{
	const uint64_t cycles = CYCLES_MHZ / pins[pin].frequency_mhz;
	const uint32_t divider = divider_for(cycles);
	const uint64_t wanted = cycles * DIVIDER_ONE / divider;
	const uint32_t counts =
		wanted < COUNTS ? (uint32_t)wanted : COUNTS - 1; /* 65536 would leave no level for "always" */
	const uint32_t level = (uint32_t)((uint64_t)counts * pins[pin].duty / FULL);
	const uint32_t slice = slice_of(pin), compare = slice + PWM_CH0_CC_OFFSET;

	PICO_REGISTER(slice + PWM_CH0_DIV_OFFSET) = divider;
	PICO_REGISTER(slice + PWM_CH0_TOP_OFFSET) = counts - 1;
	if (pin % 2 == 0)
		PICO_REGISTER(compare) = (PICO_REGISTER(compare) & ~PWM_CH0_CC_A_BITS) | level;
	else
		PICO_REGISTER(compare) = (PICO_REGISTER(compare) & PWM_CH0_CC_A_BITS) | level << PWM_CH0_CC_B_LSB;
	PICO_REGISTER(slice + PWM_CH0_CSR_OFFSET) = PWM_CH0_CSR_EN_BITS;
}

void lb_periph_pwm(unsigned pin, uint32_t frequency_mhz, uint32_t duty)
{
	const uint32_t state = lb_periph_irq_save();

	pins[pin].frequency_mhz = frequency_mhz;
	pins[pin].duty = duty < FULL ? duty : FULL;
	if (frequency_mhz != 0) {
		pico_pads_listen(pin, false);
		run(pin);
		pico_pads_choose(pin, PICO_FUNCTION_PWM);
	} else {
		pico_pads_choose(pin, PICO_FUNCTION_SIO);
		(void)pico_pads_take_edges(pin);
		pico_pads_listen(pin, true);
	}
	lb_periph_irq_restore(state);
}

void lb_periph_pwm_get(unsigned pin, uint32_t *frequency_mhz, uint32_t *duty)
{
	*frequency_mhz = pins[pin].frequency_mhz;
	*duty = pins[pin].duty;
}
