/* From the reset to main, the vectors, and what a fault does: of the bootloader and of the image. */
#include <hardware/regs/intctrl.h>
#include <hardware/regs/m0plus.h>
#include <stddef.h>
#include <string.h>

#include "boards/pico/common/chip.h"
#include "boards/pico/common/handlers.h"
#include "boards/pico/common/lamp.h"
#include "boards/pico/common/line.h"
#include "boards/pico/common/registers.h"
#include "core/hw/types.h"

enum { EXCEPTIONS = 16, HARD_FAULT = 3, FRAME_LR = 5, FRAME_PC = 6, FRAME_WORDS = 8 };

/* The linker script's. */
extern uint8_t data_in_code[], data_start[], data_end[], bss_start[], bss_end[], stack_end[];

int main(void);
void pico_start(void);
void pico_keep_fault(const uint32_t *frame);

typedef void (*handler)(void);

/* The stack of an exception's frame is whatever it was: only one that lies in RAM is looked into. */
__attribute__((used)) PICO_IN_RAM void pico_keep_fault(const uint32_t *frame)
{
	volatile struct pico_fault *fault = (volatile struct pico_fault *)(uintptr_t)pico_kept;
	const uint32_t at = (uint32_t)(uintptr_t)frame;
	const bool is_there = at >= SRAM_BASE && at <= SRAM_END - FRAME_WORDS * sizeof(*frame);

	fault->magic = PICO_FAULT_MAGIC;
	fault->pc = is_there ? frame[FRAME_PC] : 0;
	fault->lr = is_there ? frame[FRAME_LR] : 0;
	fault->sp = at;
	pico_chip_reset(LB_CAUSE_FAULT);
}

/* The linker makes the jump reach from RAM to RAM. */
__attribute__((naked, section(".in_ram"))) static void on_fault(void)
{
	__asm__ volatile("mrs r0, msp\n\tldr r1, =pico_keep_fault\n\tbx r1\n\t.ltorg");
}

__attribute__((section(".vectors"), used)) static const struct {
	const uint8_t *stack;
	handler handlers[HARD_FAULT];
} vectors = {stack_end, {pico_start, on_fault, on_fault}};

/* The vectors that count: in RAM, for flash cannot be read while it changes. */
__attribute__((section(".ram_vectors"), aligned(256))) static struct {
	const uint8_t *stack;
	handler handlers[EXCEPTIONS + PICO_INTERRUPTS - 1];
} ram_vectors = {
	stack_end,
	{
		[0] = pico_start,
		[1] = on_fault,
		[HARD_FAULT - 1] = on_fault,
		[EXCEPTIONS + TIMER_IRQ_0 - 1] = pico_handle_alarm,
		[EXCEPTIONS + TIMER_IRQ_1 - 1] = pico_lamp_on_alarm,
		[EXCEPTIONS + IO_IRQ_BANK0 - 1] = pico_handle_pins,
		[EXCEPTIONS + UART0_IRQ - 1] = pico_line_on_interrupt,
		[EXCEPTIONS + PICO_LINE_INPUT - 1] = pico_handle_input,
	},
};

void pico_start(void)
{
	memcpy(data_start, data_in_code, (size_t)(data_end - data_start));
	memset(bss_start, 0, (size_t)(bss_end - bss_start));
	PICO_REGISTER(PPB_BASE + M0PLUS_VTOR_OFFSET) = (uint32_t)(uintptr_t)&ram_vectors;
	main();
}
