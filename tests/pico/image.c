/* The smallest image for the Pico: says over uart0 how it was booted, then does what a byte tells it. It changes no
 * register that the bootloader has set, but the watchdog's. */
#include <hardware/regs/intctrl.h>
#include <hardware/regs/m0plus.h>
#include <hardware/regs/timer.h>
#include <hardware/regs/uart.h>
#include <hardware/regs/watchdog.h>

#include "boards/pico/common/registers.h"
#include "core/base/assert.h"
#include "core/handoff/handoff.h"

#define RETAINED ((uint8_t *)(uintptr_t)SRAM4_BASE)

enum { DIGITS = 10, SOFTWARE = 0x4C420000 | LB_CAUSE_SOFTWARE };

/* Two builds whose numbers differ are two images. */
#ifndef NUMBER
#define NUMBER 1
#endif

static void send_byte(char byte)
{
	while ((PICO_REGISTER(UART0_BASE + UART_UARTFR_OFFSET) & UART_UARTFR_TXFF_BITS) != 0)
		;
	PICO_REGISTER(UART0_BASE + UART_UARTDR_OFFSET) = (uint8_t)byte;
}

static void send(const char *text)
{
	while (*text != '\0')
		send_byte(*text++);
}

static void send_number(const char *name, uint32_t number)
{
	char digits[DIGITS + 1];
	char *at = digits + DIGITS;

	*at = '\0';
	do
		*--at = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	send(name);
	send(at);
}

/* Interrupts stay masked: one that is pending ends the sleep, and that is all it does. */
static char receive(void)
{
	while ((PICO_REGISTER(UART0_BASE + UART_UARTFR_OFFSET) & UART_UARTFR_RXFE_BITS) != 0)
		__asm__ volatile("wfi");
	return (char)PICO_REGISTER(UART0_BASE + UART_UARTDR_OFFSET);
}

static void reset(void)
{
	PICO_REGISTER(WATCHDOG_BASE + WATCHDOG_SCRATCH0_OFFSET) = (uint32_t)SOFTWARE;
	PICO_SET(WATCHDOG_BASE + WATCHDOG_CTRL_OFFSET) = WATCHDOG_CTRL_TRIGGER_BITS;
}

static void request(enum lb_request what)
{
	struct lb_handoff_up up;

	(void)lb_handoff_get_up(RETAINED, &up);
	up.request = what;
	up.slot = LB_SLOT_NONE;
	lb_handoff_put_up(RETAINED, &up);
	reset();
}

static void obey(char what)
{
	switch (what) {
	case 'r': reset(); break;
	case 's': request(LB_REQUEST_SAFE_BOOT); break;
	case 'l': request(LB_REQUEST_LOADER); break;
	default: send_byte(what); break;
	}
}

static void start(void)
{
	struct lb_handoff_down down;

	send_number("image: number=", NUMBER);
	send_number(" us=", PICO_REGISTER(TIMER_BASE + TIMER_TIMERAWL_OFFSET));
	send_number(" absent=", lb_handoff_get_down(RETAINED, &down) != 0);
	send_number(" slot=", down.slot);
	send_number(" mode=", down.mode);
	send_number(" reason=", down.reason);
	send_number(" why=", down.why);
	send_number(" cause=", down.cause);
	send_number(" trial=", down.on_trial);
	send_number(" tries=", down.tries_left);
	send_number(" crashes=", down.crash_count);
	send_number(" watchdog=", (PICO_REGISTER(WATCHDOG_BASE + WATCHDOG_CTRL_OFFSET) & WATCHDOG_CTRL_ENABLE_BITS) != 0);
	send("\r\n");
	__asm__ volatile("cpsid i");
	PICO_REGISTER(UART0_BASE + UART_UARTIMSC_OFFSET) = UART_UARTIMSC_RXIM_BITS | UART_UARTIMSC_RTIM_BITS;
	PICO_REGISTER(PPB_BASE + M0PLUS_NVIC_ISER_OFFSET) = 1u << UART0_IRQ;
	for (;;)
		obey(receive());
}

void lb_assert_failed(unsigned place)
{
	send_number("image: assertion ", place);
	for (;;)
		;
}

__attribute__((section(".vectors"), used)) static const struct {
	uint32_t stack;
	void (*reset)(void);
} vectors = {SRAM_STRIPED_END, start};
