#include "firmware/python/machine_pwm_channel.h"

#include "core/hw/periph.h"
#include "firmware/python/machine_pin.h"
#include "py/runtime.h"

enum { TIMERS = 4, CHANNELS = 8, MOST_HZ = 78000, MHZ_PER_HZ = 1000, DUTY_FULL = 65535 };

struct pwm_timer {
	mp_obj_base_t base;
	uint8_t number;
};

struct pwm_channel {
	mp_obj_base_t base;
	uint8_t number;
};

static struct {
	uint32_t timer_mhz[TIMERS];
	struct {
		bool used;
		uint8_t timer;
		uint8_t pin;
	} channels[CHANNELS];
} pwm;

/* What is outside of 0 to 1 is taken as the nearer of the two, as Pycom does. */
static uint32_t duty_of(mp_obj_t duty_cycle)
{
	const mp_float_t duty = mp_obj_get_float(duty_cycle);

	if (!(duty > 0))
		return 0;
	return duty < 1 ? (uint32_t)(duty * DUTY_FULL + (mp_float_t)0.5) : DUTY_FULL;
}

static void run(unsigned channel, uint32_t duty)
{
	lb_periph_pwm(pwm.channels[channel].pin, pwm.timer_mhz[pwm.channels[channel].timer], duty);
}

static mp_obj_t channel_duty_cycle(mp_obj_t self_obj, mp_obj_t duty_cycle)
{
	const struct pwm_channel *self = MP_OBJ_TO_PTR(self_obj);

	run(self->number, duty_of(duty_cycle));
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(channel_duty_cycle_obj, channel_duty_cycle);

static const mp_rom_map_elem_t channel_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_duty_cycle), MP_ROM_PTR(&channel_duty_cycle_obj)},
};
static MP_DEFINE_CONST_DICT(channel_locals, channel_locals_table);
static MP_DEFINE_CONST_OBJ_TYPE(channel_type, MP_QSTR_PWMChannel, MP_TYPE_FLAG_NONE, locals_dict, &channel_locals);

/* channel(id, pin, *, duty_cycle=0.5): a channel drives one pin, so the one that it drove before goes free. */
static mp_obj_t timer_channel(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_id, ARG_pin, ARG_duty_cycle };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_id, MP_ARG_REQUIRED | MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_pin, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_duty_cycle, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
	};
	const struct pwm_timer *self = MP_OBJ_TO_PTR(pos_args[0]);
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const mp_int_t id = args[ARG_id].u_int;

	if (id < 0 || id >= CHANNELS)
		mp_raise_ValueError(MP_ERROR_TEXT("id: 0 to 7"));
	const mp_obj_t given = args[ARG_duty_cycle].u_obj;
	const uint32_t duty = given != mp_const_none ? duty_of(given) : DUTY_FULL / 2 + 1;
	const uint8_t pin = (uint8_t)lb_machine_pin_number(args[ARG_pin].u_obj);
	struct pwm_channel *channel = mp_obj_malloc(struct pwm_channel, &channel_type);

	if (pwm.channels[id].used && pwm.channels[id].pin != pin)
		lb_periph_pwm(pwm.channels[id].pin, 0, 0);
	pwm.channels[id].used = true;
	pwm.channels[id].timer = self->number;
	pwm.channels[id].pin = pin;
	channel->number = (uint8_t)id;
	run((unsigned)id, duty);
	return MP_OBJ_FROM_PTR(channel);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(timer_channel_obj, 1, timer_channel);

static const mp_rom_map_elem_t timer_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_channel), MP_ROM_PTR(&timer_channel_obj)},
};
static MP_DEFINE_CONST_DICT(timer_locals, timer_locals_table);
static MP_DEFINE_CONST_OBJ_TYPE(timer_type, MP_QSTR_PWM, MP_TYPE_FLAG_NONE, locals_dict, &timer_locals);

/* The channels of a timer change with it, unless somebody ended the PWM of their pin since. */
static void set_frequency(unsigned timer, uint32_t frequency_mhz)
{
	pwm.timer_mhz[timer] = frequency_mhz;
	for (unsigned i = 0; i < CHANNELS; i++) {
		uint32_t running_mhz, duty;

		if (!pwm.channels[i].used || pwm.channels[i].timer != timer)
			continue;
		lb_periph_pwm_get(pwm.channels[i].pin, &running_mhz, &duty);
		if (running_mhz != 0)
			run(i, duty);
	}
}

bool lb_machine_pwm_is_timer(size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	for (size_t i = 0; i < n_kw; i++)
		if (args[n_args + 2 * i] == MP_OBJ_NEW_QSTR(MP_QSTR_frequency))
			return true;
	return n_args == 2;
}

/* PWM(timer, frequency): channels that run follow at once, as the timer is one for all of them. */
mp_obj_t lb_machine_pwm_timer(size_t n_args, size_t n_kw, const mp_obj_t *all_args)
{
	enum { ARG_timer, ARG_frequency };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_timer, MP_ARG_REQUIRED | MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_frequency, MP_ARG_REQUIRED | MP_ARG_INT, {.u_int = 0}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all_kw_array(n_args, n_kw, all_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const mp_int_t timer = args[ARG_timer].u_int, hz = args[ARG_frequency].u_int;

	if (timer < 0 || timer >= TIMERS)
		mp_raise_ValueError(MP_ERROR_TEXT("timer: 0 to 3"));
	if (hz < 1 || hz > MOST_HZ)
		mp_raise_ValueError(MP_ERROR_TEXT("frequency: 1 to 78000 Hz"));
	struct pwm_timer *self = mp_obj_malloc(struct pwm_timer, &timer_type);

	self->number = (uint8_t)timer;
	set_frequency((unsigned)timer, (uint32_t)hz * MHZ_PER_HZ);
	return MP_OBJ_FROM_PTR(self);
}
