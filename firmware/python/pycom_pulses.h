/* pycom.pulses_get() */
#ifndef LB_PYTHON_PYCOM_PULSES_H
#define LB_PYTHON_PYCOM_PULSES_H

#include "py/obj.h"

MP_DECLARE_CONST_FUN_OBJ_2(lb_pycom_pulses_get_obj);

#endif
