/* A server that answers whoever asks in HTTP or MQTT, whatever is asked: bytes in, bytes out. Also NTP's datagrams.
 *
 * What it says is in docs/spec/environment.md. HTTP/1.1 by RFC 9112, MQTT 3.1.1 by OASIS's standard, NTP by RFC 5905.
 */
#ifndef HARDWARE_MODEL_ANSWER_H
#define HARDWARE_MODEL_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LB_ANSWER_HELD_BYTES = 2048, /* of a request's head, or of a packet; what is longer is passed over */
	LB_ANSWER_NTP_BYTES = 48,
};

enum lb_answer_protocol { LB_ANSWER_NEW, LB_ANSWER_HTTP, LB_ANSWER_MQTT, LB_ANSWER_OTHER };

/* One connection's; zeroed at its start. */
struct lb_answer {
	enum lb_answer_protocol protocol; /* by the first byte that came */
	uint8_t held[LB_ANSWER_HELD_BYTES];
	size_t held_bytes;
	size_t left_bytes; /* of HTTP's body, or of a packet behind what is held */
	bool in_body;
	bool ended; /* nothing more is answered: to be closed once all is sent */
};

typedef void lb_answer_send(void *ctx, const void *bytes, size_t size_bytes);
/* Bytes that came; `send` gets what goes back. */
void lb_answer_feed(struct lb_answer *answer, const uint8_t *bytes, size_t size_bytes, lb_answer_send *send, void *ctx);

/* Makes the answer to a client's datagram in its place; unix_us: now. False: it is none. */
bool lb_answer_ntp(uint8_t packet[LB_ANSWER_NTP_BYTES], size_t size_bytes, uint64_t unix_us);

#endif
