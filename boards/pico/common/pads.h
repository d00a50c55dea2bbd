/* The pins: what drives each, its pull, its level and its edges. */
#ifndef PICO_PADS_H
#define PICO_PADS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/hw/types.h"

/* Who drives a pin, as its control register has it. */
enum pico_function { PICO_FUNCTION_UART = 2, PICO_FUNCTION_PWM = 4, PICO_FUNCTION_SIO = 5 };
enum pico_edges { PICO_FELL = 4, PICO_ROSE = 8, PICO_EDGES = PICO_FELL | PICO_ROSE };

/* Its input can be read whatever drives it. */
void pico_pads_connect(unsigned pin, enum pico_function function, enum lb_pin_pull pull);
void pico_pads_choose(unsigned pin, enum pico_function function);
bool pico_pads_level(unsigned pin);
/* Its edges are interrupts. */
void pico_pads_listen(unsigned pin, bool on);
/* Which of them there were since it was last asked. */
uint32_t pico_pads_take_edges(unsigned pin);

#endif
