/* The stub's machine as QEMU's mps2-an386: start-up, clock, serial line and the jump into an image. Arm's ARMv7-M
 * Architecture Reference Manual has the system registers, its "CMSDK" manual the UART, its AN386 the addresses. */
#include <string.h>

#include "boards/stub/machine.h"
#include "core/base/bytes.h"

enum { CPU_HZ = 25000000, TICKS_PER_MS = CPU_HZ / 1000 };

#define SYST_CSR (*(volatile uint32_t *)0xE000E010) /* 7: on, with its interrupt, at the CPU's clock */
#define SYST_RVR (*(volatile uint32_t *)0xE000E014)
#define SYST_CVR (*(volatile uint32_t *)0xE000E018)
#define VTOR (*(volatile uint32_t *)0xE000ED08)
#define AIRCR (*(volatile uint32_t *)0xE000ED0C)
#define UART_DATA (*(volatile uint32_t *)0x40004000)
#define UART_STATE (*(volatile uint32_t *)0x40004004)
#define UART_CTRL (*(volatile uint32_t *)0x40004008)
#define UART_BAUDDIV (*(volatile uint32_t *)0x40004010)

enum {
	SYST_ON = 7,
	AIRCR_RESET = 0x05FA0004,
	UART_SEND_FULL = 1,
	UART_RECEIVE_FULL = 2,
	UART_ON = 3,
	UART_DIVISOR = CPU_HZ / 115200,
};

/* The linker script's. */
extern uint8_t data_in_code[], data_start[], data_end[], bss_start[], bss_end[], stack_end[];

int main(void);
void stub_start(void);

void stub_start(void)
{
	memcpy(data_start, data_in_code, (size_t)(data_end - data_start));
	memset(bss_start, 0, (size_t)(bss_end - bss_start));
	main();
}

static void on_tick(void)
{
	stub_knobs.millis++;
}

typedef void (*handler)(void);

/* A fault is a reset: there is no more to know here. */
__attribute__((section(".vectors"), used)) static const struct {
	const uint8_t *stack;
	handler handlers[15];
} vectors = {
	stack_end,
	{stub_start, stub_machine_reset, stub_machine_reset, stub_machine_reset, stub_machine_reset, stub_machine_reset,
     NULL, NULL, NULL, NULL, stub_machine_reset, stub_machine_reset, NULL, stub_machine_reset, on_tick},
};

void stub_machine_init(void)
{
	stub_knobs.millis = 0;
	UART_BAUDDIV = UART_DIVISOR;
	UART_CTRL = UART_ON;
	SYST_RVR = TICKS_PER_MS - 1;
	SYST_CVR = 0;
	SYST_CSR = SYST_ON;
}

void stub_machine_sleep(void)
{
	__asm__ volatile("wfi");
}

void stub_machine_send(uint8_t byte)
{
	while ((UART_STATE & UART_SEND_FULL) != 0)
		;
	UART_DATA = byte;
}

bool stub_machine_receive(uint8_t *byte)
{
	if ((UART_STATE & UART_RECEIVE_FULL) == 0)
		return false;
	*byte = (uint8_t)UART_DATA;
	return true;
}

/* An image begins with the CPU's vectors, and starts in itself, in Thumb code. */
/* The vectors come first: is the second, of the reset, Thumb code that lies in flash? */
bool stub_machine_runs(const uint8_t *start, size_t size_bytes)
{
	uint32_t reset;

	if (size_bytes < 2 * sizeof(reset))
		return false;
	reset = lb_load32le(start + sizeof(reset));
	return (reset & 1) != 0 && reset - (uint32_t)(uintptr_t)stub_flash < STUB_FLASH_BYTES;
}

/* The clock stands still from here on, and shows how long it took. */
void stub_machine_run(const uint8_t *payload)
{
	SYST_CSR = 0;
	VTOR = (uint32_t)(uintptr_t)payload;
	__asm__ volatile("msr msp, %0\n\tbx %1" ::"r"(lb_load32le(payload)), "r"(lb_load32le(payload + 4)));
}

void stub_machine_reset(void)
{
	AIRCR = AIRCR_RESET;
	for (;;)
		;
}
