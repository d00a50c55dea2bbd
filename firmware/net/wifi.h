/* The module's access point as it is configured, and the secret that a module is born with. Not Python. */
#ifndef LB_NET_WIFI_H
#define LB_NET_WIFI_H

#include <stdbool.h>
#include <stdint.h>

#include "core/hw/radio.h"

struct lb_wifi_ap {
	char ssid[LB_RADIO_SSID_BYTES];
	char key[LB_RADIO_PASSWORD_BYTES]; /* "": open */
	uint8_t channel;
};

/* Once, after a hard reset: everybody's own SSID and key; the radio stays off. A secret that is made now is stored, or
 * else holds until the next hard reset: a safe boot writes nothing. */
void lb_wifi_init(bool keep_new_secret);
/* Random, made at the first normal start and kept in nvs: the key of the access point and the password of the servers
 * until a script says otherwise. */
const char *lb_wifi_secret(void);
const struct lb_wifi_ap *lb_wifi_ap(void);
/* Starts the access point, or starts it anew, with these settings; 0 or a negative errno, and then nothing changed. */
int lb_wifi_ap_start(const struct lb_wifi_ap *ap);
/* For the next start; whether they are any good shows then. */
void lb_wifi_ap_keep(const struct lb_wifi_ap *ap);

#endif
