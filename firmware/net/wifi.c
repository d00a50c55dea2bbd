#include "firmware/net/wifi.h"

#include <stdio.h>
#include <string.h>

#include "core/hw/periph.h"
#include "firmware/store/settings.h"

enum { SECRET_CHARACTERS = 12, CHANNEL = 6 };

static const char secret_key[] = ".wifi_key";
static struct {
	struct lb_wifi_ap ap;
	char secret[SECRET_CHARACTERS + 1];
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

void lb_wifi_init(bool keep_new_secret)
{
	uint8_t id[LB_UNIQUE_ID_BYTES];

	if (lb_nvs_get(lb_settings_store(), secret_key, wifi.secret, SECRET_CHARACTERS) != SECRET_CHARACTERS)
		make_secret(keep_new_secret);
	lb_periph_unique_id(id);
	snprintf(wifi.ap.ssid, sizeof(wifi.ap.ssid), "lifeboat-wlan-%02x%02x", id[LB_UNIQUE_ID_BYTES - 2],
	         id[LB_UNIQUE_ID_BYTES - 1]);
	strcpy(wifi.ap.key, wifi.secret);
	wifi.ap.channel = CHANNEL;
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
