#include "firmware/net/servers.h"

#include <string.h>

#include "firmware/io/alarms.h"
#include "core/hw/net.h"
#include "core/hw/periph.h"
#include "core/hw/radio.h"
#include "firmware/net/ftp_server.h"
#include "firmware/net/ntp.h"
#include "firmware/net/telnet_server.h"
#include "firmware/net/wifi.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "firmware/store/device_calls.h"

enum {
	SLICE_MS = 5, /* of work at a time; then the program has its turn */
	TURN_MS = 2,  /* that long, if there is more to do */
	LISTEN_AGAIN_MS = 500,
	TIMEOUT_S = 300,
	BACKLOG = 8,
	US_PER_MS = 1000,
	CTRL_C = 3,
	NONE = -1,
};

typedef void accept_fn(int sock, struct lb_net_address peer, const struct lb_login *login, uint32_t now_ms);

struct service {
	int listener;
	uint16_t (*port)(void);
	accept_fn *accept;
};

static struct service services[] = {
	{NONE, lb_radio_telnet_port, lb_telnet_server_accept},
	{NONE, lb_radio_ftp_port, lb_ftp_server_accept},
};
enum { TELNET, FTP, SERVICES };

static struct {
	bool on;
	struct lb_login login;
	uint32_t timeout_s;
	mp_sched_node_t node;
	volatile bool vm_runs;
	uint32_t started_ms;     /* when the slice of work began */
	uint32_t ended_ms;       /* when it was served last */
	volatile bool attention; /* a socket or the clock wants more than that output is sent */
	bool turn_given;         /* there is more to do, but first the program has its turn */
	bool at_work;
	uint32_t inside_ms; /* when it was served last within a callback */
} servers = {.login = {"lifeboat", ""}, .timeout_s = TIMEOUT_S};

static uint32_t now(void)
{
	return (uint32_t)mp_hal_ticks_ms();
}

/* --- interrupts --- */

static void serve(mp_sched_node_t *unused);

static void wake(void)
{
	if (servers.vm_runs)
		mp_sched_schedule_node(&servers.node, serve);
}

static void on_ready(int sock, unsigned ready)
{
	(void)ready;
	if (lb_ntp_on_ready(sock))
		return;
	servers.attention = true;
	wake();
}

static void on_alarm(void *ctx)
{
	(void)ctx;
	servers.attention = true;
	wake();
}

/* --- listeners --- */

static void report(void)
{
	const bool telnet = services[TELNET].listener != NONE;
	const bool ftp = services[FTP].listener != NONE;

	lb_radio_report(telnet || ftp ? servers.login.user : NULL, servers.login.password, telnet, ftp);
}

/* NONE when the radio carries nothing, or no socket is left: it is tried again later. */
static int open_listener(uint16_t port)
{
	const int sock = lb_net_open(LB_NET_STREAM);
	int error;

	if (sock < 0)
		return NONE;
	lb_net_reuse_address(sock, true);
	error = lb_net_bind(sock, (struct lb_net_address){lb_radio_ip(), port});
	if (error == 0)
		error = lb_net_listen(sock, BACKLOG);
	if (error == 0)
		return sock;
	lb_net_close(sock);
	return NONE;
}

/* A listener that the radio cut is opened again when the radio carries something. */
static bool keep_listening(void)
{
	bool changed = false;

	for (int i = 0; i < SERVICES; i++) {
		struct service *service = &services[i];

		if (service->listener != NONE && (lb_net_ready(service->listener, 0) & LB_NET_ERROR) != 0) {
			lb_net_close(service->listener);
			service->listener = NONE;
			changed = true;
		}
		if (servers.on && service->listener == NONE) {
			service->listener = open_listener(service->port());
			changed |= service->listener != NONE;
		}
	}
	if (changed)
		report();
	return changed;
}

static bool accept_clients(void)
{
	bool moved = false;

	for (int i = 0; i < SERVICES; i++) {
		struct lb_net_address peer;
		const int sock = services[i].listener == NONE ? NONE : lb_net_accept(services[i].listener, &peer);

		if (sock < 0)
			continue;
		services[i].accept(sock, peer, &servers.login, now());
		moved = true;
	}
	return moved;
}

static bool is_waiting_for_link(void)
{
	return servers.on && (services[TELNET].listener == NONE || services[FTP].listener == NONE) &&
	       (lb_radio_ap_active() || lb_radio_sta_active());
}

/* --- serving --- */

/* When to come again at the latest, if no socket calls before. */
static uint32_t next_ms(void)
{
	const uint32_t telnet_ms = lb_telnet_server_step(now(), servers.timeout_s * 1000);
	const uint32_t ftp_ms = lb_ftp_server_step(now(), servers.timeout_s * 1000);
	uint32_t least_ms = telnet_ms < ftp_ms ? telnet_ms : ftp_ms;

	if (is_waiting_for_link() && least_ms > LISTEN_AGAIN_MS)
		least_ms = LISTEN_AGAIN_MS;
	return least_ms;
}

static void watch(void)
{
	for (int i = 0; i < SERVICES; i++)
		if (services[i].listener != NONE)
			lb_net_watch(services[i].listener, LB_NET_READABLE);
	lb_telnet_server_watch();
	lb_ftp_server_watch();
}

static void set_alarm(uint32_t wait_ms)
{
	if (wait_ms == UINT32_MAX)
		lb_periph_alarm(LB_ALARM_NETWORK, 0, NULL, NULL);
	else
		lb_periph_alarm(LB_ALARM_NETWORK, (uint64_t)wait_ms * US_PER_MS, on_alarm, NULL);
}

/* The scheduler calls again at once for what came meanwhile, so that a flood of input would keep the program out: true
 * when it is to be let in first. */
static bool is_over_time(uint32_t now_ms)
{
	if (now_ms - servers.ended_ms >= TURN_MS)
		servers.started_ms = now_ms;
	return now_ms - servers.started_ms >= SLICE_MS;
}

/* Not within itself, nor within a file system, which FTP would call. */
static bool may_serve(void)
{
	return !servers.at_work && !lb_device_calls_are_open();
}

/* Whoever waits looks for what came only when its wait ends, and an interrupt is what ends it: so what is pending
 * for the program sets the alarm for at once. */
static void serve(mp_sched_node_t *unused)
{
	const uint32_t start_ms = now();
	bool moved = true;
	uint32_t wait_ms;

	(void)unused;
	if (!servers.attention) {
		lb_telnet_server_flush();
		return;
	}
	servers.turn_given = is_over_time(start_ms) || !may_serve();
	if (servers.turn_given) {
		set_alarm(TURN_MS);
		return;
	}
	servers.attention = false;
	servers.at_work = true;
	while (moved && now() - start_ms < SLICE_MS) {
		moved = keep_listening();
		moved |= accept_clients();
		moved |= lb_telnet_server_serve(now());
		moved |= lb_ftp_server_serve(now());
	}
	wait_ms = next_ms();
	servers.turn_given = moved;
	if (moved || wait_ms < TURN_MS)
		wait_ms = TURN_MS;
	else
		watch();
	set_alarm(lb_telnet_server_is_pending() ? 0 : wait_ms);
	servers.ended_ms = now();
	servers.at_work = false;
}

void lb_servers_serve_inside(void)
{
	const uint32_t now_ms = now();

	if (!servers.vm_runs || servers.at_work || now_ms - servers.inside_ms < TURN_MS)
		return;
	servers.inside_ms = now_ms;
	serve(NULL);
}

/* --- from the VM's thread --- */

void lb_servers_poll(void)
{
	servers.attention = true;
	wake();
}

void lb_servers_on(void)
{
	servers.on = true;
	lb_servers_poll();
}

void lb_servers_off(void)
{
	servers.on = false;
	lb_telnet_server_close_all("\r\nThe servers are switched off.");
	lb_ftp_server_close_all("The servers are switched off.");
	for (int i = 0; i < SERVICES; i++) {
		if (services[i].listener != NONE)
			lb_net_close(services[i].listener);
		services[i].listener = NONE;
	}
	report();
}

bool lb_servers_are_on(void)
{
	return services[TELNET].listener != NONE || services[FTP].listener != NONE;
}

const struct lb_login *lb_servers_login(void)
{
	return &servers.login;
}

void lb_servers_set_login(const struct lb_login *wanted)
{
	servers.login = *wanted;
	report();
}

uint32_t lb_servers_timeout_s(void)
{
	return servers.timeout_s;
}

void lb_servers_set_timeout_s(uint32_t wanted_s)
{
	servers.timeout_s = wanted_s;
	lb_servers_poll();
}

/* --- for the rest of the firmware --- */

bool lb_servers_owns(int sock)
{
	return sock == services[TELNET].listener || sock == services[FTP].listener || lb_telnet_server_owns(sock) ||
	       lb_ftp_server_owns(sock);
}

void lb_servers_init(bool safe)
{
	if (!lb_radio_present())
		return;
	lb_wifi_init(safe);
	strcpy(servers.login.password, lb_wifi_secret());
	lb_net_on_ready(on_ready);
	servers.on = true;
	lb_wifi_start(safe);
	keep_listening();
}

/* A node that was scheduled before a soft reset is so still. */
void lb_servers_vm_starts(void)
{
	if (!lb_radio_present())
		return;
	servers.vm_runs = true;
	lb_servers_poll();
}

void lb_servers_vm_stops(void)
{
	servers.vm_runs = false;
	lb_ntp_vm_stops();
	lb_ftp_server_abort_all("The module begins anew (soft reset).");
	lb_telnet_server_flush();
}

void lb_servers_release_files(void)
{
	lb_ftp_server_abort_all("The file system goes away.");
}

void lb_servers_print(const char *text, size_t size_bytes)
{
	lb_telnet_server_print(text, size_bytes);
	if (!servers.vm_runs)
		lb_telnet_server_flush();
	else if (lb_telnet_server_is_console())
		wake();
}

bool lb_servers_pass_turn(void)
{
	const bool passed = servers.vm_runs && servers.turn_given;

	servers.turn_given = false;
	if (passed) {
		servers.ended_ms = now() - TURN_MS;
		lb_servers_poll();
	}
	return passed;
}

bool lb_servers_interrupt_waiting(void)
{
	int c;

	while (lb_telnet_server_serve(now()))
		continue;
	lb_telnet_server_watch();
	while ((c = lb_telnet_server_read()) != -1)
		if (c == CTRL_C)
			return true;
	return false;
}
