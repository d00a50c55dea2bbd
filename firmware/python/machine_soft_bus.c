/* machine.SoftI2C and SoftSPI are MicroPython's drivers in software, and on a board that drives such a bus by itself
 * its bus 0. firmware/Makefile leads the module's table, and the drivers' transfer, here. */
#include "core/hw/periph.h"
#include "firmware/python/machine_bus.h"
#include "firmware/python/machine_soft_bus.h"
#include "firmware/python/machine_spi_bus.h"
#include "py/runtime.h"

/* --- I2C --- */

static const mp_machine_i2c_p_t *driver(void)
{
	return MP_OBJ_TYPE_GET_SLOT(&mp_machine_soft_i2c_type, protocol);
}

static void i2c_init(mp_obj_base_t *self, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	driver()->init(self, n_args, pos_args, kw_args);
}

static int i2c_start(mp_obj_base_t *self)
{
	return driver()->start(self);
}

static int i2c_stop(mp_obj_base_t *self)
{
	return driver()->stop(self);
}

static int i2c_read(mp_obj_base_t *self, uint8_t *data, size_t size_bytes, bool nack)
{
	return driver()->read(self, data, size_bytes, nack);
}

static int i2c_write(mp_obj_base_t *self, const uint8_t *data, size_t size_bytes)
{
	return driver()->write(self, data, size_bytes);
}

static int i2c_transfer(mp_obj_base_t *self, uint16_t address, size_t count, mp_machine_i2c_buf_t *pieces,
                        unsigned flags)
{
	return lb_machine_bus_i2c(0, self, address, count, pieces, flags);
}

static mp_obj_t i2c_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	const mp_obj_t made = MP_OBJ_TYPE_GET_SLOT(&mp_machine_soft_i2c_type, make_new)(type, n_args, n_kw, args);

	((mp_obj_base_t *)MP_OBJ_TO_PTR(made))->type = type;
	return made;
}

static void i2c_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind)
{
	MP_OBJ_TYPE_GET_SLOT(&mp_machine_soft_i2c_type, print)(print, self, kind);
}

static const mp_machine_i2c_p_t i2c_protocol = {
	.init = i2c_init,
	.start = i2c_start,
	.stop = i2c_stop,
	.read = i2c_read,
	.write = i2c_write,
	.transfer = i2c_transfer,
};

MP_DEFINE_CONST_OBJ_TYPE(lb_machine_soft_bus_i2c_type, MP_QSTR_SoftI2C, MP_TYPE_FLAG_NONE, make_new, i2c_make_new,
                         print, i2c_print, protocol, &i2c_protocol, locals_dict, &mp_machine_i2c_locals_dict);

/* --- SPI --- */

/* Called by the driver, with its part of an object. */
void lb_machine_soft_bus_spi(void *spi, size_t size_bytes, const uint8_t *out, uint8_t *in)
{
	const mp_machine_soft_spi_obj_t *self = (void *)((uint8_t *)spi - offsetof(mp_machine_soft_spi_obj_t, spi));
	const unsigned number = lb_machine_spi_bus_number(self);

	if (lb_periph_bus_has(LB_BUS_SPI, number))
		lb_periph_spi(number, out, in, size_bytes);
	else
		mp_soft_spi_transfer(spi, size_bytes, out, in);
}
