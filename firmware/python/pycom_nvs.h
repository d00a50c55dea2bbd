/* pycom.nvs_*: what scripts keep in the nvs partition. */
#ifndef LB_PYTHON_PYCOM_NVS_H
#define LB_PYTHON_PYCOM_NVS_H

#include "py/obj.h"

MP_DECLARE_CONST_FUN_OBJ_2(lb_pycom_nvs_set_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(lb_pycom_nvs_get_obj);
MP_DECLARE_CONST_FUN_OBJ_1(lb_pycom_nvs_erase_obj);
MP_DECLARE_CONST_FUN_OBJ_0(lb_pycom_nvs_erase_all_obj);

#endif
