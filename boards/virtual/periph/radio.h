/* The board's own side of the radio (core/hw/radio.h). */
#ifndef LB_VIRTUAL_RADIO_H
#define LB_VIRTUAL_RADIO_H

#include <stdbool.h>

/* Is there an access point or a connected station? */
bool lb_radio_carries(void);
/* The handler is called whenever the program made the radio carry nothing. */
void lb_radio_on_silence(void (*handler)(void));
/* A receiver (inbox.h). */
void lb_radio_scanned(unsigned count);

#endif
