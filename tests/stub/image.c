/* The smallest image for the stub on Cortex-M: it says over uart0 how it was booted, what that took, and ends QEMU. */
#include "boards/stub/machine.h"
#include "core/base/assert.h"
#include "core/handoff/handoff.h"

#define SYST_CVR (*(volatile uint32_t *)0xE000E018)
#define UART_DATA (*(volatile uint32_t *)0x40004000)
#define UART_STATE (*(volatile uint32_t *)0x40004004)
#define KNOBS ((volatile struct stub_knobs *)0x20000000)
#define RETAINED ((const uint8_t *)0x20001000)
#define STACK ((const volatile uint8_t *)0x20002000)
#define STACK_TOP 0x20020000u

enum { TICKS_PER_MS = 25000, STACK_BYTES = 0x8000, PAINT = 0xA5, DIGITS = 10, UART_SEND_FULL = 1 };

static void send_byte(uint8_t byte)
{
	while ((UART_STATE & UART_SEND_FULL) != 0)
		;
	UART_DATA = byte;
}

static void send(const char *text)
{
	while (*text != '\0')
		send_byte((uint8_t)*text++);
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

/* What the bootloader used of its stack, if whoever started it painted it. */
static uint32_t stack_bytes(void)
{
	uint32_t untouched = 0;

	while (untouched < STACK_BYTES && STACK[untouched] == PAINT)
		untouched++;
	return STACK_BYTES - untouched;
}

/* Semihosting's SYS_EXIT. */
_Noreturn static void end(void)
{
	register uint32_t call __asm__("r0") = 0x18;
	register uint32_t reason __asm__("r1") = 0x20026; /* ADP_Stopped_ApplicationExit */

	for (;;)
		__asm__ volatile("bkpt 0xAB" : : "r"(call), "r"(reason) : "memory");
}

static void run(void)
{
	const uint32_t ticks = KNOBS->millis * TICKS_PER_MS + (TICKS_PER_MS - 1 - SYST_CVR);
	struct lb_handoff_down down;

	send_number("image: absent=", lb_handoff_get_down(RETAINED, &down) != 0);
	send_number(" slot=", down.slot);
	send_number(" mode=", down.mode);
	send_number(" reason=", down.reason);
	send_number(" why=", down.why);
	send_number(" cause=", down.cause);
	send_number(" ticks=", ticks);
	send_number(" hash=", KNOBS->notes[0]);
	send_number(" signature=", KNOBS->notes[1]);
	send_number(" stack=", stack_bytes());
	send("\n");
	end();
}

void lb_assert_failed(unsigned place)
{
	send_number("image: assertion ", place);
	end();
}

__attribute__((section(".vectors"), used)) static const struct {
	uint32_t stack;
	void (*reset)(void);
} vectors = {STACK_TOP, run};
