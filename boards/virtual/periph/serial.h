/* The board's own side of the firmware's UARTs (core/hw/periph.h). */
#ifndef LB_VIRTUAL_SERIAL_H
#define LB_VIRTUAL_SERIAL_H

/* A vector (interrupt.h). */
void lb_serial_interrupt(void);

#endif
