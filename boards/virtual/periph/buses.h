/* The board's own side of buses with devices (core/hw/periph.h). */
#ifndef LB_VIRTUAL_BUSES_H
#define LB_VIRTUAL_BUSES_H

#include <stdint.h>

/* A receiver (inbox.h): what came of a transfer. */
void lb_buses_done(uint32_t error, uint32_t count);

#endif
