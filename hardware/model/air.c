#include "hardware/model/air.h"

#include <stddef.h>
#include <string.h>

enum { BSSID_BYTES = 6, RSSI_MIN_DBM = -100 };

void lb_air_default(struct lb_air *air)
{
	air->count = 0;
	lb_air_add(air, "Lifeboat-Open", "", 1, -48, NULL);
	lb_air_add(air, "Lifeboat-WPA2", "back-to-shore", 6, -55, NULL);
}

/* What a network in air.json must be; the words follow "network N", for the person who wrote the file. */
static const char *objection(const struct lb_air *air, const char *ssid, const char *password, int channel,
                             int rssi_dbm)
{
	const size_t ssid_bytes = strlen(ssid), password_bytes = strlen(password);

	if (air->count == LB_RADIO_SCAN_MAX)
		return "is one network too many: there may be 16";
	if (ssid_bytes == 0 || ssid_bytes >= LB_RADIO_SSID_BYTES)
		return "has an ssid that is not 1 to 32 bytes long";
	if (password_bytes != 0 && (password_bytes < LB_AIR_PASSWORD_MIN || password_bytes >= LB_RADIO_PASSWORD_BYTES))
		return "has a password that is not 8 to 64 bytes long";
	if (channel < 1 || channel > LB_AIR_CHANNEL_MAX)
		return "has a channel that is not 1 to 13";
	if (rssi_dbm < RSSI_MIN_DBM || rssi_dbm > 0)
		return "has an rssi that is not -100 to 0";
	return NULL;
}

const char *lb_air_add(struct lb_air *air, const char *ssid, const char *password, int channel, int rssi_dbm,
                       const uint8_t bssid[6])
{
	const uint8_t made[BSSID_BYTES] = {0x02, 'L', 'B', 'A', 'P', (uint8_t)(air->count + 1)};
	const char *wrong = objection(air, ssid, password, channel, rssi_dbm);
	struct lb_air_network *network;

	if (wrong != NULL)
		return wrong;
	network = &air->networks[air->count++];
	memset(network, 0, sizeof(*network));
	memcpy(network->seen.ssid, ssid, strlen(ssid));
	memcpy(network->password, password, strlen(password));
	memcpy(network->seen.bssid, bssid != NULL ? bssid : made, BSSID_BYTES);
	network->seen.channel = (uint8_t)channel;
	network->seen.rssi_dbm = (int8_t)rssi_dbm;
	network->seen.security = password[0] != '\0' ? LB_RADIO_WPA2 : LB_RADIO_OPEN;
	return NULL;
}

enum lb_radio_link lb_air_join(const struct lb_air *air, const char *ssid, const char *password)
{
	enum lb_radio_link result = LB_RADIO_NO_NETWORK;

	for (unsigned i = 0; i < air->count; i++) {
		const struct lb_air_network *network = &air->networks[i];

		if (strcmp(network->seen.ssid, ssid) != 0)
			continue;
		if (network->seen.security == LB_RADIO_OPEN || strcmp(network->password, password) == 0)
			return LB_RADIO_CONNECTED;
		result = LB_RADIO_WRONG_PASSWORD;
	}
	return result;
}
