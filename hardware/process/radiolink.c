#include "hardware/process/radiolink.h"

#include <string.h>

#include "hardware/process/log.h"

enum { LINK_BITS = 8, BSSID_BYTES = 6 };

void lb_radiolink_init(struct lb_radiolink *wifi, uv_loop_t *loop)
{
	uv_timer_init(loop, &wifi->timer);
	wifi->timer.data = wifi;
}

void lb_radiolink_close(struct lb_radiolink *wifi)
{
	uv_close((uv_handle_t *)&wifi->timer, NULL);
}

void lb_radiolink_off(struct lb_radiolink *wifi)
{
	uv_timer_stop(&wifi->timer);
	lb_registers_put(wifi->registers, WIRE_REG_RADIO, 0);
	lb_registers_put(wifi->registers, WIRE_REG_RADIO_LINK, 0);
	lb_registers_put(wifi->registers, WIRE_REG_SERVERS, 0);
}

/* A copy, for the CPU may be writing; the last byte of its place is taken for the NUL that should be there. */
static void get_text(const struct lb_radiolink *wifi, enum wire_register reg, size_t space_bytes, char *text)
{
	memcpy(text, wifi->registers->page + reg, space_bytes);
	text[space_bytes - 1] = '\0';
}

static void report_cpu(struct lb_radiolink *wifi, uint8_t message)
{
	lb_cpu_send(wifi->cpu, &message, sizeof(message));
}

static void on_timer(uv_timer_t *timer)
{
	struct lb_radiolink *wifi = timer->data;
	char ssid[LB_RADIO_SSID_BYTES], password[LB_RADIO_PASSWORD_BYTES];

	get_text(wifi, WIRE_REG_JOIN_SSID, sizeof(ssid), ssid);
	get_text(wifi, WIRE_REG_JOIN_PASSWORD, sizeof(password), password);
	uint32_t link = lb_air_join(&wifi->air, ssid, password);
	lb_registers_put(wifi->registers, WIRE_REG_RADIO_LINK, wifi->join << LINK_BITS | link);
	lb_log("radio: %s", link == LB_RADIO_CONNECTED ? "connected" : "not connected");
	report_cpu(wifi, WIRE_LINK_CHANGED);
}

void lb_radiolink_update(struct lb_radiolink *wifi)
{
	uint32_t join = lb_registers_get(wifi->registers, WIRE_REG_RADIO_JOIN);

	if ((lb_registers_get(wifi->registers, WIRE_REG_RADIO) & WIRE_RADIO_JOIN) == 0) {
		uv_timer_stop(&wifi->timer);
		return;
	}
	if (join == wifi->join)
		return;
	wifi->join = join;
	uv_update_time(wifi->timer.loop);
	uv_timer_start(&wifi->timer, on_timer, lb_clock_host_ms(wifi->clock, LB_AIR_JOIN_MS), 0);
}

/* As it is called, or, when that is anything, as the module called it last. */
static void get_seen_name(const struct lb_radiolink *wifi, const struct lb_radio_network *seen,
                          char ssid[LB_RADIO_SSID_BYTES])
{
	get_text(wifi, WIRE_REG_JOIN_SSID, LB_RADIO_SSID_BYTES, ssid);
	if (ssid[0] == '\0' || strcmp(seen->ssid, LB_AIR_ANY) != 0)
		memcpy(ssid, seen->ssid, LB_RADIO_SSID_BYTES);
}

/* The networks first, then the message that says how many. */
void lb_radiolink_scan(struct lb_radiolink *wifi)
{
	uint8_t *entry = wifi->registers->page + WIRE_REG_SCAN;
	uint8_t message[] = {WIRE_SCANNED, 0};

	for (unsigned i = 0; i < wifi->air.count; i++) {
		const struct lb_radio_network *seen = &wifi->air.networks[i].seen;
		uint8_t *rest = entry + LB_RADIO_SSID_BYTES + BSSID_BYTES;
		get_seen_name(wifi, seen, (char *)entry);
		memcpy(entry + LB_RADIO_SSID_BYTES, seen->bssid, BSSID_BYTES);
		rest[0] = seen->channel;
		rest[1] = (uint8_t)seen->rssi_dbm;
		rest[2] = (uint8_t)seen->security;
		entry += WIRE_SCAN_BYTES;
		message[1]++;
	}
	lb_cpu_send(wifi->cpu, message, sizeof(message));
}

/* --- status --- */

static void add_text(cJSON *object, const char *name, const char *text)
{
	if (text != NULL)
		cJSON_AddStringToObject(object, name, text);
	else
		cJSON_AddNullToObject(object, name);
}

static void add_port(cJSON *object, const char *name, uint32_t port)
{
	if (port != 0)
		cJSON_AddNumberToObject(object, name, port);
	else
		cJSON_AddNullToObject(object, name);
}

/* Of the last request, once it has a result, and unless it was taken back. */
static bool is_connected(const struct lb_radiolink *wifi)
{
	return (lb_registers_get(wifi->registers, WIRE_REG_RADIO) & WIRE_RADIO_JOIN) != 0 &&
	       lb_registers_get(wifi->registers, WIRE_REG_RADIO_LINK) ==
	           (lb_registers_get(wifi->registers, WIRE_REG_RADIO_JOIN) << LINK_BITS | LB_RADIO_CONNECTED);
}

static void add_servers(const struct lb_radiolink *wifi, cJSON *net)
{
	uint32_t servers = lb_registers_get(wifi->registers, WIRE_REG_SERVERS);
	uint32_t telnet = lb_registers_get(wifi->registers, WIRE_REG_TELNET_PORT);
	uint32_t ftp = lb_registers_get(wifi->registers, WIRE_REG_FTP_PORT);
	char user[LB_RADIO_PASSWORD_BYTES], password[LB_RADIO_PASSWORD_BYTES];

	get_text(wifi, WIRE_REG_SERVER_USER, sizeof(user), user);
	get_text(wifi, WIRE_REG_SERVER_PASSWORD, sizeof(password), password);
	add_port(net, "telnet", (servers & WIRE_SERVER_TELNET) != 0 ? telnet : 0);
	add_port(net, "ftp", (servers & WIRE_SERVER_FTP) != 0 ? ftp : 0);
	add_text(net, "user", servers != 0 ? user : NULL);
	add_text(net, "password", servers != 0 ? password : NULL);
}

void lb_radiolink_add_status(const struct lb_radiolink *wifi, cJSON *status)
{
	static const char *const MODES[] = {"off", "ap", "sta", "ap+sta"};
	uint32_t radio = lb_registers_get(wifi->registers, WIRE_REG_RADIO);
	cJSON *net = cJSON_AddObjectToObject(status, "net");
	char ap[LB_RADIO_SSID_BYTES], station[LB_RADIO_SSID_BYTES];

	get_text(wifi, WIRE_REG_AP_SSID, sizeof(ap), ap);
	get_text(wifi, WIRE_REG_JOIN_SSID, sizeof(station), station);
	cJSON_AddStringToObject(net, "radio", MODES[radio & (WIRE_RADIO_AP | WIRE_RADIO_STA)]);
	add_text(net, "ssid", (radio & WIRE_RADIO_AP) != 0 ? ap : NULL);
	add_text(net, "station", is_connected(wifi) ? station : NULL);
	add_servers(wifi, net);
}
