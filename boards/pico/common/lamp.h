/* The LED on GP25, in the rhythm of its colour. */
#ifndef PICO_LAMP_H
#define PICO_LAMP_H

#include <stdint.h>

#include "core/hw/types.h"

enum { PICO_LAMP_ALARM = 1 };

void pico_lamp_init(void);
void pico_lamp_show(uint32_t rgb, enum lb_led_mode mode);
/* Of its alarm's interrupt. */
void pico_lamp_on_alarm(void);

#endif
