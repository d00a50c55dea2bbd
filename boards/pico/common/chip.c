/* Numbers in comments are sections of the RP2040 data sheet. */
#include "boards/pico/common/chip.h"

#include <hardware/regs/clocks.h>
#include <hardware/regs/m0plus.h>
#include <hardware/regs/pll.h>
#include <hardware/regs/psm.h>
#include <hardware/regs/resets.h>
#include <hardware/regs/timer.h>
#include <hardware/regs/vreg_and_chip_reset.h>
#include <hardware/regs/watchdog.h>
#include <hardware/regs/xosc.h>

#include "boards/pico/common/registers.h"

enum {
	OSCILLATOR_MHZ = 12,
	XOSC_START = 282,     /* times 256 cycles: 6 ms, as the SDK has it for this board */
	PLL_MULTIPLIER = 125, /* 1500 MHz, by 6 and by 2 */
	PLL_POST_1 = 6,
	PLL_POST_2 = 2,
	WATCHDOG_TICKS_PER_MS = 2000,
	US_PER_MS = 1000,
	/* 2^32 us in ms and us */
	WRAP_MS = 4294967,
	WRAP_US = 296,
};

/* In the watchdog's first scratch register: "LB", and the cause. */
#define SAID 0x4C420000u
#define SAID_MASK 0xFFFF0000u

void pico_chip_release(uint32_t blocks)
{
	PICO_CLEAR(RESETS_BASE + RESETS_RESET_OFFSET) = blocks;
	while ((~PICO_REGISTER(RESETS_BASE + RESETS_RESET_DONE_OFFSET) & blocks) != 0)
		;
}

/* 2.18.2 */
static void start_pll(void)
{
	PICO_SET(RESETS_BASE + RESETS_RESET_OFFSET) = RESETS_RESET_PLL_SYS_BITS;
	pico_chip_release(RESETS_RESET_PLL_SYS_BITS);
	PICO_REGISTER(PLL_SYS_BASE + PLL_CS_OFFSET) = 1;
	PICO_REGISTER(PLL_SYS_BASE + PLL_FBDIV_INT_OFFSET) = PLL_MULTIPLIER;
	PICO_CLEAR(PLL_SYS_BASE + PLL_PWR_OFFSET) = PLL_PWR_PD_BITS | PLL_PWR_VCOPD_BITS;
	while ((PICO_REGISTER(PLL_SYS_BASE + PLL_CS_OFFSET) & PLL_CS_LOCK_BITS) == 0)
		;
	PICO_REGISTER(PLL_SYS_BASE + PLL_PRIM_OFFSET) = PLL_POST_1 << PLL_PRIM_POSTDIV1_LSB | PLL_POST_2
	                                                                                          << PLL_PRIM_POSTDIV2_LSB;
	PICO_CLEAR(PLL_SYS_BASE + PLL_PWR_OFFSET) = PLL_PWR_POSTDIVPD_BITS;
}

/* 2.15: whoever switches a clock waits until it has switched. */
static void select_clock(uint32_t control, uint32_t selected, uint32_t source)
{
	PICO_REGISTER(control) = source;
	while ((PICO_REGISTER(selected) & 1u << source) == 0)
		;
}

void pico_chip_start_clocks(void)
{
	PICO_REGISTER(XOSC_BASE + XOSC_STARTUP_OFFSET) = XOSC_START;
	PICO_REGISTER(XOSC_BASE + XOSC_CTRL_OFFSET) = XOSC_CTRL_FREQ_RANGE_VALUE_1_15MHZ | XOSC_CTRL_ENABLE_VALUE_ENABLE
	                                                                                       << XOSC_CTRL_ENABLE_LSB;
	while ((PICO_REGISTER(XOSC_BASE + XOSC_STATUS_OFFSET) & XOSC_STATUS_STABLE_BITS) == 0)
		;
	select_clock(CLOCKS_BASE + CLOCKS_CLK_SYS_CTRL_OFFSET, CLOCKS_BASE + CLOCKS_CLK_SYS_SELECTED_OFFSET,
	             CLOCKS_CLK_SYS_CTRL_SRC_VALUE_CLK_REF);
	select_clock(CLOCKS_BASE + CLOCKS_CLK_REF_CTRL_OFFSET, CLOCKS_BASE + CLOCKS_CLK_REF_SELECTED_OFFSET,
	             CLOCKS_CLK_REF_CTRL_SRC_VALUE_XOSC_CLKSRC);
	start_pll();
	select_clock(CLOCKS_BASE + CLOCKS_CLK_SYS_CTRL_OFFSET, CLOCKS_BASE + CLOCKS_CLK_SYS_SELECTED_OFFSET,
	             CLOCKS_CLK_SYS_CTRL_SRC_VALUE_CLKSRC_CLK_SYS_AUX);
	PICO_REGISTER(CLOCKS_BASE + CLOCKS_CLK_PERI_CTRL_OFFSET) = CLOCKS_CLK_PERI_CTRL_ENABLE_BITS;
	PICO_REGISTER(WATCHDOG_BASE + WATCHDOG_TICK_OFFSET) = OSCILLATOR_MHZ | WATCHDOG_TICK_ENABLE_BITS;
	pico_chip_release(RESETS_RESET_TIMER_BITS);
}

/* A reset by the watchdog was asked for by software if that left its word; else it is what a watchdog is for. Of the
 * others the chip tells RUN from power; a brown-out is power to it. */
enum lb_cause pico_chip_cause(void)
{
	const uint32_t said = PICO_REGISTER(WATCHDOG_BASE + WATCHDOG_SCRATCH0_OFFSET);
	const uint32_t reset = PICO_REGISTER(VREG_AND_CHIP_RESET_BASE + VREG_AND_CHIP_RESET_CHIP_RESET_OFFSET);

	PICO_REGISTER(WATCHDOG_BASE + WATCHDOG_SCRATCH0_OFFSET) = 0;
	if (PICO_REGISTER(WATCHDOG_BASE + WATCHDOG_REASON_OFFSET) != 0) {
		const uint32_t cause = said & ~SAID_MASK;

		return (said & SAID_MASK) == SAID && cause < LB_CAUSE_COUNT ? (enum lb_cause)cause : LB_CAUSE_WATCHDOG;
	}
	return (reset & VREG_AND_CHIP_RESET_CHIP_RESET_HAD_RUN_BITS) != 0 ? LB_CAUSE_SWITCH : LB_CAUSE_POWER_ON;
}

uint64_t pico_chip_micros(void)
{
	uint32_t high, low;

	do {
		high = PICO_REGISTER(TIMER_BASE + TIMER_TIMERAWH_OFFSET);
		low = PICO_REGISTER(TIMER_BASE + TIMER_TIMERAWL_OFFSET);
	} while (high != PICO_REGISTER(TIMER_BASE + TIMER_TIMERAWH_OFFSET));
	return (uint64_t)high << 32 | low;
}

/* Without a division of 64 bits, which is 600 bytes of code. */
uint32_t pico_chip_millis(void)
{
	const uint64_t micros = pico_chip_micros();
	const uint32_t high = (uint32_t)(micros >> 32), low = (uint32_t)micros;

	return high * WRAP_MS + low / US_PER_MS + (high * WRAP_US + low % US_PER_MS) / US_PER_MS;
}

void pico_chip_alarm(unsigned alarm, uint32_t delay_us)
{
	PICO_SET(TIMER_BASE + TIMER_INTE_OFFSET) = 1u << alarm;
	PICO_REGISTER(TIMER_BASE + TIMER_ALARM0_OFFSET + 4 * alarm) =
		PICO_REGISTER(TIMER_BASE + TIMER_TIMERAWL_OFFSET) + delay_us;
	PICO_REGISTER(PPB_BASE + M0PLUS_NVIC_ISER_OFFSET) = 1u << alarm; /* its interrupt has its number */
}

void pico_chip_alarm_seen(unsigned alarm)
{
	PICO_REGISTER(TIMER_BASE + TIMER_INTR_OFFSET) = 1u << alarm;
}

void pico_chip_alarm_off(unsigned alarm)
{
	PICO_REGISTER(TIMER_BASE + TIMER_ARMED_OFFSET) = 1u << alarm;
	PICO_CLEAR(TIMER_BASE + TIMER_INTE_OFFSET) = 1u << alarm;
	pico_chip_alarm_seen(alarm);
}

/* 4.7: all but the oscillators is reset, or the reset would come back with a clock that is not that of a reset. */
PICO_IN_RAM static void choose_what_resets(void)
{
	PICO_REGISTER(PSM_BASE + PSM_WDSEL_OFFSET) = PSM_WDSEL_BITS & ~(PSM_WDSEL_ROSC_BITS | PSM_WDSEL_XOSC_BITS);
}

void pico_chip_watchdog(uint32_t timeout_ms)
{
	const uint32_t least_ms = timeout_ms < PICO_WATCHDOG_MAX_MS ? timeout_ms : PICO_WATCHDOG_MAX_MS;

	PICO_CLEAR(WATCHDOG_BASE + WATCHDOG_CTRL_OFFSET) = WATCHDOG_CTRL_ENABLE_BITS;
	if (timeout_ms == 0)
		return;
	choose_what_resets();
	PICO_REGISTER(WATCHDOG_BASE + WATCHDOG_LOAD_OFFSET) = least_ms * WATCHDOG_TICKS_PER_MS;
	PICO_SET(WATCHDOG_BASE + WATCHDOG_CTRL_OFFSET) = WATCHDOG_CTRL_ENABLE_BITS;
}

/* In RAM, for a fault may come while flash cannot be read. */
PICO_IN_RAM _Noreturn void pico_chip_reset(enum lb_cause cause)
{
	choose_what_resets();
	PICO_REGISTER(WATCHDOG_BASE + WATCHDOG_SCRATCH0_OFFSET) = SAID | (uint32_t)cause;
	for (;;)
		PICO_REGISTER(WATCHDOG_BASE + WATCHDOG_CTRL_OFFSET) = WATCHDOG_CTRL_TRIGGER_BITS;
}
