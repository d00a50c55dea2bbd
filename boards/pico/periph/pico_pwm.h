/* The board's own side of PWM (core/hw/periph.h). Two pins, 2n and 2n + 1, share a slice and so its frequency: the one
 * that was set last has its. So do pins that are 16 apart, whose duty is the same too. */
#ifndef PICO_PWM_H
#define PICO_PWM_H

#include <stdbool.h>

void pico_pwm_init(void);
bool pico_pwm_drives(unsigned pin);

#endif
