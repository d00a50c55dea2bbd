/* The RGB LED. */
#ifndef LB_PROCESS_RGBLED_H
#define LB_PROCESS_RGBLED_H

#include <stdint.h>

#include "hardware/process/events.h"

struct lb_rgbled {
	const struct lb_events *events;
	uint32_t rgb;  /* 0xRRGGBB */
	uint32_t mode; /* enum lb_led_mode */
};

/* Shows a colour; an event when colour or mode changed. Bits and modes that there are not are left out. */
void lb_rgbled_set(struct lb_rgbled *led, uint32_t mode, uint32_t rgb);

#endif
