/* What the machine module has beyond MicroPython's common part (extmod/modmachine.c includes this by glue/machine.h).
 *
 * machine.reset_cause() says which kind of reset came last; which cause becomes which constant: docs/pycom.md.
 */
#ifndef LB_PYTHON_MODMACHINE_H
#define LB_PYTHON_MODMACHINE_H

#include "firmware/python/machine_pin.h"
#include "py/obj.h"

enum lb_reset_constant {
	LB_PWRON_RESET = 0,
	LB_HARD_RESET = 1,
	LB_WDT_RESET = 2,
	LB_DEEPSLEEP_RESET = 3,
	LB_SOFT_RESET = 4,
	LB_BROWN_OUT_RESET = 5,
};
enum lb_wake_constant { LB_PWRON_WAKE = 0, LB_PIN_WAKE = 1, LB_RTC_WAKE = 2 };
enum lb_wakeup_mode { LB_WAKEUP_ALL_LOW = 0, LB_WAKEUP_ANY_HIGH = 1 };

_Noreturn void lb_machine_bootloader(void);
_Noreturn void lb_machine_reset(void);
mp_int_t lb_machine_reset_cause(void);
mp_obj_t lb_machine_unique_id(void);
mp_obj_t lb_machine_freq(void);
void lb_machine_lightsleep(size_t n_args, const mp_obj_t *args);
_Noreturn void lb_machine_deepsleep(size_t n_args, const mp_obj_t *args);

MP_DECLARE_CONST_FUN_OBJ_1(lb_machine_main_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(lb_machine_sleep_obj);
MP_DECLARE_CONST_FUN_OBJ_0(lb_machine_wake_reason_obj);
MP_DECLARE_CONST_FUN_OBJ_0(lb_machine_remaining_sleep_time_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(lb_machine_pin_sleep_wakeup_obj);
MP_DECLARE_CONST_FUN_OBJ_0(lb_machine_rng_obj);
MP_DECLARE_CONST_FUN_OBJ_0(lb_machine_disable_irq_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(lb_machine_enable_irq_obj);
MP_DECLARE_CONST_FUN_OBJ_0(lb_machine_temperature_obj);
MP_DECLARE_CONST_FUN_OBJ_0(lb_machine_info_obj);

extern const mp_obj_type_t lb_machine_rtc_type;
extern const mp_obj_type_t lb_machine_sd_type;
extern const mp_obj_type_t lb_machine_timer_type;
extern const mp_obj_type_t lb_machine_wdt_type;

#define LB_MACHINE_EXTRA_GLOBALS                                                                       \
	{MP_ROM_QSTR(MP_QSTR_RTC), MP_ROM_PTR(&lb_machine_rtc_type)},                                      \
		{MP_ROM_QSTR(MP_QSTR_SD), MP_ROM_PTR(&lb_machine_sd_type)},                                    \
		{MP_ROM_QSTR(MP_QSTR_Timer), MP_ROM_PTR(&lb_machine_timer_type)},                              \
		{MP_ROM_QSTR(MP_QSTR_Pin), MP_ROM_PTR(&lb_machine_pin_type)},                                  \
		{MP_ROM_QSTR(MP_QSTR_WDT), MP_ROM_PTR(&lb_machine_wdt_type)},                                  \
		{MP_ROM_QSTR(MP_QSTR_disable_irq), MP_ROM_PTR(&lb_machine_disable_irq_obj)},                   \
		{MP_ROM_QSTR(MP_QSTR_enable_irq), MP_ROM_PTR(&lb_machine_enable_irq_obj)},                     \
		{MP_ROM_QSTR(MP_QSTR_temperature), MP_ROM_PTR(&lb_machine_temperature_obj)},                   \
		{MP_ROM_QSTR(MP_QSTR_info), MP_ROM_PTR(&lb_machine_info_obj)},                                 \
		{MP_ROM_QSTR(MP_QSTR_main), MP_ROM_PTR(&lb_machine_main_obj)},                                 \
		{MP_ROM_QSTR(MP_QSTR_sleep), MP_ROM_PTR(&lb_machine_sleep_obj)},                               \
		{MP_ROM_QSTR(MP_QSTR_wake_reason), MP_ROM_PTR(&lb_machine_wake_reason_obj)},                   \
		{MP_ROM_QSTR(MP_QSTR_remaining_sleep_time), MP_ROM_PTR(&lb_machine_remaining_sleep_time_obj)}, \
		{MP_ROM_QSTR(MP_QSTR_pin_sleep_wakeup), MP_ROM_PTR(&lb_machine_pin_sleep_wakeup_obj)},         \
		{MP_ROM_QSTR(MP_QSTR_rng), MP_ROM_PTR(&lb_machine_rng_obj)},                                   \
		{MP_ROM_QSTR(MP_QSTR_PWRON_RESET), MP_ROM_INT(LB_PWRON_RESET)},                                \
		{MP_ROM_QSTR(MP_QSTR_HARD_RESET), MP_ROM_INT(LB_HARD_RESET)},                                  \
		{MP_ROM_QSTR(MP_QSTR_WDT_RESET), MP_ROM_INT(LB_WDT_RESET)},                                    \
		{MP_ROM_QSTR(MP_QSTR_DEEPSLEEP_RESET), MP_ROM_INT(LB_DEEPSLEEP_RESET)},                        \
		{MP_ROM_QSTR(MP_QSTR_SOFT_RESET), MP_ROM_INT(LB_SOFT_RESET)},                                  \
		{MP_ROM_QSTR(MP_QSTR_BROWN_OUT_RESET), MP_ROM_INT(LB_BROWN_OUT_RESET)},                        \
		{MP_ROM_QSTR(MP_QSTR_PWRON_WAKE), MP_ROM_INT(LB_PWRON_WAKE)},                                  \
		{MP_ROM_QSTR(MP_QSTR_PIN_WAKE), MP_ROM_INT(LB_PIN_WAKE)},                                      \
		{MP_ROM_QSTR(MP_QSTR_RTC_WAKE), MP_ROM_INT(LB_RTC_WAKE)},                                      \
		{MP_ROM_QSTR(MP_QSTR_WAKEUP_ALL_LOW), MP_ROM_INT(LB_WAKEUP_ALL_LOW)},                          \
		{MP_ROM_QSTR(MP_QSTR_WAKEUP_ANY_HIGH), MP_ROM_INT(LB_WAKEUP_ANY_HIGH)},

#endif
