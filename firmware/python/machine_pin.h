/* machine.Pin: the pins of core/hw/pinout.h by name, alias or number. */
#ifndef LB_PYTHON_MACHINE_PIN_H
#define LB_PYTHON_MACHINE_PIN_H

#include "core/hw/periph.h"
#include "py/obj.h"

extern const mp_obj_type_t lb_machine_pin_type;

/* The number of a pin given as object, name or number; raises ValueError. */
unsigned lb_machine_pin_number(mp_obj_t pin);
mp_obj_t lb_machine_pin_object(unsigned number);
/* As Pin.init(Pin.IN, pull) does. */
void lb_machine_pin_set_input(unsigned number, enum lb_pin_pull pull);
/* As Pin.init(mode, pull) and Pin.value(level) do. */
void lb_machine_pin_configure(unsigned number, enum lb_pin_mode mode, enum lb_pin_pull pull);
void lb_machine_pin_write(unsigned number, bool level);

#endif
