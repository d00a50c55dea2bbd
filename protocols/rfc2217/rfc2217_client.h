/* The client's half of RFC 2217, a serial port over telnet: options, bytes, rate and modem lines. No I/O, no clock.
 *
 * What is to be sent is put into a buffer of the caller's; each function says how much room it needs at most.
 */
#ifndef LB_RFC2217_CLIENT_H
#define LB_RFC2217_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LB_RFC2217_HELLO_BYTES = 64,
	LB_RFC2217_ORDER_BYTES = 16,
	LB_RFC2217_ANSWER_BYTES = 3, /* for each byte that came in, at the most */
	LB_RFC2217_DATA_BYTES = 2,   /* likewise for each byte that goes out */
};

/* Zeroed before use; the fields below the line are this module's own. */
struct lb_rfc2217 {
	bool agreed;        /* the server speaks RFC 2217 */
	bool refused;       /* it does not */
	unsigned confirmed; /* orders that it has carried out, since the caller set it to 0 */
	/* --- */
	uint8_t state;
	uint8_t verb;
	uint8_t order_bytes;
	uint8_t order[2]; /* the beginning of a subnegotiation: option and what it is about */
};

size_t lb_rfc2217_hello(uint8_t *wire);
size_t lb_rfc2217_set_baud(uint8_t *wire, uint32_t baud);
/* 8 data bits, no parity, one stop bit, in three orders. */
size_t lb_rfc2217_set_8n1(uint8_t *wire);
/* value: one of those in protocols/rfc2217/rfc2217_wire.h. */
size_t lb_rfc2217_set_control(uint8_t *wire, uint8_t value);
size_t lb_rfc2217_put(uint8_t *wire, const uint8_t *data, size_t size_bytes);

/* Takes what came: data is what the serial port said, returned is its size; data may be the same buffer as in. answer
 * is to be sent back. */
size_t lb_rfc2217_take(struct lb_rfc2217 *telnet, const uint8_t *in, size_t in_bytes, uint8_t *data, uint8_t *answer,
                       size_t *answer_bytes);

#endif
