/* The loader against whatever comes: no rule of the flash is broken, the protected region stays, nothing hangs, and a
 * SYNC at the end is answered.
 *
 * An input is a row of items. First byte below 0x40: so many bytes more, and one, go in as they are. Else a frame: op,
 * number of data bytes, data; the bits of the first byte are below. So a fuzzer need not find checksums by luck.
 */
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/loader/loader.h"
#include "hardware/model/nor.h"
#include "tests/fuzz/fuzz.h"

enum {
	FLASH_BYTES = 0x40000,
	GUARDED_BYTES = 0x1000,
	STEPS_MAX = 1000000,
	BLOCK_MAX_BYTES = 0x4000,
	ITEM_FRAME = 0x40,
	ITEM_BLOCK = 0x01, /* a data block: its header, with the true size and the first data byte as number, is added */
	ITEM_LONG = 0x02,  /* data is repeated until the block is a long one */
	ITEM_WRONG_SUM = 0x04,
	ITEM_SMALL_STEPS = 0x08,
};

static const struct lb_flashmap map = {
	.part =
		{
			[LB_PART_PROTECTED] = {0, GUARDED_BYTES},
			[LB_PART_NVS] = {0x1000, 0x1000},
			[LB_PART_FACTORY] = {0x2000, 0xE000},
			[LB_PART_RECORD] = {0x10000, 0x4000},
			[LB_PART_OTA_0] = {0x14000, 0xC000},
			[LB_PART_OTA_1] = {0x20000, 0x10000},
			[LB_PART_FS] = {0x30000, 0x10000},
		},
};

static uint8_t bytes[FLASH_BYTES];
static uint8_t marks[FLASH_BYTES / LB_NOR_PROGRAM_BYTES / 8];
static struct lb_nor nor;
static struct lb_flash under, flash;
static struct lb_loader loader;
static uint8_t sent[1 << 16];
static size_t sent_bytes;

static int flash_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	(void)ctx;
	lb_fuzz_require(under.read(under.ctx, offset, data, size_bytes) == LB_OK, "a read out of bounds");
	return LB_OK;
}

static int flash_program(void *ctx, uint32_t offset, const void *data, uint32_t size_bytes)
{
	(void)ctx;
	lb_fuzz_require(offset >= GUARDED_BYTES, "a program in the protected region");
	lb_fuzz_require(under.program(under.ctx, offset, data, size_bytes) == LB_OK, "a program against the rules");
	return LB_OK;
}

static int flash_erase(void *ctx, uint32_t offset, uint32_t size_bytes)
{
	(void)ctx;
	lb_fuzz_require(offset >= GUARDED_BYTES, "an erase in the protected region");
	lb_fuzz_require(under.erase(under.ctx, offset, size_bytes) == LB_OK, "an erase against the rules");
	return LB_OK;
}

static void power_on(void)
{
	memset(bytes, 0x33, GUARDED_BYTES);
	memset(bytes + GUARDED_BYTES, 0x55, sizeof(bytes) - GUARDED_BYTES);
	memset(marks, 0xFF, sizeof(marks));
	lb_nor_init(&nor, &(struct lb_nor_setup){.bytes = bytes, .size_bytes = FLASH_BYTES, .marks = marks});
	under = lb_nor_flash(&nor);
	flash = under;
	flash.read = flash_read;
	flash.program = flash_program;
	flash.erase = flash_erase;
	lb_loader_init(&loader, &(struct lb_loader_setup){.flash = &flash, .map = &map, .codec = lb_fuzz_codec()});
	sent_bytes = 0;
}

static void feed(const uint8_t *data, size_t size_bytes, size_t chunk_bytes)
{
	size_t at = 0;
	struct lb_loader_output output;

	for (unsigned steps = 0;; steps++) {
		size_t left = size_bytes - at < chunk_bytes ? size_bytes - at : chunk_bytes;

		lb_fuzz_require(steps < STEPS_MAX, "it hangs");
		if (sizeof(sent) - sent_bytes < 64)
			sent_bytes = 0;
		output = lb_loader_step(&loader, data + at, left, sent + sent_bytes, 64);
		lb_fuzz_require(output.consumed_bytes <= left && output.sent_bytes <= 64, "more than there is");
		at += output.consumed_bytes;
		sent_bytes += output.sent_bytes;
		if (at == size_bytes && output.idle)
			return;
	}
}

static void feed_frame(const uint8_t *frame, size_t size_bytes, size_t chunk_bytes)
{
	static uint8_t wire[2 * (BLOCK_MAX_BYTES + 64) + 2];
	size_t wire_bytes = lb_slip_put_edge(wire);

	wire_bytes += lb_slip_put(wire + wire_bytes, frame, size_bytes);
	wire_bytes += lb_slip_put_edge(wire + wire_bytes);
	feed(wire, wire_bytes, chunk_bytes);
}

/* Returns how much of the input it was. */
static size_t feed_item(const uint8_t *data, size_t size_bytes)
{
	static uint8_t frame[BLOCK_MAX_BYTES + 64];
	size_t data_bytes = size_bytes > 2 ? data[2] : 0;
	size_t frame_bytes = 8, block_at = 8;
	uint8_t kind = data[0], sum = 0xEF;

	if (kind < ITEM_FRAME || size_bytes < 3) {
		size_t raw_bytes = (size_t)kind + 1 < size_bytes ? (size_t)kind + 1 : size_bytes - 1;

		feed(data + 1, raw_bytes, SIZE_MAX);
		return 1 + raw_bytes;
	}
	if (data_bytes > size_bytes - 3)
		data_bytes = size_bytes - 3;
	memset(frame, 0, 24);
	frame[1] = data[1];
	if ((kind & ITEM_BLOCK) != 0) {
		frame[12] = data_bytes != 0 ? data[3] : 0;
		frame_bytes = block_at = 24;
	}
	do {
		memcpy(frame + frame_bytes, data + 3, data_bytes);
		frame_bytes += data_bytes;
	} while ((kind & ITEM_LONG) != 0 && data_bytes != 0 && frame_bytes + data_bytes <= block_at + BLOCK_MAX_BYTES);
	if ((kind & ITEM_BLOCK) != 0) {
		lb_store32le(frame + 8, (uint32_t)(frame_bytes - block_at));
		for (size_t i = block_at; i < frame_bytes; i++)
			sum ^= frame[i];
		frame[4] = (uint8_t)(sum ^ ((kind & ITEM_WRONG_SUM) != 0));
	}
	lb_store16le(frame + 2, (uint16_t)(frame_bytes - 8));
	feed_frame(frame, frame_bytes, (kind & ITEM_SMALL_STEPS) != 0 ? 7 : SIZE_MAX);
	return 3 + data_bytes;
}

static void require_sync(void)
{
	uint8_t frame[8 + 36] = {0, 0x08, 36, 0, 0, 0, 0, 0, 0x07, 0x07, 0x12, 0x20};
	unsigned edges = 0;

	memset(frame + 12, 0x55, 32);
	sent_bytes = 0;
	feed_frame(frame, sizeof(frame), SIZE_MAX);
	for (size_t i = 0; i < sent_bytes; i++)
		edges += sent[i] == 0xC0;
	/* A frame that a read was sending may be closed first; and what its first edge ended may be answered. */
	lb_fuzz_require(edges >= 16 && sent_bytes >= 8 * 14, "a SYNC is not answered");
	lb_fuzz_require(memcmp(sent + sent_bytes - 14, "\xC0\x01\x08\x04", 4) == 0, "the answer to a SYNC is not the last");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	power_on();
	for (size_t at = 0; at < size_bytes;)
		at += feed_item(data + at, size_bytes - at);
	require_sync();
	for (unsigned i = 0; i < GUARDED_BYTES; i++)
		lb_fuzz_require(bytes[i] == 0x33, "the protected region changed");
	return 0;
}
