/* pycom.pulses_get(pin, timeout): the pulses on a pin, until no edge came for so many milliseconds. */
#include "firmware/python/pycom_pulses.h"

#include "firmware/python/machine_pin.h"
#include "py/mphal.h"
#include "py/runtime.h"

enum { MOST_PULSES = 1000, MOST_TIMEOUT_MS = 60000, US_PER_MS = 1000 };

static mp_obj_t pulse(bool level, uint64_t pulse_us)
{
	mp_obj_t items[2] = {MP_OBJ_NEW_SMALL_INT(level), mp_obj_new_int_from_ull(pulse_us)};

	return mp_obj_new_tuple(2, items);
}

/* A list of (level, microseconds): what lasts until the first edge is the first, what lasts until the timeout is none.
 * Nothing is allocated while it looks, but for each pulse that has ended. Ctrl-C and callbacks get in between. */
static mp_obj_t pycom_pulses_get(mp_obj_t pin_obj, mp_obj_t timeout_obj)
{
	const unsigned pin = lb_machine_pin_number(pin_obj);
	const mp_int_t timeout_ms = mp_obj_get_int(timeout_obj);
	const mp_obj_t pulses = mp_obj_new_list(0, NULL);

	if (timeout_ms < 1 || timeout_ms > MOST_TIMEOUT_MS)
		mp_raise_ValueError(MP_ERROR_TEXT("timeout: 1 to 60000 ms"));
	uint64_t since_us = lb_periph_micros();
	bool level = lb_periph_pin_read(pin);

	for (size_t count = 0; count < MOST_PULSES;) {
		const uint64_t now_us = lb_periph_micros();

		if (now_us - since_us >= (uint64_t)timeout_ms * US_PER_MS)
			break;
		if (lb_periph_pin_read(pin) == level) {
			mp_event_handle_nowait();
			continue;
		}
		mp_obj_list_append(pulses, pulse(level, now_us - since_us));
		since_us = now_us;
		level = !level;
		count++;
	}
	return pulses;
}
MP_DEFINE_CONST_FUN_OBJ_2(lb_pycom_pulses_get_obj, pycom_pulses_get);
