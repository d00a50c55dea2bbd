/* The air around the virtual module: the networks that its radio hears, and what comes of connecting to one.
 *
 * Pure values; hardware/process reads a module's own air from a file, or takes the two networks of lb_air_default.
 */
#ifndef HARDWARE_MODEL_AIR_H
#define HARDWARE_MODEL_AIR_H

#include "core/hw/radio.h"
#include "hardware/wire.h"

_Static_assert((int)LB_RADIO_SSID_BYTES == (int)WIRE_SSID_BYTES &&
                   (int)LB_RADIO_PASSWORD_BYTES == (int)WIRE_PASSWORD_BYTES,
               "texts of the radio have their room in the registers");
_Static_assert((int)LB_RADIO_SCAN_MAX <= (int)WIRE_SCAN_MAX, "so have the networks of a scan");

enum {
	LB_AIR_CHANNEL_MAX = 13,
	LB_AIR_PASSWORD_MIN = 8, /* of a network that is not open */
	LB_AIR_JOIN_MS = 200,    /* module time from asking to connect to the result */
};

struct lb_air_network {
	struct lb_radio_network seen;
	char password[LB_RADIO_PASSWORD_BYTES]; /* empty when it is open */
};

struct lb_air {
	unsigned count;
	struct lb_air_network networks[LB_RADIO_SCAN_MAX];
};

/* Lifeboat-Open, and Lifeboat-WPA2 with the password back-to-shore. */
void lb_air_default(struct lb_air *air);
/* Adds a network, by what makes it one: password "" is an open one, bssid NULL one made of its place in the list.
 * NULL, or what is wrong with it, as the end of a sentence. */
const char *lb_air_add(struct lb_air *air, const char *ssid, const char *password, int channel, int rssi_dbm,
                       const uint8_t bssid[6]);
/* CONNECTED, WRONG_PASSWORD or NO_NETWORK. An open network takes any password. Of several with one SSID the first that
 * takes the password counts. */
enum lb_radio_link lb_air_join(const struct lb_air *air, const char *ssid, const char *password);

#endif
