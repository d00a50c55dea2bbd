/* machine.Timer: MicroPython's timers, and in the same class Pycom's Alarm and Chrono. */
#include "core/hw/periph.h"
#include "extmod/modmachine.h"
#include "firmware/python/machine_timer.h"
#include "firmware/python/modmachine.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "shared/runtime/softtimer.h"

enum { US_PER_MS = 1000, MS_PER_S = 1000, US_PER_S = 1000000 };

/* --- Timer.Alarm: one of MicroPython's timers underneath, so in whole milliseconds --- */

struct alarm {
	soft_timer_entry_t timer;
	mp_obj_t handler;
	mp_obj_t argument;  /* None: the alarm itself */
	bool on;            /* false: a call that is already scheduled is not made */
	volatile bool runs; /* the timer is among those that run */
};

static const mp_obj_type_t alarm_type;

static mp_obj_t alarm_call(mp_obj_t self_obj)
{
	const struct alarm *self = MP_OBJ_TO_PTR(self_obj);

	if (self->on)
		mp_call_function_1(self->handler, self->argument == mp_const_none ? self_obj : self->argument);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(alarm_call_obj, alarm_call);

/* In interrupt context. */
static void on_time(soft_timer_entry_t *timer)
{
	struct alarm *self = (struct alarm *)(void *)timer;

	self->runs = timer->mode == SOFT_TIMER_MODE_PERIODIC;
	mp_sched_schedule(MP_OBJ_FROM_PTR(&alarm_call_obj), MP_OBJ_FROM_PTR(self));
}

static mp_obj_t alarm_cancel(mp_obj_t self_obj)
{
	struct alarm *self = MP_OBJ_TO_PTR(self_obj);
	const uint32_t state = lb_periph_irq_save();

	if (self->runs)
		soft_timer_remove(&self->timer);
	self->runs = false;
	self->on = false;
	lb_periph_irq_restore(state);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(alarm_cancel_obj, alarm_cancel);

/* One that runs goes on with another handler; one that does not begins anew. */
static void set_handler(struct alarm *self, mp_obj_t handler, mp_obj_t argument)
{
	if (handler == mp_const_none) {
		alarm_cancel(MP_OBJ_FROM_PTR(self));
		return;
	}
	const uint32_t state = lb_periph_irq_save();

	self->handler = handler;
	self->argument = argument;
	self->on = true;
	if (!self->runs)
		soft_timer_insert(&self->timer, self->timer.delta_ms);
	self->runs = true;
	lb_periph_irq_restore(state);
}

static mp_obj_t alarm_callback(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_handler, ARG_arg };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_handler, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_arg, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	set_handler(MP_OBJ_TO_PTR(pos_args[0]), args[ARG_handler].u_obj, args[ARG_arg].u_obj);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(alarm_callback_obj, 1, alarm_callback);

/* Exactly one of them, in whole milliseconds, rounded up. */
static uint32_t interval_ms(mp_obj_t s, mp_obj_t ms, mp_obj_t us)
{
	mp_float_t interval = 0;

	if ((s != mp_const_none) + (ms != mp_const_none) + (us != mp_const_none) != 1)
		mp_raise_ValueError(MP_ERROR_TEXT("one of s, ms and us"));
	if (s != mp_const_none)
		interval = mp_obj_get_float(s) * MS_PER_S;
	else if (ms != mp_const_none)
		interval = (mp_float_t)mp_obj_get_int(ms);
	else
		interval = (mp_float_t)mp_obj_get_int(us) / US_PER_MS;
	if (!(interval > 0 && interval < 0x40000000))
		mp_raise_ValueError(MP_ERROR_TEXT("interval: more than 0, up to 12 days"));
	const uint32_t whole_ms = (uint32_t)interval;

	return whole_ms + ((mp_float_t)whole_ms < interval);
}

/* (handler=None, s, *, ms, us, arg=None, periodic=False) */
static mp_obj_t alarm_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *all_args)
{
	enum { ARG_handler, ARG_s, ARG_ms, ARG_us, ARG_arg, ARG_periodic };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_handler, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_s, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_ms, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_us, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_arg, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_periodic, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all_kw_array(n_args, n_kw, all_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const uint32_t delta_ms = interval_ms(args[ARG_s].u_obj, args[ARG_ms].u_obj, args[ARG_us].u_obj);
	const uint16_t mode = args[ARG_periodic].u_bool ? SOFT_TIMER_MODE_PERIODIC : SOFT_TIMER_MODE_ONE_SHOT;
	struct alarm *self = m_new0(struct alarm, 1);

	soft_timer_static_init(&self->timer, mode, delta_ms, on_time);
	self->timer.pairheap.base.type = type;
	self->timer.flags = SOFT_TIMER_FLAG_GC_ALLOCATED;
	set_handler(self, args[ARG_handler].u_obj, args[ARG_arg].u_obj);
	return MP_OBJ_FROM_PTR(self);
}

static const mp_rom_map_elem_t alarm_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_callback), MP_ROM_PTR(&alarm_callback_obj)},
	{MP_ROM_QSTR(MP_QSTR_cancel), MP_ROM_PTR(&alarm_cancel_obj)},
};
static MP_DEFINE_CONST_DICT(alarm_locals, alarm_locals_table);
static MP_DEFINE_CONST_OBJ_TYPE(alarm_type, MP_QSTR_Alarm, MP_TYPE_FLAG_NONE, make_new, alarm_make_new, locals_dict,
                                &alarm_locals);

/* --- Timer.Chrono --- */

struct chrono {
	mp_obj_base_t base;
	bool runs;
	uint64_t start_us;
	uint64_t before_us; /* counted before the last start */
};

static mp_obj_t chrono_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	(void)args;
	mp_arg_check_num(n_args, n_kw, 0, 0, false);
	struct chrono *self = mp_obj_malloc(struct chrono, type);

	self->runs = false;
	self->start_us = self->before_us = 0;
	return MP_OBJ_FROM_PTR(self);
}

static uint64_t elapsed_us(const struct chrono *self)
{
	return self->before_us + (self->runs ? lb_periph_micros() - self->start_us : 0);
}

static mp_obj_t chrono_start(mp_obj_t self_obj)
{
	struct chrono *self = MP_OBJ_TO_PTR(self_obj);

	if (!self->runs)
		self->start_us = lb_periph_micros();
	self->runs = true;
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(chrono_start_obj, chrono_start);

static mp_obj_t chrono_stop(mp_obj_t self_obj)
{
	struct chrono *self = MP_OBJ_TO_PTR(self_obj);

	self->before_us = elapsed_us(self);
	self->runs = false;
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(chrono_stop_obj, chrono_stop);

static mp_obj_t chrono_reset(mp_obj_t self_obj)
{
	struct chrono *self = MP_OBJ_TO_PTR(self_obj);

	self->before_us = 0;
	self->start_us = lb_periph_micros();
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(chrono_reset_obj, chrono_reset);

static mp_obj_t chrono_read(mp_obj_t self)
{
	return mp_obj_new_float((mp_float_t)elapsed_us(MP_OBJ_TO_PTR(self)) / US_PER_S);
}
static MP_DEFINE_CONST_FUN_OBJ_1(chrono_read_obj, chrono_read);

static mp_obj_t chrono_read_ms(mp_obj_t self)
{
	return mp_obj_new_float((mp_float_t)elapsed_us(MP_OBJ_TO_PTR(self)) / US_PER_MS);
}
static MP_DEFINE_CONST_FUN_OBJ_1(chrono_read_ms_obj, chrono_read_ms);

static mp_obj_t chrono_read_us(mp_obj_t self)
{
	return mp_obj_new_float((mp_float_t)elapsed_us(MP_OBJ_TO_PTR(self)));
}
static MP_DEFINE_CONST_FUN_OBJ_1(chrono_read_us_obj, chrono_read_us);

static const mp_rom_map_elem_t chrono_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_start), MP_ROM_PTR(&chrono_start_obj)},
	{MP_ROM_QSTR(MP_QSTR_stop), MP_ROM_PTR(&chrono_stop_obj)},
	{MP_ROM_QSTR(MP_QSTR_reset), MP_ROM_PTR(&chrono_reset_obj)},
	{MP_ROM_QSTR(MP_QSTR_read), MP_ROM_PTR(&chrono_read_obj)},
	{MP_ROM_QSTR(MP_QSTR_read_ms), MP_ROM_PTR(&chrono_read_ms_obj)},
	{MP_ROM_QSTR(MP_QSTR_read_us), MP_ROM_PTR(&chrono_read_us_obj)},
};
static MP_DEFINE_CONST_DICT(chrono_locals, chrono_locals_table);
static MP_DEFINE_CONST_OBJ_TYPE(chrono_type, MP_QSTR_Chrono, MP_TYPE_FLAG_NONE, make_new, chrono_make_new, locals_dict,
                                &chrono_locals);

/* --- Timer: objects are MicroPython's in all but their class --- */

static mp_obj_t timer_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	const mp_obj_t made = MP_OBJ_TYPE_GET_SLOT(&machine_timer_type, make_new)(&machine_timer_type, n_args, n_kw, args);

	((mp_obj_base_t *)MP_OBJ_TO_PTR(made))->type = type;
	return made;
}

static void timer_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind)
{
	MP_OBJ_TYPE_GET_SLOT(&machine_timer_type, print)(print, self, kind);
}

/* An object's methods are looked for in its own class alone: this finds those of MicroPython's. */
static void timer_attr(mp_obj_t self, qstr name, mp_obj_t *dest)
{
	mp_obj_dict_t *methods = MP_OBJ_TYPE_GET_SLOT(&machine_timer_type, locals_dict);
	mp_map_elem_t *found;

	if (dest[0] != MP_OBJ_NULL)
		return;
	found = mp_map_lookup(&methods->map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
	if (found != NULL)
		mp_convert_member_lookup(self, &machine_timer_type, found->value, dest);
	else
		dest[1] = MP_OBJ_SENTINEL;
}

static mp_obj_t timer_sleep_us(mp_obj_t us)
{
	const mp_int_t wait_us = mp_obj_get_int(us);

	if (wait_us > 0)
		mp_hal_delay_us((mp_uint_t)wait_us);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(timer_sleep_us_fun, timer_sleep_us);
static MP_DEFINE_CONST_STATICMETHOD_OBJ(timer_sleep_us_obj, MP_ROM_PTR(&timer_sleep_us_fun));

static const mp_rom_map_elem_t timer_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_Alarm), MP_ROM_PTR(&alarm_type)},
	{MP_ROM_QSTR(MP_QSTR_Chrono), MP_ROM_PTR(&chrono_type)},
	{MP_ROM_QSTR(MP_QSTR_sleep_us), MP_ROM_PTR(&timer_sleep_us_obj)},
};
static MP_DEFINE_CONST_DICT(timer_locals, timer_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(lb_machine_timer_type, MP_QSTR_Timer, MP_TYPE_FLAG_NONE, make_new, timer_make_new, print,
                         timer_print, attr, timer_attr, parent, &machine_timer_type, locals_dict, &timer_locals);

void lb_machine_timer_drop(mp_obj_t function, mp_obj_t argument)
{
	if (function == MP_OBJ_FROM_PTR(&alarm_call_obj))
		alarm_cancel(argument);
	else if (mp_obj_is_type(argument, &lb_machine_timer_type))
		soft_timer_remove(MP_OBJ_TO_PTR(argument));
}
