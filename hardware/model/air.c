#include "hardware/model/air.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BSSID_BYTES = 6, RSSI_MIN_DBM = -100 };

void lb_air_default(struct lb_air *air)
{
	air->count = air->place_count = 0;
	air->has_behind = false;
	air->visitors = LB_AIR_VISITORS_NONE;
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

		if (network->seen.security == LB_RADIO_OPEN && strcmp(network->seen.ssid, LB_AIR_ANY) == 0)
			return LB_RADIO_CONNECTED;
		if (strcmp(network->seen.ssid, ssid) != 0)
			continue;
		if (network->seen.security == LB_RADIO_OPEN || strcmp(network->password, password) == 0)
			return LB_RADIO_CONNECTED;
		result = LB_RADIO_WRONG_PASSWORD;
	}
	return result;
}

/* --- what is behind them --- */

/* A number from 1 to 65535; 0: none. */
static uint16_t parse_port(const char *text)
{
	char *end;
	const long port = strtol(text, &end, 10);

	return *end == '\0' && port >= 1 && port <= UINT16_MAX ? (uint16_t)port : 0;
}

static bool parse_host(const char *text, struct lb_air_place *place)
{
	unsigned part[4];
	int used = 0;

	if (sscanf(text, "%3u.%3u.%3u.%3u:%n", &part[0], &part[1], &part[2], &part[3], &used) != 4 || used == 0)
		return false;
	place->host_ip = part[0] << 24 | part[1] << 16 | part[2] << 8 | part[3];
	place->host_port = parse_port(text + used);
	return part[0] < 256 && part[1] < 256 && part[2] < 256 && part[3] < 256 && place->host_port != 0;
}

/* The number of the word among those from first to last; 0: it is none of them. */
static unsigned find_word(const char *text, const char *const words[], unsigned first, unsigned last)
{
	for (unsigned i = first; i <= last; i++)
		if (strcmp(text, words[i]) == 0)
			return i;
	return 0;
}

static bool parse_server(const char *text, struct lb_air_place *place)
{
	static const char *const words[] = {
		[LB_AIR_ANSWERS] = "answers", [LB_AIR_REFUSES] = "refuses", [LB_AIR_STALLS] = "stalls"};

	const unsigned found = find_word(text, words, LB_AIR_ANSWERS, LB_AIR_STALLS);

	place->server = found != 0 ? (enum lb_air_server)found : LB_AIR_HOST;
	return found != 0 || parse_host(text, place);
}

const char *lb_air_add_place(struct lb_air *air, const char *whom, const char *what)
{
	const char *colon = strchr(whom, ':');
	const size_t name_bytes = colon != NULL ? (size_t)(colon - whom) : strlen(whom);
	struct lb_air_place place = {.port = colon != NULL ? parse_port(colon + 1) : 0};

	if (air->place_count == LB_AIR_PLACES)
		return "is one too many: there may be 32";
	if (name_bytes == 0 || name_bytes >= LB_AIR_NAME_BYTES || (colon != NULL && place.port == 0))
		return "is no NAME and no NAME:PORT";
	if (!parse_server(what, &place))
		return "is not \"answers\", \"refuses\", \"stalls\" or a server such as \"127.0.0.1:8080\"";
	memcpy(place.name, whom, name_bytes);
	air->places[air->place_count++] = place;
	air->has_behind = true;
	return NULL;
}

const char *lb_air_set_visitors(struct lb_air *air, const char *what)
{
	static const char *const words[] = {
		[LB_AIR_VISITORS_ASK] = "ask", [LB_AIR_VISITORS_LEAVE] = "leave", [LB_AIR_VISITORS_STALL] = "stall"};

	const unsigned found = find_word(what, words, LB_AIR_VISITORS_ASK, LB_AIR_VISITORS_STALL);

	if (found != 0)
		air->visitors = (enum lb_air_visitors)found;
	return found != 0 ? NULL : "is not \"ask\", \"leave\" or \"stall\"";
}

const struct lb_air_place *lb_air_find_place(const struct lb_air *air, const char *name, uint16_t port)
{
	enum { NAMED = 2, WITH_PORT = 1 };
	const struct lb_air_place *found = NULL;
	int best = -1;

	for (unsigned i = 0; i < air->place_count; i++) {
		const struct lb_air_place *place = &air->places[i];
		const bool named = strcmp(place->name, name) == 0;
		const bool fits =
			(named || strcmp(place->name, LB_AIR_ANY) == 0) && (place->port == 0 || port == 0 || place->port == port);
		const int exact = (named ? NAMED : 0) + (place->port != 0 ? WITH_PORT : 0);

		if (!fits || exact <= best)
			continue;
		best = exact;
		found = place;
	}
	return found;
}
