/* What the one LED shows of a colour: a rhythm that a person tells from the others. Pure. docs/pico.md has the
 * table. */
#ifndef PICO_RHYTHM_H
#define PICO_RHYTHM_H

#include <stdbool.h>
#include <stdint.h>

#include "core/hw/types.h"

struct pico_rhythm {
	bool lit;
	uint32_t wait_ms; /* until that changes; 0: it does not */
};

/* So long after the colour was set. */
struct pico_rhythm pico_rhythm_at(uint32_t rgb, enum lb_led_mode mode, uint32_t elapsed_ms);

#endif
