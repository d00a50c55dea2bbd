#include "core/loader/frame.h"

#include "core/base/bytes.h"

void lb_frame_clear(struct lb_frame *frame)
{
	frame->bad = false;
	frame->sum = LB_FRAME_SUM_SEED;
	frame->total_bytes = 0;
	frame->kept_bytes = 0;
	frame->used_bytes = LB_FRAME_AT_BLOCK;
}

static enum lb_frame_event add(struct lb_frame *frame, uint8_t byte)
{
	if (frame->total_bytes >= LB_FRAME_AT_BLOCK)
		frame->sum ^= byte;
	if (frame->total_bytes != UINT32_MAX)
		frame->total_bytes++;
	if (frame->kept_bytes == sizeof(frame->bytes))
		return LB_FRAME_GOES_ON;
	frame->bytes[frame->kept_bytes++] = byte;
	if (frame->kept_bytes != sizeof(frame->bytes) || frame->total_bytes >= lb_frame_reported_bytes(frame))
		return LB_FRAME_GOES_ON;
	return !frame->bad && frame->bytes[0] == 0 ? LB_FRAME_FULL : LB_FRAME_GOES_ON;
}

enum lb_frame_event lb_frame_parse(struct lb_frame *frame, uint8_t wire)
{
	uint8_t byte = 0;

	switch (lb_slip_parse(&frame->slip, wire, &byte)) {
	case LB_SLIP_BYTE: return add(frame, byte);
	case LB_SLIP_EDGE: return LB_FRAME_END;
	case LB_SLIP_BAD: frame->bad = true; break;
	case LB_SLIP_NONE: break;
	}
	return LB_FRAME_GOES_ON;
}

void lb_frame_make_room(struct lb_frame *frame)
{
	frame->kept_bytes = LB_FRAME_AT_BLOCK;
	frame->used_bytes = LB_FRAME_AT_BLOCK;
}

bool lb_frame_is_request(const struct lb_frame *frame)
{
	return !frame->bad && frame->total_bytes >= LB_LOADER_HEADER_BYTES && frame->bytes[0] == 0 &&
	       frame->total_bytes >= lb_frame_reported_bytes(frame);
}

uint32_t lb_frame_reported_bytes(const struct lb_frame *frame)
{
	return LB_LOADER_HEADER_BYTES + (uint32_t)lb_load16le(frame->bytes + LB_FRAME_AT_LENGTH);
}

uint8_t lb_frame_op(const struct lb_frame *frame)
{
	return frame->bytes[LB_FRAME_AT_OP];
}

uint32_t lb_frame_word(const struct lb_frame *frame, unsigned index)
{
	return lb_load32le(frame->bytes + LB_FRAME_AT_DATA + 4 * index);
}

bool lb_frame_is_sync(const struct lb_frame *frame)
{
	const uint8_t *data = frame->bytes + LB_FRAME_AT_DATA;

	if (lb_frame_op(frame) != LB_OP_SYNC || frame->total_bytes != LB_FRAME_AT_DATA + LB_FRAME_SYNC_BYTES)
		return false;
	if (lb_frame_reported_bytes(frame) != frame->total_bytes || lb_load32le(data) != LB_FRAME_SYNC_WORD)
		return false;
	for (unsigned i = 4; i < LB_FRAME_SYNC_BYTES; i++)
		if (data[i] != LB_FRAME_SYNC_FILL)
			return false;
	return true;
}
