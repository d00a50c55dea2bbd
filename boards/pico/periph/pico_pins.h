/* The board's own side of the firmware's pins (core/hw/periph.h). */
#ifndef PICO_PINS_H
#define PICO_PINS_H

/* From now on every change of a pin is seen, but of the two that are uart0's. */
void pico_pins_init(void);

#endif
