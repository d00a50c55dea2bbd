/* What the hardware process tells the CPU while it runs, and to whom it goes. */
#ifndef LB_VIRTUAL_INBOX_H
#define LB_VIRTUAL_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hardware/wire.h"

/* Sends a message and waits, with interrupts masked, for the answer to it; that has been given to its receiver below
 * then. Only for questions that the hardware answers at once. */
void lb_inbox_ask(enum wire_message question, enum wire_message answer);

/* The receivers. Called with interrupts masked. */
void lb_pin_outside(unsigned pin, bool level);
void lb_radio_scanned(unsigned count);
/* -1: there is no card. The file is the callee's. */
void lb_card_given(uint32_t generation, int file);

#endif
