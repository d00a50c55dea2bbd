/* machine.I2C: MicroPython's driver in software, with default pins, and Pycom's way to name mode, rate and pins. Its
 * three buses are alike: a module is free to have them on any pins. */
#include "extmod/modmachine.h"
#include "firmware/python/machine_bus.h"
#include "firmware/python/names.h"
#include "py/runtime.h"

enum { I2C_SDA = 9, I2C_SCL = 10, I2C_BUSES = 3 };
enum { I2C_MOST_HZ = 500000, I2C_DEFAULT_HZ = 400000 };

struct i2c {
	mp_machine_soft_i2c_obj_t soft;
	mp_int_t id;
};

/* (mode, *, scl, sda, freq; baudrate and pins=(sda, scl) are Pycom's) */
static void i2c_init(mp_obj_base_t *self, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_mode, ARG_scl, ARG_sda, ARG_freq, ARG_baudrate, ARG_pins, ARG_id };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_mode, MP_ARG_INT, {.u_int = LB_MACHINE_BUS_MASTER}},
		{MP_QSTR_scl, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_sda, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_freq, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = I2C_DEFAULT_HZ}},
		{MP_QSTR_baudrate, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_pins, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_id, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}}, /* the constructor's */
	};
	const mp_machine_i2c_p_t *soft = MP_OBJ_TYPE_GET_SLOT(&mp_machine_soft_i2c_type, protocol);
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
	mp_obj_t *pins = NULL;
	mp_map_t no_keywords;

	mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const mp_int_t hz = args[ARG_baudrate].u_int != 0 ? args[ARG_baudrate].u_int : args[ARG_freq].u_int;

	lb_machine_bus_check_mode(args[ARG_mode].u_int);
	if (hz < 1)
		mp_raise_ValueError(MP_ERROR_TEXT("freq: 1 Hz or more"));
	if (args[ARG_pins].u_obj != mp_const_none)
		mp_obj_get_array_fixed_n(args[ARG_pins].u_obj, 2, &pins);
	mp_obj_t soft_args[4] = {
		pins != NULL ? pins[1] : lb_machine_bus_pin(args[ARG_scl].u_obj, I2C_SCL),
		pins != NULL ? pins[0] : lb_machine_bus_pin(args[ARG_sda].u_obj, I2C_SDA),
		MP_OBJ_NEW_QSTR(MP_QSTR_freq),
		mp_obj_new_int(hz < I2C_MOST_HZ ? hz : I2C_MOST_HZ),
	};
	mp_map_init_fixed_table(&no_keywords, 1, soft_args + 2);
	soft->init(self, 2, soft_args, &no_keywords);
}

static mp_obj_t i2c_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	struct i2c *self = mp_obj_malloc(struct i2c, type);
	mp_map_t kw_args;

	mp_arg_check_num(n_args, n_kw, 0, MP_OBJ_FUN_ARGS_MAX, true);
	mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
	const mp_map_elem_t *named = mp_map_lookup(&kw_args, MP_OBJ_NEW_QSTR(MP_QSTR_id), MP_MAP_LOOKUP);

	self->id = n_args > 0 ? mp_obj_get_int(args[0]) : named != NULL ? mp_obj_get_int(named->value) : 0;
	if (self->id < 0 || self->id >= I2C_BUSES)
		mp_raise_ValueError(MP_ERROR_TEXT("there are buses 0, 1 and 2"));
	i2c_init(&self->soft.base, n_args > 0 ? n_args - 1 : 0, args + 1, &kw_args);
	return MP_OBJ_FROM_PTR(self);
}

static void i2c_print(const mp_print_t *print, mp_obj_t self_obj, mp_print_kind_t kind)
{
	const struct i2c *self = MP_OBJ_TO_PTR(self_obj);

	(void)kind;
	mp_printf(print, "I2C(%d, scl='P%u', sda='P%u')", (int)self->id, self->soft.scl, self->soft.sda);
}

static int i2c_transfer(mp_obj_base_t *self, uint16_t address, size_t count, mp_machine_i2c_buf_t *pieces,
                        unsigned flags)
{
	return lb_machine_bus_i2c((unsigned)((struct i2c *)(void *)self)->id, self, address, count, pieces, flags);
}

static const mp_machine_i2c_p_t i2c_protocol = {.init = i2c_init, .transfer = i2c_transfer};

/* --- what Pycom's has besides --- */

/* writeto(addr, buf, stop=True), where buf may be one byte as a number. */
static mp_obj_t i2c_writeto(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_addr, ARG_buf, ARG_stop };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_addr, MP_ARG_INT | MP_ARG_REQUIRED, {.u_int = 0}},
		{MP_QSTR_buf, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_stop, MP_ARG_BOOL, {.u_bool = true}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const mp_obj_t data = lb_machine_bus_bytes(args[ARG_buf].u_obj);
	const unsigned flags = args[ARG_stop].u_bool ? MP_MACHINE_I2C_FLAG_STOP : 0;
	mp_buffer_info_t buffer;

	mp_get_buffer_raise(data, &buffer, MP_BUFFER_READ);
	mp_machine_i2c_buf_t piece = {.len = buffer.len, .buf = buffer.buf};
	const int result = i2c_transfer(MP_OBJ_TO_PTR(pos_args[0]), (uint16_t)args[ARG_addr].u_int, 1, &piece, flags);

	if (result < 0)
		mp_raise_OSError(-result);
	return MP_OBJ_NEW_SMALL_INT(result);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(i2c_writeto_obj, 1, i2c_writeto);

/* Nothing is held that it could give back. */
static mp_obj_t i2c_deinit(mp_obj_t self)
{
	(void)self;
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(i2c_deinit_obj, i2c_deinit);

static const mp_rom_map_elem_t names_table[] = {
	{MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&i2c_deinit_obj)},
	{MP_ROM_QSTR(MP_QSTR_writeto), MP_ROM_PTR(&i2c_writeto_obj)},
	{MP_ROM_QSTR(MP_QSTR_MASTER), MP_ROM_INT(LB_MACHINE_BUS_MASTER)},
};
static MP_DEFINE_CONST_DICT(names, names_table);

/* Objects find them here, before MicroPython's table; the class by its parent. */
static void i2c_attr(mp_obj_t self, qstr attr, mp_obj_t *dest)
{
	if (dest[0] == MP_OBJ_NULL && !lb_names_load(&names, self, attr, dest))
		dest[1] = MP_OBJ_SENTINEL;
}

static MP_DEFINE_CONST_OBJ_TYPE(names_type, MP_QSTR_Bus, MP_TYPE_FLAG_NONE, locals_dict, &names);

MP_DEFINE_CONST_OBJ_TYPE(machine_i2c_type, MP_QSTR_I2C, MP_TYPE_FLAG_NONE, make_new, i2c_make_new, print, i2c_print,
                         attr, i2c_attr, protocol, &i2c_protocol, parent, &names_type, locals_dict,
                         &mp_machine_i2c_locals_dict);
