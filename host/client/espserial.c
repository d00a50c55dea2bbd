#include "host/client/espserial.h"

#include <string.h>

#include "core/base/bytes.h"

enum {
	EDGE = 0xC0,
	ESCAPE = 0xDB,
	ESCAPED_EDGE = 0xDC,
	ESCAPED_ESCAPE = 0xDD,
	HEADER_BYTES = 8,
	BLOCK_HEADER_BYTES = 16,
	STATUS_BYTES = 4,
	IS_REPLY = 1,
	SUM_SEED = 0xEF,
	SYNC_MS = 100,
	QUIET_MS = 20, /* the rest of eight replies to one SYNC comes without such a gap */
	CODE_SUM = 7,
	WORDS_MAX = 9,
};

/* A frame being put together for the wire. */
struct packet {
	size_t size_bytes;
	uint8_t wire[2 * (HEADER_BYTES + BLOCK_HEADER_BYTES + LB_ESP_BLOCK_BYTES) + 2];
};

static void put_edge(struct packet *packet)
{
	packet->wire[packet->size_bytes++] = EDGE;
}

static void put(struct packet *packet, const uint8_t *data, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++) {
		bool special = data[i] == EDGE || data[i] == ESCAPE;

		if (special) {
			packet->wire[packet->size_bytes++] = ESCAPE;
		}
		packet->wire[packet->size_bytes++] =
			!special ? data[i] : data[i] == EDGE ? ESCAPED_EDGE : ESCAPED_ESCAPE;
	}
}

static void put_header(struct packet *packet, enum lb_esp_op op, size_t data_bytes, uint32_t sum)
{
	uint8_t header[HEADER_BYTES] = {0, (uint8_t)op};

	lb_store16le(header + 2, (uint16_t)data_bytes);
	lb_store32le(header + 4, sum);
	packet->size_bytes = 0;
	put_edge(packet);
	put(packet, header, sizeof header);
}

void lb_esp_init(struct lb_esp *esp, const struct lb_port *port)
{
	*esp = (struct lb_esp){.port = port};
}

/* --- what comes in --- */

static void add_byte(struct lb_esp *esp, uint8_t byte)
{
	if (esp->frame_bytes < sizeof esp->frame) {
		esp->frame[esp->frame_bytes++] = byte;
	} else {
		esp->damaged = true;
	}
}

/* One byte from the wire; true when it ends a frame that is whole. */
static bool take(struct lb_esp *esp, uint8_t byte)
{
	if (byte == EDGE) {
		bool whole = esp->inside && !esp->damaged && !esp->escaped && esp->frame_bytes > 0;

		/* If a border was lost, this one may be the beginning of the next frame as well. */
		esp->inside = true;
		esp->damaged = false;
		esp->escaped = false;
		return whole;
	}
	if (!esp->inside) {
		return false;
	}
	if (esp->escaped) {
		esp->escaped = false;
		esp->damaged = esp->damaged || (byte != ESCAPED_EDGE && byte != ESCAPED_ESCAPE);
		add_byte(esp, byte == ESCAPED_EDGE ? EDGE : ESCAPE);
	} else if (byte == ESCAPE) {
		esp->escaped = true;
	} else {
		add_byte(esp, byte);
	}
	return false;
}

/* The next whole frame into esp->frame; its size is *size_bytes. */
static int next_frame(struct lb_esp *esp, int64_t until_ms, size_t *size_bytes)
{
	for (;;) {
		while (esp->at < esp->end) {
			uint8_t byte = esp->in[esp->at++];
			bool whole = take(esp, byte);

			*size_bytes = esp->frame_bytes;
			if (byte == EDGE) {
				esp->frame_bytes = 0;
			}
			if (whole) {
				return LB_ESP_OK;
			}
		}
		int64_t left_ms = until_ms - esp->port->now_ms(esp->port->ctx);
		if (left_ms <= 0) {
			return LB_ESP_SILENT;
		}
		int count = esp->port->receive(esp->port->ctx, esp->in, sizeof esp->in, (int)left_ms);
		if (count < 0) {
			return count;
		}
		esp->at = 0;
		esp->end = (size_t)count;
	}
}

/* Is the frame a reply to op? An answer to what the ROM does not know has op 0. */
static bool is_reply(const struct lb_esp *esp, size_t size_bytes, enum lb_esp_op op)
{
	return size_bytes >= HEADER_BYTES + STATUS_BYTES && size_bytes <= HEADER_BYTES + LB_ESP_REPLY_BYTES + STATUS_BYTES &&
	       esp->frame[0] == IS_REPLY && (esp->frame[1] == op || esp->frame[1] == 0) &&
	       lb_load16le(esp->frame + 2) == size_bytes - HEADER_BYTES;
}

int lb_esp_await(struct lb_esp *esp, enum lb_esp_op op, int time_ms, struct lb_esp_reply *reply)
{
	int64_t until_ms = esp->port->now_ms(esp->port->ctx) + time_ms;
	struct lb_esp_reply nobody;
	size_t size_bytes;

	reply = reply != NULL ? reply : &nobody;
	do {
		int result = next_frame(esp, until_ms, &size_bytes);
		if (result != LB_ESP_OK) {
			return result;
		}
	} while (!is_reply(esp, size_bytes, op));
	reply->op = esp->frame[1];
	reply->value = lb_load32le(esp->frame + 4);
	reply->data_bytes = size_bytes - HEADER_BYTES - STATUS_BYTES;
	memcpy(reply->data, esp->frame + HEADER_BYTES, reply->data_bytes);
	const uint8_t *status = esp->frame + HEADER_BYTES + reply->data_bytes;
	esp->code = status[1];
	return status[0] == 0 && reply->op == op ? LB_ESP_OK : LB_ESP_REFUSED;
}

/* Drops what has come, or still comes without a gap of gap_ms: a late reply must not pass for the next one. */
static int drain(struct lb_esp *esp, int gap_ms)
{
	int64_t until_ms = esp->port->now_ms(esp->port->ctx) + LB_ESP_TIME_MS;
	int count;

	do {
		count = esp->port->receive(esp->port->ctx, esp->in, sizeof esp->in, gap_ms);
	} while (count > 0 && esp->port->now_ms(esp->port->ctx) < until_ms);
	esp->at = 0;
	esp->end = 0;
	esp->inside = false;
	esp->escaped = false;
	esp->frame_bytes = 0;
	return count < 0 ? count : LB_ESP_OK;
}

/* --- what goes out --- */

static void pack(struct packet *packet, enum lb_esp_op op, const uint32_t *words, size_t word_count)
{
	put_header(packet, op, 4 * word_count, 0);
	for (size_t i = 0; i < word_count; i++) {
		uint8_t word[4];

		lb_store32le(word, words[i]);
		put(packet, word, sizeof word);
	}
	put_edge(packet);
}

int lb_esp_ask(struct lb_esp *esp, enum lb_esp_op op, const uint32_t *words, size_t word_count)
{
	struct packet packet;

	pack(&packet, op, words, word_count);
	return esp->port->send(esp->port->ctx, packet.wire, packet.size_bytes);
}

/* Sends the packet, again when nothing or "damaged" comes back. */
static int converse(struct lb_esp *esp, enum lb_esp_op op, const struct packet *packet, int time_ms,
                    struct lb_esp_reply *reply)
{
	int result = LB_ESP_SILENT;

	for (unsigned tries = 0; tries < LB_ESP_TRIES; tries++) {
		result = drain(esp, 0);
		if (result == LB_ESP_OK) {
			result = esp->port->send(esp->port->ctx, packet->wire, packet->size_bytes);
		}
		if (result == LB_ESP_OK) {
			result = lb_esp_await(esp, op, time_ms, reply);
		}
		if (result != LB_ESP_SILENT && !(result == LB_ESP_REFUSED && esp->code == CODE_SUM)) {
			break;
		}
	}
	return result;
}

int lb_esp_request(struct lb_esp *esp, enum lb_esp_op op, const uint32_t *words, size_t word_count, int time_ms,
                   struct lb_esp_reply *reply)
{
	struct packet packet;

	pack(&packet, op, words, word_count);
	return converse(esp, op, &packet, time_ms, reply);
}

int lb_esp_block(struct lb_esp *esp, enum lb_esp_op op, uint32_t number, const void *data, size_t size_bytes,
                 int time_ms)
{
	const uint8_t *bytes = data;
	uint8_t header[BLOCK_HEADER_BYTES] = {0};
	uint8_t sum = SUM_SEED;
	struct packet packet;

	for (size_t i = 0; i < size_bytes; i++) {
		sum ^= bytes[i];
	}
	lb_store32le(header, (uint32_t)size_bytes);
	lb_store32le(header + 4, number);
	put_header(&packet, op, sizeof header + size_bytes, sum);
	put(&packet, header, sizeof header);
	put(&packet, bytes, size_bytes);
	put_edge(&packet);
	return converse(esp, op, &packet, time_ms, NULL);
}

int lb_esp_sync(struct lb_esp *esp, unsigned tries)
{
	uint32_t words[WORDS_MAX] = {0x20120707};
	int result = LB_ESP_SILENT;

	memset(words + 1, 0x55, sizeof words - sizeof words[0]);
	for (unsigned i = 0; i < tries && (result == LB_ESP_SILENT || result == LB_ESP_REFUSED); i++) {
		result = drain(esp, 0);
		if (result == LB_ESP_OK) {
			result = lb_esp_ask(esp, LB_ESP_SYNC, words, WORDS_MAX);
		}
		if (result == LB_ESP_OK) {
			result = lb_esp_await(esp, LB_ESP_SYNC, SYNC_MS, NULL);
		}
	}
	return result == LB_ESP_OK ? drain(esp, QUIET_MS) : result;
}
