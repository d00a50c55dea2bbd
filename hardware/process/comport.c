#include "hardware/process/comport.h"

#include <string.h>

/* RFC 2217's numbers: a request's; its answer's is higher by SERVER. */
enum {
	SIGNATURE = 0,
	SET_BAUDRATE = 1,
	SET_DATASIZE = 2,
	SET_PARITY = 3,
	SET_STOPSIZE = 4,
	SET_CONTROL = 5,
	NOTIFY_LINESTATE = 6,
	NOTIFY_MODEMSTATE = 7,
	FLOWCONTROL_SUSPEND = 8,
	FLOWCONTROL_RESUME = 9,
	SET_LINESTATE_MASK = 10,
	SET_MODEMSTATE_MASK = 11,
	PURGE_DATA = 12,
	SERVER = 100,
};

/* The values of SET_CONTROL, by what they are about. */
enum {
	FLOW_ASK = 0,
	FLOW_NONE = 1,
	FLOW_HARDWARE = 3,
	BREAK_ASK = 4,
	BREAK_ON = 5,
	BREAK_OFF = 6,
	DTR_ASK = 7,
	DTR_ON = 8,
	DTR_OFF = 9,
	RTS_ASK = 10,
	RTS_ON = 11,
	RTS_OFF = 12,
	FLOW_IN_ASK = 13,
	FLOW_IN_NONE = 14,
	FLOW_IN_HARDWARE = 16,
	FLOW_DCD = 17,
	FLOW_IN_DTR = 18,
	FLOW_DSR = 19,
};

enum {
	CTS_DSR_CARRIER = 0x10 | 0x20 | 0x80,
	TRANSMITTER_EMPTY = 0x20 | 0x40,
	PURGE_RECEIVED = 1,
	PURGE_BOTH = 3,
};

void lb_comport_init(struct lb_comport *port)
{
	*port = (struct lb_comport){
		.baud = 115200, .data_bits = 8, .parity = 1, .stop_bits = 1, .flow_out = FLOW_NONE, .flow_in = FLOW_IN_NONE,
	};
}

static void answer_byte(struct lb_comport_answer *answer, uint8_t value)
{
	answer->bytes[1] = value;
	answer->size_bytes = 2;
}

static void set_baud(struct lb_comport *port, const uint8_t *value, struct lb_comport_answer *answer)
{
	uint32_t baud = (uint32_t)value[0] << 24 | (uint32_t)value[1] << 16 | (uint32_t)value[2] << 8 | value[3];
	if (baud != 0)
		port->baud = baud;
	for (int i = 0; i < 4; i++)
		answer->bytes[1 + i] = (uint8_t)(port->baud >> (24 - 8 * i));
	answer->size_bytes = 5;
}

/* A setting of one byte; any other value than those from least to most asks for it. */
static void set_small(uint8_t *setting, uint8_t value, uint8_t least, uint8_t most, struct lb_comport_answer *answer)
{
	if (value >= least && value <= most)
		*setting = value;
	answer_byte(answer, *setting);
}

/* A line or state that is on or off: three values in a row, to ask, for on and for off. */
static void set_switch(bool *setting, uint8_t value, uint8_t ask, struct lb_comport_answer *answer)
{
	if (value != ask)
		*setting = value == ask + 1;
	answer_byte(answer, (uint8_t)(*setting ? ask + 1 : ask + 2));
}

static void set_control(struct lb_comport *port, uint8_t value, struct lb_comport_answer *answer)
{
	bool dtr = port->dtr, rts = port->rts;
	if (value == FLOW_DCD || value == FLOW_DSR || value <= FLOW_HARDWARE) {
		if (value != FLOW_ASK)
			port->flow_out = value;
		answer_byte(answer, port->flow_out);
	} else if (value <= BREAK_OFF) {
		set_switch(&port->break_on, value, BREAK_ASK, answer);
	} else if (value <= DTR_OFF) {
		set_switch(&port->dtr, value, DTR_ASK, answer);
	} else if (value <= RTS_OFF) {
		set_switch(&port->rts, value, RTS_ASK, answer);
	} else if (value <= FLOW_IN_HARDWARE || value == FLOW_IN_DTR) {
		if (value != FLOW_IN_ASK)
			port->flow_in = value;
		answer_byte(answer, port->flow_in);
	}
	if (port->dtr != dtr || port->rts != rts)
		answer->changes |= LB_COMPORT_LINES;
}

static void set_data_bits(struct lb_comport *port, uint8_t value, struct lb_comport_answer *answer)
{
	uint8_t before = port->data_bits;
	set_small(&port->data_bits, value, 5, 8, answer);
	if (port->data_bits != before)
		answer->changes |= LB_COMPORT_DATA_BITS;
}

static void suspend(struct lb_comport *port, bool suspended, struct lb_comport_answer *answer)
{
	port->suspended = suspended;
	answer->changes |= LB_COMPORT_FLOW;
}

static void purge(uint8_t what, struct lb_comport_answer *answer)
{
	/* What the client sent is with the module already, so of the two buffers only the other one is ours. */
	if (what == PURGE_RECEIVED || what == PURGE_BOTH)
		answer->changes |= LB_COMPORT_PURGE;
	answer_byte(answer, what);
}

static void sign(size_t request_bytes, struct lb_comport_answer *answer)
{
	static const char NAME[] = "Lifeboat " LB_VERSION;
	_Static_assert(sizeof(NAME) <= LB_COMPORT_ANSWER_BYTES, "the signature fits an answer");
	if (request_bytes > 1)
		return; /* the client's own signature */
	memcpy(answer->bytes + 1, NAME, sizeof(NAME) - 1);
	answer->size_bytes = sizeof(NAME);
}

static size_t least_bytes(uint8_t request)
{
	if (request == SET_BAUDRATE)
		return 5;
	if (request == SIGNATURE || (request >= NOTIFY_LINESTATE && request <= FLOWCONTROL_RESUME))
		return 1;
	return 2;
}

struct lb_comport_answer lb_comport_run(struct lb_comport *port, const uint8_t *request, size_t size_bytes)
{
	struct lb_comport_answer answer = { .size_bytes = 0 };
	if (size_bytes == 0 || size_bytes < least_bytes(request[0]))
		return answer;
	answer.bytes[0] = (uint8_t)(request[0] + SERVER);
	switch (request[0]) {
	case SIGNATURE: sign(size_bytes, &answer); break;
	case SET_BAUDRATE: set_baud(port, request + 1, &answer); break;
	case SET_DATASIZE: set_data_bits(port, request[1], &answer); break;
	case SET_PARITY: set_small(&port->parity, request[1], 1, 5, &answer); break;
	case SET_STOPSIZE: set_small(&port->stop_bits, request[1], 1, 3, &answer); break;
	case SET_CONTROL: set_control(port, request[1], &answer); break;
	/* Both are the server's to send. Clients send them to ask, for there is no other way to. */
	case NOTIFY_LINESTATE: answer_byte(&answer, TRANSMITTER_EMPTY); break;
	case NOTIFY_MODEMSTATE: answer_byte(&answer, CTS_DSR_CARRIER); break;
	case FLOWCONTROL_SUSPEND: suspend(port, true, &answer); break;
	case FLOWCONTROL_RESUME: suspend(port, false, &answer); break;
	/* Nothing ever changes, so there is nothing to mask. */
	case SET_LINESTATE_MASK:
	case SET_MODEMSTATE_MASK: answer_byte(&answer, request[1]); break;
	case PURGE_DATA: purge(request[1], &answer); break;
	default: break;
	}
	return answer;
}

struct lb_comport_answer lb_comport_greeting(void)
{
	struct lb_comport_answer answer = { .bytes = { SERVER + NOTIFY_MODEMSTATE } };
	answer_byte(&answer, CTS_DSR_CARRIER);
	return answer;
}
