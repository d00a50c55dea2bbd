#include "tests/power/tool.h"

#include <string.h>
#include <zlib.h>

#include "boards/loader_mode.h"
#include "core/base/bytes.h"
#include "core/base/error.h"
#include "tests/power/board.h"

enum {
	ROM_BLOCK_BYTES = 0x400,
	STUB_BLOCK_BYTES = 0x4000,
	REQUEST_MAX = 24 + STUB_BLOCK_BYTES,
	OP_BEGIN = 0x02,
	OP_DATA = 0x03,
	OP_END = 0x04,
	OP_MEM_BEGIN = 0x05,
	OP_MEM_END = 0x06,
	OP_MEM_DATA = 0x07,
	OP_SYNC = 0x08,
	OP_PACKED = 0x0E, /* what the compressed requests' ops are more */
	OP_ERASE_ALL = 0xD0,
	OP_ERASE = 0xD1,
};

/* The bootloader mode that the tool talks to, and the wire between them. */
static struct {
	struct board *board;
	struct loader_mode mode;
	bool stub;
} desk;

/* ---- the tool ---- */

/* Of the last frame that came. */
static bool succeeded(uint8_t op)
{
	uint8_t frame[64];
	size_t frame_bytes = 0;
	size_t last_bytes = 0;
	struct lb_slip slip = {0};

	for (size_t at = 0; at < desk.board->reply_bytes; at++) {
		uint8_t byte = 0;
		enum lb_slip_event event = lb_slip_parse(&slip, desk.board->replies[at], &byte);

		if (event == LB_SLIP_EDGE && frame_bytes != 0)
			last_bytes = frame_bytes;
		if (event == LB_SLIP_EDGE)
			frame_bytes = 0;
		if (event == LB_SLIP_BYTE && frame_bytes < sizeof(frame))
			frame[frame_bytes++] = byte;
	}
	size_t status_bytes = desk.stub ? 2 : 4;
	return last_bytes >= LB_LOADER_HEADER_BYTES + status_bytes && frame[1] == op &&
	       frame[last_bytes - status_bytes] == 0;
}

static bool request(uint8_t op, const void *data, uint32_t size_bytes, uint8_t sum)
{
	static uint8_t frame[REQUEST_MAX];
	static uint8_t wire[2 * REQUEST_MAX + 2];
	size_t wire_bytes = lb_slip_put_edge(wire);

	memset(frame, 0, LB_LOADER_HEADER_BYTES);
	frame[1] = op;
	lb_store16le(frame + 2, (uint16_t)size_bytes);
	frame[4] = sum;
	memcpy(frame + LB_LOADER_HEADER_BYTES, data, size_bytes);
	wire_bytes += lb_slip_put(wire + wire_bytes, frame, LB_LOADER_HEADER_BYTES + size_bytes);
	wire_bytes += lb_slip_put_edge(wire + wire_bytes);
	desk.board->in = wire;
	desk.board->in_bytes = wire_bytes;
	desk.board->reply_bytes = 0;
	do
		(void)loader_mode_turn(&desk.mode, 0);
	while (!desk.mode.idle || desk.board->in_bytes > 0 || desk.mode.in_bytes > 0);
	return succeeded(op);
}

static bool words(uint8_t op, uint32_t count, const uint32_t *values)
{
	uint8_t data[16];

	for (uint32_t i = 0; i < count; i++)
		lb_store32le(data + 4 * i, values[i]);
	return request(op, data, 4 * count, 0);
}

static bool block(uint8_t op, uint32_t number, const uint8_t *bytes, uint32_t size_bytes)
{
	static uint8_t data[LB_LOADER_BLOCK_HEADER_BYTES + STUB_BLOCK_BYTES];
	uint8_t sum = 0xEF;

	memset(data, 0, LB_LOADER_BLOCK_HEADER_BYTES);
	lb_store32le(data, size_bytes);
	lb_store32le(data + 4, number);
	memcpy(data + LB_LOADER_BLOCK_HEADER_BYTES, bytes, size_bytes);
	for (uint32_t i = 0; i < size_bytes; i++)
		sum ^= bytes[i];
	return request(op, data, LB_LOADER_BLOCK_HEADER_BYTES + size_bytes, sum);
}

static bool greet(void)
{
	uint8_t data[36] = {0x07, 0x07, 0x12, 0x20};

	memset(data + 4, 0x55, 32);
	return request(OP_SYNC, data, sizeof(data), 0);
}

/* Its reply is followed by the helper program's greeting; the next request shows whether it runs. */
static bool start_stub(void)
{
	static const uint8_t program[16] = {0xC0, 0xDB};

	if (!words(OP_MEM_BEGIN, 4, (uint32_t[]){sizeof(program), 1, 0x1800, 0x4009F000}) ||
	    !block(OP_MEM_DATA, 0, program, sizeof(program)))
		return false;
	(void)words(OP_MEM_END, 2, (uint32_t[]){0, 0x4009F56C});
	desk.stub = true;
	return true;
}

/* The last block is filled up with 0xFF, unless it is a compressed one. */
static bool write_slot(enum lb_slot slot, enum image image, bool packed)
{
	static uint8_t sent[FLAKY_SLOT_BYTES + 2 * STUB_BLOCK_BYTES];
	uint32_t block_bytes = desk.stub ? STUB_BLOCK_BYTES : ROM_BLOCK_BYTES;
	uint32_t size_bytes = image_bytes(image)->size_bytes;
	uLongf sent_bytes = size_bytes;
	uint8_t more = packed ? OP_PACKED : 0;

	memset(sent, 0xFF, sizeof(sent));
	memcpy(sent, image_bytes(image)->bytes, size_bytes);
	if (packed) {
		sent_bytes = sizeof(sent);
		if (compress2(sent, &sent_bytes, image_bytes(image)->bytes, size_bytes, Z_BEST_COMPRESSION) != Z_OK)
			return false;
	}
	uint32_t blocks = ((uint32_t)sent_bytes + block_bytes - 1) / block_bytes;
	if (!words((uint8_t)(OP_BEGIN + more), 4,
	           (uint32_t[]){size_bytes, blocks, block_bytes, flaky_map.part[lb_slot_part(slot)].offset}))
		return false;
	for (uint32_t i = 0; i < blocks; i++) {
		uint32_t piece = packed && i == blocks - 1 ? (uint32_t)sent_bytes - i * block_bytes : block_bytes;

		if (!block((uint8_t)(OP_DATA + more), i, sent + i * block_bytes, piece))
			return false;
	}
	return words((uint8_t)(OP_END + more), 1, (uint32_t[]){1});
}

static bool erase_slot(enum lb_slot slot)
{
	struct lb_region region = flaky_map.part[lb_slot_part(slot)];

	return words(OP_ERASE, 2, (uint32_t[]){region.offset, region.size_bytes});
}

static bool work(enum tool_way way, enum lb_slot slot, enum image image)
{
	if (!greet() || (way != TOOL_ROM && !start_stub()))
		return false;
	switch (way) {
	case TOOL_WIPE: return erase_slot(slot) && write_slot(slot, image, false);
	case TOOL_ERASE: return erase_slot(slot);
	case TOOL_ERASE_ALL: return words(OP_ERASE_ALL, 0, NULL) && write_slot(slot, image, true);
	case TOOL_BLANK: return words(OP_ERASE_ALL, 0, NULL);
	case TOOL_BOTH: return write_slot(LB_SLOT_FACTORY, IMAGE_FACTORY, true) && write_slot(slot, image, true);
	default: return write_slot(slot, image, way == TOOL_PACKED);
	}
}

int tool_visit(struct module *module, enum tool_way way, enum lb_slot slot, enum image image)
{
	desk.board = board_plug(&module->flaky, LB_CAUSE_SWITCH);
	desk.board->stays_in_loader = true;
	desk.stub = false;
	loader_mode_init(&desk.mode);
	bool done = work(way, slot, image);
	if (!flaky_powered(&module->flaky))
		return MODULE_CUT;
	return done ? LB_OK : LB_ERR_IO;
}
