#include "host/client/espserial.h"

#include <string.h>

#include "core/base/bytes.h"
#include "host/client/waiting.h"

enum {
	BLOCK_HEADER_BYTES = LB_FRAME_AT_BLOCK - LB_FRAME_AT_DATA,
	SYNC_MS = 100,
	LONG_MS = 4500, /* who is silent for longer, to a request that erases or hashes much, ... */
	LONG_TRIES = 2, /* is asked once more at most */
	QUIET_MS = 20,  /* the rest of eight replies to one SYNC comes without such a gap */
};

/* A frame being put together for the wire. */
struct packet {
	size_t size_bytes;
	uint8_t wire[LB_SLIP_BYTE_MAX * (LB_FRAME_AT_BLOCK + LB_FRAME_ROM_BLOCK_BYTES) + 2];
};

static void put_edge(struct packet *packet)
{
	packet->size_bytes += lb_slip_put_edge(packet->wire + packet->size_bytes);
}

static void put(struct packet *packet, const uint8_t *data, size_t size_bytes)
{
	packet->size_bytes += lb_slip_put(packet->wire + packet->size_bytes, data, size_bytes);
}

static void put_header(struct packet *packet, enum lb_op op, size_t data_bytes, uint32_t sum)
{
	uint8_t header[LB_FRAME_AT_DATA] = {0, (uint8_t)op};

	lb_store16le(header + LB_FRAME_AT_LENGTH, (uint16_t)data_bytes);
	lb_store32le(header + LB_FRAME_AT_SUM, sum);
	packet->size_bytes = 0;
	put_edge(packet);
	put(packet, header, sizeof(header));
}

void lb_esp_init(struct lb_esp *esp, const struct lb_port *port)
{
	*esp = (struct lb_esp){.port = port};
}

/* --- what comes in --- */

static void add_byte(struct lb_esp *esp, uint8_t byte)
{
	if (esp->frame_bytes < sizeof(esp->frame))
		esp->frame[esp->frame_bytes++] = byte;
	else
		esp->damaged = true;
}

/* One byte from the wire; true when it ends a frame that is whole. */
static bool parse_byte(struct lb_esp *esp, uint8_t wire, size_t *size_bytes)
{
	bool cut = esp->slip.escaped; /* if this is an edge */
	bool whole = false;
	uint8_t byte;

	switch (lb_slip_parse(&esp->slip, wire, &byte)) {
	case LB_SLIP_EDGE:
		/* If a border was lost, this one may be the beginning of the next frame as well. */
		whole = esp->inside && !esp->damaged && !cut && esp->frame_bytes > 0;
		*size_bytes = esp->frame_bytes;
		esp->frame_bytes = 0;
		esp->inside = true;
		esp->damaged = false;
		break;
	case LB_SLIP_BYTE: add_byte(esp, byte); break;
	case LB_SLIP_BAD: esp->damaged = true; break;
	case LB_SLIP_NONE: break;
	}
	return whole;
}

/* The next whole frame into esp->frame; its size is *size_bytes. */
static int next_frame(struct lb_esp *esp, int64_t until_ms, size_t *size_bytes)
{
	for (;;) {
		while (esp->at < esp->end)
			if (parse_byte(esp, esp->in[esp->at++], size_bytes))
				return LB_ESP_OK;
		int64_t left_ms = until_ms - esp->port->now_ms(esp->port->ctx);
		if (left_ms <= 0)
			return LB_ESP_SILENT;
		int count = esp->port->receive(esp->port->ctx, esp->in, sizeof(esp->in), (int)left_ms);
		if (count < 0)
			return count;
		esp->at = 0;
		esp->end = (size_t)count;
	}
}

/* Is the frame a reply to op? An answer to what the ROM does not know has op 0. */
static bool is_reply(const struct lb_esp *esp, size_t size_bytes, enum lb_op op)
{
	const size_t least_bytes = LB_FRAME_AT_DATA + LB_FRAME_STATUS_BYTES;
	uint8_t answered = esp->frame[LB_FRAME_AT_OP];

	return size_bytes >= least_bytes && size_bytes <= least_bytes + LB_ESP_REPLY_BYTES &&
	       esp->frame[0] == LB_FRAME_REPLY && (answered == op || answered == 0) &&
	       lb_load16le(esp->frame + LB_FRAME_AT_LENGTH) == size_bytes - LB_FRAME_AT_DATA;
}

int lb_esp_await(struct lb_esp *esp, enum lb_op op, int time_ms, struct lb_esp_reply *reply)
{
	int64_t until_ms = esp->port->now_ms(esp->port->ctx) + time_ms;
	struct lb_esp_reply nobody;
	size_t size_bytes;

	reply = reply != NULL ? reply : &nobody;
	do {
		int result = next_frame(esp, until_ms, &size_bytes);
		if (result != LB_ESP_OK)
			return result;
	} while (!is_reply(esp, size_bytes, op));
	reply->op = esp->frame[LB_FRAME_AT_OP];
	reply->value = lb_load32le(esp->frame + LB_FRAME_AT_SUM);
	reply->data_bytes = size_bytes - LB_FRAME_AT_DATA - LB_FRAME_STATUS_BYTES;
	memcpy(reply->data, esp->frame + LB_FRAME_AT_DATA, reply->data_bytes);
	const uint8_t *status = esp->frame + LB_FRAME_AT_DATA + reply->data_bytes;
	esp->code = status[1];
	return status[0] == 0 && reply->op == op ? LB_ESP_OK : LB_ESP_REFUSED;
}

/* Drops what has come, or still comes without a gap of gap_ms: a late reply must not pass for the next one. */
static int drain(struct lb_esp *esp, int gap_ms)
{
	int64_t until_ms = esp->port->now_ms(esp->port->ctx) + LB_ESP_TIME_MS;
	int count;

	do {
		count = esp->port->receive(esp->port->ctx, esp->in, sizeof(esp->in), gap_ms);
	} while (count > 0 && esp->port->now_ms(esp->port->ctx) < until_ms);
	esp->at = 0;
	esp->end = 0;
	esp->inside = false;
	esp->slip.escaped = false;
	esp->frame_bytes = 0;
	return count < 0 ? count : LB_ESP_OK;
}

/* --- what goes out --- */

static void pack(struct packet *packet, enum lb_op op, const uint32_t *words, size_t word_count)
{
	put_header(packet, op, 4 * word_count, 0);
	for (size_t i = 0; i < word_count; i++) {
		uint8_t word[4];

		lb_store32le(word, words[i]);
		put(packet, word, sizeof(word));
	}
	put_edge(packet);
}

int lb_esp_ask(struct lb_esp *esp, enum lb_op op, const uint32_t *words, size_t word_count)
{
	struct packet packet;

	pack(&packet, op, words, word_count);
	return esp->port->send(esp->port->ctx, packet.wire, packet.size_bytes);
}

/* Sends the packet, again when nothing or "damaged" comes back. */
static int converse(struct lb_esp *esp, enum lb_op op, const struct packet *packet, int time_ms,
                    struct lb_esp_reply *reply)
{
	unsigned most = time_ms < LONG_MS ? LB_ESP_TRIES : LONG_TRIES;
	int result = LB_ESP_SILENT;

	lb_waiting_start("an answer of the module in bootloader mode", (long)most * time_ms);
	for (unsigned tries = 0; tries < most; tries++) {
		result = drain(esp, 0);
		if (result == LB_ESP_OK)
			result = esp->port->send(esp->port->ctx, packet->wire, packet->size_bytes);
		if (result == LB_ESP_OK)
			result = lb_esp_await(esp, op, time_ms, reply);
		if (result != LB_ESP_SILENT && !(result == LB_ESP_REFUSED && esp->code == LB_FRAME_CODE_SUM))
			break;
	}
	lb_waiting_end();
	return result;
}

int lb_esp_request(struct lb_esp *esp, enum lb_op op, const uint32_t *words, size_t word_count, int time_ms,
                   struct lb_esp_reply *reply)
{
	struct packet packet;

	pack(&packet, op, words, word_count);
	return converse(esp, op, &packet, time_ms, reply);
}

int lb_esp_block(struct lb_esp *esp, enum lb_op op, uint32_t number, const void *data, size_t size_bytes, int time_ms)
{
	const uint8_t *bytes = data;
	uint8_t header[BLOCK_HEADER_BYTES] = {0};
	uint8_t sum = LB_FRAME_SUM_SEED;
	struct packet packet;

	for (size_t i = 0; i < size_bytes; i++)
		sum ^= bytes[i];
	lb_store32le(header, (uint32_t)size_bytes);
	lb_store32le(header + 4, number);
	put_header(&packet, op, sizeof(header) + size_bytes, sum);
	put(&packet, header, sizeof(header));
	put(&packet, bytes, size_bytes);
	put_edge(&packet);
	return converse(esp, op, &packet, time_ms, NULL);
}

int lb_esp_sync(struct lb_esp *esp, unsigned tries)
{
	uint32_t words[LB_FRAME_SYNC_BYTES / 4] = {LB_FRAME_SYNC_WORD};
	int result = LB_ESP_SILENT;

	memset(words + 1, LB_FRAME_SYNC_FILL, sizeof(words) - sizeof(words[0]));
	lb_waiting_start("the module to answer in bootloader mode", (long)tries * SYNC_MS);
	for (unsigned i = 0; i < tries && (result == LB_ESP_SILENT || result == LB_ESP_REFUSED); i++) {
		result = drain(esp, 0);
		if (result == LB_ESP_OK)
			result = lb_esp_ask(esp, LB_OP_SYNC, words, sizeof(words) / sizeof(words[0]));
		if (result == LB_ESP_OK)
			result = lb_esp_await(esp, LB_OP_SYNC, SYNC_MS, NULL);
	}
	lb_waiting_end();
	return result == LB_ESP_OK ? drain(esp, QUIET_MS) : result;
}
