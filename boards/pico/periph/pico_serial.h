/* The board's own side of the UARTs (core/hw/periph.h). */
#ifndef PICO_SERIAL_H
#define PICO_SERIAL_H

void pico_serial_init(void);

#endif
