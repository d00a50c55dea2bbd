#include "firmware/python/machine_bus.h"

#include "core/hw/periph.h"
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

/* A bus of the board's own, or else by the pins. */
int lb_machine_bus_i2c(unsigned number, mp_obj_base_t *self, uint16_t address, size_t count,
                       mp_machine_i2c_buf_t *pieces, unsigned flags)
{
	unsigned begins = LB_I2C_START | ((flags & MP_MACHINE_I2C_FLAG_READ) != 0 ? LB_I2C_READ : 0);
	int sum = 0;

	if (!lb_periph_bus_has(LB_BUS_I2C, number))
		return mp_machine_soft_i2c_transfer(self, address, count, pieces, flags);
	for (size_t i = 0; i < count; i++, begins &= ~(unsigned)LB_I2C_START) {
		const int result = lb_periph_i2c(number, address, begins, pieces[i].buf, pieces[i].len);

		if (result < 0)
			return result;
		sum += result;
	}
	return sum;
}
