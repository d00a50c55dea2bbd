/* Does what the scripts do depend on a network? The linker gives us the calls (see firmware/Makefile). */
#include "core/hw/net.h"
#include "core/hw/radio.h"
#include "firmware/check/tracing.h"

#define CALL(name) __typeof__(name) __real_##name, __wrap_##name
CALL(lb_net_bind);
CALL(lb_net_connect);
CALL(lb_net_listen);
CALL(lb_net_resolve);
CALL(lb_net_send);
CALL(lb_radio_connect);
CALL(lb_radio_scan);

static void note(void)
{
	if (lb_tracing()->in_script != 0)
		lb_tracing()->networked = 1;
}

/* The module's own servers are there in any network. */
static bool is_elsewhere(struct lb_net_address address)
{
	enum { LOOPBACK_NET = 127 };

	return address.ip >> 24 != LOOPBACK_NET && address.ip != lb_radio_ap_ip();
}

/* Whoever serves has visitors, who depend on the network. */
int __wrap_lb_net_listen(int sock, int backlog)
{
	note();
	return __real_lb_net_listen(sock, backlog);
}

/* A port of its own is meant for somebody. */
int __wrap_lb_net_bind(int sock, struct lb_net_address address)
{
	if (address.port != 0)
		note();
	return __real_lb_net_bind(sock, address);
}

int __wrap_lb_net_connect(int sock, struct lb_net_address address)
{
	if (is_elsewhere(address))
		note();
	return __real_lb_net_connect(sock, address);
}

int __wrap_lb_net_send(int sock, const void *data, size_t size_bytes, const struct lb_net_address *to)
{
	if (to != NULL && is_elsewhere(*to))
		note();
	return __real_lb_net_send(sock, data, size_bytes, to);
}

/* An address in numbers is no name. */
int __wrap_lb_net_resolve(const char *host, struct lb_net_address *address)
{
	if (host[0] < '0' || host[0] > '9')
		note();
	return __real_lb_net_resolve(host, address);
}

int __wrap_lb_radio_connect(const char *ssid, const char *password)
{
	note();
	return __real_lb_radio_connect(ssid, password);
}

int __wrap_lb_radio_scan(struct lb_radio_network *networks, unsigned max)
{
	note();
	return __real_lb_radio_scan(networks, max);
}
