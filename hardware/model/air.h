/* The air around the virtual module: the networks that its radio hears, and what comes of connecting to one.
 *
 * Pure values; hardware/process reads a module's own air from a file, or takes the two networks of lb_air_default. What
 * both mean is in docs/spec/environment.md.
 */
#ifndef HARDWARE_MODEL_AIR_H
#define HARDWARE_MODEL_AIR_H

#include <stdbool.h>

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

/* A network of this SSID, without a password, takes any name and key. */
#define LB_AIR_ANY "*"

/* What is behind the networks: who is called there, and what comes of it. */
enum lb_air_server {
	LB_AIR_UNKNOWN, /* nobody is called so, nobody is there */
	LB_AIR_ANSWERS,
	LB_AIR_REFUSES,
	LB_AIR_STALLS,
	LB_AIR_HOST, /* a server of the host */
};
/* Who comes to the ports that the module opens itself. */
enum lb_air_visitors {
	LB_AIR_VISITORS_NONE,
	LB_AIR_VISITORS_ASK,
	LB_AIR_VISITORS_LEAVE, /* once they are connected */
	LB_AIR_VISITORS_STALL, /* are connected and say nothing */
};
enum { LB_AIR_PLACES = 32, LB_AIR_NAME_BYTES = 128 };

struct lb_air_place {
	char name[LB_AIR_NAME_BYTES]; /* or LB_AIR_ANY */
	uint16_t port;                /* 0: every one */
	enum lb_air_server server;
	uint32_t host_ip; /* of LB_AIR_HOST: 127.0.0.1 is 0x7F000001 */
	uint16_t host_port;
};

struct lb_air {
	unsigned count;
	struct lb_air_network networks[LB_RADIO_SCAN_MAX];
	bool has_behind; /* false: the network that the host is in */
	unsigned place_count;
	struct lb_air_place places[LB_AIR_PLACES];
	enum lb_air_visitors visitors;
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
/* "broker.example:1883" or "*", and "answers", "refuses", "stalls" or "127.0.0.1:1883". NULL, or what is wrong, as the
 * end of a sentence. */
const char *lb_air_add_place(struct lb_air *air, const char *whom, const char *what);
/* "ask", "leave" or "stall". As above. */
const char *lb_air_set_visitors(struct lb_air *air, const char *what);
/* The most exact place for a name, or an address in numbers; NULL: none. port 0 asks for the name alone: what any of
 * its ports has will do. */
const struct lb_air_place *lb_air_find_place(const struct lb_air *air, const char *name, uint16_t port);

#endif
