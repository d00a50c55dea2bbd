/* WLAN.connect(), disconnect(), isconnected(), status(), scan() */
#ifndef LB_PYTHON_WLAN_STATION_H
#define LB_PYTHON_WLAN_STATION_H

#include "py/obj.h"

MP_DECLARE_CONST_FUN_OBJ_KW(lb_wlan_connect_obj);
MP_DECLARE_CONST_FUN_OBJ_1(lb_wlan_disconnect_obj);
MP_DECLARE_CONST_FUN_OBJ_1(lb_wlan_isconnected_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(lb_wlan_status_obj);
MP_DECLARE_CONST_FUN_OBJ_KW(lb_wlan_scan_obj);

#endif
