/* Contract: the interrupts that each of this board's programs serves. start.c has them among the vectors. */
#ifndef PICO_HANDLERS_H
#define PICO_HANDLERS_H

/* Of the timer's alarm 0. */
void pico_handle_alarm(void);
/* Of the pins. */
void pico_handle_pins(void);
/* After uart0's handler received something: PICO_LINE_INPUT (line.h), which waits where flash cannot be read. */
void pico_handle_input(void);

#endif
