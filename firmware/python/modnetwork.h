/* What the network module gets from us: its classes, and its numbers. */
#ifndef LB_PYTHON_MODNETWORK_H
#define LB_PYTHON_MODNETWORK_H

#include "firmware/python/wlan_values.h"
#include "py/obj.h"

extern const mp_obj_type_t lb_wlan_type;
extern const mp_obj_type_t lb_server_type;

#endif
