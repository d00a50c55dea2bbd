/* How this board's code reaches the RP2040's registers, whose addresses are the SDK's headers' (hardware/regs). */
#ifndef PICO_REGISTERS_H
#define PICO_REGISTERS_H

#include <hardware/regs/addressmap.h>
#include <stdint.h>

#define PICO_REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))
/* The same register, where what is written sets or clears bits (data sheet, 2.1.2). */
#define PICO_SET(address) PICO_REGISTER((address) + REG_ALIAS_SET_BITS)
#define PICO_CLEAR(address) PICO_REGISTER((address) + REG_ALIAS_CLR_BITS)

/* Code that runs while flash cannot be read: it lies in RAM and calls nothing but its like. */
#define PICO_IN_RAM __attribute__((section(".in_ram"), noinline))

/* The last six are nobody's, and software's (2.3.2). */
enum { PICO_INTERRUPTS = 32 };

#endif
