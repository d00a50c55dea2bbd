/* The pycom module, as Pycom documents it. */
#include <string.h>

#include "core/base/error.h"
#include "core/hw/periph.h"
#include "firmware/io/led.h"
#include "py/gc.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "firmware/python/pycom_nvs.h"
#include "firmware/python/pycom_ota.h"
#include "firmware/python/pycom_pulses.h"
#include "firmware/python/wlan_values.h"
#include "firmware/store/settings.h"

enum { WDT_ON_BOOT_LEAST_MS = 5000, RGB_MOST = 0xFFFFFF, LEAST_KEY_BYTES = 8 };

static void must_store(int error)
{
	if (error != LB_OK)
		mp_raise_OSError(error == LB_ERR_BOUNDS ? MP_ENOSPC : MP_EIO);
}

static void store(enum lb_setting setting, uint32_t value)
{
	must_store(lb_settings_set(setting, value));
}

/* heartbeat([on]) */
static mp_obj_t pycom_heartbeat(size_t n_args, const mp_obj_t *args)
{
	if (n_args == 0)
		return mp_obj_new_bool(lb_led_heartbeat());
	lb_led_set_heartbeat(mp_obj_is_true(args[0]));
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pycom_heartbeat_obj, 0, 1, pycom_heartbeat);

/* rgbled([0xRRGGBB]) */
static mp_obj_t pycom_rgbled(size_t n_args, const mp_obj_t *args)
{
	if (n_args == 0)
		return MP_OBJ_NEW_SMALL_INT(lb_led_rgb());
	const mp_int_t rgb = mp_obj_get_int(args[0]);

	if (rgb < 0 || rgb > RGB_MOST)
		mp_raise_ValueError(MP_ERROR_TEXT("a colour is 0xRRGGBB"));
	if (lb_led_heartbeat())
		mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("the heartbeat has the LED: pycom.heartbeat(False) first"));
	lb_led_set_rgb((uint32_t)rgb);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pycom_rgbled_obj, 0, 1, pycom_rgbled);

static mp_obj_t bool_setting(enum lb_setting setting, size_t n_args, const mp_obj_t *args)
{
	if (n_args == 0)
		return mp_obj_new_bool(lb_settings_get(setting) != 0);
	store(setting, mp_obj_is_true(args[0]));
	return mp_const_none;
}

static mp_obj_t pycom_heartbeat_on_boot(size_t n_args, const mp_obj_t *args)
{
	return bool_setting(LB_SETTING_HEARTBEAT_ON_BOOT, n_args, args);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pycom_heartbeat_on_boot_obj, 0, 1, pycom_heartbeat_on_boot);

static mp_obj_t pycom_wifi_on_boot(size_t n_args, const mp_obj_t *args)
{
	return bool_setting(LB_SETTING_WIFI_ON_BOOT, n_args, args);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pycom_wifi_on_boot_obj, 0, 1, pycom_wifi_on_boot);

static mp_obj_t pycom_wdt_on_boot(size_t n_args, const mp_obj_t *args)
{
	return bool_setting(LB_SETTING_WDT_ON_BOOT, n_args, args);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pycom_wdt_on_boot_obj, 0, 1, pycom_wdt_on_boot);

static mp_obj_t pycom_wdt_on_boot_timeout(size_t n_args, const mp_obj_t *args)
{
	if (n_args == 0)
		return mp_obj_new_int_from_uint(lb_settings_get(LB_SETTING_WDT_ON_BOOT_TIMEOUT));
	const mp_int_t timeout_ms = mp_obj_get_int(args[0]);

	if (timeout_ms < WDT_ON_BOOT_LEAST_MS || timeout_ms > INT32_MAX)
		mp_raise_ValueError(MP_ERROR_TEXT("timeout: 5000 ms to 24 days"));
	store(LB_SETTING_WDT_ON_BOOT_TIMEOUT, (uint32_t)timeout_ms);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pycom_wdt_on_boot_timeout_obj, 0, 1, pycom_wdt_on_boot_timeout);

/* These are asked for by scripts, kept, and without effect: there is no such service or modem. */
static mp_obj_t pycom_pybytes_on_boot(size_t n_args, const mp_obj_t *args)
{
	return bool_setting(LB_SETTING_PYBYTES_ON_BOOT, n_args, args);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pycom_pybytes_on_boot_obj, 0, 1, pycom_pybytes_on_boot);

static mp_obj_t pycom_smart_config_on_boot(size_t n_args, const mp_obj_t *args)
{
	return bool_setting(LB_SETTING_SMART_CONFIG_ON_BOOT, n_args, args);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pycom_smart_config_on_boot_obj, 0, 1, pycom_smart_config_on_boot);

static mp_obj_t pycom_lte_modem_en_on_boot(size_t n_args, const mp_obj_t *args)
{
	return bool_setting(LB_SETTING_LTE_MODEM_ON_BOOT, n_args, args);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pycom_lte_modem_en_on_boot_obj, 0, 1, pycom_lte_modem_en_on_boot);

/* --- the radio's state at every boot --- */

static mp_obj_t pycom_wifi_mode_on_boot(size_t n_args, const mp_obj_t *args)
{
	if (n_args == 0)
		return mp_obj_new_int_from_uint(lb_settings_get(LB_SETTING_WIFI_MODE_ON_BOOT));
	const mp_int_t mode = mp_obj_get_int(args[0]);

	if (mode < LB_WLAN_STA || mode > LB_WLAN_STA_AP)
		mp_raise_ValueError(MP_ERROR_TEXT("mode: WLAN.STA, WLAN.AP or WLAN.STA_AP"));
	store(LB_SETTING_WIFI_MODE_ON_BOOT, (uint32_t)mode);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pycom_wifi_mode_on_boot_obj, 0, 1, pycom_wifi_mode_on_boot);

static mp_obj_t stored_text(enum lb_setting_text which)
{
	char text[LB_RADIO_PASSWORD_BYTES];

	return lb_settings_get_text(which, text, sizeof(text)) ? mp_obj_new_str_from_cstr(text) : mp_const_none;
}

/* What the radio would refuse is refused now: a boot has nobody to tell. None forgets what is stored. */
static mp_obj_t ssid_setting(enum lb_setting_text which, size_t n_args, const mp_obj_t *args)
{
	char ssid[LB_RADIO_SSID_BYTES];

	if (n_args == 0)
		return stored_text(which);
	lb_wlan_get_ssid(args[0], ssid);
	if (args[0] != mp_const_none && ssid[0] == '\0')
		mp_raise_ValueError(MP_ERROR_TEXT("ssid: 1 to 32 bytes"));
	must_store(lb_settings_set_text(which, args[0] == mp_const_none ? NULL : ssid));
	return mp_const_none;
}

static mp_obj_t key_setting(enum lb_setting_text which, size_t n_args, const mp_obj_t *args)
{
	char key[LB_RADIO_PASSWORD_BYTES];

	if (n_args == 0)
		return stored_text(which);
	lb_wlan_get_key(args[0], key);
	if (key[0] != '\0' && strlen(key) < LEAST_KEY_BYTES)
		mp_raise_ValueError(MP_ERROR_TEXT("key: none, or 8 to 64 bytes"));
	must_store(lb_settings_set_text(which, args[0] == mp_const_none ? NULL : key));
	return mp_const_none;
}

static mp_obj_t pycom_wifi_ssid_ap(size_t n_args, const mp_obj_t *args)
{
	return ssid_setting(LB_SETTING_AP_SSID, n_args, args);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pycom_wifi_ssid_ap_obj, 0, 1, pycom_wifi_ssid_ap);

static mp_obj_t pycom_wifi_pwd_ap(size_t n_args, const mp_obj_t *args)
{
	return key_setting(LB_SETTING_AP_KEY, n_args, args);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pycom_wifi_pwd_ap_obj, 0, 1, pycom_wifi_pwd_ap);

static mp_obj_t pycom_wifi_ssid_sta(size_t n_args, const mp_obj_t *args)
{
	return ssid_setting(LB_SETTING_STA_SSID, n_args, args);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pycom_wifi_ssid_sta_obj, 0, 1, pycom_wifi_ssid_sta);

static mp_obj_t pycom_wifi_pwd_sta(size_t n_args, const mp_obj_t *args)
{
	return key_setting(LB_SETTING_STA_KEY, n_args, args);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pycom_wifi_pwd_sta_obj, 0, 1, pycom_wifi_pwd_sta);

/* (free bytes of the VM's heap, free bytes of external RAM: there is none) */
static mp_obj_t pycom_get_free_heap(void)
{
	gc_info_t info;

	gc_info(&info);
	mp_obj_t items[2] = {mp_obj_new_int_from_uint(info.free), MP_OBJ_NEW_SMALL_INT(0)};
	return mp_obj_new_tuple(MP_ARRAY_SIZE(items), items);
}
static MP_DEFINE_CONST_FUN_OBJ_0(pycom_get_free_heap_obj, pycom_get_free_heap);

static const mp_rom_map_elem_t pycom_globals_table[] = {
	{MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_pycom)},
	{MP_ROM_QSTR(MP_QSTR_heartbeat), MP_ROM_PTR(&pycom_heartbeat_obj)},
	{MP_ROM_QSTR(MP_QSTR_rgbled), MP_ROM_PTR(&pycom_rgbled_obj)},
	{MP_ROM_QSTR(MP_QSTR_heartbeat_on_boot), MP_ROM_PTR(&pycom_heartbeat_on_boot_obj)},
	{MP_ROM_QSTR(MP_QSTR_wifi_on_boot), MP_ROM_PTR(&pycom_wifi_on_boot_obj)},
	{MP_ROM_QSTR(MP_QSTR_wifi_mode_on_boot), MP_ROM_PTR(&pycom_wifi_mode_on_boot_obj)},
	{MP_ROM_QSTR(MP_QSTR_wifi_ssid_ap), MP_ROM_PTR(&pycom_wifi_ssid_ap_obj)},
	{MP_ROM_QSTR(MP_QSTR_wifi_pwd_ap), MP_ROM_PTR(&pycom_wifi_pwd_ap_obj)},
	{MP_ROM_QSTR(MP_QSTR_wifi_ssid_sta), MP_ROM_PTR(&pycom_wifi_ssid_sta_obj)},
	{MP_ROM_QSTR(MP_QSTR_wifi_pwd_sta), MP_ROM_PTR(&pycom_wifi_pwd_sta_obj)},
	{MP_ROM_QSTR(MP_QSTR_pybytes_on_boot), MP_ROM_PTR(&pycom_pybytes_on_boot_obj)},
	{MP_ROM_QSTR(MP_QSTR_smart_config_on_boot), MP_ROM_PTR(&pycom_smart_config_on_boot_obj)},
	{MP_ROM_QSTR(MP_QSTR_lte_modem_en_on_boot), MP_ROM_PTR(&pycom_lte_modem_en_on_boot_obj)},
	{MP_ROM_QSTR(MP_QSTR_pulses_get), MP_ROM_PTR(&lb_pycom_pulses_get_obj)},
	{MP_ROM_QSTR(MP_QSTR_wdt_on_boot), MP_ROM_PTR(&pycom_wdt_on_boot_obj)},
	{MP_ROM_QSTR(MP_QSTR_wdt_on_boot_timeout), MP_ROM_PTR(&pycom_wdt_on_boot_timeout_obj)},
	{MP_ROM_QSTR(MP_QSTR_nvs_set), MP_ROM_PTR(&lb_pycom_nvs_set_obj)},
	{MP_ROM_QSTR(MP_QSTR_nvs_get), MP_ROM_PTR(&lb_pycom_nvs_get_obj)},
	{MP_ROM_QSTR(MP_QSTR_nvs_erase), MP_ROM_PTR(&lb_pycom_nvs_erase_obj)},
	{MP_ROM_QSTR(MP_QSTR_nvs_erase_all), MP_ROM_PTR(&lb_pycom_nvs_erase_all_obj)},
	{MP_ROM_QSTR(MP_QSTR_ota_start), MP_ROM_PTR(&lb_pycom_ota_start_obj)},
	{MP_ROM_QSTR(MP_QSTR_ota_write), MP_ROM_PTR(&lb_pycom_ota_write_obj)},
	{MP_ROM_QSTR(MP_QSTR_ota_finish), MP_ROM_PTR(&lb_pycom_ota_finish_obj)},
	{MP_ROM_QSTR(MP_QSTR_ota_verify), MP_ROM_PTR(&lb_pycom_ota_verify_obj)},
	{MP_ROM_QSTR(MP_QSTR_ota_slot), MP_ROM_PTR(&lb_pycom_ota_slot_obj)},
	{MP_ROM_QSTR(MP_QSTR_bootmgr), MP_ROM_PTR(&lb_pycom_bootmgr_obj)},
	{MP_ROM_QSTR(MP_QSTR_FACTORY), MP_ROM_INT(LB_PYCOM_FACTORY)},
	{MP_ROM_QSTR(MP_QSTR_OTA_0), MP_ROM_INT(LB_PYCOM_OTA_0)},
	{MP_ROM_QSTR(MP_QSTR_OTA_1), MP_ROM_INT(LB_PYCOM_OTA_1)},
	{MP_ROM_QSTR(MP_QSTR_FAT), MP_ROM_INT(LB_PYCOM_FAT)},
	{MP_ROM_QSTR(MP_QSTR_LittleFS), MP_ROM_INT(LB_PYCOM_LITTLEFS)},
	{MP_ROM_QSTR(MP_QSTR_get_free_heap), MP_ROM_PTR(&pycom_get_free_heap_obj)},
};
static MP_DEFINE_CONST_DICT(pycom_globals, pycom_globals_table);

const mp_obj_module_t lb_mod_pycom = {
	.base = {&mp_type_module},
	.globals = (mp_obj_dict_t *)&pycom_globals,
};
MP_REGISTER_MODULE(MP_QSTR_pycom, lb_mod_pycom);
