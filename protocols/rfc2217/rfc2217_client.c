#include "protocols/rfc2217/rfc2217_client.h"

#include "core/base/bytes.h"
#include "protocols/rfc2217/rfc2217_wire.h"

/* RFC 854, 856, 858, 2217. */
enum {
	SE = 240,
	SB = 250,
	WILL = 251,
	WONT = 252,
	DO = 253,
	DONT = 254,
	IAC = 255,
	OPTION_BINARY = 0,
	OPTION_ECHO = 1,
	OPTION_SGA = 3,
};

enum state { STATE_DATA, STATE_IAC, STATE_OPTION, STATE_ORDER, STATE_ORDER_IAC };

static size_t put_verb(uint8_t *wire, uint8_t verb, uint8_t option)
{
	wire[0] = IAC;
	wire[1] = verb;
	wire[2] = option;
	return 3;
}

size_t lb_rfc2217_hello(uint8_t *wire)
{
	static const uint8_t options[] = {OPTION_BINARY, OPTION_SGA};
	size_t used = put_verb(wire, WILL, LB_RFC2217_OPTION);

	for (size_t i = 0; i < sizeof(options); i++) {
		used += put_verb(wire + used, WILL, options[i]);
		used += put_verb(wire + used, DO, options[i]);
	}
	return used;
}

size_t lb_rfc2217_put(uint8_t *wire, const uint8_t *data, size_t size_bytes)
{
	size_t used = 0;

	for (size_t i = 0; i < size_bytes; i++) {
		wire[used++] = data[i];
		if (data[i] == IAC)
			wire[used++] = IAC;
	}
	return used;
}

static size_t put_order(uint8_t *wire, uint8_t order, const uint8_t *value, size_t value_bytes)
{
	size_t used = put_verb(wire, SB, LB_RFC2217_OPTION);

	wire[used++] = order;
	used += lb_rfc2217_put(wire + used, value, value_bytes);
	wire[used++] = IAC;
	wire[used++] = SE;
	return used;
}

size_t lb_rfc2217_set_baud(uint8_t *wire, uint32_t baud)
{
	const uint8_t value[] = {(uint8_t)(baud >> 24), (uint8_t)(baud >> 16), (uint8_t)(baud >> 8), (uint8_t)baud};

	return put_order(wire, LB_RFC2217_SET_BAUDRATE, value, sizeof(value));
}

size_t lb_rfc2217_set_8n1(uint8_t *wire)
{
	static const uint8_t orders[][2] = {
		{LB_RFC2217_SET_DATASIZE, 8},
		{LB_RFC2217_SET_PARITY, 1},
		{LB_RFC2217_SET_STOPSIZE, 1},
	};
	size_t used = 0;

	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		used += put_order(wire + used, orders[i][0], &orders[i][1], 1);
	return used;
}

size_t lb_rfc2217_set_control(uint8_t *wire, uint8_t value)
{
	return put_order(wire, LB_RFC2217_SET_CONTROL, &value, 1);
}

/* --- what comes --- */

/* What hello asked for needs no answer; all else is declined. */
static size_t parse_option(struct lb_rfc2217 *telnet, uint8_t option, uint8_t *answer)
{
	bool ours = option == OPTION_BINARY || option == OPTION_SGA;

	if (option == LB_RFC2217_OPTION && (telnet->verb == DO || telnet->verb == DONT)) {
		telnet->agreed = telnet->verb == DO;
		telnet->refused = telnet->verb == DONT;
		return 0;
	}
	if (telnet->verb == WILL && !ours)
		return put_verb(answer, DONT, option);
	return telnet->verb == DO && !ours ? put_verb(answer, WONT, option) : 0;
}

static void end_order(struct lb_rfc2217 *telnet)
{
	bool answers = telnet->order_bytes == 2 && telnet->order[0] == LB_RFC2217_OPTION &&
	               telnet->order[1] >= LB_RFC2217_SERVER + LB_RFC2217_SET_BAUDRATE &&
	               telnet->order[1] <= LB_RFC2217_SERVER + LB_RFC2217_SET_CONTROL;

	telnet->confirmed += answers;
	telnet->state = STATE_DATA;
}

static void add_to_order(struct lb_rfc2217 *telnet, uint8_t byte)
{
	if (telnet->order_bytes < sizeof(telnet->order))
		telnet->order[telnet->order_bytes++] = byte;
	telnet->state = STATE_ORDER;
}

static void parse_command(struct lb_rfc2217 *telnet, uint8_t byte)
{
	telnet->verb = byte;
	telnet->order_bytes = 0;
	if (byte == SB)
		telnet->state = STATE_ORDER;
	else
		telnet->state = byte >= WILL && byte <= DONT ? STATE_OPTION : STATE_DATA;
}

size_t lb_rfc2217_take(struct lb_rfc2217 *telnet, const uint8_t *in, size_t in_bytes, uint8_t *data, uint8_t *answer,
                       size_t *answer_bytes)
{
	size_t used = 0;

	*answer_bytes = 0;
	for (size_t i = 0; i < in_bytes; i++) {
		uint8_t byte = in[i];

		if (telnet->state == STATE_OPTION) {
			*answer_bytes += parse_option(telnet, byte, answer + *answer_bytes);
			telnet->state = STATE_DATA;
		} else if (telnet->state == STATE_ORDER && byte == IAC) {
			telnet->state = STATE_ORDER_IAC;
		} else if (telnet->state == STATE_ORDER || (telnet->state == STATE_ORDER_IAC && byte == IAC)) {
			add_to_order(telnet, byte);
		} else if (telnet->state == STATE_ORDER_IAC) {
			end_order(telnet);
		} else if (telnet->state == STATE_IAC && byte != IAC) {
			parse_command(telnet, byte);
		} else if (telnet->state == STATE_DATA && byte == IAC) {
			telnet->state = STATE_IAC;
		} else {
			data[used++] = byte;
			telnet->state = STATE_DATA;
		}
	}
	return used;
}
