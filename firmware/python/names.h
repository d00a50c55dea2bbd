/* Names that a module or class of MicroPython's gets from us besides its own. */
#ifndef LB_PYTHON_NAMES_H
#define LB_PYTHON_NAMES_H

#include "py/obj.h"

/* What an attr function of an object or a module delegation is asked for: what the table has by that name, a method
 * bound to self unless that is MP_OBJ_NULL. True when it has it. */
bool lb_names_load(const mp_obj_dict_t *names, mp_obj_t self, qstr attr, mp_obj_t *dest);

#endif
