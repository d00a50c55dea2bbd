/* Telnet's COM-PORT-OPTION (RFC 2217), the access server's side, without sockets: a request in, its answer out.
 *
 * A line without wires takes any settings: they are kept, and told when asked for. Two matter here: DTR and RTS, and 5
 * data bits (hardware/model/shield.h). The adapter's inputs never change: CTS, DSR and carrier are there.
 */
#ifndef LB_RFC2217_SERVER_H
#define LB_RFC2217_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LB_RFC2217_SERVER_ANSWER_BYTES = 32 };

/* What a request was about, beside its answer. */
enum lb_rfc2217_server_change {
	LB_RFC2217_SERVER_LINES = 1, /* DTR or RTS */
	LB_RFC2217_SERVER_DATA_BITS = 2,
	LB_RFC2217_SERVER_FLOW = 4,  /* suspended */
	LB_RFC2217_SERVER_PURGE = 8, /* what waits for the client is to be dropped */
};

struct lb_rfc2217_server {
	uint32_t baud;
	uint8_t data_bits, parity, stop_bits; /* in RFC 2217's numbers */
	uint8_t flow_out, flow_in;
	bool break_on;
	bool dtr, rts;
	bool suspended; /* the client wants nothing sent for now */
};

/* The payload of a subnegotiation: COM-PORT-OPTION and its number left out. */
struct lb_rfc2217_server_answer {
	uint8_t bytes[LB_RFC2217_SERVER_ANSWER_BYTES];
	size_t size_bytes; /* 0: none */
	unsigned changes;  /* enum lb_rfc2217_server_change */
};

/* As a client finds it: 115200 baud, 8N1, DTR and RTS released. */
void lb_rfc2217_server_init(struct lb_rfc2217_server *port);
/* request: what stood between IAC SB COM-PORT-OPTION and IAC SE. One that is too short, or unknown, has no answer; a
 * value that there is not is answered by the one that stays. */
struct lb_rfc2217_server_answer lb_rfc2217_server_run(struct lb_rfc2217_server *port, const uint8_t *request,
                                                      size_t size_bytes);
/* What a client is told when it agreed to the option: the state of the adapter's inputs. */
struct lb_rfc2217_server_answer lb_rfc2217_server_greeting(void);

#endif
