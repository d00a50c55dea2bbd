/* Telnet's COM-PORT-OPTION (RFC 2217), the access server's side, without sockets: a request in, its answer out.
 *
 * A line without wires takes any settings: they are kept, and told when asked for. Two matter here: DTR and RTS, and 5
 * data bits (hardware/model/shield.h). The adapter's inputs never change: CTS, DSR and carrier are there.
 */
#ifndef HARDWARE_PROCESS_COMPORT_H
#define HARDWARE_PROCESS_COMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LB_COMPORT_ANSWER_BYTES = 32 };

/* What a request was about, beside its answer. */
enum lb_comport_change {
	LB_COMPORT_LINES = 1, /* DTR or RTS */
	LB_COMPORT_DATA_BITS = 2,
	LB_COMPORT_FLOW = 4,  /* suspended */
	LB_COMPORT_PURGE = 8, /* what waits for the client is to be dropped */
};

struct lb_comport {
	uint32_t baud;
	uint8_t data_bits, parity, stop_bits; /* in RFC 2217's numbers */
	uint8_t flow_out, flow_in;
	bool break_on;
	bool dtr, rts;
	bool suspended; /* the client wants nothing sent for now */
};

/* The payload of a subnegotiation: COM-PORT-OPTION and its number left out. */
struct lb_comport_answer {
	uint8_t bytes[LB_COMPORT_ANSWER_BYTES];
	size_t size_bytes; /* 0: none */
	unsigned changes;  /* enum lb_comport_change */
};

/* As a client finds it: 115200 baud, 8N1, DTR and RTS released. */
void lb_comport_init(struct lb_comport *port);
/* request: what stood between IAC SB COM-PORT-OPTION and IAC SE. One that is too short, or unknown, has no answer; a
 * value that there is not is answered by the one that stays. */
struct lb_comport_answer lb_comport_run(struct lb_comport *port, const uint8_t *request, size_t size_bytes);
/* What a client is told when it agreed to the option: the state of the adapter's inputs. */
struct lb_comport_answer lb_comport_greeting(void);

#endif
