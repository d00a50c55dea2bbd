/* machine.SPI: MicroPython's driver in software, with default pins, and Pycom's way to name mode, rate and pins; its
 * methods return the count of bytes, as Pycom's do. */
#include "core/hw/periph.h"
#include "extmod/modmachine.h"
#include "firmware/python/machine_bus.h"
#include "firmware/python/machine_spi_bus.h"
#include "firmware/python/names.h"
#include "py/runtime.h"

enum {
	SPI_SCK = 10,
	SPI_MOSI = 11,
	SPI_MISO = 14,
	SPI_BITS = 8,
	SPI_LAST = 2,
	SPI_DEFAULT_HZ = 500000,
	NOT_GIVEN = -1
};

struct spi {
	mp_machine_soft_spi_obj_t soft;
	unsigned id;
};

/* What was given, as keywords of the driver's: name, value, name, value. */
struct keywords {
	size_t count;
	mp_obj_t items[2 * 7];
};

static void add(struct keywords *keywords, qstr name, mp_obj_t value)
{
	keywords->items[2 * keywords->count] = MP_OBJ_NEW_QSTR(name);
	keywords->items[2 * keywords->count + 1] = value;
	keywords->count++;
}

static void add_number(struct keywords *keywords, qstr name, mp_int_t number)
{
	if (number != NOT_GIVEN)
		add(keywords, name, MP_OBJ_NEW_SMALL_INT(number));
}

/* Either name of the pins; `all` gives those that were not named their defaults. */
static void add_pins(struct keywords *keywords, mp_obj_t pins, const mp_obj_t named[3], bool all)
{
	static const qstr names[3] = {MP_QSTR_sck, MP_QSTR_mosi, MP_QSTR_miso};
	static const unsigned defaults[3] = {SPI_SCK, SPI_MOSI, SPI_MISO};
	mp_obj_t *items = NULL;

	if (pins != mp_const_none)
		mp_obj_get_array_fixed_n(pins, 3, &items);
	for (int i = 0; i < 3; i++) {
		const mp_obj_t pin = items != NULL ? items[i] : named[i];

		if (all || pin != mp_const_none)
			add(keywords, names[i], lb_machine_bus_pin(pin, defaults[i]));
	}
}

/* (baudrate, *, polarity, phase, bits, firstbit, sck, mosi, miso), or Pycom's (mode, baudrate, *, …, pins=(sck, mosi,
 * miso)): the first is the mode when a rate is given as well, or when it is SPI.MASTER, 0. */
static struct keywords parse(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args, bool all)
{
	enum {
		ARG_mode,
		ARG_baudrate,
		ARG_polarity,
		ARG_phase,
		ARG_bits,
		ARG_firstbit,
		ARG_sck,
		ARG_mosi,
		ARG_miso,
		ARG_pins,
		ARG_id
	};
	static const mp_arg_t allowed[] = {
		{MP_QSTR_mode, MP_ARG_INT, {.u_int = LB_MACHINE_BUS_MASTER}},
		{MP_QSTR_baudrate, MP_ARG_INT, {.u_int = NOT_GIVEN}},
		{MP_QSTR_polarity, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = NOT_GIVEN}},
		{MP_QSTR_phase, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = NOT_GIVEN}},
		{MP_QSTR_bits, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = SPI_BITS}},
		{MP_QSTR_firstbit, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = NOT_GIVEN}},
		{MP_QSTR_sck, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_mosi, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_miso, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_pins, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_id, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}}, /* the constructor's */
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
	struct keywords keywords = {.count = 0};

	mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const mp_obj_t named[3] = {args[ARG_sck].u_obj, args[ARG_mosi].u_obj, args[ARG_miso].u_obj};
	mp_int_t rate = args[ARG_baudrate].u_int;

	if (rate != NOT_GIVEN)
		lb_machine_bus_check_mode(args[ARG_mode].u_int);
	else if (args[ARG_mode].u_int != LB_MACHINE_BUS_MASTER)
		rate = args[ARG_mode].u_int;
	else if (all)
		rate = SPI_DEFAULT_HZ;
	if (rate != NOT_GIVEN && rate < 1)
		mp_raise_ValueError(MP_ERROR_TEXT("baudrate: 1 Hz or more"));
	if (args[ARG_bits].u_int != SPI_BITS)
		mp_raise_ValueError(MP_ERROR_TEXT("bits must be 8"));
	add_number(&keywords, MP_QSTR_baudrate, rate);
	add_number(&keywords, MP_QSTR_polarity, args[ARG_polarity].u_int);
	add_number(&keywords, MP_QSTR_phase, args[ARG_phase].u_int);
	add_number(&keywords, MP_QSTR_firstbit, args[ARG_firstbit].u_int);
	add_pins(&keywords, args[ARG_pins].u_obj, named, all);
	return keywords;
}

static mp_obj_t spi_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	const size_t behind_id = n_args > 0 ? 1 : 0;
	mp_map_t kw_args;

	mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
	const mp_map_elem_t *named = mp_map_lookup(&kw_args, MP_OBJ_NEW_QSTR(MP_QSTR_id), MP_MAP_LOOKUP);
	const mp_int_t id = n_args > 0 ? mp_obj_get_int(args[0]) : named != NULL ? mp_obj_get_int(named->value) : 0;

	/* Another one is there where the board has it. */
	if (id != 0 && (id < 0 || id > SPI_LAST || !lb_periph_bus_has(LB_BUS_SPI, (unsigned)id)))
		mp_raise_ValueError(MP_ERROR_TEXT("there is bus 0"));
	const struct keywords keywords = parse(n_args - behind_id, args + behind_id, &kw_args, true);
	const mp_obj_t made = MP_OBJ_TYPE_GET_SLOT(&mp_machine_soft_spi_type, make_new)(&mp_machine_soft_spi_type, 0,
	                                                                                keywords.count, keywords.items);

	struct spi *self = mp_obj_malloc(struct spi, type);

	self->soft.spi = ((mp_machine_soft_spi_obj_t *)MP_OBJ_TO_PTR(made))->spi;
	self->id = (unsigned)id;
	return MP_OBJ_FROM_PTR(self);
}

unsigned lb_machine_spi_bus_number(const mp_machine_soft_spi_obj_t *spi)
{
	return spi->base.type == &machine_spi_type ? ((const struct spi *)(const void *)spi)->id : 0;
}

static void spi_print(const mp_print_t *print, mp_obj_t self_obj, mp_print_kind_t kind)
{
	const struct spi *self = MP_OBJ_TO_PTR(self_obj);
	const mp_soft_spi_obj_t *soft = &self->soft.spi;

	(void)kind;
	mp_printf(print, "SPI(%u, sck='P%u', mosi='P%u', miso='P%u')", self->id, soft->sck, soft->mosi, soft->miso);
}

/* --- what Pycom's has besides --- */

/* init(): what is not given stays as it is. */
static mp_obj_t spi_init(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args)
{
	struct keywords keywords = parse(n_args - 1, args + 1, kw_args, false);
	mp_map_t given;

	mp_map_init_fixed_table(&given, keywords.count, keywords.items);
	mp_machine_soft_spi_p.init(MP_OBJ_TO_PTR(args[0]), 0, NULL, &given);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(spi_init_obj, 1, spi_init);

static mp_obj_t length_of(mp_obj_t buffer_obj)
{
	mp_buffer_info_t buffer;

	mp_get_buffer_raise(buffer_obj, &buffer, MP_BUFFER_READ);
	return mp_obj_new_int_from_uint(buffer.len);
}

/* The first argument and `write`, the byte that is sent meanwhile. */
static mp_obj_t transfer(mp_obj_t driver, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args, mp_obj_t *what)
{
	static const mp_arg_t allowed[] = {
		{MP_QSTR_, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_write, MP_ARG_INT, {.u_int = 0}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	*what = args[0].u_obj;
	const mp_obj_t driver_args[] = {pos_args[0], args[0].u_obj, MP_OBJ_NEW_SMALL_INT(args[1].u_int)};

	return mp_call_function_n_kw(driver, MP_ARRAY_SIZE(driver_args), 0, driver_args);
}

static mp_obj_t spi_read(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args)
{
	mp_obj_t count;

	return transfer(MP_OBJ_FROM_PTR(&mp_machine_spi_read_obj), n_args, args, kw_args, &count);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(spi_read_obj, 1, spi_read);

static mp_obj_t spi_readinto(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args)
{
	mp_obj_t buffer;

	transfer(MP_OBJ_FROM_PTR(&mp_machine_spi_readinto_obj), n_args, args, kw_args, &buffer);
	return length_of(buffer);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(spi_readinto_obj, 1, spi_readinto);

static mp_obj_t spi_write(mp_obj_t self, mp_obj_t data)
{
	const mp_obj_t bytes = lb_machine_bus_bytes(data);

	mp_call_function_2(MP_OBJ_FROM_PTR(&mp_machine_spi_write_obj), self, bytes);
	return length_of(bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_2(spi_write_obj, spi_write);

static mp_obj_t spi_write_readinto(mp_obj_t self, mp_obj_t data, mp_obj_t buffer)
{
	const mp_obj_t driver_args[] = {self, lb_machine_bus_bytes(data), buffer};

	mp_call_function_n_kw(MP_OBJ_FROM_PTR(&mp_machine_spi_write_readinto_obj), 3, 0, driver_args);
	return length_of(buffer);
}
static MP_DEFINE_CONST_FUN_OBJ_3(spi_write_readinto_obj, spi_write_readinto);

static const mp_rom_map_elem_t names_table[] = {
	{MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&spi_init_obj)},
	{MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&spi_read_obj)},
	{MP_ROM_QSTR(MP_QSTR_readinto), MP_ROM_PTR(&spi_readinto_obj)},
	{MP_ROM_QSTR(MP_QSTR_write), MP_ROM_PTR(&spi_write_obj)},
	{MP_ROM_QSTR(MP_QSTR_write_readinto), MP_ROM_PTR(&spi_write_readinto_obj)},
	{MP_ROM_QSTR(MP_QSTR_MASTER), MP_ROM_INT(LB_MACHINE_BUS_MASTER)},
};
static MP_DEFINE_CONST_DICT(names, names_table);

/* Objects find them here, before MicroPython's table; the class by its parent. */
static void spi_attr(mp_obj_t self, qstr attr, mp_obj_t *dest)
{
	if (dest[0] == MP_OBJ_NULL && !lb_names_load(&names, self, attr, dest))
		dest[1] = MP_OBJ_SENTINEL;
}

static MP_DEFINE_CONST_OBJ_TYPE(names_type, MP_QSTR_Bus, MP_TYPE_FLAG_NONE, locals_dict, &names);

MP_DEFINE_CONST_OBJ_TYPE(machine_spi_type, MP_QSTR_SPI, MP_TYPE_FLAG_NONE, make_new, spi_make_new, print, spi_print,
                         attr, spi_attr, protocol, &mp_machine_soft_spi_p, parent, &names_type, locals_dict,
                         &mp_machine_spi_locals_dict);
