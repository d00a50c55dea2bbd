#include "firmware/net/wifi.h"

#include <stdio.h>
#include <string.h>

#include "core/hw/periph.h"
#include "firmware/store/settings.h"

enum { SECRET_CHARACTERS = 12, CHANNEL = 6, US_PER_MS = 1000 };
#define CLASS_C_MASK 0xFFFFFF00u

static const char secret_key[] = ".wifi_key";
static struct {
	struct lb_wifi_ap ap;
	char secret[SECRET_CHARACTERS + 1];
	char joined_ssid[LB_RADIO_SSID_BYTES];
	uint64_t link_until_us; /* 0: whenever it comes */
	bool fixed[LB_WIFI_INTERFACES];
	struct lb_wifi_addresses addresses[LB_WIFI_INTERFACES]; /* that were fixed */
} wifi;

/* Characters that nobody takes for another; 32 of them, so that each is as likely: 60 bits in all. */
static void make_secret(bool keep)
{
	static const char characters[] = "abcdefghijkmnpqrstuvwxyz23456789";
	uint8_t random[SECRET_CHARACTERS];

	_Static_assert(sizeof(characters) == 33, "a power of two");
	lb_periph_random(random, sizeof(random));
	for (int i = 0; i < SECRET_CHARACTERS; i++)
		wifi.secret[i] = characters[random[i] % (sizeof(characters) - 1)];
	if (keep)
		lb_nvs_set(lb_settings_store(), secret_key, wifi.secret, SECRET_CHARACTERS);
}

/* A key without a name holds for the module's own, and a name without a key keeps the module's own key. */
static void use_stored(void)
{
	char text[LB_RADIO_PASSWORD_BYTES];

	if (lb_settings_get_text(LB_SETTING_AP_SSID, text, LB_RADIO_SSID_BYTES))
		strcpy(wifi.ap.ssid, text);
	if (lb_settings_get_text(LB_SETTING_AP_KEY, text, LB_RADIO_PASSWORD_BYTES))
		strcpy(wifi.ap.key, text);
}

void lb_wifi_init(bool safe)
{
	uint8_t id[LB_UNIQUE_ID_BYTES];

	if (lb_nvs_get(lb_settings_store(), secret_key, wifi.secret, SECRET_CHARACTERS) != SECRET_CHARACTERS)
		make_secret(!safe);
	lb_periph_unique_id(id);
	snprintf(wifi.ap.ssid, sizeof(wifi.ap.ssid), "lifeboat-wlan-%02x%02x", id[LB_UNIQUE_ID_BYTES - 2],
	         id[LB_UNIQUE_ID_BYTES - 1]);
	strcpy(wifi.ap.key, wifi.secret);
	wifi.ap.channel = CHANNEL;
	if (!safe)
		use_stored();
}

void lb_wifi_start(bool safe)
{
	const uint32_t modes = safe ? LB_WIFI_MODE_AP : lb_settings_get(LB_SETTING_WIFI_MODE_ON_BOOT);
	char ssid[LB_RADIO_SSID_BYTES], key[LB_RADIO_PASSWORD_BYTES];

	if (!safe && lb_settings_get(LB_SETTING_WIFI_ON_BOOT) == 0)
		return;
	if ((modes & LB_WIFI_MODE_AP) != 0)
		lb_wifi_ap_start(&wifi.ap);
	if ((modes & LB_WIFI_MODE_STA) == 0)
		return;
	lb_radio_sta_start();
	lb_settings_get_text(LB_SETTING_STA_KEY, key, sizeof(key));
	if (lb_settings_get_text(LB_SETTING_STA_SSID, ssid, sizeof(ssid)))
		lb_wifi_join(ssid, key);
}

const char *lb_wifi_secret(void)
{
	return wifi.secret;
}

const struct lb_wifi_ap *lb_wifi_ap(void)
{
	return &wifi.ap;
}

int lb_wifi_ap_start(const struct lb_wifi_ap *wanted)
{
	const int error = lb_radio_ap_start(wanted->ssid, wanted->key, wanted->channel);

	if (error == 0)
		wifi.ap = *wanted;
	return error;
}

void lb_wifi_ap_keep(const struct lb_wifi_ap *wanted)
{
	wifi.ap = *wanted;
}

/* --- the station's link --- */

int lb_wifi_join(const char *ssid, const char *key)
{
	const int error = lb_radio_connect(ssid, key);

	if (error == 0)
		strcpy(wifi.joined_ssid, ssid);
	return error;
}

void lb_wifi_leave(void)
{
	lb_radio_disconnect();
	lb_wifi_expect_link(LB_WIFI_NO_LIMIT);
	wifi.joined_ssid[0] = '\0';
}

const char *lb_wifi_joined_ssid(void)
{
	return wifi.joined_ssid;
}

void lb_wifi_expect_link(uint32_t timeout_ms)
{
	wifi.link_until_us = timeout_ms == LB_WIFI_NO_LIMIT ? 0 : lb_periph_micros() + (uint64_t)timeout_ms * US_PER_MS;
}

bool lb_wifi_link_is_late(void)
{
	const bool linked = lb_radio_link() == LB_RADIO_CONNECTED;
	const bool over = wifi.link_until_us != 0 && lb_periph_micros() >= wifi.link_until_us;

	if (linked || over)
		wifi.link_until_us = 0;
	return over && !linked;
}

/* --- addresses --- */

struct lb_wifi_addresses lb_wifi_addresses(enum lb_wifi_interface interface)
{
	const bool up = interface == LB_WIFI_STA ? lb_radio_link() == LB_RADIO_CONNECTED : lb_radio_ap_active();
	const uint32_t own = interface == LB_WIFI_STA ? lb_radio_ip() : lb_radio_ap_ip();

	if (wifi.fixed[interface])
		return wifi.addresses[interface];
	if (!up)
		return (struct lb_wifi_addresses){0};
	return (struct lb_wifi_addresses){.own = own, .mask = CLASS_C_MASK, .gateway = own, .name_server = own};
}

void lb_wifi_fix_addresses(enum lb_wifi_interface interface, const struct lb_wifi_addresses *addresses)
{
	wifi.fixed[interface] = addresses != NULL;
	if (addresses != NULL)
		wifi.addresses[interface] = *addresses;
}

bool lb_wifi_are_fixed(enum lb_wifi_interface interface)
{
	return wifi.fixed[interface];
}

bool lb_wifi_is_own(uint32_t ip)
{
	return ip != 0 && (ip == lb_wifi_addresses(LB_WIFI_STA).own || ip == lb_wifi_addresses(LB_WIFI_AP).own);
}
