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

/* Of the radio, as bits. */
enum lb_wifi_mode { LB_WIFI_MODE_STA = 1, LB_WIFI_MODE_AP = 2 };

/* Once, after a hard reset: the SSID and key of the access point; the radio stays off. They are the module's own in a
 * safe boot, which asks for nothing that is stored but the secret; a secret that has to be made then holds until the
 * next hard reset, since a safe boot writes nothing. */
void lb_wifi_init(bool safe);
/* The radio on, as it is stored for every boot; in a safe boot the module's own access point. */
void lb_wifi_start(bool safe);
/* Random, made at the first normal start and kept in nvs: the key of the access point and the password of the servers
 * until a script says otherwise. */
const char *lb_wifi_secret(void);
const struct lb_wifi_ap *lb_wifi_ap(void);
/* Starts the access point, or starts it anew, with these settings; 0 or a negative errno, and then nothing changed. */
int lb_wifi_ap_start(const struct lb_wifi_ap *ap);
/* For the next start; whether they are any good shows then. */
void lb_wifi_ap_keep(const struct lb_wifi_ap *ap);

/* --- the station's link --- */

/* As lb_radio_connect, and the name is kept. */
int lb_wifi_join(const char *ssid, const char *key);
void lb_wifi_leave(void);
const char *lb_wifi_joined_ssid(void); /* what was joined last; "" after lb_wifi_leave */

#define LB_WIFI_NO_LIMIT UINT32_MAX
/* The link is to be there within so many milliseconds from now; LB_WIFI_NO_LIMIT: whenever it comes. */
void lb_wifi_expect_link(uint32_t timeout_ms);
/* Is it not there, and the time over? Said once; from then on there is no limit. */
bool lb_wifi_link_is_late(void);

/* --- addresses --- */

enum lb_wifi_interface { LB_WIFI_STA = 0, LB_WIFI_AP = 1, LB_WIFI_INTERFACES = 2 };
struct lb_wifi_addresses {
	uint32_t own, mask, gateway, name_server; /* host order; 0: none */
};
/* Those that hold; all 0 while the interface is down and nothing was set. */
struct lb_wifi_addresses lb_wifi_addresses(enum lb_wifi_interface interface);
/* Fixed ones until the next hard reset; NULL: those of the network. */
void lb_wifi_fix_addresses(enum lb_wifi_interface interface, const struct lb_wifi_addresses *addresses);
bool lb_wifi_are_fixed(enum lb_wifi_interface interface);
/* Is it one of the module's own? Then where it is reached is at lb_radio_ip. */
bool lb_wifi_is_own(uint32_t ip);

#endif
