/* WLAN.ifconfig(), WLAN.ipconfig() */
#ifndef LB_PYTHON_WLAN_ADDRESS_H
#define LB_PYTHON_WLAN_ADDRESS_H

#include "py/obj.h"

MP_DECLARE_CONST_FUN_OBJ_KW(lb_wlan_ifconfig_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(lb_wlan_ipconfig_obj);

#endif
