/* What the classes of the network module share: their numbers, and the values that scripts give. */
#ifndef LB_PYTHON_WLAN_VALUES_H
#define LB_PYTHON_WLAN_VALUES_H

#include "core/hw/radio.h"
#include "firmware/net/wifi.h"
#include "py/obj.h"

/* The numbers of network.STAT_*, as MicroPython's Wi-Fi driver for the Pico W has them. */
enum lb_wlan_status {
	LB_WLAN_IDLE = 0,
	LB_WLAN_CONNECTING = 1,
	LB_WLAN_GOT_IP = 3,
	LB_WLAN_CONNECT_FAIL = -1,
	LB_WLAN_NO_AP_FOUND = -2,
	LB_WLAN_WRONG_PASSWORD = -3,
};

/* Pycom's modes, as bits. */
enum lb_wlan_mode {
	LB_WLAN_STA = LB_WIFI_MODE_STA,
	LB_WLAN_AP = LB_WIFI_MODE_AP,
	LB_WLAN_STA_AP = LB_WLAN_STA | LB_WLAN_AP,
};

/* Kinds of security that networks elsewhere may have; what this radio knows is in radio.h. */
enum { LB_WLAN_WEP = 1, LB_WLAN_WPA = 2, LB_WLAN_WPA2_ENT = 5 };

/* WLAN() is the whole radio, as Pycom has it; WLAN(STA_IF) and WLAN(AP_IF) are one interface, as MicroPython has
 * them. */
struct lb_wlan {
	mp_obj_base_t base;
	enum lb_wlan_mode modes; /* that this object is about */
};

/* The mode that the radio is in; 0: off. */
unsigned lb_wlan_mode_now(void);
/* "" for None; ValueError when it is longer than max_bytes. */
void lb_wlan_get_text(mp_obj_t value, char *text, size_t max_bytes, mp_rom_error_text_t what);
void lb_wlan_get_ssid(mp_obj_t value, char ssid[LB_RADIO_SSID_BYTES]);
void lb_wlan_get_key(mp_obj_t value, char key[LB_RADIO_PASSWORD_BYTES]);
/* Of None or (security, key) the key, "" for an open network. */
void lb_wlan_get_auth(mp_obj_t auth, char key[LB_RADIO_PASSWORD_BYTES]);
/* The same, and of (WPA2_ENT, user, password) the password: the nearest that a radio without WPA2 enterprise has. */
void lb_wlan_get_joining_auth(mp_obj_t auth, char key[LB_RADIO_PASSWORD_BYTES]);

#endif
