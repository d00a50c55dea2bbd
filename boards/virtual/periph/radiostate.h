/* The board's own side of the radio (core/hw/radio.h). */
#ifndef LB_VIRTUAL_RADIOSTATE_H
#define LB_VIRTUAL_RADIOSTATE_H

#include <stdbool.h>

/* Is there an access point or a connected station? */
bool lb_radiostate_carries(void);
/* The handler is called whenever the program made the radio carry nothing. */
void lb_radiostate_on_silence(void (*handler)(void));
/* A receiver (inbox.h). */
void lb_radiostate_scanned(unsigned count);

#endif
