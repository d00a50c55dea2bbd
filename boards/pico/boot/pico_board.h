/* The interrupts that end a wait; core/hw/board.h has the rest. */
#ifndef PICO_BOARD_H
#define PICO_BOARD_H

void pico_board_on_alarm(void);
void pico_board_on_pins(void);

#endif
