/* The RGB LED. */
#ifndef HARDWARE_PROCESS_LED_H
#define HARDWARE_PROCESS_LED_H

#include <stdint.h>

#include "hardware/process/events.h"

struct lb_led {
	const struct lb_events *events;
	uint32_t rgb;  /* 0xRRGGBB */
	uint32_t mode; /* enum lb_led_mode */
};

/* Shows a colour; an event when colour or mode changed. Bits and modes that there are not are left out. */
void lb_led_set(struct lb_led *led, uint32_t mode, uint32_t rgb);

#endif
