/* Does what the scripts do depend on a network? The linker gives us the calls (see firmware/Makefile). */
#include <string.h>

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

/* --- a network that takes any name is seen by those that the scripts have for theirs --- */

static const char *text_of(const struct lb_trace_instruction *in)
{
	const bool named = in->kind == LB_TRACE_NAME || in->kind == LB_TRACE_ATTRIBUTE || in->kind == LB_TRACE_METHOD ||
	                   in->kind == LB_TRACE_STORE || in->kind == LB_TRACE_STRING;

	return named ? lb_tracing()->texts + in->argument : "";
}

/* "ssid", "WIFI_SSID", "essid", "connect". */
static bool is_about_networks(const struct lb_trace_instruction *in)
{
	const char *text = text_of(in);

	return strstr(text, "ssid") != NULL || strstr(text, "SSID") != NULL || strcmp(text, "connect") == 0;
}

/* Does the function scan, or is there such a word on the line? */
static bool may_name_networks(const struct lb_trace_function *function, const struct lb_trace_instruction *string)
{
	const struct lb_trace_instruction *list = lb_tracing()->instruction + function->instructions_at;

	for (uint32_t i = 0; i < function->instructions; i++)
		if (strcmp(text_of(&list[i]), "scan") == 0 || (list[i].line == string->line && is_about_networks(&list[i])))
			return true;
	return false;
}

static bool is_listed(const struct lb_radio_network *networks, unsigned count, const char *ssid)
{
	for (unsigned i = 0; i < count; i++)
		if (strcmp(networks[i].ssid, ssid) == 0)
			return true;
	return false;
}

static unsigned add_names(const struct lb_trace_function *function, struct lb_radio_network *networks, unsigned count,
                          unsigned max)
{
	const struct lb_trace_instruction *list = lb_tracing()->instruction + function->instructions_at;

	for (uint32_t i = 0; i < function->instructions && count < max; i++) {
		const char *text = text_of(&list[i]);
		if (list[i].kind != LB_TRACE_STRING || text[0] == '\0' || strlen(text) >= LB_RADIO_SSID_BYTES ||
		    is_about_networks(&list[i]) || !may_name_networks(function, &list[i]) || is_listed(networks, count, text))
			continue;
		networks[count] = networks[0];
		strcpy(networks[count].ssid, text);
		networks[count].bssid[sizeof(networks->bssid) - 1] = (uint8_t)(count + 1);
		count++;
	}
	return count;
}

int __wrap_lb_radio_scan(struct lb_radio_network *networks, unsigned max)
{
	const int found = __real_lb_radio_scan(networks, max);
	unsigned count = found > 0 ? (unsigned)found : 0;

	note();
	if (count != 1 || strcmp(networks[0].ssid, "*") != 0)
		return found;
	for (uint32_t f = 0; f < lb_tracing()->functions; f++)
		count = add_names(&lb_tracing()->function[f], networks, count, max);
	return (int)count;
}
