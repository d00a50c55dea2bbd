#include "firmware/store/settings.h"

#include <string.h>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/hw/periph.h"
#include "core/nvs/nvs.h"
#include "firmware/io/bootinfo.h"
#include "firmware/io/flashlock.h"

/* Keys of the firmware begin with a dot; no name that a script may use does. */
static const struct {
	const char *key;
	uint32_t fallback;
} settings[LB_SETTING_COUNT] = {
	[LB_SETTING_HEARTBEAT_ON_BOOT] = {".heartbeat", 1},   [LB_SETTING_WDT_ON_BOOT] = {".wdt", 0},
	[LB_SETTING_WDT_ON_BOOT_TIMEOUT] = {".wdt_ms", 5000}, [LB_SETTING_WIFI_ON_BOOT] = {".wifi", 1},
	[LB_SETTING_FORMATTING] = {".formatting", 0},         [LB_SETTING_CONFIRM_MANUAL] = {".confirm", 0},
	[LB_SETTING_CONFIRM_SECONDS] = {".confirm_s", 60},    [LB_SETTING_WIFI_MODE_ON_BOOT] = {".wifi_mode", 2},
	[LB_SETTING_PYBYTES_ON_BOOT] = {".pybytes", 0},       [LB_SETTING_SMART_CONFIG_ON_BOOT] = {".smart_config", 0},
	[LB_SETTING_LTE_MODEM_ON_BOOT] = {".lte_modem", 0},
};
static const char *const texts[LB_SETTING_TEXT_COUNT] = {
	[LB_SETTING_AP_SSID] = ".ap_ssid",
	[LB_SETTING_AP_KEY] = ".ap_key",
	[LB_SETTING_STA_SSID] = ".sta_ssid",
	[LB_SETTING_STA_KEY] = ".sta_key",
};

static struct lb_nvs nvs;

void lb_settings_init(void)
{
	lb_nvs_open(&nvs, lb_periph_flash(), lb_bootinfo_down()->flashmap.part[LB_PART_NVS]);
}

uint32_t lb_settings_get(enum lb_setting setting)
{
	uint8_t value[4];

	if (lb_nvs_get(&nvs, settings[setting].key, value, sizeof(value)) != sizeof(value))
		return settings[setting].fallback;
	return lb_load32le(value);
}

int lb_settings_set(enum lb_setting setting, uint32_t number)
{
	uint8_t value[4];
	int error = LB_OK;

	if (!lb_flashlock_enter())
		return LB_ERR_BUSY;
	lb_store32le(value, number);
	if (lb_settings_get(setting) != number)
		error = lb_nvs_set(&nvs, settings[setting].key, value, sizeof(value));
	lb_flashlock_leave();
	return error;
}

bool lb_settings_get_text(enum lb_setting_text which, char *text, size_t size_bytes)
{
	const int got = lb_nvs_get(&nvs, texts[which], text, (uint32_t)size_bytes - 1);

	text[got > 0 ? got : 0] = '\0';
	return got >= 0;
}

int lb_settings_set_text(enum lb_setting_text which, const char *text)
{
	int error;

	if (!lb_flashlock_enter())
		return LB_ERR_BUSY;
	if (text != NULL)
		error = lb_nvs_set(&nvs, texts[which], text, (uint32_t)strlen(text));
	else
		error = lb_nvs_remove(&nvs, texts[which]);
	lb_flashlock_leave();
	return text == NULL && error == LB_ERR_NOT_FOUND ? LB_OK : error;
}

struct lb_nvs *lb_settings_store(void)
{
	return &nvs;
}
