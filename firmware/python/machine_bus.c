/* machine.I2C and machine.SPI: MicroPython's drivers in software, with default pins, and Pycom's way to name mode, rate
 * and pins. */
#include "extmod/modmachine.h"
#include "firmware/python/machine_pin.h"
#include "py/runtime.h"

enum { MASTER = 0, I2C_SDA = 9, I2C_SCL = 10, SPI_SCK = 10, SPI_MOSI = 11, SPI_MISO = 14, ONLY_ID = 0 };
enum { I2C_MOST_HZ = 500000, I2C_DEFAULT_HZ = 400000, SPI_DEFAULT_HZ = 500000 };

static void check_id(mp_obj_t id)
{
	if (mp_obj_get_int(id) != ONLY_ID)
		mp_raise_ValueError(MP_ERROR_TEXT("there is bus 0"));
}

static void check_mode(mp_int_t mode)
{
	if (mode != MASTER)
		mp_raise_ValueError(MP_ERROR_TEXT("mode: MASTER"));
}

static mp_obj_t pin_or_default(mp_obj_t given, unsigned number)
{
	return given == mp_const_none ? lb_machine_pin_object(number) : given;
}

/* --- I2C --- */

/* (mode, *, scl, sda, freq; baudrate and pins=(sda, scl) are Pycom's) */
static void i2c_init(mp_obj_base_t *self, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_mode, ARG_scl, ARG_sda, ARG_freq, ARG_baudrate, ARG_pins };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_mode, MP_ARG_INT, {.u_int = MASTER}},
		{MP_QSTR_scl, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_sda, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_freq, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = I2C_DEFAULT_HZ}},
		{MP_QSTR_baudrate, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_pins, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
	};
	const mp_machine_i2c_p_t *soft = MP_OBJ_TYPE_GET_SLOT(&mp_machine_soft_i2c_type, protocol);
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
	mp_obj_t *pins = NULL;
	mp_map_t no_keywords;

	mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const mp_int_t hz = args[ARG_baudrate].u_int != 0 ? args[ARG_baudrate].u_int : args[ARG_freq].u_int;

	check_mode(args[ARG_mode].u_int);
	if (hz < 1)
		mp_raise_ValueError(MP_ERROR_TEXT("freq: 1 Hz or more"));
	if (args[ARG_pins].u_obj != mp_const_none)
		mp_obj_get_array_fixed_n(args[ARG_pins].u_obj, 2, &pins);
	mp_obj_t soft_args[4] = {
		pins != NULL ? pins[1] : pin_or_default(args[ARG_scl].u_obj, I2C_SCL),
		pins != NULL ? pins[0] : pin_or_default(args[ARG_sda].u_obj, I2C_SDA),
		MP_OBJ_NEW_QSTR(MP_QSTR_freq),
		mp_obj_new_int(hz < I2C_MOST_HZ ? hz : I2C_MOST_HZ),
	};
	mp_map_init_fixed_table(&no_keywords, 1, soft_args + 2);
	soft->init(self, 2, soft_args, &no_keywords);
}

static mp_obj_t i2c_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	mp_machine_soft_i2c_obj_t *self = mp_obj_malloc(mp_machine_soft_i2c_obj_t, type);
	mp_map_t kw_args;

	mp_arg_check_num(n_args, n_kw, 0, MP_OBJ_FUN_ARGS_MAX, true);
	if (n_args > 0)
		check_id(args[0]);
	mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
	i2c_init(&self->base, n_args > 0 ? n_args - 1 : 0, args + 1, &kw_args);
	return MP_OBJ_FROM_PTR(self);
}

static void i2c_print(const mp_print_t *print, mp_obj_t self_obj, mp_print_kind_t kind)
{
	const mp_machine_soft_i2c_obj_t *self = MP_OBJ_TO_PTR(self_obj);

	(void)kind;
	mp_printf(print, "I2C(0, scl='P%u', sda='P%u')", self->scl, self->sda);
}

static const mp_machine_i2c_p_t i2c_protocol = {.init = i2c_init, .transfer = mp_machine_soft_i2c_transfer};

/* A constant of the class that MicroPython's common table has not: looked up in the parent. */
static const mp_rom_map_elem_t master_table[] = {
	{MP_ROM_QSTR(MP_QSTR_MASTER), MP_ROM_INT(MASTER)},
};
static MP_DEFINE_CONST_DICT(master_locals, master_table);
static MP_DEFINE_CONST_OBJ_TYPE(master_type, MP_QSTR_Bus, MP_TYPE_FLAG_NONE, locals_dict, &master_locals);

MP_DEFINE_CONST_OBJ_TYPE(machine_i2c_type, MP_QSTR_I2C, MP_TYPE_FLAG_NONE, make_new, i2c_make_new, print, i2c_print,
                         protocol, &i2c_protocol, parent, &master_type, locals_dict, &mp_machine_i2c_locals_dict);

/* --- SPI --- */

/* (id, baudrate, *, polarity, phase, bits, firstbit, sck, mosi, miso; mode and pins=(sck, mosi, miso) are Pycom's. Its
 * second positional argument is the mode: told apart by baudrate being given by name, or by being SPI.MASTER, 0.) */
static mp_obj_t spi_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *all_args)
{
	enum {
		ARG_id,
		ARG_mode,
		ARG_baudrate,
		ARG_polarity,
		ARG_phase,
		ARG_bits,
		ARG_firstbit,
		ARG_sck,
		ARG_mosi,
		ARG_miso,
		ARG_pins
	};
	static const mp_arg_t allowed[] = {
		{MP_QSTR_id, MP_ARG_INT, {.u_int = ONLY_ID}},
		{MP_QSTR_mode, MP_ARG_INT, {.u_int = MASTER}},
		{MP_QSTR_baudrate, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_polarity, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_phase, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_bits, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 8}},
		{MP_QSTR_firstbit, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = MICROPY_PY_MACHINE_SPI_MSB}},
		{MP_QSTR_sck, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_mosi, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_miso, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_pins, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
	mp_obj_t *pins = NULL;

	mp_arg_parse_all_kw_array(n_args, n_kw, all_args, MP_ARRAY_SIZE(allowed), allowed, args);
	check_id(MP_OBJ_NEW_SMALL_INT(args[ARG_id].u_int));
	const mp_int_t rate = args[ARG_baudrate].u_int != 0 ? args[ARG_baudrate].u_int : args[ARG_mode].u_int;

	if (args[ARG_baudrate].u_int != 0)
		check_mode(args[ARG_mode].u_int);
	if (rate < 0)
		mp_raise_ValueError(MP_ERROR_TEXT("baudrate: 1 Hz or more"));
	if (args[ARG_pins].u_obj != mp_const_none)
		mp_obj_get_array_fixed_n(args[ARG_pins].u_obj, 3, &pins);
	const mp_obj_t soft_args[] = {
		mp_obj_new_int(rate != 0 ? rate : SPI_DEFAULT_HZ),
		MP_OBJ_NEW_QSTR(MP_QSTR_polarity),
		MP_OBJ_NEW_SMALL_INT(args[ARG_polarity].u_int),
		MP_OBJ_NEW_QSTR(MP_QSTR_phase),
		MP_OBJ_NEW_SMALL_INT(args[ARG_phase].u_int),
		MP_OBJ_NEW_QSTR(MP_QSTR_bits),
		MP_OBJ_NEW_SMALL_INT(args[ARG_bits].u_int),
		MP_OBJ_NEW_QSTR(MP_QSTR_firstbit),
		MP_OBJ_NEW_SMALL_INT(args[ARG_firstbit].u_int),
		MP_OBJ_NEW_QSTR(MP_QSTR_sck),
		pins != NULL ? pins[0] : pin_or_default(args[ARG_sck].u_obj, SPI_SCK),
		MP_OBJ_NEW_QSTR(MP_QSTR_mosi),
		pins != NULL ? pins[1] : pin_or_default(args[ARG_mosi].u_obj, SPI_MOSI),
		MP_OBJ_NEW_QSTR(MP_QSTR_miso),
		pins != NULL ? pins[2] : pin_or_default(args[ARG_miso].u_obj, SPI_MISO),
	};
	const mp_obj_t made = MP_OBJ_TYPE_GET_SLOT(&mp_machine_soft_spi_type, make_new)(
		&mp_machine_soft_spi_type, 1, (MP_ARRAY_SIZE(soft_args) - 1) / 2, soft_args);

	((mp_obj_base_t *)MP_OBJ_TO_PTR(made))->type = type;
	return made;
}

static void spi_print(const mp_print_t *print, mp_obj_t self_obj, mp_print_kind_t kind)
{
	const mp_machine_soft_spi_obj_t *self = MP_OBJ_TO_PTR(self_obj);

	(void)kind;
	mp_printf(print, "SPI(0, sck='P%u', mosi='P%u', miso='P%u')", self->spi.sck, self->spi.mosi, self->spi.miso);
}

MP_DEFINE_CONST_OBJ_TYPE(machine_spi_type, MP_QSTR_SPI, MP_TYPE_FLAG_NONE, make_new, spi_make_new, print, spi_print,
                         protocol, &mp_machine_soft_spi_p, parent, &master_type, locals_dict,
                         &mp_machine_spi_locals_dict);
