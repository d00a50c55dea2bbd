/* Compiled inside extmod/machine_pwm.c. PWM runs in hardware and outlives the VM, so its state is asked for there. */
#include "core/hw/periph.h"
#include "firmware/python/machine_pin.h"
#include "firmware/python/machine_pwm_channel.h"

struct _machine_pwm_obj_t {
	mp_obj_base_t base;
	unsigned pin;
	uint32_t frequency_mhz; /* millihertz; 0: not yet said */
	uint32_t duty;          /* 0 to 65535 */
};

enum { PWM_DUTY_FULL = 65535, PWM_MOST_HZ = 4000000, PWM_MHZ_PER_HZ = 1000 };
#define PWM_NS_MHZ 1000000000000ull /* nanoseconds of a period, times millihertz */

static void mp_machine_pwm_print(const mp_print_t *print, mp_obj_t self_obj, mp_print_kind_t kind)
{
	const machine_pwm_obj_t *self = MP_OBJ_TO_PTR(self_obj);

	(void)kind;
	mp_printf(print, "PWM(Pin('P%u'), freq=%u, duty_u16=%u)", self->pin,
	          (unsigned)(self->frequency_mhz / PWM_MHZ_PER_HZ), (unsigned)self->duty);
}

static void pwm_run(const machine_pwm_obj_t *self)
{
	if (self->frequency_mhz != 0)
		lb_periph_pwm(self->pin, self->frequency_mhz, self->duty);
}

static void pwm_parse_frequency(machine_pwm_obj_t *self, mp_int_t hz)
{
	if (hz < 1 || hz > PWM_MOST_HZ)
		mp_raise_ValueError(MP_ERROR_TEXT("freq: 1 to 4000000 Hz"));
	self->frequency_mhz = (uint32_t)hz * PWM_MHZ_PER_HZ;
}

static void pwm_parse_u16(machine_pwm_obj_t *self, mp_int_t duty)
{
	if (duty < 0 || duty > PWM_DUTY_FULL)
		mp_raise_ValueError(MP_ERROR_TEXT("duty_u16: 0 to 65535"));
	self->duty = (uint32_t)duty;
}

static void pwm_parse_ns(machine_pwm_obj_t *self, mp_int_t duty_ns)
{
	if (self->frequency_mhz == 0)
		mp_raise_ValueError(MP_ERROR_TEXT("duty_ns needs freq"));
	const uint64_t period_ns = PWM_NS_MHZ / self->frequency_mhz;

	if (duty_ns < 0 || (uint64_t)duty_ns > period_ns)
		mp_raise_ValueError(MP_ERROR_TEXT("duty_ns: 0 to the period"));
	self->duty = (uint32_t)((uint64_t)duty_ns * PWM_DUTY_FULL / period_ns);
}

static void mp_machine_pwm_init_helper(machine_pwm_obj_t *self, size_t n_args, const mp_obj_t *pos_args,
                                       mp_map_t *kw_args)
{
	enum { ARG_freq, ARG_duty_u16, ARG_duty_ns, ARG_invert };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_freq, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1}},
		{MP_QSTR_duty_u16, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1}},
		{MP_QSTR_duty_ns, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = -1}},
		{MP_QSTR_invert, MP_ARG_KW_ONLY | MP_ARG_BOOL, {.u_bool = false}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	if (args[ARG_freq].u_int != -1)
		pwm_parse_frequency(self, args[ARG_freq].u_int);
	if (args[ARG_duty_u16].u_int != -1)
		pwm_parse_u16(self, args[ARG_duty_u16].u_int);
	if (args[ARG_duty_ns].u_int != -1)
		pwm_parse_ns(self, args[ARG_duty_ns].u_int);
	if (args[ARG_invert].u_bool)
		self->duty = PWM_DUTY_FULL - self->duty;
	pwm_run(self);
}

/* PWM(pin) alone names what runs there already. */
static mp_obj_t mp_machine_pwm_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	if (lb_machine_pwm_is_timer(n_args, n_kw, args))
		return lb_machine_pwm_timer(n_args, n_kw, args);
	mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
	machine_pwm_obj_t *self = mp_obj_malloc(machine_pwm_obj_t, type);
	mp_map_t kw_args;

	self->pin = lb_machine_pin_number(args[0]);
	lb_periph_pwm_get(self->pin, &self->frequency_mhz, &self->duty);
	mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
	mp_machine_pwm_init_helper(self, n_args - 1, args + 1, &kw_args);
	return MP_OBJ_FROM_PTR(self);
}

static void mp_machine_pwm_deinit(machine_pwm_obj_t *self)
{
	self->frequency_mhz = 0;
	self->duty = 0;
	lb_periph_pwm(self->pin, 0, 0);
}

static mp_obj_t mp_machine_pwm_freq_get(machine_pwm_obj_t *self)
{
	return mp_obj_new_int_from_uint(self->frequency_mhz / PWM_MHZ_PER_HZ);
}

static void mp_machine_pwm_freq_set(machine_pwm_obj_t *self, mp_int_t hz)
{
	pwm_parse_frequency(self, hz);
	pwm_run(self);
}

static mp_obj_t mp_machine_pwm_duty_get_u16(machine_pwm_obj_t *self)
{
	return mp_obj_new_int_from_uint(self->duty);
}

static void mp_machine_pwm_duty_set_u16(machine_pwm_obj_t *self, mp_int_t duty)
{
	pwm_parse_u16(self, duty);
	pwm_run(self);
}

static mp_obj_t mp_machine_pwm_duty_get_ns(machine_pwm_obj_t *self)
{
	if (self->frequency_mhz == 0)
		return MP_OBJ_NEW_SMALL_INT(0);
	return mp_obj_new_int_from_ull(PWM_NS_MHZ / self->frequency_mhz * self->duty / PWM_DUTY_FULL);
}

static void mp_machine_pwm_duty_set_ns(machine_pwm_obj_t *self, mp_int_t duty_ns)
{
	pwm_parse_ns(self, duty_ns);
	pwm_run(self);
}
