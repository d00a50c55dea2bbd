/* Contract: the Wi-Fi radio of a board that has one.
 *
 * The radio is off at power-on, in deep sleep and after every hard reset, and keeps its state over a soft reset. While
 * it is off, or linked to nobody, lb_net_open and lb_net_resolve (net.h) fail with -ENODEV, and open sockets with
 * -ENOTCONN. Failures are negative errno values: -EINVAL for an SSID that is not 1 to 32 bytes long, a password that is
 * neither empty nor 8 to 64, a channel that is not 1 to 13; -EPERM to connect or scan without the station. A board
 * without a radio answers lb_radio_present with false and is asked nothing else.
 */
#ifndef LB_HW_RADIO_H
#define LB_HW_RADIO_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LB_RADIO_SSID_BYTES = 33,     /* with the NUL */
	LB_RADIO_PASSWORD_BYTES = 65, /* with the NUL */
	LB_RADIO_SCAN_MAX = 16,
};

enum lb_radio_security { LB_RADIO_OPEN = 0, LB_RADIO_WPA2 = 3 };
enum lb_radio_link {
	LB_RADIO_IDLE = 0,
	LB_RADIO_CONNECTING = 1,
	LB_RADIO_CONNECTED = 2,
	LB_RADIO_WRONG_PASSWORD = 3,
	LB_RADIO_NO_NETWORK = 4,
};

struct lb_radio_network {
	char ssid[LB_RADIO_SSID_BYTES];
	uint8_t bssid[6];
	uint8_t channel;
	int8_t rssi_dbm;
	enum lb_radio_security security;
};

bool lb_radio_present(void);
/* Becomes an access point, besides a station if that is active; an empty password is an open network. */
int lb_radio_ap_start(const char *ssid, const char *password, uint8_t channel);
void lb_radio_ap_stop(void);
bool lb_radio_ap_active(void);
void lb_radio_sta_start(void);
void lb_radio_sta_stop(void);
bool lb_radio_sta_active(void);
/* Begins to connect; lb_radio_link tells how it goes, within about a second of module time. That change is an
 * interrupt, so it ends lb_periph_wait_ms. A network that is open takes any password. */
int lb_radio_connect(const char *ssid, const char *password);
void lb_radio_disconnect(void);
enum lb_radio_link lb_radio_link(void);
/* The networks in the air; returns how many, at most max and LB_RADIO_SCAN_MAX. */
int lb_radio_scan(struct lb_radio_network *networks, unsigned max);

/* The module's own IPv4 address, host order: where its servers listen. */
uint32_t lb_radio_ip(void);
/* The access point's, as its stations see it; host order. */
uint32_t lb_radio_ap_ip(void);
/* Where the module's own servers are to listen: loopback ports of the host that stay the same for as long as the
 * hardware process lives. */
uint16_t lb_radio_telnet_port(void);
uint16_t lb_radio_ftp_port(void);
/* Tells the outside (lifeboat status) what runs and how to log in; NULL user: both servers are off. */
void lb_radio_report(const char *user, const char *password, bool telnet, bool ftp);

#endif
