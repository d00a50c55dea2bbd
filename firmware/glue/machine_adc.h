/* Compiled inside extmod/machine_adc.c. ADC(pin) is MicroPython's; ADC() and its channel(pin=...) are Pycom's. */
#include "core/hw/periph.h"
#include "firmware/python/machine_pin.h"

enum { ADC_NO_PIN = LB_PIN_COUNT, ADC_FULL_MV = 3300, ADC_UV_PER_MV = 1000, ADC_FULL_U16 = 65535 };
enum { ADC_LEAST_BITS = 9, ADC_MOST_BITS = 12, ADC_VREF_MV = 1100 };

/* Of Pycom's channels, all of them; until the next hard reset. */
static mp_int_t adc_bits = ADC_MOST_BITS, adc_vref_mv = ADC_VREF_MV;

struct _machine_adc_obj_t {
	mp_obj_base_t base;
	unsigned pin; /* ADC_NO_PIN: Pycom's ADC(), which has channels */
};

#define MICROPY_PY_MACHINE_ADC_CLASS_CONSTANTS                                                                        \
	{MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&adc_init_obj)},                                                           \
		{MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&adc_deinit_obj)},                                                   \
		{MP_ROM_QSTR(MP_QSTR_vref), MP_ROM_PTR(&adc_vref_obj)},                                                       \
		{MP_ROM_QSTR(MP_QSTR_channel), MP_ROM_PTR(&adc_channel_obj)}, {MP_ROM_QSTR(MP_QSTR_ATTN_0DB), MP_ROM_INT(0)}, \
		{MP_ROM_QSTR(MP_QSTR_ATTN_2_5DB), MP_ROM_INT(1)}, {MP_ROM_QSTR(MP_QSTR_ATTN_6DB), MP_ROM_INT(2)},             \
		{MP_ROM_QSTR(MP_QSTR_ATTN_11DB), MP_ROM_INT(3)},

/* What the pin's net has, up to full scale. */
static uint32_t adc_millivolts(const machine_adc_obj_t *self)
{
	if (self->pin == ADC_NO_PIN)
		mp_raise_ValueError(MP_ERROR_TEXT("ADC() has channels: channel(pin='P13')"));
	const uint32_t millivolts = lb_periph_pin_millivolts(self->pin);

	return millivolts < ADC_FULL_MV ? millivolts : ADC_FULL_MV;
}

static void mp_machine_adc_print(const mp_print_t *print, mp_obj_t self_obj, mp_print_kind_t kind)
{
	const machine_adc_obj_t *self = MP_OBJ_TO_PTR(self_obj);

	(void)kind;
	if (self->pin == ADC_NO_PIN)
		mp_print_str(print, "ADC()");
	else
		mp_printf(print, "ADC(Pin('P%u'))", self->pin);
}

static unsigned adc_pin(mp_obj_t pin)
{
	const unsigned number = lb_machine_pin_number(pin);

	if (!lb_pinout_get(number)->adc)
		mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("%s has no ADC"), lb_pinout_get(number)->name);
	return number;
}

/* (*, id=0, bits=12), as ADC() and its init() have them. */
static void adc_parse(mp_map_t *kw_args)
{
	enum { ARG_id, ARG_bits };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_id, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_bits, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = ADC_MOST_BITS}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all(0, NULL, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	if (args[ARG_id].u_int != 0)
		mp_raise_ValueError(MP_ERROR_TEXT("there is ADC 0"));
	if (args[ARG_bits].u_int < ADC_LEAST_BITS || args[ARG_bits].u_int > ADC_MOST_BITS)
		mp_raise_ValueError(MP_ERROR_TEXT("bits: 9 to 12"));
	adc_bits = args[ARG_bits].u_int;
}

static mp_obj_t mp_machine_adc_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	mp_arg_check_num(n_args, n_kw, 0, 1, true);
	machine_adc_obj_t *self = mp_obj_malloc(machine_adc_obj_t, type);
	mp_map_t kw_args;

	mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
	if (n_args == 0 || n_kw > 0)
		adc_parse(&kw_args);
	self->pin = n_args == 0 ? ADC_NO_PIN : adc_pin(args[0]);
	return MP_OBJ_FROM_PTR(self);
}

static mp_int_t mp_machine_adc_read_u16(machine_adc_obj_t *self)
{
	return (mp_int_t)(adc_millivolts(self) * ADC_FULL_U16 / ADC_FULL_MV);
}

static mp_int_t mp_machine_adc_read_uv(machine_adc_obj_t *self)
{
	return (mp_int_t)(adc_millivolts(self) * ADC_UV_PER_MV);
}

/* --- Pycom's: init(), vref() --- */

static mp_obj_t adc_init(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args)
{
	(void)n_args;
	(void)args;
	adc_parse(kw_args);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(adc_init_obj, 1, adc_init);

/* Of an ADC and of a channel: there is nothing to switch off. */
static mp_obj_t adc_deinit(mp_obj_t self)
{
	(void)self;
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(adc_deinit_obj, adc_deinit);

/* The reference in millivolts, given back as it was set: this ADC is exact. */
static mp_obj_t adc_vref(size_t n_args, const mp_obj_t *args)
{
	if (n_args == 1)
		return MP_OBJ_NEW_SMALL_INT(adc_vref_mv);
	adc_vref_mv = mp_obj_get_int(args[1]);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(adc_vref_obj, 1, 2, adc_vref);

/* --- Pycom's channels: as many bits as init() said, and always the whole range, whatever the attenuation --- */

static mp_int_t adc_full(void)
{
	return ((mp_int_t)1 << adc_bits) - 1;
}

static mp_obj_t adc_channel_call(mp_obj_t self_obj, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	(void)args;
	mp_arg_check_num(n_args, n_kw, 0, 0, false);
	return MP_OBJ_NEW_SMALL_INT((mp_int_t)adc_millivolts(MP_OBJ_TO_PTR(self_obj)) * adc_full() / ADC_FULL_MV);
}

static mp_obj_t adc_channel_value(mp_obj_t self)
{
	return adc_channel_call(self, 0, 0, NULL);
}
static MP_DEFINE_CONST_FUN_OBJ_1(adc_channel_value_obj, adc_channel_value);

static mp_obj_t adc_channel_voltage(mp_obj_t self)
{
	return MP_OBJ_NEW_SMALL_INT(adc_millivolts(MP_OBJ_TO_PTR(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(adc_channel_voltage_obj, adc_channel_voltage);

static mp_obj_t adc_channel_value_to_voltage(mp_obj_t self, mp_obj_t value)
{
	(void)self;
	return MP_OBJ_NEW_SMALL_INT(mp_obj_get_int(value) * ADC_FULL_MV / adc_full());
}
static MP_DEFINE_CONST_FUN_OBJ_2(adc_channel_value_to_voltage_obj, adc_channel_value_to_voltage);

static const mp_rom_map_elem_t adc_channel_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&adc_deinit_obj)},
	{MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&adc_deinit_obj)},
	{MP_ROM_QSTR(MP_QSTR_value_to_voltage), MP_ROM_PTR(&adc_channel_value_to_voltage_obj)},
	{MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&adc_channel_value_obj)},
	{MP_ROM_QSTR(MP_QSTR_voltage), MP_ROM_PTR(&adc_channel_voltage_obj)},
};
static MP_DEFINE_CONST_DICT(adc_channel_locals, adc_channel_locals_table);

static MP_DEFINE_CONST_OBJ_TYPE(adc_channel_type, MP_QSTR_ADCChannel, MP_TYPE_FLAG_NONE, call, adc_channel_call, print,
                                mp_machine_adc_print, locals_dict, &adc_channel_locals);

/* channel(*, pin, attn) */
static mp_obj_t adc_channel(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_pin, ARG_attn };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_pin, MP_ARG_KW_ONLY | MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_attn, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	if (args[ARG_attn].u_int < 0 || args[ARG_attn].u_int > 3)
		mp_raise_ValueError(MP_ERROR_TEXT("attn: ADC.ATTN_0DB to ADC.ATTN_11DB"));
	machine_adc_obj_t *channel = mp_obj_malloc(machine_adc_obj_t, &adc_channel_type);

	channel->pin = adc_pin(args[ARG_pin].u_obj);
	return MP_OBJ_FROM_PTR(channel);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(adc_channel_obj, 1, adc_channel);
