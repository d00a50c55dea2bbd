#include "firmware/python/machine_bus.h"

#include "firmware/python/machine_pin.h"
#include "py/runtime.h"

void lb_machine_bus_check_mode(mp_int_t mode)
{
	if (mode != LB_MACHINE_BUS_MASTER)
		mp_raise_ValueError(MP_ERROR_TEXT("mode: MASTER"));
}

mp_obj_t lb_machine_bus_pin(mp_obj_t given, unsigned number)
{
	return given == mp_const_none ? lb_machine_pin_object(number) : given;
}

mp_obj_t lb_machine_bus_bytes(mp_obj_t given)
{
	if (!mp_obj_is_int(given))
		return given;
	const byte low = (byte)mp_obj_get_int_truncated(given);

	return mp_obj_new_bytes(&low, 1);
}
