/* uart0 on GP0 and GP1. What comes in is kept in RAM by an interrupt handler in RAM, also while flash is busy. */
#ifndef PICO_LINE_H
#define PICO_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The interrupt that is pending after each that received something, if somebody enables it. */
enum { PICO_LINE_INPUT = 31 };

void pico_line_init(void);
void pico_line_write(const void *data, size_t size_bytes);
size_t pico_line_read(void *data, size_t size_bytes);
bool pico_line_has_input(void);
/* What came and was not read, as far as it lies in a row: how many bytes. They stay until they are dropped. */
size_t pico_line_peek(const uint8_t **bytes);
void pico_line_drop(size_t size_bytes);
/* Is it among all that was not read? */
bool pico_line_holds(uint8_t byte);
/* 8 bits, no parity, 1 stop bit at first. parity: 0 none, 1 even, 2 odd. When all that was written is on the wire. */
void pico_line_format(unsigned bits, unsigned parity, unsigned stop);
/* When all that was written is on the wire. */
void pico_line_baud(uint32_t baud);
/* Of its interrupt. */
void pico_line_on_interrupt(void);
/* All is sent, and it interrupts no more. */
void pico_line_stop(void);

#endif
