/* Compiled inside extmod/modmachine.c: what that file wants as static functions, from modmachine.c here. */
#include "firmware/python/modmachine.h"

#define MICROPY_PY_MACHINE_EXTRA_GLOBALS LB_MACHINE_EXTRA_GLOBALS

static void mp_machine_idle(void)
{
	mp_event_wait_ms(1);
}

NORETURN void mp_machine_bootloader(size_t n_args, const mp_obj_t *args)
{
	(void)n_args;
	(void)args;
	lb_machine_bootloader();
}

NORETURN static void mp_machine_reset(void)
{
	lb_machine_reset();
}

static mp_int_t mp_machine_reset_cause(void)
{
	return lb_machine_reset_cause();
}

static mp_obj_t mp_machine_unique_id(void)
{
	return lb_machine_unique_id();
}

static mp_obj_t mp_machine_get_freq(void)
{
	return lb_machine_freq();
}

static void mp_machine_set_freq(size_t n_args, const mp_obj_t *args)
{
	(void)n_args;
	(void)args;
	mp_raise_NotImplementedError(MP_ERROR_TEXT("the frequency is fixed"));
}

static void mp_machine_lightsleep(size_t n_args, const mp_obj_t *args)
{
	lb_machine_lightsleep(n_args, args);
}

NORETURN static void mp_machine_deepsleep(size_t n_args, const mp_obj_t *args)
{
	lb_machine_deepsleep(n_args, args);
}
