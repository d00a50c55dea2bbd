/* uart0 on GP0 and GP1. What comes in is kept in RAM by an interrupt handler in RAM, also while flash is busy. */
#ifndef PICO_LINE_H
#define PICO_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void pico_line_init(void);
void pico_line_write(const void *data, size_t size_bytes);
size_t pico_line_read(void *data, size_t size_bytes);
bool pico_line_has_input(void);
/* When all that was written is on the wire. */
void pico_line_baud(uint32_t baud);
/* Of its interrupt. */
void pico_line_on_interrupt(void);
/* All is sent, and it interrupts no more. */
void pico_line_stop(void);

#endif
