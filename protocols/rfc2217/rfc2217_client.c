#include "protocols/rfc2217/rfc2217_client.h"

#include <string.h>

#include "protocols/rfc2217/rfc2217_wire.h"

/* Binary and no go-aheads both ways: else some servers rewrite line ends, and all wait for turns. */
size_t lb_rfc2217_client_start(struct lb_rfc2217_client *client, uint8_t *wire)
{
	static const uint8_t both_ways[] = {LB_TELNET_BINARY, LB_TELNET_SGA};
	struct lb_telnet *const telnet = &client->telnet;
	size_t used;

	memset(client, 0, sizeof(*client));
	telnet->they_may = LB_TELNET_BIT(LB_TELNET_BINARY) | LB_TELNET_BIT(LB_TELNET_SGA);
	telnet->we_can = telnet->they_may | LB_TELNET_BIT(LB_RFC2217_OPTION);
	used = lb_telnet_offer(telnet, LB_TELNET_WILL, LB_RFC2217_OPTION, wire);
	for (size_t i = 0; i < sizeof(both_ways); i++) {
		used += lb_telnet_offer(telnet, LB_TELNET_WILL, both_ways[i], wire + used);
		used += lb_telnet_offer(telnet, LB_TELNET_DO, both_ways[i], wire + used);
	}
	return used;
}

static size_t put_order(uint8_t *wire, uint8_t order, const uint8_t *value, size_t value_bytes)
{
	uint8_t payload[1 + 4] = {order};

	memcpy(payload + 1, value, value_bytes);
	return lb_telnet_put_order(wire, LB_RFC2217_OPTION, payload, 1 + value_bytes);
}

size_t lb_rfc2217_client_set_baud(uint8_t *wire, uint32_t baud)
{
	const uint8_t value[] = {(uint8_t)(baud >> 24), (uint8_t)(baud >> 16), (uint8_t)(baud >> 8), (uint8_t)baud};

	return put_order(wire, LB_RFC2217_SET_BAUDRATE, value, sizeof(value));
}

size_t lb_rfc2217_client_set_8n1(uint8_t *wire)
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

size_t lb_rfc2217_client_set_control(uint8_t *wire, uint8_t value)
{
	return put_order(wire, LB_RFC2217_SET_CONTROL, &value, 1);
}

/* --- what comes --- */

static void note_option(struct lb_rfc2217_client *client, uint8_t option)
{
	const uint8_t verb = client->telnet.verb;

	if (option != LB_RFC2217_OPTION || (verb != LB_TELNET_DO && verb != LB_TELNET_DONT))
		return;
	client->agreed = verb == LB_TELNET_DO;
	client->refused = verb == LB_TELNET_DONT;
}

static void note_order(struct lb_rfc2217_client *client)
{
	const uint8_t *order = client->telnet.order;

	client->confirmed += client->telnet.order_bytes >= 2 && order[0] == LB_RFC2217_OPTION &&
	                     order[1] >= LB_RFC2217_SERVER + LB_RFC2217_SET_BAUDRATE &&
	                     order[1] <= LB_RFC2217_SERVER + LB_RFC2217_SET_CONTROL;
}

size_t lb_rfc2217_client_parse(struct lb_rfc2217_client *client, const uint8_t *in, size_t in_bytes, uint8_t *data,
                               uint8_t *answer, size_t *answer_bytes)
{
	const struct lb_telnet *telnet = &client->telnet;
	size_t used = 0;

	*answer_bytes = 0;
	for (size_t i = 0; i < in_bytes; i++) {
		const uint8_t byte = in[i];

		switch (lb_telnet_parse(&client->telnet, byte)) {
		case LB_TELNET_TEXT: data[used++] = byte; break;
		case LB_TELNET_OPTION:
			note_option(client, byte);
			memcpy(answer + *answer_bytes, telnet->answer, telnet->answer_bytes);
			*answer_bytes += telnet->answer_bytes;
			break;
		case LB_TELNET_ORDER: note_order(client); break;
		case LB_TELNET_PART:
		case LB_TELNET_COMMAND:
		default: break;
		}
	}
	return used;
}
