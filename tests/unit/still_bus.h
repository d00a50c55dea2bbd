/* A bus of the virtual board's (boards/virtual/common/bus.h) at which nothing ever happens, for tests of its CPU's
 * interrupts and threads: the host's clock at its own speed, and lines to the hardware that stay silent. */
#ifndef TESTS_UNIT_STILL_BUS_H
#define TESTS_UNIT_STILL_BUS_H

/* Once, before lb_interrupt_init. */
void still_bus_open(void);

#endif
