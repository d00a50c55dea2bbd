#include "boards/virtual/periph/wireline.h"

#include <string.h>

#include "boards/virtual/common/bus.h"
#include "boards/virtual/periph/inbox.h"
#include "core/base/bytes.h"

static struct {
	uint64_t now_us;                   /* the sensors' time */
	uint64_t shown_us;                 /* the module's time, as it was last told while a sensor sent */
	uint64_t begin_us, begin_shown_us; /* both times when the sensor began to send */
	uint64_t changed_us;               /* when the CPU last changed such a pin */
	bool low[LB_PIN_COUNT];
	/* What the sensor at the pin does: it lets go, pulls, …; `at` is the stretch that time is in, from `since_us` on. */
	unsigned pin, count, at;
	uint64_t since_us;
	uint16_t wave[WIRE_WAVE_EDGES];
} line;

static bool has_sensor(unsigned pin)
{
	return lb_bus_get(wire_pin_register(WIRE_REG_PIN_DEVICE, pin)) != 0;
}

static bool is_sending(void)
{
	while (line.at < line.count && line.now_us - line.since_us >= line.wave[line.at])
		line.since_us += line.wave[line.at++];
	return line.at < line.count;
}

static uint64_t later(uint64_t one_us, uint64_t other_us)
{
	return one_us > other_us ? one_us : other_us;
}

void lb_wireline_wave(unsigned count)
{
	if (count == WIRE_WAVE_KEPT || count > WIRE_WAVE_EDGES)
		return;
	memcpy(line.wave, lb_bus_bytes(WIRE_REG_WAVE), count * sizeof(line.wave[0]));
	line.count = count;
	line.at = 0;
	line.begin_us = line.since_us = line.now_us;
	line.begin_shown_us = later(lb_bus_micros(), line.shown_us);
}

void lb_wireline_change(unsigned pin)
{
	const bool low = lb_pins_pulls_low(lb_bus_pin_config(pin));
	uint8_t question[7] = {WIRE_LINE, (uint8_t)pin, low};

	if (!has_sensor(pin) || line.low[pin] == low)
		return;
	const uint64_t past_us = line.now_us - line.changed_us;
	lb_store32le(question + 3, past_us < UINT32_MAX ? (uint32_t)past_us : UINT32_MAX);
	line.low[pin] = low;
	line.changed_us = line.now_us;
	line.pin = pin;
	lb_inbox_ask_with(question, sizeof(question), WIRE_WAVE);
}

/* A look takes time, too: a loop that does nothing else comes to the end of what it looks at. */
bool lb_wireline_pulls(unsigned pin)
{
	if (!has_sensor(pin))
		return false;
	line.now_us++;
	return is_sending() && pin == line.pin && line.at % 2 == 1;
}

void lb_wireline_wait(uint64_t wait_us)
{
	line.now_us += wait_us;
}

uint64_t lb_wireline_micros(uint64_t real_us)
{
	if (!is_sending())
		return later(real_us, line.shown_us);
	line.now_us++;
	line.shown_us = line.begin_shown_us + line.now_us - line.begin_us;
	return line.shown_us;
}
