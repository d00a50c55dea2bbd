#include "firmware/python/wlan_radio.h"

#include "py/runtime.h"

enum { LEAST_TX_POWER = 8, MOST_TX_POWER = 84, TX_POWER = 78 };

static struct lb_wlan_radio radio = {LB_WLAN_INT_ANT, LB_WLAN_HT40, TX_POWER};

struct lb_wlan_radio lb_wlan_radio(void)
{
	return radio;
}

void lb_wlan_radio_check(const struct lb_wlan_radio *wanted)
{
	if (wanted->antenna != LB_WLAN_INT_ANT && wanted->antenna != LB_WLAN_EXT_ANT)
		mp_raise_ValueError(MP_ERROR_TEXT("antenna: WLAN.INT_ANT or WLAN.EXT_ANT"));
	if (wanted->bandwidth != LB_WLAN_HT20 && wanted->bandwidth != LB_WLAN_HT40)
		mp_raise_ValueError(MP_ERROR_TEXT("bandwidth: WLAN.HT20 or WLAN.HT40"));
	if (wanted->max_tx_power < LEAST_TX_POWER || wanted->max_tx_power > MOST_TX_POWER)
		mp_raise_ValueError(MP_ERROR_TEXT("max_tx_power: 8 to 84"));
}

void lb_wlan_radio_set(const struct lb_wlan_radio *wanted)
{
	lb_wlan_radio_check(wanted);
	radio = *wanted;
}

static mp_obj_t wlan_antenna(size_t n_args, const mp_obj_t *args)
{
	struct lb_wlan_radio wanted = radio;

	if (n_args == 1)
		return mp_obj_new_int(radio.antenna);
	if (args[1] != mp_const_none)
		wanted.antenna = mp_obj_get_int(args[1]);
	lb_wlan_radio_set(&wanted);
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lb_wlan_antenna_obj, 1, 2, wlan_antenna);

static mp_obj_t wlan_bandwidth(size_t n_args, const mp_obj_t *args)
{
	struct lb_wlan_radio wanted = radio;

	if (n_args == 1)
		return mp_obj_new_int(radio.bandwidth);
	wanted.bandwidth = mp_obj_get_int(args[1]);
	lb_wlan_radio_set(&wanted);
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lb_wlan_bandwidth_obj, 1, 2, wlan_bandwidth);

static mp_obj_t wlan_max_tx_power(size_t n_args, const mp_obj_t *args)
{
	struct lb_wlan_radio wanted = radio;

	if (n_args == 1)
		return mp_obj_new_int(radio.max_tx_power);
	wanted.max_tx_power = mp_obj_get_int(args[1]);
	lb_wlan_radio_set(&wanted);
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lb_wlan_max_tx_power_obj, 1, 2, wlan_max_tx_power);
