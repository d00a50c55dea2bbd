#define LB_ASSERT_FILE 6
#include "core/hw/pinout.h"

#include "core/base/assert.h"
#include "core/hw/types.h"

#define ROW(name, alias, pull, adc) {#name, #alias, LB_PULL_##pull, adc},
static const struct lb_pinout pins[LB_PIN_COUNT] = {LB_PINOUT(ROW)};

const struct lb_pinout *lb_pinout_get(unsigned pin)
{
	LB_ASSERT(pin < LB_PIN_COUNT);
	return &pins[pin];
}

static bool same(const char *a, const char *b)
{
	while (*a == *b && *a != '\0') {
		a++;
		b++;
	}
	return *a == *b;
}

int lb_pinout_find(const char *name)
{
	for (int pin = 0; pin < LB_PIN_COUNT; pin++)
		if (same(name, pins[pin].name) || same(name, pins[pin].alias))
			return pin;
	return -1;
}
