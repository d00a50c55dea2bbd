/* The board's own side of the firmware's pins (core/hw/periph.h). */
#ifndef LB_VIRTUAL_PIN_H
#define LB_VIRTUAL_PIN_H

#include <stdbool.h>

/* Before lb_interrupt_init. */
void lb_pin_init(void);
/* A receiver (inbox.h). */
void lb_pin_outside(unsigned pin, bool level);

#endif
