/* Pins with a simulated sensor on them (docs/spec/environment.md): each change that the CPU makes there is told to the
 * hardware process, which says how the sensor pulls the pin low from then on.
 *
 * Such a sensor counts time by what the CPU waits for and how often it looks, so that a busy host spoils nothing; while
 * it sends, so does the module's own clock.
 */
#ifndef LB_VIRTUAL_WIRELINE_H
#define LB_VIRTUAL_WIRELINE_H

#include <stdbool.h>
#include <stdint.h>

/* After the CPU changed the pin's configuration; nothing on a pin without a sensor. With interrupts masked. */
void lb_wireline_change(unsigned pin);
/* Does the sensor pull the pin low now? */
bool lb_wireline_pulls(unsigned pin);
/* The CPU waited for so long. */
void lb_wireline_wait(uint64_t wait_us);
/* The module's time, where by the host's clock it is real_us. */
uint64_t lb_wireline_micros(uint64_t real_us);
/* A receiver (inbox.h): so many times are in the registers. */
void lb_wireline_wave(unsigned count);

#endif
