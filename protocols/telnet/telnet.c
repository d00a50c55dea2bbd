#include "protocols/telnet/telnet.h"

enum { OPTIONS = 64 };                                /* in a set */
enum { TEXT, COMMAND, OPTION, ORDER, ORDER_COMMAND }; /* states of the parser */

static size_t put_verb(uint8_t *wire, uint8_t verb, uint8_t option)
{
	wire[0] = LB_TELNET_IAC;
	wire[1] = verb;
	wire[2] = option;
	return LB_TELNET_VERB_BYTES;
}

size_t lb_telnet_put(uint8_t *wire, const uint8_t *text, size_t size_bytes)
{
	size_t used = 0;

	for (size_t i = 0; i < size_bytes; i++) {
		wire[used++] = text[i];
		if (text[i] == LB_TELNET_IAC)
			wire[used++] = LB_TELNET_IAC;
	}
	return used;
}

size_t lb_telnet_put_order(uint8_t *wire, uint8_t option, const uint8_t *payload, size_t size_bytes)
{
	size_t used = put_verb(wire, LB_TELNET_SB, option);

	used += lb_telnet_put(wire + used, payload, size_bytes);
	wire[used++] = LB_TELNET_IAC;
	wire[used++] = LB_TELNET_SE;
	return used;
}

size_t lb_telnet_offer(struct lb_telnet *telnet, uint8_t verb, uint8_t option, uint8_t *wire)
{
	uint64_t *const options = verb == LB_TELNET_WILL ? &telnet->ours : &telnet->theirs;

	if ((*options & LB_TELNET_BIT(option)) != 0)
		return 0;
	*options |= LB_TELNET_BIT(option);
	return put_verb(wire, verb, option);
}

/* Answers only what changes something: two ends that answer everything never stop (RFC 1143 tells the story). */
static void negotiate(struct lb_telnet *telnet, uint8_t option)
{
	const bool about_us = telnet->verb == LB_TELNET_DO || telnet->verb == LB_TELNET_DONT;
	const bool on = telnet->verb == LB_TELNET_DO || telnet->verb == LB_TELNET_WILL;
	uint64_t *const options = about_us ? &telnet->ours : &telnet->theirs;
	const uint64_t allowed = about_us ? telnet->we_can : telnet->they_may;
	const uint64_t bit = option < OPTIONS ? LB_TELNET_BIT(option) & allowed : 0;
	uint8_t verb = about_us ? LB_TELNET_WONT : LB_TELNET_DONT;

	telnet->answer_bytes = 0;
	if (bit == 0 ? !on : ((*options & bit) != 0) == on)
		return;
	*options ^= bit;
	if (bit != 0 && on)
		verb = about_us ? LB_TELNET_WILL : LB_TELNET_DO;
	telnet->answer_bytes = (uint8_t)put_verb(telnet->answer, verb, option);
}

static enum lb_telnet_event parse_command(struct lb_telnet *telnet, uint8_t byte)
{
	telnet->state = TEXT;
	if (byte == LB_TELNET_IAC)
		return LB_TELNET_TEXT;
	telnet->verb = byte;
	telnet->order_bytes = 0;
	if (byte < LB_TELNET_SB)
		return LB_TELNET_COMMAND;
	telnet->state = byte == LB_TELNET_SB ? ORDER : OPTION;
	return LB_TELNET_PART;
}

static enum lb_telnet_event add_to_order(struct lb_telnet *telnet, uint8_t byte)
{
	if (telnet->order_bytes < sizeof(telnet->order))
		telnet->order[telnet->order_bytes++] = byte;
	telnet->state = ORDER;
	return LB_TELNET_PART;
}

enum lb_telnet_event lb_telnet_parse(struct lb_telnet *telnet, uint8_t byte)
{
	switch (telnet->state) {
	case TEXT:
		if (byte != LB_TELNET_IAC)
			return LB_TELNET_TEXT;
		telnet->state = COMMAND;
		return LB_TELNET_PART;
	case COMMAND: return parse_command(telnet, byte);
	case OPTION:
		telnet->state = TEXT;
		negotiate(telnet, byte);
		return LB_TELNET_OPTION;
	case ORDER:
		if (byte != LB_TELNET_IAC)
			return add_to_order(telnet, byte);
		telnet->state = ORDER_COMMAND;
		return LB_TELNET_PART;
	default:
		if (byte == LB_TELNET_IAC)
			return add_to_order(telnet, byte);
		telnet->state = byte == LB_TELNET_SE ? TEXT : ORDER; /* a command within one means nothing */
		return byte == LB_TELNET_SE ? LB_TELNET_ORDER : LB_TELNET_PART;
	}
}
