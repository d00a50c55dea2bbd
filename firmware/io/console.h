/* Somebody types: at a UART that the REPL listens on, or logged in over telnet. */
#ifndef LB_IO_CONSOLE_H
#define LB_IO_CONSOLE_H

#include <stdbool.h>
#include <stdint.h>

/* A byte came from a console. Also from interrupts. */
void lb_console_note_input(void);
/* When the last one came, on the clock of lb_console_now_ms; 0: none so far. */
uint32_t lb_console_input_ms(void);
/* Milliseconds since the reset; they wrap. */
uint32_t lb_console_now_ms(void);

/* --- Ctrl-F while a program runs ---
 *
 * Within a second after a Ctrl-C that did not end the program it asks for a safe boot: the way past a program that
 * swallows Ctrl-C. To a program that reads the console it is data, as it is in raw mode, and where Ctrl-C is data. */

/* Code starts whose console is not a tool's, or (false) whatever ran has ended. */
void lb_console_note_code(bool heard);
/* The program that runs reads the console, or asks whether there is something to read. */
void lb_console_note_read(void);
/* A byte came from a console while `interrupt` was the interrupt character (-1: none). True: it was that Ctrl-F, and is
 * nobody's data. Also from interrupts. */
bool lb_console_is_rescue(uint8_t byte, int interrupt);

#endif
