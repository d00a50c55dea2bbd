/* What the user chose for every boot: kept in the nvs partition, written only when changed. */
#ifndef LB_STORE_SETTINGS_H
#define LB_STORE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/nvs/nvs.h"

enum lb_setting {
	LB_SETTING_HEARTBEAT_ON_BOOT,
	LB_SETTING_WDT_ON_BOOT,
	LB_SETTING_WDT_ON_BOOT_TIMEOUT, /* milliseconds */
	LB_SETTING_WIFI_ON_BOOT,
	LB_SETTING_FORMATTING,        /* /flash was being formatted: a cut format is to be finished */
	LB_SETTING_CONFIRM_MANUAL,    /* an update on trial is confirmed by the application alone */
	LB_SETTING_CONFIRM_SECONDS,   /* else: main.py ran for so long */
	LB_SETTING_WIFI_MODE_ON_BOOT, /* enum lb_wifi_mode */
	LB_SETTING_PYBYTES_ON_BOOT,   /* this and the next two are kept for the scripts that set them */
	LB_SETTING_SMART_CONFIG_ON_BOOT,
	LB_SETTING_LTE_MODEM_ON_BOOT,
	LB_SETTING_COUNT,
};
/* Texts: for the access point, and of the network that the station is to join. */
enum lb_setting_text {
	LB_SETTING_AP_SSID,
	LB_SETTING_AP_KEY,
	LB_SETTING_STA_SSID,
	LB_SETTING_STA_KEY,
	LB_SETTING_TEXT_COUNT,
};

void lb_settings_init(void);
/* The stored value, or the default. */
uint32_t lb_settings_get(enum lb_setting setting);
int lb_settings_set(enum lb_setting setting, uint32_t value); /* LB_OK or a negative enum lb_error */

/* False, and nothing in text, when none is stored or it does not fit with its NUL. */
bool lb_settings_get_text(enum lb_setting_text which, char *text, size_t size_bytes);
/* NULL: none any more. LB_OK or a negative enum lb_error. */
int lb_settings_set_text(enum lb_setting_text which, const char *text);

/* The store itself, for what is no number; to be used between lb_flashlock_enter and leave. The firmware's keys begin
 * with a dot. */
struct lb_nvs *lb_settings_store(void);

#endif
