/* machine.WDT: the watchdog, as MicroPython and Pycom have it. */
#include "firmware/io/watchdog.h"
#include "firmware/python/modmachine.h"
#include "py/runtime.h"

static const mp_obj_base_t watchdog = {&lb_machine_wdt_type};

enum { DEFAULT_MS = 5000 };

static void arm(mp_int_t timeout_ms)
{
	if (timeout_ms < 1 || timeout_ms > INT32_MAX)
		mp_raise_ValueError(MP_ERROR_TEXT("timeout: 1 ms to 24 days"));
	lb_watchdog_arm((uint32_t)timeout_ms);
}

static mp_obj_t wdt_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *all_args)
{
	enum { ARG_id, ARG_timeout };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_id, MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_timeout, MP_ARG_INT, {.u_int = DEFAULT_MS}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	(void)type;
	mp_arg_parse_all_kw_array(n_args, n_kw, all_args, MP_ARRAY_SIZE(allowed), allowed, args);
	if (args[ARG_id].u_int != 0)
		mp_raise_ValueError(MP_ERROR_TEXT("there is one watchdog: id 0"));
	arm(args[ARG_timeout].u_int);
	return MP_OBJ_FROM_PTR(&watchdog);
}

/* init(timeout): Pycom's, with the default of the constructor. */
static mp_obj_t wdt_init(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	static const mp_arg_t allowed[] = {
		{MP_QSTR_timeout, MP_ARG_INT, {.u_int = DEFAULT_MS}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	arm(args[0].u_int);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wdt_init_obj, 1, wdt_init);

static mp_obj_t wdt_timeout_ms(mp_obj_t self, mp_obj_t timeout_ms)
{
	(void)self;
	arm(mp_obj_get_int(timeout_ms));
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(wdt_timeout_ms_obj, wdt_timeout_ms);

static mp_obj_t wdt_feed(mp_obj_t self)
{
	(void)self;
	lb_watchdog_feed();
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(wdt_feed_obj, wdt_feed);

static const mp_rom_map_elem_t wdt_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&wdt_init_obj)},
	{MP_ROM_QSTR(MP_QSTR_feed), MP_ROM_PTR(&wdt_feed_obj)},
	{MP_ROM_QSTR(MP_QSTR_timeout_ms), MP_ROM_PTR(&wdt_timeout_ms_obj)},
};
static MP_DEFINE_CONST_DICT(wdt_locals, wdt_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(lb_machine_wdt_type, MP_QSTR_WDT, MP_TYPE_FLAG_NONE, make_new, wdt_make_new, locals_dict,
                         &wdt_locals);
