/* Pycom's PWM(timer, frequency).channel(id, pin, duty_cycle): a frequency for all channels of a timer. The PWM itself
 * runs in hardware and outlives the VM, and so does what is kept here, up to a hard reset. */
#ifndef LB_PYTHON_MACHINE_PWM_CHANNEL_H
#define LB_PYTHON_MACHINE_PWM_CHANNEL_H

#include <stdbool.h>

#include "py/obj.h"

/* Are these arguments of PWM() Pycom's (timer, frequency)? Then it is that which makes the object. */
bool lb_machine_pwm_is_timer(size_t n_args, size_t n_kw, const mp_obj_t *args);
mp_obj_t lb_machine_pwm_timer(size_t n_args, size_t n_kw, const mp_obj_t *all_args);

#endif
