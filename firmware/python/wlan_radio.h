/* WLAN.antenna(), bandwidth(), max_tx_power(): what a script says of the antenna. It is checked, kept until the next
 * hard reset and given back; this radio has nothing that it could change. */
#ifndef LB_PYTHON_WLAN_RADIO_H
#define LB_PYTHON_WLAN_RADIO_H

#include "py/obj.h"

/* Pycom's numbers. A power is in quarters of a dBm. */
enum { LB_WLAN_INT_ANT = 0, LB_WLAN_EXT_ANT = 1, LB_WLAN_HT20 = 0, LB_WLAN_HT40 = 1 };

struct lb_wlan_radio {
	mp_int_t antenna, bandwidth, max_tx_power;
};

MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(lb_wlan_antenna_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(lb_wlan_bandwidth_obj);
MP_DECLARE_CONST_FUN_OBJ_VAR_BETWEEN(lb_wlan_max_tx_power_obj);

struct lb_wlan_radio lb_wlan_radio(void);
void lb_wlan_radio_check(const struct lb_wlan_radio *wanted); /* ValueError */
void lb_wlan_radio_set(const struct lb_wlan_radio *wanted);   /* as that, and then it holds */

#endif
