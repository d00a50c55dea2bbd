#include "protocols/rfc2217/rfc2217_server.h"

#include <string.h>

#include "protocols/rfc2217/rfc2217_wire.h"

enum {
	CTS_DSR_CARRIER = 0x10 | 0x20 | 0x80,
	TRANSMITTER_EMPTY = 0x20 | 0x40,
	PURGE_RECEIVED = 1,
	PURGE_BOTH = 3,
};

void lb_rfc2217_server_init(struct lb_rfc2217_server *port)
{
	*port = (struct lb_rfc2217_server){
		.baud = 115200,
		.data_bits = 8,
		.parity = 1,
		.stop_bits = 1,
		.flow_out = LB_RFC2217_FLOW_NONE,
		.flow_in = LB_RFC2217_FLOW_IN_NONE,
	};
}

static void answer_byte(struct lb_rfc2217_server_answer *answer, uint8_t value)
{
	answer->bytes[1] = value;
	answer->size_bytes = 2;
}

static void set_baud(struct lb_rfc2217_server *port, const uint8_t *value, struct lb_rfc2217_server_answer *answer)
{
	uint32_t baud = (uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 | (uint32_t)value[2] << 8 | value[3];

	if (baud != 0)
		port->baud = baud;
	for (int i = 0; i < 4; i++)
		answer->bytes[1 + i] = (uint8_t)(port->baud >> (24 - 8 * i));
	answer->size_bytes = 5;
}

/* A setting of one byte; any other value than those from least to most asks for it. */
static void set_small(uint8_t *setting, uint8_t value, uint8_t least, uint8_t most,
                      struct lb_rfc2217_server_answer *answer)
{
	if (value >= least && value <= most)
		*setting = value;
	answer_byte(answer, *setting);
}

/* A line or state that is on or off: three values in a row, to ask, for on and for off. */
static void set_switch(bool *setting, uint8_t value, uint8_t ask, struct lb_rfc2217_server_answer *answer)
{
	if (value != ask)
		*setting = value == ask + 1;
	answer_byte(answer, (uint8_t)(*setting ? ask + 1 : ask + 2));
}

/* One order for five settings, by ranges of the value. */
static void set_control(struct lb_rfc2217_server *port, uint8_t value, struct lb_rfc2217_server_answer *answer)
{
	bool dtr = port->dtr, rts = port->rts;

	if (value == LB_RFC2217_FLOW_DCD || value == LB_RFC2217_FLOW_DSR || value <= LB_RFC2217_FLOW_HARDWARE) {
		if (value != LB_RFC2217_FLOW_ASK)
			port->flow_out = value;
		answer_byte(answer, port->flow_out);
	} else if (value <= LB_RFC2217_BREAK_OFF) {
		set_switch(&port->break_on, value, LB_RFC2217_BREAK_ASK, answer);
	} else if (value <= LB_RFC2217_DTR_OFF) {
		set_switch(&port->dtr, value, LB_RFC2217_DTR_ASK, answer);
	} else if (value <= LB_RFC2217_RTS_OFF) {
		set_switch(&port->rts, value, LB_RFC2217_RTS_ASK, answer);
	} else if (value <= LB_RFC2217_FLOW_IN_HARDWARE || value == LB_RFC2217_FLOW_IN_DTR) {
		if (value != LB_RFC2217_FLOW_IN_ASK)
			port->flow_in = value;
		answer_byte(answer, port->flow_in);
	}
	if (port->dtr != dtr || port->rts != rts)
		answer->changes |= LB_RFC2217_SERVER_LINES;
}

static void set_data_bits(struct lb_rfc2217_server *port, uint8_t value, struct lb_rfc2217_server_answer *answer)
{
	uint8_t before = port->data_bits;

	set_small(&port->data_bits, value, 5, 8, answer);
	if (port->data_bits != before)
		answer->changes |= LB_RFC2217_SERVER_DATA_BITS;
}

static void suspend(struct lb_rfc2217_server *port, bool suspended, struct lb_rfc2217_server_answer *answer)
{
	port->suspended = suspended;
	answer->changes |= LB_RFC2217_SERVER_FLOW;
}

static void purge(uint8_t what, struct lb_rfc2217_server_answer *answer)
{
	/* What the client sent is with the module already, so of the two buffers only the other one is ours. */
	if (what == PURGE_RECEIVED || what == PURGE_BOTH)
		answer->changes |= LB_RFC2217_SERVER_PURGE;
	answer_byte(answer, what);
}

static void sign(size_t request_bytes, struct lb_rfc2217_server_answer *answer)
{
	static const char NAME[] = "Lifeboat " LB_VERSION;

	_Static_assert(sizeof(NAME) <= LB_RFC2217_SERVER_ANSWER_BYTES, "the signature fits an answer");
	if (request_bytes > 1)
		return; /* the client's own signature */
	memcpy(answer->bytes + 1, NAME, sizeof(NAME) - 1);
	answer->size_bytes = sizeof(NAME);
}

static size_t least_bytes(uint8_t request)
{
	if (request == LB_RFC2217_SET_BAUDRATE)
		return 5;
	if (request == LB_RFC2217_SIGNATURE ||
	    (request >= LB_RFC2217_NOTIFY_LINESTATE && request <= LB_RFC2217_FLOWCONTROL_RESUME))
		return 1;
	return 2;
}

struct lb_rfc2217_server_answer lb_rfc2217_server_run(struct lb_rfc2217_server *port, const uint8_t *request,
                                                      size_t size_bytes)
{
	struct lb_rfc2217_server_answer answer = {.size_bytes = 0};

	if (size_bytes == 0 || size_bytes < least_bytes(request[0]))
		return answer;
	answer.bytes[0] = (uint8_t)(request[0] + LB_RFC2217_SERVER);
	switch (request[0]) {
	case LB_RFC2217_SIGNATURE: sign(size_bytes, &answer); break;
	case LB_RFC2217_SET_BAUDRATE: set_baud(port, request + 1, &answer); break;
	case LB_RFC2217_SET_DATASIZE: set_data_bits(port, request[1], &answer); break;
	case LB_RFC2217_SET_PARITY: set_small(&port->parity, request[1], 1, 5, &answer); break;
	case LB_RFC2217_SET_STOPSIZE: set_small(&port->stop_bits, request[1], 1, 3, &answer); break;
	case LB_RFC2217_SET_CONTROL: set_control(port, request[1], &answer); break;
	/* Both are the server's to send. Clients send them to ask, for there is no other way to. */
	case LB_RFC2217_NOTIFY_LINESTATE: answer_byte(&answer, TRANSMITTER_EMPTY); break;
	case LB_RFC2217_NOTIFY_MODEMSTATE: answer_byte(&answer, CTS_DSR_CARRIER); break;
	case LB_RFC2217_FLOWCONTROL_SUSPEND: suspend(port, true, &answer); break;
	case LB_RFC2217_FLOWCONTROL_RESUME: suspend(port, false, &answer); break;
	/* Nothing ever changes, so there is nothing to mask. */
	case LB_RFC2217_SET_LINESTATE_MASK:
	case LB_RFC2217_SET_MODEMSTATE_MASK: answer_byte(&answer, request[1]); break;
	case LB_RFC2217_PURGE_DATA: purge(request[1], &answer); break;
	default: break;
	}
	return answer;
}

struct lb_rfc2217_server_answer lb_rfc2217_server_greeting(void)
{
	struct lb_rfc2217_server_answer answer = {.bytes = {LB_RFC2217_SERVER + LB_RFC2217_NOTIFY_MODEMSTATE}};

	answer_byte(&answer, CTS_DSR_CARRIER);
	return answer;
}
