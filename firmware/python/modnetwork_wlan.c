/* network.WLAN: Pycom's class and MicroPython's in one. Where they differ, MicroPython wins; docs/pycom.md says
 * where. */
#include <string.h>

#include "core/hw/periph.h"
#include "firmware/python/modnetwork.h"
#include "firmware/python/wlan_address.h"
#include "firmware/python/wlan_radio.h"
#include "firmware/python/wlan_station.h"
#include "firmware/net/servers.h"
#include "firmware/net/wifi.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/objtuple.h"
#include "py/runtime.h"

#include "extmod/modnetwork.h"

enum { MAC_BYTES = LB_UNIQUE_ID_BYTES };

static const struct lb_wlan whole = {{&lb_wlan_type}, LB_WLAN_STA_AP};
static const struct lb_wlan station = {{&lb_wlan_type}, LB_WLAN_STA};
static const struct lb_wlan access_point = {{&lb_wlan_type}, LB_WLAN_AP};

/* --- small things --- */

static _Noreturn void raise_errno(int error)
{
	mp_raise_OSError(-error);
}

/* Starts the access point, or starts it anew if it runs. */
static void start_ap(const struct lb_wifi_ap *ap)
{
	const int error = lb_wifi_ap_start(ap);

	if (error == -MP_EINVAL)
		mp_raise_ValueError(MP_ERROR_TEXT("ssid: 1 to 32 bytes; key: none, or 8 to 64; channel: 1 to 13"));
	if (error != 0)
		raise_errno(error);
	lb_servers_poll();
}

/* Settings for now if it runs, else for when it will. */
static void change_ap(const struct lb_wifi_ap *ap)
{
	if (lb_radio_ap_active())
		start_ap(ap);
	else
		lb_wifi_ap_keep(ap);
}

static void set_mode(unsigned modes)
{
	if ((modes & LB_WLAN_AP) != 0 && !lb_radio_ap_active())
		start_ap(lb_wifi_ap());
	if ((modes & LB_WLAN_STA) != 0 && !lb_radio_sta_active())
		lb_radio_sta_start();
	if ((modes & LB_WLAN_AP) == 0 && lb_radio_ap_active())
		lb_radio_ap_stop();
	if ((modes & LB_WLAN_STA) == 0 && lb_radio_sta_active())
		lb_radio_sta_stop();
	lb_servers_poll();
}

/* --- the object --- */

static void must_be_mode(mp_int_t mode)
{
	if (mode < LB_WLAN_STA || mode > LB_WLAN_STA_AP)
		mp_raise_ValueError(MP_ERROR_TEXT("mode: WLAN.STA, WLAN.AP or WLAN.STA_AP"));
}

static void must_be_radio(mp_int_t id)
{
	if (id != 0)
		mp_raise_ValueError(MP_ERROR_TEXT("there is one radio, id 0"));
}

/* An argument that was given as None is one that was not given. */
static void get_number(mp_obj_t given, mp_int_t *number)
{
	if (given != mp_const_none)
		*number = mp_obj_get_int(given);
}

/* All values are checked before the radio is touched, so that an error changes nothing. */
static mp_obj_t wlan_init(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum {
		ARG_mode,
		ARG_id,
		ARG_ssid,
		ARG_auth,
		ARG_channel,
		ARG_antenna,
		ARG_bandwidth,
		ARG_max_tx_pwr,
		ARG_power_save,
		ARG_hidden
	};
	static const mp_arg_t allowed[] = {
		{MP_QSTR_mode, MP_ARG_INT, {.u_int = LB_WLAN_AP}},
		{MP_QSTR_id, MP_ARG_INT | MP_ARG_KW_ONLY, {.u_int = 0}},
		{MP_QSTR_ssid, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_auth, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_channel, MP_ARG_INT | MP_ARG_KW_ONLY, {.u_int = 0}},
		{MP_QSTR_antenna, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_bandwidth, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_max_tx_pwr, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
		/* Taken, and without effect. */
		{MP_QSTR_power_save, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_hidden, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
	struct lb_wifi_ap ap = *lb_wifi_ap();
	struct lb_wlan_radio radio = lb_wlan_radio();

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const mp_int_t mode = args[ARG_mode].u_int;

	must_be_mode(mode);
	must_be_radio(args[ARG_id].u_int);
	get_number(args[ARG_antenna].u_obj, &radio.antenna);
	get_number(args[ARG_bandwidth].u_obj, &radio.bandwidth);
	get_number(args[ARG_max_tx_pwr].u_obj, &radio.max_tx_power);
	lb_wlan_radio_check(&radio);
	if ((mode & LB_WLAN_AP) != 0 && args[ARG_ssid].u_obj != mp_const_none) {
		lb_wlan_get_ssid(args[ARG_ssid].u_obj, ap.ssid);
		lb_wlan_get_auth(args[ARG_auth].u_obj, ap.key);
	} else if ((mode & LB_WLAN_AP) != 0 && args[ARG_auth].u_obj != mp_const_none) {
		lb_wlan_get_auth(args[ARG_auth].u_obj, ap.key);
	}
	if (args[ARG_channel].u_int != 0)
		ap.channel = (uint8_t)args[ARG_channel].u_int;
	if ((mode & LB_WLAN_AP) != 0)
		start_ap(&ap);
	set_mode((unsigned)mode);
	lb_wlan_radio_set(&radio);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_init_obj, 1, wlan_init);

/* WLAN(STA_IF) and WLAN(AP_IF): that interface, unchanged. WLAN() and WLAN(id=0): the radio as it is, Pycom's object.
 * With other keywords, as WLAN(mode=...): init() too. */
static mp_obj_t wlan_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	mp_obj_t init_args[1] = {MP_OBJ_FROM_PTR(&whole)};
	mp_map_t kw_args;

	(void)type;
	mp_arg_check_num(n_args, n_kw, 0, 1, true);
	if (!lb_radio_present())
		mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("this board has no radio"));
	if (n_kw == 0 && n_args == 0)
		return MP_OBJ_FROM_PTR(&whole);
	if (n_kw == 0) {
		const mp_int_t interface = mp_obj_get_int(args[0]);

		if (interface != MOD_NETWORK_STA_IF && interface != MOD_NETWORK_AP_IF)
			mp_raise_ValueError(MP_ERROR_TEXT("network.STA_IF or network.AP_IF; Pycom's modes: WLAN(mode=...)"));
		return MP_OBJ_FROM_PTR(interface == MOD_NETWORK_STA_IF ? &station : &access_point);
	}
	mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
	if (n_args == 1)
		must_be_radio(mp_obj_get_int(args[0]));
	if (n_kw == 1 && kw_args.table[0].key == MP_OBJ_NEW_QSTR(MP_QSTR_id))
		must_be_radio(mp_obj_get_int(kw_args.table[0].value));
	else
		wlan_init(1, init_args, &kw_args);
	return MP_OBJ_FROM_PTR(&whole);
}

static void wlan_print(const mp_print_t *print, mp_obj_t self_obj, mp_print_kind_t kind)
{
	static const char *const names[] = {"off", "STA", "AP", "STA_AP"};
	const struct lb_wlan *self = MP_OBJ_TO_PTR(self_obj);

	(void)kind;
	mp_printf(print, "WLAN(mode=%s, ssid='%s')", names[lb_wlan_mode_now() & self->modes],
	          self->modes == LB_WLAN_STA ? lb_wifi_joined_ssid() : lb_wifi_ap()->ssid);
}

static mp_obj_t wlan_deinit(mp_obj_t self_obj)
{
	const struct lb_wlan *self = MP_OBJ_TO_PTR(self_obj);

	set_mode(lb_wlan_mode_now() & ~(unsigned)self->modes);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_deinit_obj, wlan_deinit);

static mp_obj_t wlan_active(size_t n_args, const mp_obj_t *args)
{
	const struct lb_wlan *self = MP_OBJ_TO_PTR(args[0]);
	const unsigned now = lb_wlan_mode_now();

	if (n_args == 1)
		return mp_obj_new_bool((now & self->modes) != 0);
	if (!mp_obj_is_true(args[1]))
		set_mode(now & ~(unsigned)self->modes);
	else if (self->modes != LB_WLAN_STA_AP)
		set_mode(now | self->modes);
	else if (now == 0)
		set_mode(LB_WLAN_AP);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_active_obj, 1, 2, wlan_active);

static mp_obj_t wlan_mode(size_t n_args, const mp_obj_t *args)
{
	if (n_args == 1)
		return MP_OBJ_NEW_SMALL_INT(lb_wlan_mode_now());
	const mp_int_t mode = mp_obj_get_int(args[1]);

	must_be_mode(mode);
	set_mode((unsigned)mode);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_mode_obj, 1, 2, wlan_mode);

/* --- access point, identity --- */

static mp_obj_t text(const char *string)
{
	return mp_obj_new_str_from_cstr(string);
}

/* Of the network that the station is in, or of the access point; both when both are on (Pycom). */
static mp_obj_t wlan_ssid(size_t n_args, const mp_obj_t *args)
{
	const struct lb_wlan *self = MP_OBJ_TO_PTR(args[0]);
	struct lb_wifi_ap ap = *lb_wifi_ap();
	const unsigned modes = self->modes == LB_WLAN_STA_AP ? lb_wlan_mode_now() : (unsigned)self->modes;

	if (n_args == 2) {
		lb_wlan_get_ssid(args[1], ap.ssid);
		change_ap(&ap);
		return mp_const_none;
	}
	if (modes == LB_WLAN_STA_AP) {
		mp_obj_t both[2] = {text(ap.ssid), text(lb_wifi_joined_ssid())};

		return mp_obj_new_tuple(2, both);
	}
	return text(modes == LB_WLAN_STA ? lb_wifi_joined_ssid() : ap.ssid);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_ssid_obj, 1, 2, wlan_ssid);

static mp_obj_t wlan_auth(size_t n_args, const mp_obj_t *args)
{
	struct lb_wifi_ap ap = *lb_wifi_ap();

	if (n_args == 2) {
		lb_wlan_get_auth(args[1], ap.key);
		change_ap(&ap);
		return mp_const_none;
	}
	if (ap.key[0] == '\0')
		return mp_const_none;
	mp_obj_t items[2] = {MP_OBJ_NEW_SMALL_INT(LB_RADIO_WPA2), text(ap.key)};

	return mp_obj_new_tuple(2, items);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_auth_obj, 1, 2, wlan_auth);

static mp_obj_t wlan_channel(size_t n_args, const mp_obj_t *args)
{
	struct lb_wifi_ap ap = *lb_wifi_ap();

	if (n_args == 1)
		return MP_OBJ_NEW_SMALL_INT(ap.channel);
	const mp_int_t channel = mp_obj_get_int(args[1]);

	ap.channel = channel < 0 || channel > UINT8_MAX ? 0 : (uint8_t)channel;
	change_ap(&ap);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_channel_obj, 1, 2, wlan_channel);

/* The access point has the address after the station's. */
static mp_obj_t mac_of(enum lb_wlan_mode mode)
{
	uint8_t mac[MAC_BYTES];

	lb_periph_unique_id(mac);
	if (mode == LB_WLAN_AP)
		mac[MAC_BYTES - 1]++;
	return mp_obj_new_bytes(mac, sizeof(mac));
}

static mp_obj_t wlan_mac(mp_obj_t self_obj)
{
	static const qstr names[] = {MP_QSTR_sta_mac, MP_QSTR_ap_mac};
	const struct lb_wlan *self = MP_OBJ_TO_PTR(self_obj);

	if (self->modes != LB_WLAN_STA_AP)
		return mac_of(self->modes);
	mp_obj_t items[2] = {mac_of(LB_WLAN_STA), mac_of(LB_WLAN_AP)};

	return mp_obj_new_attrtuple(names, 2, items);
}
static MP_DEFINE_CONST_FUN_OBJ_1(wlan_mac_obj, wlan_mac);

static mp_obj_t wlan_hostname(size_t n_args, const mp_obj_t *args)
{
	return mod_network_hostname(n_args - 1, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(wlan_hostname_obj, 1, 2, wlan_hostname);

/* --- MicroPython's config() --- */

/* Both names of a thing, the older and the newer one of MicroPython's drivers. */
static mp_obj_t get_config(const struct lb_wlan *self, qstr name)
{
	const mp_obj_t args[1] = {MP_OBJ_FROM_PTR(self)};
	const bool is_open = lb_wifi_ap()->key[0] == '\0';

	switch (name) {
	case MP_QSTR_mac: return mac_of(self->modes == LB_WLAN_AP ? LB_WLAN_AP : LB_WLAN_STA);
	case MP_QSTR_ssid:
	case MP_QSTR_essid: return wlan_ssid(1, args);
	case MP_QSTR_channel: return wlan_channel(1, args);
	case MP_QSTR_security:
	case MP_QSTR_authmode: return MP_OBJ_NEW_SMALL_INT(is_open ? LB_RADIO_OPEN : LB_RADIO_WPA2);
	case MP_QSTR_hidden: return mp_const_false;
	case MP_QSTR_hostname: return mod_network_hostname(0, NULL);
	default: mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
	}
}

/* True when it is a setting of the access point. */
static bool set_config(struct lb_wifi_ap *ap, qstr name, mp_obj_t value)
{
	switch (name) {
	case MP_QSTR_ssid:
	case MP_QSTR_essid: lb_wlan_get_ssid(value, ap->ssid); return true;
	case MP_QSTR_key:
	case MP_QSTR_password: lb_wlan_get_key(value, ap->key); return true;
	case MP_QSTR_channel: ap->channel = (uint8_t)mp_obj_get_int(value); return true;
	case MP_QSTR_security:
	case MP_QSTR_authmode:
		if (mp_obj_get_int(value) == LB_RADIO_OPEN)
			ap->key[0] = '\0';
		return true;
	case MP_QSTR_hostname: mod_network_hostname(1, &value); return false;
	case MP_QSTR_pm:
	case MP_QSTR_txpower:
	case MP_QSTR_hidden:
	case MP_QSTR_reconnects: return false; /* taken, and without effect */
	default: mp_raise_ValueError(MP_ERROR_TEXT("unknown config param"));
	}
}

/* Changes are collected first, so that the access point starts anew once and not for each of them. */
static mp_obj_t wlan_config(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args)
{
	struct lb_wifi_ap ap = *lb_wifi_ap();
	bool changed = false;

	if (kw_args->used == 0 && n_args == 2)
		return get_config(MP_OBJ_TO_PTR(args[0]), mp_obj_str_get_qstr(args[1]));
	if (n_args != 1 || kw_args->used == 0)
		mp_raise_TypeError(MP_ERROR_TEXT("config('name') or config(name=value, ...)"));
	for (size_t i = 0; i < kw_args->alloc; i++)
		if (mp_map_slot_is_filled(kw_args, i))
			changed |= set_config(&ap, mp_obj_str_get_qstr(kw_args->table[i].key), kw_args->table[i].value);
	if (changed)
		change_ap(&ap);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(wlan_config_obj, 1, wlan_config);

/* --- the class --- */

static const mp_rom_map_elem_t wlan_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&wlan_init_obj)},
	{MP_ROM_QSTR(MP_QSTR_deinit), MP_ROM_PTR(&wlan_deinit_obj)},
	{MP_ROM_QSTR(MP_QSTR_active), MP_ROM_PTR(&wlan_active_obj)},
	{MP_ROM_QSTR(MP_QSTR_mode), MP_ROM_PTR(&wlan_mode_obj)},
	{MP_ROM_QSTR(MP_QSTR_connect), MP_ROM_PTR(&lb_wlan_connect_obj)},
	{MP_ROM_QSTR(MP_QSTR_disconnect), MP_ROM_PTR(&lb_wlan_disconnect_obj)},
	{MP_ROM_QSTR(MP_QSTR_isconnected), MP_ROM_PTR(&lb_wlan_isconnected_obj)},
	{MP_ROM_QSTR(MP_QSTR_status), MP_ROM_PTR(&lb_wlan_status_obj)},
	{MP_ROM_QSTR(MP_QSTR_scan), MP_ROM_PTR(&lb_wlan_scan_obj)},
	{MP_ROM_QSTR(MP_QSTR_ssid), MP_ROM_PTR(&wlan_ssid_obj)},
	{MP_ROM_QSTR(MP_QSTR_auth), MP_ROM_PTR(&wlan_auth_obj)},
	{MP_ROM_QSTR(MP_QSTR_channel), MP_ROM_PTR(&wlan_channel_obj)},
	{MP_ROM_QSTR(MP_QSTR_mac), MP_ROM_PTR(&wlan_mac_obj)},
	{MP_ROM_QSTR(MP_QSTR_hostname), MP_ROM_PTR(&wlan_hostname_obj)},
	{MP_ROM_QSTR(MP_QSTR_antenna), MP_ROM_PTR(&lb_wlan_antenna_obj)},
	{MP_ROM_QSTR(MP_QSTR_bandwidth), MP_ROM_PTR(&lb_wlan_bandwidth_obj)},
	{MP_ROM_QSTR(MP_QSTR_max_tx_power), MP_ROM_PTR(&lb_wlan_max_tx_power_obj)},
	{MP_ROM_QSTR(MP_QSTR_ifconfig), MP_ROM_PTR(&lb_wlan_ifconfig_obj)},
	{MP_ROM_QSTR(MP_QSTR_ipconfig), MP_ROM_PTR(&lb_wlan_ipconfig_obj)},
	{MP_ROM_QSTR(MP_QSTR_config), MP_ROM_PTR(&wlan_config_obj)},
	/* Pycom's constants */
	{MP_ROM_QSTR(MP_QSTR_STA), MP_ROM_INT(LB_WLAN_STA)},
	{MP_ROM_QSTR(MP_QSTR_AP), MP_ROM_INT(LB_WLAN_AP)},
	{MP_ROM_QSTR(MP_QSTR_STA_AP), MP_ROM_INT(LB_WLAN_STA_AP)},
	{MP_ROM_QSTR(MP_QSTR_APSTA), MP_ROM_INT(LB_WLAN_STA_AP)},
	{MP_ROM_QSTR(MP_QSTR_WEP), MP_ROM_INT(LB_WLAN_WEP)},
	{MP_ROM_QSTR(MP_QSTR_WPA), MP_ROM_INT(LB_WLAN_WPA)},
	{MP_ROM_QSTR(MP_QSTR_WPA2), MP_ROM_INT(LB_RADIO_WPA2)},
	{MP_ROM_QSTR(MP_QSTR_WPA2_ENT), MP_ROM_INT(LB_WLAN_WPA2_ENT)},
	{MP_ROM_QSTR(MP_QSTR_INT_ANT), MP_ROM_INT(LB_WLAN_INT_ANT)},
	{MP_ROM_QSTR(MP_QSTR_EXT_ANT), MP_ROM_INT(LB_WLAN_EXT_ANT)},
	{MP_ROM_QSTR(MP_QSTR_HT20), MP_ROM_INT(LB_WLAN_HT20)},
	{MP_ROM_QSTR(MP_QSTR_HT40), MP_ROM_INT(LB_WLAN_HT40)},
	{MP_ROM_QSTR(MP_QSTR_SCAN_ACTIVE), MP_ROM_INT(0)},
	{MP_ROM_QSTR(MP_QSTR_SCAN_PASSIVE), MP_ROM_INT(1)},
	/* MicroPython's */
	{MP_ROM_QSTR(MP_QSTR_IF_STA), MP_ROM_INT(MOD_NETWORK_STA_IF)},
	{MP_ROM_QSTR(MP_QSTR_IF_AP), MP_ROM_INT(MOD_NETWORK_AP_IF)},
	{MP_ROM_QSTR(MP_QSTR_SEC_OPEN), MP_ROM_INT(LB_RADIO_OPEN)},
	{MP_ROM_QSTR(MP_QSTR_SEC_WPA2), MP_ROM_INT(LB_RADIO_WPA2)},
	{MP_ROM_QSTR(MP_QSTR_PM_NONE), MP_ROM_INT(0)},
	{MP_ROM_QSTR(MP_QSTR_PM_PERFORMANCE), MP_ROM_INT(1)},
	{MP_ROM_QSTR(MP_QSTR_PM_POWERSAVE), MP_ROM_INT(2)},
};
static MP_DEFINE_CONST_DICT(wlan_locals, wlan_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(lb_wlan_type, MP_QSTR_WLAN, MP_TYPE_FLAG_NONE, make_new, wlan_make_new, print, wlan_print,
                         locals_dict, &wlan_locals);
