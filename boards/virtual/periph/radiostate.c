/* The radio's state lies in the registers. The CPU says what it wants there, the hardware process what came of it; each
 * request to connect has a number, so that no result of an earlier one is mistaken for its own. */
#include "core/hw/radio.h"

#include <errno.h>
#include <string.h>

#include "boards/virtual/common/bus.h"
#include "boards/virtual/periph/inbox.h"
#include "boards/virtual/periph/radiostate.h"

enum { WIRE_WITH_RADIO = 2, CHANNEL_MAX = 13, PASSWORD_MIN = 8, LINK_BITS = 8, BSSID_BYTES = 6 };

#define LOOPBACK 0x7F000001u
#define AP_ADDRESS 0xC0A80401u /* 192.168.4.1 */

static unsigned scanned;
static void (*on_silence)(void);

bool lb_radio_present(void)
{
	return lb_bus_get(WIRE_REG_VERSION) >= WIRE_WITH_RADIO;
}

static void put_text(enum wire_register reg, const char *text)
{
	memcpy(lb_bus_bytes(reg), text, strlen(text) + 1);
}

static bool has(enum wire_radio_bits bit)
{
	return (lb_bus_get(WIRE_REG_RADIO) & bit) != 0;
}

bool lb_radiostate_carries(void)
{
	return lb_radio_ap_active() || lb_radio_link() == LB_RADIO_CONNECTED;
}

void lb_radiostate_on_silence(void (*handler)(void))
{
	on_silence = handler;
}

static void change(uint32_t bits)
{
	lb_bus_put(WIRE_REG_RADIO, bits);
	lb_bus_send((uint8_t[]){WIRE_RADIO}, 1);
	if (!lb_radiostate_carries())
		on_silence();
}

/* As 802.11 has it: an SSID of 1 to 32 bytes, no password or a passphrase of 8 to 63 (64 as the key itself). */
static bool is_valid(const char *ssid, const char *password)
{
	const size_t ssid_bytes = strlen(ssid), password_bytes = strlen(password);

	return ssid_bytes >= 1 && ssid_bytes < LB_RADIO_SSID_BYTES &&
	       (password_bytes == 0 || (password_bytes >= PASSWORD_MIN && password_bytes < LB_RADIO_PASSWORD_BYTES));
}

/* --- access point --- */

int lb_radio_ap_start(const char *ssid, const char *password, uint8_t channel)
{
	if (!is_valid(ssid, password) || channel < 1 || channel > CHANNEL_MAX)
		return -EINVAL;
	put_text(WIRE_REG_AP_SSID, ssid);
	put_text(WIRE_REG_AP_PASSWORD, password);
	lb_bus_put(WIRE_REG_RADIO_CHANNEL, channel);
	change(lb_bus_get(WIRE_REG_RADIO) | WIRE_RADIO_AP);
	return 0;
}

void lb_radio_ap_stop(void)
{
	change(lb_bus_get(WIRE_REG_RADIO) & ~(uint32_t)WIRE_RADIO_AP);
}

bool lb_radio_ap_active(void)
{
	return has(WIRE_RADIO_AP);
}

/* --- station --- */

void lb_radio_sta_start(void)
{
	change(lb_bus_get(WIRE_REG_RADIO) | WIRE_RADIO_STA);
}

void lb_radio_sta_stop(void)
{
	change(lb_bus_get(WIRE_REG_RADIO) & ~(uint32_t)(WIRE_RADIO_STA | WIRE_RADIO_JOIN));
}

bool lb_radio_sta_active(void)
{
	return has(WIRE_RADIO_STA);
}

int lb_radio_connect(const char *ssid, const char *password)
{
	if (!is_valid(ssid, password))
		return -EINVAL;
	if (!has(WIRE_RADIO_STA))
		return -EPERM;
	put_text(WIRE_REG_JOIN_SSID, ssid);
	put_text(WIRE_REG_JOIN_PASSWORD, password);
	lb_bus_put(WIRE_REG_RADIO_JOIN, lb_bus_get(WIRE_REG_RADIO_JOIN) + 1);
	change(lb_bus_get(WIRE_REG_RADIO) | WIRE_RADIO_JOIN);
	return 0;
}

void lb_radio_disconnect(void)
{
	change(lb_bus_get(WIRE_REG_RADIO) & ~(uint32_t)WIRE_RADIO_JOIN);
}

enum lb_radio_link lb_radio_link(void)
{
	const uint32_t result = lb_bus_get(WIRE_REG_RADIO_LINK);

	if (!has(WIRE_RADIO_JOIN))
		return LB_RADIO_IDLE;
	if (result >> LINK_BITS != (lb_bus_get(WIRE_REG_RADIO_JOIN) & (UINT32_MAX >> LINK_BITS)))
		return LB_RADIO_CONNECTING;
	return (enum lb_radio_link)(result & ((1u << LINK_BITS) - 1));
}

/* --- scan --- */

void lb_radiostate_scanned(unsigned count)
{
	scanned = count < LB_RADIO_SCAN_MAX ? count : LB_RADIO_SCAN_MAX;
}

static void parse_network(unsigned index, struct lb_radio_network *network)
{
	const uint8_t *entry = lb_bus_bytes(WIRE_REG_SCAN) + index * WIRE_SCAN_BYTES;
	const uint8_t *rest = entry + LB_RADIO_SSID_BYTES + BSSID_BYTES;

	memcpy(network->ssid, entry, LB_RADIO_SSID_BYTES);
	network->ssid[LB_RADIO_SSID_BYTES - 1] = '\0';
	memcpy(network->bssid, entry + LB_RADIO_SSID_BYTES, BSSID_BYTES);
	network->channel = rest[0];
	network->rssi_dbm = (int8_t)rest[1];
	network->security = (enum lb_radio_security)rest[2];
}

int lb_radio_scan(struct lb_radio_network *networks, unsigned max)
{
	unsigned count;

	if (!has(WIRE_RADIO_STA))
		return -EPERM;
	lb_inbox_ask(WIRE_SCAN, WIRE_SCANNED);
	count = scanned < max ? scanned : max;
	for (unsigned i = 0; i < count; i++)
		parse_network(i, &networks[i]);
	return (int)count;
}

/* --- servers --- */

uint32_t lb_radio_ip(void)
{
	return LOOPBACK;
}

uint32_t lb_radio_ap_ip(void)
{
	return AP_ADDRESS;
}

uint16_t lb_radio_telnet_port(void)
{
	return (uint16_t)lb_bus_get(WIRE_REG_TELNET_PORT);
}

uint16_t lb_radio_ftp_port(void)
{
	return (uint16_t)lb_bus_get(WIRE_REG_FTP_PORT);
}

static void put_report(enum wire_register reg, const char *text)
{
	char *to = (char *)lb_bus_bytes(reg);

	strncpy(to, text, LB_RADIO_PASSWORD_BYTES - 1);
	to[LB_RADIO_PASSWORD_BYTES - 1] = '\0';
}

/* The texts change while nothing is said to run. */
void lb_radio_report(const char *user, const char *password, bool telnet, bool ftp)
{
	lb_bus_put(WIRE_REG_SERVERS, 0);
	if (user == NULL)
		return;
	put_report(WIRE_REG_SERVER_USER, user);
	put_report(WIRE_REG_SERVER_PASSWORD, password);
	lb_bus_put(WIRE_REG_SERVERS, (telnet ? WIRE_SERVER_TELNET : 0u) | (ftp ? WIRE_SERVER_FTP : 0u));
}
