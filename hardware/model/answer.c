#include "hardware/model/answer.h"

#include <stdlib.h>
#include <string.h>

struct feed {
	struct lb_answer *answer;
	lb_answer_send *send;
	void *ctx;
};

static void send_all(const struct feed *feed, const void *bytes, size_t size_bytes)
{
	feed->send(feed->ctx, bytes, size_bytes);
}

static enum lb_answer_protocol guess(uint8_t first)
{
	enum { MQTT_CONNECT = 0x10 };

	if (first >= 'A' && first <= 'Z')
		return LB_ANSWER_HTTP;
	return first == MQTT_CONNECT ? LB_ANSWER_MQTT : LB_ANSWER_OTHER;
}

/* --- HTTP --- */

/* Of a header field in the head, upper and lower case being the same. */
static size_t content_length(const char *head)
{
	static const char name[] = "\r\ncontent-length:";

	for (; *head != '\0'; head++) {
		size_t i = 0;
		while (name[i] != '\0' && (head[i] | (head[i] >= 'A' && head[i] <= 'Z' ? 0x20 : 0)) == name[i])
			i++;
		if (name[i] == '\0')
			return (size_t)strtoul(head + i, NULL, 10);
	}
	return 0;
}

static void end_http(const struct feed *feed)
{
	static const char reply[] = "HTTP/1.1 200 OK\r\n"
								"Content-Type: application/json\r\n"
								"Content-Length: 2\r\n"
								"Connection: close\r\n"
								"\r\n"
								"{}";

	send_all(feed, reply, sizeof(reply) - 1);
	feed->answer->ended = true;
}

/* A head that is too long for us ends where it is. */
static void feed_http(const struct feed *feed, uint8_t byte)
{
	struct lb_answer *answer = feed->answer;

	if (answer->in_body) {
		answer->left_bytes--;
	} else {
		answer->held[answer->held_bytes++] = byte;
		answer->held[answer->held_bytes] = '\0';
		const bool whole = answer->held_bytes >= 4 && memcmp(answer->held + answer->held_bytes - 4, "\r\n\r\n", 4) == 0;
		if (!whole && answer->held_bytes + 1 < sizeof(answer->held))
			return;
		answer->in_body = true;
		answer->left_bytes = content_length((const char *)answer->held);
	}
	if (answer->left_bytes == 0)
		end_http(feed);
}

/* --- MQTT --- */

enum mqtt {
	CONNECT = 1,
	PUBLISH = 3,
	PUBREC = 5,
	PUBREL = 6,
	SUBSCRIBE = 8,
	UNSUBSCRIBE = 10,
	PINGREQ = 12,
	DISCONNECT = 14,
	LENGTH_BYTES_MAX = 4
};

/* Type and packet identifier: what most acknowledgements are. */
static void acknowledge(const struct feed *feed, uint8_t type, const uint8_t *identifier)
{
	send_all(feed, (uint8_t[]){type, 2, identifier[0], identifier[1]}, 4);
}

/* Each filter is granted the quality of service that it asks for. */
static void answer_subscribe(const struct feed *feed, const uint8_t *body, size_t size_bytes)
{
	uint8_t reply[4 + 64] = {0x90, 2, body[0], body[1]};
	size_t at = 2;

	while (at + 2 <= size_bytes && reply[1] < sizeof(reply) - 2) {
		at += 2 + (size_t)(body[at] << 8 | body[at + 1]);
		if (at >= size_bytes)
			break;
		reply[2 + reply[1]++] = body[at++] & 3;
	}
	send_all(feed, reply, 2u + reply[1]);
}

/* The identifier of a message that wants to be acknowledged stands behind its topic. */
static void answer_publish(const struct feed *feed, uint8_t flags, const uint8_t *body, size_t size_bytes)
{
	enum { PUBACK = 0x40, PUBREC_TYPE = 0x50 };
	const unsigned quality = flags >> 1 & 3;
	const size_t at = size_bytes >= 2 ? 2 + (size_t)(body[0] << 8 | body[1]) : size_bytes;

	if (quality != 0 && at + 2 <= size_bytes)
		acknowledge(feed, quality == 1 ? PUBACK : PUBREC_TYPE, body + at);
}

static void answer_packet(const struct feed *feed, const uint8_t *body, size_t size_bytes)
{
	enum { PUBREL_TYPE = 0x62, PUBCOMP = 0x70, UNSUBACK = 0xB0 };
	const uint8_t *head = feed->answer->held;

	switch (head[0] >> 4) {
	case CONNECT: send_all(feed, (uint8_t[]){0x20, 2, 0, 0}, 4); break;
	case PINGREQ: send_all(feed, (uint8_t[]){0xD0, 0}, 2); break;
	case PUBLISH: answer_publish(feed, head[0], body, size_bytes); break;
	case DISCONNECT: feed->answer->ended = true; break;
	default:
		if (size_bytes < 2)
			break;
		if (head[0] >> 4 == SUBSCRIBE)
			answer_subscribe(feed, body, size_bytes);
		else if (head[0] >> 4 == UNSUBSCRIBE)
			acknowledge(feed, UNSUBACK, body);
		else if (head[0] >> 4 == PUBREC)
			acknowledge(feed, PUBREL_TYPE, body);
		else if (head[0] >> 4 == PUBREL)
			acknowledge(feed, PUBCOMP, body);
	}
}

/* The remaining length: seven bits a byte, the lowest first. 0 bytes: not whole yet. */
static size_t parse_length(const struct lb_answer *answer, size_t *body_bytes)
{
	*body_bytes = 0;
	for (size_t i = 1; i < answer->held_bytes && i <= LENGTH_BYTES_MAX; i++) {
		*body_bytes |= (size_t)(answer->held[i] & 0x7F) << (7 * (i - 1));
		if ((answer->held[i] & 0x80) == 0)
			return i;
	}
	return 0;
}

static void feed_mqtt(const struct feed *feed, uint8_t byte)
{
	struct lb_answer *answer = feed->answer;
	size_t body_bytes;

	if (answer->held_bytes < sizeof(answer->held))
		answer->held[answer->held_bytes++] = byte;
	else if (answer->left_bytes > 0)
		answer->left_bytes--;
	const size_t length_bytes = parse_length(answer, &body_bytes);
	if (length_bytes == 0) {
		answer->ended = answer->held_bytes > LENGTH_BYTES_MAX;
		return;
	}
	const size_t head_bytes = 1 + length_bytes, room = sizeof(answer->held) - head_bytes;
	if (answer->held_bytes == head_bytes)
		answer->left_bytes = body_bytes > room ? body_bytes - room : 0;
	const size_t held_body = body_bytes < room ? body_bytes : room;
	if (answer->held_bytes < head_bytes + held_body || answer->left_bytes > 0)
		return;
	answer_packet(feed, answer->held + head_bytes, held_body);
	answer->held_bytes = 0;
}

/* --- all of them --- */

void lb_answer_feed(struct lb_answer *answer, const uint8_t *bytes, size_t size_bytes, lb_answer_send *send, void *ctx)
{
	const struct feed feed = {answer, send, ctx};

	for (size_t i = 0; i < size_bytes && !answer->ended; i++) {
		if (answer->protocol == LB_ANSWER_NEW)
			answer->protocol = guess(bytes[i]);
		switch (answer->protocol) {
		case LB_ANSWER_HTTP: feed_http(&feed, bytes[i]); break;
		case LB_ANSWER_MQTT: feed_mqtt(&feed, bytes[i]); break;
		case LB_ANSWER_NEW:
		case LB_ANSWER_OTHER:
		default: break;
		}
	}
}

/* --- NTP --- */

/* Seconds since 1900 and their fraction, most significant byte first. */
static void put_time(uint8_t *to, uint64_t unix_us)
{
	const uint64_t us_per_s = 1000000, unix_start_s = 2208988800u;
	const uint64_t seconds = unix_us / us_per_s + unix_start_s, fraction = (unix_us % us_per_s << 32) / us_per_s;

	for (int i = 0; i < 4; i++) {
		to[i] = (uint8_t)(seconds >> (24 - 8 * i));
		to[4 + i] = (uint8_t)(fraction >> (24 - 8 * i));
	}
}

bool lb_answer_ntp(uint8_t packet[LB_ANSWER_NTP_BYTES], size_t size_bytes, uint64_t unix_us)
{
	enum { CLIENT = 3, SERVER = 4, STRATUM = 2, ORIGINATE = 24, RECEIVE = 32, TRANSMIT = 40, REFERENCE = 16 };

	if (size_bytes != LB_ANSWER_NTP_BYTES || (packet[0] & 7) != CLIENT)
		return false;
	packet[0] = (uint8_t)((packet[0] & 0x38) | SERVER);
	packet[1] = STRATUM;
	memcpy(packet + ORIGINATE, packet + TRANSMIT, 8);
	put_time(packet + REFERENCE, unix_us);
	put_time(packet + RECEIVE, unix_us);
	put_time(packet + TRANSMIT, unix_us);
	return true;
}
