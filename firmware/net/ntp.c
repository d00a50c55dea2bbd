#include "firmware/net/ntp.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/io/alarms.h"
#include "core/hw/net.h"
#include "core/hw/periph.h"
#include "py/mperrno.h"
#include "py/runtime.h"

/* RFC 4330: the packet, and what is where in it. */
enum { PACKET_BYTES = 48, STRATUM = 1, ORIGINATE = 24, RECEIVE = 32, TRANSMIT = 40, STAMP_BYTES = 8 };
enum { VERSION_4_CLIENT = 4 << 3 | 3, MODE_MASK = 7, MODE_SERVER = 4, LEAP_SHIFT = 6, LEAP_UNKNOWN = 3 };
enum { LAST_STRATUM = 15 };
enum { PORT = 123, PATIENCE_S = 2, HOST_BYTES = 256, US_PER_S = 1000000, PACKETS_AT_ONCE = 16, NONE = -1 };
#define S_1900_TO_1970 2208988800u
#define S_OF_ERA (1ull << 32) /* the seconds begin anew in 2036: those before 1968 are of the next era */

static struct {
	bool on;
	bool synced;
	struct lb_net_address server;
	uint32_t period_s;
	uint32_t patience_s;
	volatile int asking; /* the socket on which an answer is waited for */
	uint64_t asked_us;
	uint64_t due_us;             /* when to ask next */
	uint8_t cookie[STAMP_BYTES]; /* sent as our time: what has it is an answer to us, and to this question */
	mp_sched_node_t node;
} ntp = {.asking = NONE};

/* --- interrupts --- */

static void step(mp_sched_node_t *unused);

static void on_alarm(void *ctx)
{
	(void)ctx;
	mp_sched_schedule_node(&ntp.node, step);
}

bool lb_ntp_on_ready(int sock)
{
	if (sock != ntp.asking)
		return false;
	mp_sched_schedule_node(&ntp.node, step);
	return true;
}

/* --- question and answer --- */

static void stop_asking(void)
{
	const int sock = ntp.asking;

	ntp.asking = NONE;
	if (sock != NONE)
		lb_net_close(sock);
}

/* Without an answer the next question comes after a while, which grows. */
static void ask(void)
{
	uint8_t packet[PACKET_BYTES] = {VERSION_4_CLIENT};
	int sock;

	stop_asking();
	lb_periph_random(ntp.cookie, sizeof(ntp.cookie));
	memcpy(packet + TRANSMIT, ntp.cookie, sizeof(ntp.cookie));
	ntp.asked_us = lb_periph_micros();
	ntp.due_us = ntp.asked_us + (uint64_t)ntp.patience_s * US_PER_S;
	ntp.patience_s = ntp.patience_s * 2 < LB_NTP_LEAST_PERIOD_S ? ntp.patience_s * 2 : LB_NTP_LEAST_PERIOD_S;
	sock = lb_net_open(LB_NET_DATAGRAM);
	if (sock < 0)
		return;
	ntp.asking = sock;
	if (lb_net_send(sock, packet, sizeof(packet), &ntp.server) < 0)
		stop_asking();
}

static bool is_answer(const uint8_t *packet, size_t size_bytes, const struct lb_net_address *from)
{
	static const uint8_t never[STAMP_BYTES];

	return size_bytes == PACKET_BYTES && from->ip == ntp.server.ip && from->port == ntp.server.port &&
	       (packet[0] & MODE_MASK) == MODE_SERVER && packet[0] >> LEAP_SHIFT != LEAP_UNKNOWN && packet[STRATUM] != 0 &&
	       packet[STRATUM] <= LAST_STRATUM && memcmp(packet + ORIGINATE, ntp.cookie, sizeof(ntp.cookie)) == 0 &&
	       memcmp(packet + TRANSMIT, never, sizeof(never)) != 0;
}

static uint32_t load32be(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

/* Microseconds since 1970. */
static uint64_t stamp_us(const uint8_t *stamp)
{
	const uint64_t seconds = load32be(stamp), fraction = load32be(stamp + 4);
	const uint64_t era_s = seconds >> 31 != 0 ? 0 : S_OF_ERA;

	return (era_s + seconds - S_1900_TO_1970) * US_PER_S + (fraction * US_PER_S >> 32);
}

/* The answer was under way for half of the time that the server did not spend on it. */
static void set_clock(const uint8_t *packet)
{
	const uint64_t elapsed_us = lb_periph_micros() - ntp.asked_us;
	const uint64_t sent_us = stamp_us(packet + TRANSMIT), spent_us = sent_us - stamp_us(packet + RECEIVE);

	lb_periph_rtc_set(sent_us + (spent_us < elapsed_us ? elapsed_us - spent_us : 0) / 2);
}

/* Packets that are no answer to this question are passed over; true when the clock was set. */
static bool parse_answer(void)
{
	for (int i = 0; i < PACKETS_AT_ONCE; i++) {
		uint8_t packet[PACKET_BYTES];
		struct lb_net_address from;
		const int got = lb_net_receive(ntp.asking, packet, sizeof(packet), &from);

		if (got < 0)
			return false;
		if (!is_answer(packet, (size_t)got, &from))
			continue;
		set_clock(packet);
		return true;
	}
	return false;
}

/* In the VM's thread, when something came or it is time; also once after the end, for what was scheduled before. */
static void step(mp_sched_node_t *unused)
{
	(void)unused;
	if (!ntp.on)
		return;
	if (ntp.asking != NONE && parse_answer()) {
		stop_asking();
		ntp.synced = true;
		ntp.patience_s = PATIENCE_S;
		ntp.due_us = lb_periph_micros() + (uint64_t)ntp.period_s * US_PER_S;
	}
	if (lb_periph_micros() >= ntp.due_us)
		ask();
	if (ntp.asking != NONE)
		lb_net_watch(ntp.asking, LB_NET_READABLE);
	const uint64_t now_us = lb_periph_micros();

	lb_periph_alarm(LB_ALARM_NTP, ntp.due_us > now_us ? ntp.due_us - now_us : 0, on_alarm, NULL);
}

/* --- from outside --- */

/* "host" or "host:port" */
static int find(const char *text, struct lb_net_address *address)
{
	const char *colon = strrchr(text, ':');
	const size_t host_bytes = colon != NULL ? (size_t)(colon - text) : strlen(text);
	char host[HOST_BYTES], *end = NULL;
	const unsigned long port = colon != NULL ? strtoul(colon + 1, &end, 10) : PORT;
	int error;

	if (host_bytes == 0 || host_bytes >= sizeof(host) || (end != NULL && *end != '\0') || port == 0 ||
	    port > UINT16_MAX)
		return -MP_EINVAL;
	memcpy(host, text, host_bytes);
	host[host_bytes] = '\0';
	error = lb_net_resolve(host, address);
	address->port = (uint16_t)port;
	return error;
}

int lb_ntp_start(const char *wanted, uint32_t wanted_period_s)
{
	struct lb_net_address address;
	const int error = find(wanted, &address);

	if (error != 0)
		return error;
	lb_ntp_stop();
	ntp.server = address;
	ntp.period_s = wanted_period_s;
	ntp.patience_s = PATIENCE_S;
	ntp.due_us = 0;
	ntp.synced = false;
	ntp.on = true;
	step(NULL);
	return 0;
}

void lb_ntp_stop(void)
{
	ntp.on = false;
	lb_periph_alarm(LB_ALARM_NTP, 0, NULL, NULL);
	stop_asking();
}

bool lb_ntp_is_synced(void)
{
	return ntp.synced;
}

void lb_ntp_vm_stops(void)
{
	lb_ntp_stop();
	ntp.synced = false;
}
