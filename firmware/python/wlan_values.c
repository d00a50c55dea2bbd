/* What scripts give as names and keys of networks. */
#include <string.h>

#include "firmware/python/wlan_values.h"
#include "py/runtime.h"

unsigned lb_wlan_mode_now(void)
{
	return (lb_radio_sta_active() ? (unsigned)LB_WLAN_STA : 0) | (lb_radio_ap_active() ? (unsigned)LB_WLAN_AP : 0);
}

void lb_wlan_get_text(mp_obj_t value, char *text, size_t max_bytes, mp_rom_error_text_t what)
{
	mp_buffer_info_t buffer = {.len = 0};

	if (value != mp_const_none)
		mp_get_buffer_raise(value, &buffer, MP_BUFFER_READ);
	if (buffer.len > max_bytes || (buffer.len > 0 && memchr(buffer.buf, '\0', buffer.len) != NULL))
		mp_raise_ValueError(what);
	if (buffer.len > 0)
		memcpy(text, buffer.buf, buffer.len);
	text[buffer.len] = '\0';
}

void lb_wlan_get_ssid(mp_obj_t value, char ssid[LB_RADIO_SSID_BYTES])
{
	lb_wlan_get_text(value, ssid, LB_RADIO_SSID_BYTES - 1, MP_ERROR_TEXT("ssid: 32 bytes at most"));
}

void lb_wlan_get_key(mp_obj_t value, char key[LB_RADIO_PASSWORD_BYTES])
{
	lb_wlan_get_text(value, key, LB_RADIO_PASSWORD_BYTES - 1, MP_ERROR_TEXT("key: 64 bytes at most"));
}

void lb_wlan_get_auth(mp_obj_t auth, char key[LB_RADIO_PASSWORD_BYTES])
{
	mp_obj_t *items;

	key[0] = '\0';
	if (auth == mp_const_none)
		return;
	mp_obj_get_array_fixed_n(auth, 2, &items);
	if (items[0] == mp_const_none || mp_obj_get_int(items[0]) == LB_RADIO_OPEN)
		return;
	if (mp_obj_get_int(items[0]) != LB_RADIO_WPA2 && mp_obj_get_int(items[0]) != LB_WLAN_WPA)
		mp_raise_ValueError(MP_ERROR_TEXT("this radio knows open networks and WPA2"));
	lb_wlan_get_key(items[1], key);
}

void lb_wlan_get_joining_auth(mp_obj_t auth, char key[LB_RADIO_PASSWORD_BYTES])
{
	size_t count = 0;
	mp_obj_t *items;

	if (auth != mp_const_none)
		mp_obj_get_array(auth, &count, &items);
	if (count == 0 || items[0] == mp_const_none || mp_obj_get_int(items[0]) != LB_WLAN_WPA2_ENT)
		lb_wlan_get_auth(auth, key);
	else
		lb_wlan_get_key(count > 2 ? items[2] : mp_const_none, key);
}
