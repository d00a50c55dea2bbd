#define LB_ASSERT_FILE 8
#include "core/loader/reply.h"

#include <string.h>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "protocols/espressif/espressif_wire.h"
#include "protocols/espressif/slip.h"

enum { STATUS_STUB_BYTES = 2 };

_Static_assert(2 + LB_SLIP_BYTE_MAX * (LB_LOADER_HEADER_BYTES + LB_LOADER_SLOW_READ_BYTES + LB_FRAME_STATUS_BYTES) <=
                   LB_LOADER_WIRE_BYTES,
               "the longest reply fits");

/* What tools know the answers by: {ROM's code, stub's}. */
static const uint8_t codes[LB_ANSWER_COUNT][2] = {
	[LB_ANSWER_OK] = {0x00, 0x00},         [LB_ANSWER_LENGTH] = {0x06, 0xC0},
	[LB_ANSWER_VALUE] = {0x05, 0xC3},      [LB_ANSWER_SUM] = {LB_FRAME_CODE_SUM, 0xC1},
	[LB_ANSWER_BLOCK] = {0x05, 0xC2},      [LB_ANSWER_NO_SESSION] = {0x06, 0xC6},
	[LB_ANSWER_NOT_ENOUGH] = {0x0A, 0xC8}, [LB_ANSWER_TOO_MUCH] = {0x08, 0xC9},
	[LB_ANSWER_INFLATE] = {0x0B, 0xC7},    [LB_ANSWER_WRITE] = {0x08, 0xC4},
	[LB_ANSWER_READ] = {0x09, 0xC4},       [LB_ANSWER_UNKNOWN] = {0x05, 0xFF},
};

void lb_reply_put_edge(struct lb_reply *reply)
{
	LB_ASSERT(reply->end < LB_LOADER_WIRE_BYTES);
	reply->end = (uint16_t)(reply->end + lb_slip_put_edge(reply->wire + reply->end));
}

void lb_reply_put(struct lb_reply *reply, const void *data, size_t size_bytes)
{
	LB_ASSERT(LB_SLIP_BYTE_MAX * size_bytes <= (size_t)(LB_LOADER_WIRE_BYTES - reply->end));
	reply->end = (uint16_t)(reply->end + lb_slip_put(reply->wire + reply->end, data, size_bytes));
}

void lb_reply_send_frame(struct lb_reply *reply, const void *data, size_t size_bytes)
{
	lb_reply_put_edge(reply);
	lb_reply_put(reply, data, size_bytes);
	lb_reply_put_edge(reply);
}

/* The status has another length and another place for the code in each flavour. */
void lb_reply_send(struct lb_reply *reply, uint8_t op, enum lb_answer answer, uint32_t value, const void *data,
                   size_t size_bytes)
{
	uint8_t header[LB_LOADER_HEADER_BYTES] = {LB_FRAME_REPLY, op};
	uint8_t status[LB_FRAME_STATUS_BYTES] = {0};
	size_t status_bytes = reply->stub ? STATUS_STUB_BYTES : LB_FRAME_STATUS_BYTES;

	if (answer != LB_ANSWER_OK && reply->stub)
		status[0] = codes[answer][1];
	if (answer != LB_ANSWER_OK && !reply->stub) {
		status[0] = 1;
		status[1] = codes[answer][0];
	}
	lb_store16le(header + LB_FRAME_AT_LENGTH, (uint16_t)(size_bytes + status_bytes));
	lb_store32le(header + LB_FRAME_AT_SUM, value);
	lb_reply_put_edge(reply);
	lb_reply_put(reply, header, sizeof(header));
	if (size_bytes != 0)
		lb_reply_put(reply, data, size_bytes);
	lb_reply_put(reply, status, status_bytes);
	lb_reply_put_edge(reply);
}

/* The ROM says which command it does not know by not naming it. */
void lb_reply_result(struct lb_reply *reply, uint8_t op, enum lb_answer answer)
{
	bool nameless = answer == LB_ANSWER_UNKNOWN && !reply->stub;

	if (answer != LB_ANSWER_NONE)
		lb_reply_send(reply, nameless ? 0 : op, answer, 0, NULL, 0);
}

bool lb_reply_is_drained(const struct lb_reply *reply)
{
	return reply->end == 0;
}

size_t lb_reply_drain(struct lb_reply *reply, uint8_t *out, size_t out_bytes)
{
	size_t size_bytes = (size_t)(reply->end - reply->at);

	if (size_bytes > out_bytes)
		size_bytes = out_bytes;
	if (size_bytes != 0)
		memcpy(out, reply->wire + reply->at, size_bytes);
	reply->at = (uint16_t)(reply->at + size_bytes);
	if (reply->at == reply->end)
		reply->at = reply->end = 0;
	return size_bytes;
}
