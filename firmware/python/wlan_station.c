/* network.WLAN as a station: connect(), isconnected(), scan(), status(). */
#include "firmware/python/wlan_station.h"

#include <string.h>

#include "firmware/net/servers.h"
#include "firmware/net/wifi.h"
#include "firmware/python/timeout_error.h"
#include "firmware/python/wlan_values.h"
#include "py/mperrno.h"
#include "py/objtuple.h"
#include "py/runtime.h"
#include "py/unicode.h"

#include "extmod/modnetwork.h"

static void must_be_on(unsigned modes, mp_rom_error_text_t otherwise)
{
	if ((lb_wlan_mode_now() & modes) == 0)
		mp_raise_msg(&mp_type_OSError, otherwise);
}

static void must_be_station(void)
{
	must_be_on(LB_WLAN_STA, MP_ERROR_TEXT("the station is off: active(True) or mode(WLAN.STA) first"));
}

/* --- the link --- */

static uint32_t get_timeout_ms(mp_obj_t timeout)
{
	const mp_int_t timeout_ms = timeout == mp_const_none ? 0 : mp_obj_get_int(timeout);

	if (timeout_ms < 0 || timeout_ms > INT32_MAX)
		mp_raise_ValueError(MP_ERROR_TEXT("timeout: 0 ms or more"));
	return timeout == mp_const_none ? (uint32_t)LB_WIFI_NO_LIMIT : (uint32_t)timeout_ms;
}

/* MicroPython: connect(ssid, key). Pycom: connect(ssid, auth=(security, key), timeout=ms), which returns at once as
 * well. What this radio does nothing with is taken: bssid, and what WPA2 enterprise has beside a password. */
static mp_obj_t wlan_connect(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum {
		ARG_ssid,
		ARG_key,
		ARG_auth,
		ARG_timeout,
		ARG_hostname,
		ARG_bssid,
		ARG_identity,
		ARG_ca_certs,
		ARG_keyfile,
		ARG_certfile
	};
	static const mp_arg_t allowed[] = {
		{MP_QSTR_ssid, MP_ARG_OBJ | MP_ARG_REQUIRED, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_key, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_auth, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_timeout, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_hostname, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_bssid, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_identity, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_ca_certs, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_keyfile, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_certfile, MP_ARG_OBJ | MP_ARG_KW_ONLY, {.u_rom_obj = MP_ROM_NONE}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
	char ssid[LB_RADIO_SSID_BYTES], key[LB_RADIO_PASSWORD_BYTES];
	int error;

	must_be_station();
	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const mp_obj_t auth = args[ARG_auth].u_obj != mp_const_none ? args[ARG_auth].u_obj : args[ARG_key].u_obj;
	const uint32_t timeout_ms = get_timeout_ms(args[ARG_timeout].u_obj);

	lb_wlan_get_ssid(args[ARG_ssid].u_obj, ssid);
	if (mp_obj_is_type(auth, &mp_type_tuple) || mp_obj_is_type(auth, &mp_type_list))
		lb_wlan_get_joining_auth(auth, key);
	else
		lb_wlan_get_key(auth, key);
	if (args[ARG_hostname].u_obj != mp_const_none)
		mod_network_hostname(1, &args[ARG_hostname].u_obj);
	error = lb_wifi_join(ssid, key);
	if (error == -MP_EINVAL)
		mp_raise_ValueError(MP_ERROR_TEXT("ssid: 1 to 32 bytes; key: none, or 8 to 64"));
	if (error != 0)
		mp_raise_OSError(-error);
	lb_wifi_expect_link(timeout_ms);
	lb_servers_poll();
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_KW(lb_wlan_connect_obj, 1, wlan_connect);

static mp_obj_t wlan_disconnect(mp_obj_t self)
{
	(void)self;
	lb_wifi_leave();
	return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_1(lb_wlan_disconnect_obj, wlan_disconnect);

/* Nobody can be seen at the access point, so that it is never connected. The time that connect() was given is over
 * once: whoever asks on is not told again. */
static mp_obj_t wlan_isconnected(mp_obj_t self_obj)
{
	const struct lb_wlan *self = MP_OBJ_TO_PTR(self_obj);

	if ((self->modes & LB_WLAN_STA) == 0)
		return mp_const_false;
	if (lb_wifi_link_is_late())
		mp_raise_msg(&lb_timeout_error_type, MP_ERROR_TEXT("no link within the time that connect() was given"));
	return mp_obj_new_bool(lb_radio_link() == LB_RADIO_CONNECTED);
}
MP_DEFINE_CONST_FUN_OBJ_1(lb_wlan_isconnected_obj, wlan_isconnected);

/* The strongest network of that name; false: there is none. */
static bool find_network(const char *ssid, struct lb_radio_network *found)
{
	struct lb_radio_network networks[LB_RADIO_SCAN_MAX];
	const int count = lb_radio_scan(networks, LB_RADIO_SCAN_MAX);
	bool have = false;

	for (int i = 0; i < count; i++) {
		if (strcmp(networks[i].ssid, ssid) != 0 || (have && networks[i].rssi_dbm <= found->rssi_dbm))
			continue;
		*found = networks[i];
		have = true;
	}
	return have;
}

static int status_of(enum lb_radio_link link)
{
	switch (link) {
	case LB_RADIO_IDLE: return LB_WLAN_IDLE;
	case LB_RADIO_CONNECTING: return LB_WLAN_CONNECTING;
	case LB_RADIO_CONNECTED: return LB_WLAN_GOT_IP;
	case LB_RADIO_WRONG_PASSWORD: return LB_WLAN_WRONG_PASSWORD;
	case LB_RADIO_NO_NETWORK: return LB_WLAN_NO_AP_FOUND;
	}
	return LB_WLAN_CONNECT_FAIL;
}

/* Without an argument MicroPython's number; with one, what its drivers give by that name. */
static mp_obj_t wlan_status(size_t n_args, const mp_obj_t *args)
{
	const struct lb_wlan *self = MP_OBJ_TO_PTR(args[0]);
	struct lb_radio_network network;

	if (n_args == 1) {
		if (self->modes == LB_WLAN_AP)
			return MP_OBJ_NEW_SMALL_INT(lb_radio_ap_active() ? LB_WLAN_GOT_IP : LB_WLAN_IDLE);
		return MP_OBJ_NEW_SMALL_INT(status_of(lb_radio_link()));
	}
	switch (mp_obj_str_get_qstr(args[1])) {
	case MP_QSTR_rssi:
		if (lb_radio_link() != LB_RADIO_CONNECTED || !find_network(lb_wifi_joined_ssid(), &network))
			mp_raise_OSError(MP_ENOTCONN);
		return MP_OBJ_NEW_SMALL_INT(network.rssi_dbm);
	case MP_QSTR_stations:
		must_be_on(LB_WLAN_AP, MP_ERROR_TEXT("the access point is off"));
		return mp_obj_new_list(0, NULL);
	default: mp_raise_ValueError(MP_ERROR_TEXT("'rssi' or 'stations'"));
	}
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lb_wlan_status_obj, 1, 2, wlan_status);

/* --- scan --- */

/* An SSID is bytes, and need not be text: what is no UTF-8 has a question mark for each byte above ASCII. */
static mp_obj_t text_of(const char *ssid)
{
	char text[LB_RADIO_SSID_BYTES];
	const size_t size_bytes = strlen(ssid);

	memcpy(text, ssid, size_bytes);
	if (!utf8_check((const byte *)text, size_bytes))
		for (size_t i = 0; i < size_bytes; i++)
			if ((byte)text[i] >= 0x80)
				text[i] = '?';
	return mp_obj_new_str(text, size_bytes);
}

/* Pycom's object gives its fields in its order, with the name as text; an interface of MicroPython's gives those that
 * its drivers do. Both have names, and one more of MicroPython's than of Pycom's. */
static mp_obj_t entry_of(const struct lb_radio_network *network, bool pycom)
{
	static const qstr pycoms[] = {MP_QSTR_ssid, MP_QSTR_bssid, MP_QSTR_sec, MP_QSTR_channel, MP_QSTR_rssi};
	static const qstr own[] = {
		MP_QSTR_ssid, MP_QSTR_bssid, MP_QSTR_channel, MP_QSTR_rssi, MP_QSTR_sec, MP_QSTR_hidden,
	};
	const mp_obj_t bssid = mp_obj_new_bytes(network->bssid, sizeof(network->bssid));
	const mp_obj_t channel = MP_OBJ_NEW_SMALL_INT(network->channel);
	const mp_obj_t rssi = MP_OBJ_NEW_SMALL_INT(network->rssi_dbm);
	const mp_obj_t sec = MP_OBJ_NEW_SMALL_INT(network->security);

	if (pycom) {
		const mp_obj_t items[] = {text_of(network->ssid), bssid, sec, channel, rssi};

		return mp_obj_new_attrtuple(pycoms, MP_ARRAY_SIZE(items), items);
	}
	const mp_obj_t ssid = mp_obj_new_bytes((const byte *)network->ssid, strlen(network->ssid));
	const mp_obj_t items[] = {ssid, bssid, channel, rssi, sec, mp_const_false};

	return mp_obj_new_attrtuple(own, MP_ARRAY_SIZE(items), items);
}

struct filter {
	bool has_ssid;
	char ssid[LB_RADIO_SSID_BYTES];
	mp_buffer_info_t bssid; /* of no bytes: any */
	mp_int_t channel;       /* 0: any */
};

static bool passes(const struct filter *filter, const struct lb_radio_network *network)
{
	if (filter->has_ssid && strcmp(filter->ssid, network->ssid) != 0)
		return false;
	if (filter->bssid.len != 0 && (filter->bssid.len != sizeof(network->bssid) ||
	                               memcmp(filter->bssid.buf, network->bssid, sizeof(network->bssid)) != 0))
		return false;
	return filter->channel == 0 || filter->channel == network->channel;
}

/* scan(ssid=None, bssid=None, channel=0, show_hidden=False, type=SCAN_ACTIVE, scantime=ms): the last three are taken;
 * a scan of this radio sees all that is in the air at once. */
static mp_obj_t wlan_scan(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_ssid, ARG_bssid, ARG_channel, ARG_show_hidden, ARG_type, ARG_scantime };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_ssid, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_bssid, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_channel, MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_show_hidden, MP_ARG_BOOL, {.u_bool = false}},
		{MP_QSTR_type, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_scantime, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
	};
	const struct lb_wlan *self = MP_OBJ_TO_PTR(pos_args[0]);
	struct lb_radio_network networks[LB_RADIO_SCAN_MAX];
	const mp_obj_t list = mp_obj_new_list(0, NULL);
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
	struct filter filter = {.bssid = {.len = 0}};

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	filter.has_ssid = args[ARG_ssid].u_obj != mp_const_none;
	lb_wlan_get_ssid(args[ARG_ssid].u_obj, filter.ssid);
	if (args[ARG_bssid].u_obj != mp_const_none)
		mp_get_buffer_raise(args[ARG_bssid].u_obj, &filter.bssid, MP_BUFFER_READ);
	filter.channel = args[ARG_channel].u_int;
	must_be_station();
	const int count = lb_radio_scan(networks, LB_RADIO_SCAN_MAX);

	if (count < 0)
		mp_raise_OSError(-count);
	for (int i = 0; i < count; i++)
		if (passes(&filter, &networks[i]))
			mp_obj_list_append(list, entry_of(&networks[i], self->modes == LB_WLAN_STA_AP));
	return list;
}
MP_DEFINE_CONST_FUN_OBJ_KW(lb_wlan_scan_obj, 1, wlan_scan);
