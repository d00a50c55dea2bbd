/* Somebody types: at a UART that the REPL listens on, or logged in over telnet. */
#ifndef LB_IO_CONSOLE_H
#define LB_IO_CONSOLE_H

#include <stdint.h>

/* A byte came from a console. Also from interrupts. */
void lb_console_note_input(void);
/* When the last one came, on the clock of lb_console_now_ms; 0: none so far. */
uint32_t lb_console_input_ms(void);
/* Milliseconds since the reset; they wrap. */
uint32_t lb_console_now_ms(void);

#endif
