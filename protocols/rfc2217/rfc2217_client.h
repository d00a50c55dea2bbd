/* The client's half of RFC 2217, a serial port over telnet: options, bytes, rate and modem lines. No I/O, no clock.
 *
 * What is to be sent is put into a buffer of the caller's; each function says how much room it needs at most.
 */
#ifndef LB_RFC2217_CLIENT_H
#define LB_RFC2217_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocols/telnet/telnet.h"

enum {
	LB_RFC2217_CLIENT_START_BYTES = 64,
	LB_RFC2217_CLIENT_ORDER_BYTES = 16,
	LB_RFC2217_CLIENT_ANSWER_BYTES = LB_TELNET_VERB_BYTES, /* for each byte that came in, at the most */
	LB_RFC2217_CLIENT_DATA_BYTES = 2,                      /* likewise for each byte that goes out */
};

struct lb_rfc2217_client {
	bool agreed;        /* the server speaks RFC 2217 */
	bool refused;       /* it does not */
	unsigned confirmed; /* orders that it has carried out, since the caller set it to 0 */
	struct lb_telnet telnet;
};

/* Forgets what was, and writes what is to be sent first: LB_RFC2217_CLIENT_START_BYTES. */
size_t lb_rfc2217_client_start(struct lb_rfc2217_client *client, uint8_t *wire);
/* One order: LB_RFC2217_CLIENT_ORDER_BYTES. */
size_t lb_rfc2217_client_set_baud(uint8_t *wire, uint32_t baud);
/* 8 data bits, no parity, one stop bit, in three orders. */
size_t lb_rfc2217_client_set_8n1(uint8_t *wire);
/* One order. value: one of those in protocols/rfc2217/rfc2217_wire.h. */
size_t lb_rfc2217_client_set_control(uint8_t *wire, uint8_t value);

/* Parses what came: data is what the serial port said, returned is its size; data may be the same buffer as in. answer
 * is to be sent back. What is to be said to the serial port is written by lb_telnet_put. */
size_t lb_rfc2217_client_parse(struct lb_rfc2217_client *client, const uint8_t *in, size_t in_bytes, uint8_t *data,
                               uint8_t *answer, size_t *answer_bytes);

#endif
