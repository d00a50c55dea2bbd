#include "firmware/python/modmachine.h"

#include "extmod/modmachine.h"
#include "py/cstack.h"
#include "py/gc.h"
#include "py/runtime.h"
#include "firmware/life/guard.h"
#include "firmware/life/scripts.h"
#include "firmware/io/bootinfo.h"
#include "firmware/life/trialrun.h"

enum { ROOM_FAHRENHEIT = 77 };

/* Pins that end a sleep, chosen by pin_sleep_wakeup(); until the next hard reset. */
/* The pins that end a deep sleep, at which level. */
static struct {
	uint32_t high_mask, low_mask;
} wake;

_Noreturn void lb_machine_bootloader(void)
{
	lb_bootinfo_reset(LB_REQUEST_LOADER);
}

_Noreturn void lb_machine_reset(void)
{
	lb_bootinfo_reset(LB_REQUEST_NONE);
}

mp_int_t lb_machine_reset_cause(void)
{
	const enum lb_cause cause = lb_bootinfo_down()->cause;
	static const uint8_t constants[LB_CAUSE_COUNT] = {
		[LB_CAUSE_POWER_ON] = LB_PWRON_RESET,       [LB_CAUSE_SWITCH] = LB_HARD_RESET,
		[LB_CAUSE_SOFTWARE] = LB_HARD_RESET,        [LB_CAUSE_WATCHDOG] = LB_WDT_RESET,
		[LB_CAUSE_DEEP_SLEEP] = LB_DEEPSLEEP_RESET, [LB_CAUSE_FAULT] = LB_HARD_RESET,
		[LB_CAUSE_BROWN_OUT] = LB_BROWN_OUT_RESET,
	};

	if (lb_bootinfo_is_soft())
		return LB_SOFT_RESET;
	return cause < LB_CAUSE_COUNT ? constants[cause] : LB_HARD_RESET;
}

mp_obj_t lb_machine_unique_id(void)
{
	uint8_t id[LB_UNIQUE_ID_BYTES];

	lb_periph_unique_id(id);
	return mp_obj_new_bytes(id, sizeof(id));
}

mp_obj_t lb_machine_freq(void)
{
	return mp_obj_new_int_from_uint(lb_periph_cpu_hz());
}

static mp_obj_t machine_main(mp_obj_t name)
{
	lb_scripts_set_main(mp_obj_str_get_str(name));
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(lb_machine_main_obj, machine_main);

static mp_obj_t machine_rng(void)
{
	uint32_t number;

	lb_periph_random(&number, sizeof(number));
	return MP_OBJ_NEW_SMALL_INT(number & 0xFFFFFF);
}
MP_DEFINE_CONST_FUN_OBJ_0(lb_machine_rng_obj, machine_rng);

/* In degrees Fahrenheit, as Pycom's chip gives it: there is no sensor, and this is a warm room's. */
static mp_obj_t machine_temperature(void)
{
	return MP_OBJ_NEW_SMALL_INT(ROOM_FAHRENHEIT);
}
MP_DEFINE_CONST_FUN_OBJ_0(lb_machine_temperature_obj, machine_temperature);

/* What is left of the memory, in words. */
static mp_obj_t machine_info(void)
{
	gc_info_t heap;

	gc_info(&heap);
	mp_printf(MP_PYTHON_PRINTER, "Stack: %u of %u bytes in use\nHeap: %u bytes in use, %u free\n",
	          (unsigned)mp_cstack_usage(), (unsigned)LB_STACK_BYTES, (unsigned)heap.used, (unsigned)heap.free);
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_0(lb_machine_info_obj, machine_info);

/* --- interrupts --- */

static mp_obj_t machine_disable_irq(void)
{
	return mp_obj_new_int_from_uint(lb_periph_irq_save());
}
MP_DEFINE_CONST_FUN_OBJ_0(lb_machine_disable_irq_obj, machine_disable_irq);

/* enable_irq([state]): what disable_irq() gave; without it they are on, however often they were switched off. */
static mp_obj_t machine_enable_irq(size_t n_args, const mp_obj_t *args)
{
	if (n_args == 0)
		lb_guard_let_interrupts_in();
	else
		lb_periph_irq_restore((uint32_t)mp_obj_get_int(args[0]));
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lb_machine_enable_irq_obj, 0, 1, machine_enable_irq);

/* --- sleep --- */

static bool wake_pin_is_active(void)
{
	for (unsigned pin = 0; pin < LB_PIN_COUNT; pin++) {
		const uint32_t bit = 1u << pin;

		if ((wake.high_mask & bit) != 0 && lb_periph_pin_read(pin))
			return true;
		if ((wake.low_mask & bit) != 0 && !lb_periph_pin_read(pin))
			return true;
	}
	return false;
}

static mp_int_t milliseconds(size_t n_args, const mp_obj_t *args)
{
	const mp_int_t ms = n_args == 0 || args[0] == mp_const_none ? 0 : mp_obj_get_int(args[0]);

	if (ms < 0)
		mp_raise_ValueError(MP_ERROR_TEXT("a sleep takes 0 or more milliseconds"));
	return ms;
}

/* Without a time: until a wake pin, or Ctrl-C. */
void lb_machine_lightsleep(size_t n_args, const mp_obj_t *args)
{
	const mp_uint_t sleep_ms = (mp_uint_t)milliseconds(n_args, args);
	const mp_uint_t start_ms = mp_hal_ticks_ms();

	while (!wake_pin_is_active()) {
		const mp_uint_t slept_ms = mp_hal_ticks_ms() - start_ms;

		if (sleep_ms == 0) {
			mp_event_wait_indefinite();
			continue;
		}
		if (slept_ms >= sleep_ms)
			return;
		mp_event_wait_ms(sleep_ms - slept_ms);
	}
}

static mp_obj_t machine_sleep(size_t n_args, const mp_obj_t *args)
{
	lb_machine_lightsleep(n_args, args);
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lb_machine_sleep_obj, 0, 2, machine_sleep);

_Noreturn void lb_machine_deepsleep(size_t n_args, const mp_obj_t *args)
{
	const mp_int_t sleep_ms = milliseconds(n_args, args);

	lb_trialrun_before_sleep();
	gc_sweep_all(); /* closes the files that are open */
	lb_periph_deepsleep((uint64_t)sleep_ms, wake.high_mask, wake.low_mask);
}

/* (reason, [pins]), as Pycom's firmware has it; a list, though one pin is all that the hardware reports. */
static mp_obj_t machine_wake_reason(void)
{
	mp_obj_t pin_list = mp_obj_new_list(0, NULL);
	mp_int_t reason = LB_PWRON_WAKE;
	unsigned pin;

	if (lb_bootinfo_down()->cause == LB_CAUSE_DEEP_SLEEP) {
		reason = LB_RTC_WAKE;
		if (lb_periph_woken_by_pin(&pin)) {
			reason = LB_PIN_WAKE;
			mp_obj_list_append(pin_list, lb_machine_pin_object(pin));
		}
	}
	mp_obj_t items[2] = {MP_OBJ_NEW_SMALL_INT(reason), pin_list};
	return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
MP_DEFINE_CONST_FUN_OBJ_0(lb_machine_wake_reason_obj, machine_wake_reason);

static mp_obj_t machine_remaining_sleep_time(void)
{
	return mp_obj_new_int_from_ull(lb_periph_remaining_sleep_ms());
}
MP_DEFINE_CONST_FUN_OBJ_0(lb_machine_remaining_sleep_time_obj, machine_remaining_sleep_time);

/* pin_sleep_wakeup(pins, mode=WAKEUP_ANY_HIGH, enable_pull=False): pins is a list or tuple; empty, it forgets all. */
static mp_obj_t machine_pin_sleep_wakeup(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_pins, ARG_mode, ARG_enable_pull };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_pins, MP_ARG_REQUIRED | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_mode, MP_ARG_INT, {.u_int = LB_WAKEUP_ANY_HIGH}},
		{MP_QSTR_enable_pull, MP_ARG_BOOL, {.u_bool = false}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
	enum lb_pin_pull pull = LB_PULL_NONE;
	uint32_t mask = 0;
	mp_obj_t *items;
	size_t count;

	mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const bool any_high = args[ARG_mode].u_int == LB_WAKEUP_ANY_HIGH;

	mp_obj_get_array(args[ARG_pins].u_obj, &count, &items);
	if (!any_high && args[ARG_mode].u_int != LB_WAKEUP_ALL_LOW)
		mp_raise_ValueError(MP_ERROR_TEXT("mode: machine.WAKEUP_ALL_LOW or machine.WAKEUP_ANY_HIGH"));
	if (!any_high && count > 1)
		mp_raise_ValueError(MP_ERROR_TEXT("WAKEUP_ALL_LOW takes one pin"));
	for (size_t i = 0; i < count; i++)
		mask |= 1u << lb_machine_pin_number(items[i]);
	if (args[ARG_enable_pull].u_bool)
		pull = any_high ? LB_PULL_DOWN : LB_PULL_UP;
	for (unsigned pin = 0; pin < LB_PIN_COUNT; pin++)
		if ((mask >> pin & 1) != 0)
			lb_machine_pin_set_input(pin, pull);
	wake.high_mask = any_high ? mask : 0;
	wake.low_mask = any_high ? 0 : mask;
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(lb_machine_pin_sleep_wakeup_obj, 1, machine_pin_sleep_wakeup);
