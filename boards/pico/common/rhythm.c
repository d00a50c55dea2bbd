#include "boards/pico/common/rhythm.h"

#include <stddef.h>

#include "core/hw/colours.h"

enum { STEPS = 6 };

struct row {
	uint32_t rgb;
	uint16_t step_ms[STEPS]; /* lit, dark, lit, …; 0 ends them, and they begin anew */
};

/* By mode. What is not here is lit for as long as there is a colour: the gate's windows have a rhythm of their own,
 * which the blinks that confirm them must not look like. */
static const struct row rows[LB_LED_COUNT] = {
	[LB_LED_GATE] = {LB_COLOURS_CHOSEN, {20, 20}},
	[LB_LED_LOADER] = {LB_COLOURS_LOADER, {100, 200, 100, 1600}},
	[LB_LED_ERROR] = {LB_COLOURS_NO_IMAGE, {100, 200, 100, 200, 100, 1300}},
};

static uint32_t period_ms(const struct row *row)
{
	uint32_t sum_ms = 0;

	for (unsigned i = 0; i < STEPS; i++)
		sum_ms += row->step_ms[i];
	return sum_ms;
}

static const struct row *find(uint32_t rgb, enum lb_led_mode mode)
{
	const struct row *row = (unsigned)mode < LB_LED_COUNT ? &rows[mode] : NULL;

	return row != NULL && rgb != 0 && row->rgb == rgb ? row : NULL;
}

struct pico_rhythm pico_rhythm_at(uint32_t rgb, enum lb_led_mode mode, uint32_t elapsed_ms)
{
	const struct row *row = find(rgb, mode);
	unsigned step = 0;

	if (row == NULL)
		return (struct pico_rhythm){.lit = rgb != 0};
	elapsed_ms %= period_ms(row);
	while (elapsed_ms >= row->step_ms[step])
		elapsed_ms -= row->step_ms[step++];
	return (struct pico_rhythm){.lit = step % 2 == 0, .wait_ms = row->step_ms[step] - elapsed_ms};
}
