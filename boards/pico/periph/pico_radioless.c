/* There is no radio, and so nothing that would carry a socket. The first of these alone is asked (radio.h). */
#include <errno.h>

#include "core/hw/net.h"
#include "core/hw/radio.h"

bool lb_radio_present(void)
{
	return false;
}

int lb_radio_ap_start(const char *ssid, const char *password, uint8_t channel)
{
	(void)ssid;
	(void)password;
	(void)channel;
	return -ENODEV;
}

void lb_radio_ap_stop(void)
{
}

bool lb_radio_ap_active(void)
{
	return false;
}

void lb_radio_sta_start(void)
{
}

void lb_radio_sta_stop(void)
{
}

bool lb_radio_sta_active(void)
{
	return false;
}

int lb_radio_connect(const char *ssid, const char *password)
{
	(void)ssid;
	(void)password;
	return -ENODEV;
}

void lb_radio_disconnect(void)
{
}

enum lb_radio_link lb_radio_link(void)
{
	return LB_RADIO_IDLE;
}

int lb_radio_scan(struct lb_radio_network *networks, unsigned max)
{
	(void)networks;
	(void)max;
	return 0;
}

uint32_t lb_radio_ip(void)
{
	return 0;
}

uint32_t lb_radio_ap_ip(void)
{
	return 0;
}

uint16_t lb_radio_telnet_port(void)
{
	return 0;
}

uint16_t lb_radio_ftp_port(void)
{
	return 0;
}

void lb_radio_report(const char *user, const char *password, bool telnet, bool ftp)
{
	(void)user;
	(void)password;
	(void)telnet;
	(void)ftp;
}

int lb_net_open(enum lb_net_kind kind)
{
	(void)kind;
	return -ENODEV;
}

void lb_net_close(int sock)
{
	(void)sock;
}

int lb_net_bind(int sock, struct lb_net_address address)
{
	(void)sock;
	(void)address;
	return -ENODEV;
}

int lb_net_listen(int sock, int backlog)
{
	(void)sock;
	(void)backlog;
	return -ENODEV;
}

int lb_net_accept(int sock, struct lb_net_address *peer)
{
	(void)sock;
	(void)peer;
	return -ENODEV;
}

int lb_net_connect(int sock, struct lb_net_address address)
{
	(void)sock;
	(void)address;
	return -ENODEV;
}

int lb_net_send(int sock, const void *data, size_t size_bytes, const struct lb_net_address *to)
{
	(void)sock;
	(void)data;
	(void)size_bytes;
	(void)to;
	return -ENODEV;
}

int lb_net_receive(int sock, void *data, size_t size_bytes, struct lb_net_address *from)
{
	(void)sock;
	(void)data;
	(void)size_bytes;
	(void)from;
	return -ENODEV;
}

int lb_net_reuse_address(int sock, bool on)
{
	(void)sock;
	(void)on;
	return -ENODEV;
}

int lb_net_local(int sock, struct lb_net_address *address)
{
	(void)sock;
	(void)address;
	return -ENODEV;
}

unsigned lb_net_ready(int sock, unsigned want)
{
	(void)sock;
	(void)want;
	return 0;
}

void lb_net_wait(int sock, unsigned want, uint32_t wait_ms)
{
	(void)sock;
	(void)want;
	(void)wait_ms;
}

void lb_net_on_ready(lb_net_ready_fn *handler)
{
	(void)handler;
}

void lb_net_watch(int sock, unsigned want)
{
	(void)sock;
	(void)want;
}

int lb_net_resolve(const char *host, struct lb_net_address *address)
{
	(void)host;
	(void)address;
	return -ENODEV;
}
