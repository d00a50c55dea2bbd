/* What the loader does to flash: ranges, blocks, streams, erases; its word to the owner; failing power. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "tests/unit/loader_bench.h"

enum { FACTORY = 0x010000, RECORD = 0x200000, OTA_0 = 0x210000, FS = 0x600000, ROM_BLOCK = 0x400, STUB_BLOCK = 0x4000 };

static struct bench bench;
static uint8_t stream[BENCH_IMAGE_BYTES * BENCH_STREAM_UNIT + BENCH_STREAM_UNIT];

static unsigned block(uint8_t op, uint32_t number, const void *data, uint32_t size_bytes)
{
	struct bench_reply reply = bench_block(&bench, op, number, data, size_bytes, 0);

	assert_int_equal(reply.op, op);
	return bench_code(&bench, &reply);
}

static uint32_t block_count(uint32_t size_bytes, uint32_t block_bytes)
{
	return (size_bytes + block_bytes - 1) / block_bytes;
}

static unsigned begin(uint8_t op, uint32_t offset, uint32_t size_bytes, uint32_t sent_bytes, uint32_t block_bytes)
{
	return bench_code_of(&bench, op, WORDS(size_bytes, block_count(sent_bytes, block_bytes), block_bytes, offset));
}

/* All blocks from data, the last one padded with 0xFF as hosts do, unless it is a stream. */
static void send_blocks(uint8_t op, const uint8_t *data, uint32_t size_bytes, uint32_t block_bytes)
{
	uint8_t padded[STUB_BLOCK];

	for (uint32_t number = 0; number < block_count(size_bytes, block_bytes); number++) {
		uint32_t left = size_bytes - number * block_bytes;
		uint32_t take = left < block_bytes ? left : block_bytes;

		memset(padded, 0xFF, sizeof(padded));
		memcpy(padded, data + number * block_bytes, take);
		assert_int_equal(block(op, number, padded, op == 0x03 ? block_bytes : take), 0);
	}
}

/* Packs for the bench's stream double. */
static uint32_t pack(const uint8_t *data, uint32_t size_bytes)
{
	uint32_t packed = 0;
	uint8_t sum = 0;

	for (uint32_t i = 0; i < size_bytes;) {
		uint32_t run = 1;

		while (run < 0xFFFF && i + run < size_bytes && data[i + run] == data[i])
			run++;
		lb_store16le(stream + packed, (uint16_t)run);
		stream[packed + 2] = data[i];
		sum = (uint8_t)(sum + run * data[i]);
		packed += BENCH_STREAM_UNIT;
		i += run;
	}
	lb_store16le(stream + packed, 0);
	stream[packed + 2] = sum;
	return packed + BENCH_STREAM_UNIT;
}

static void assert_blank(uint32_t from, uint32_t to)
{
	for (uint32_t at = from; at < to; at++)
		assert_int_equal(bench.bytes[at], 0xFF);
}

/* Old bytes all over a region, as a real module has them. */
static void fill(uint32_t from, uint32_t to)
{
	memset(bench.bytes + from, 0x11, to - from);
	memset(bench.marks + from / 64, 0xFF, (to - from) / 64);
}

/* --- writing --- */

static void write_and_check(bool stub, bool packed, uint32_t offset, uint32_t size_bytes)
{
	uint32_t block_bytes = stub ? STUB_BLOCK : ROM_BLOCK;
	uint8_t begin_op = packed ? 0x10 : 0x02;
	uint32_t sent_bytes = size_bytes;
	uint32_t sectors_start = offset & ~0xFFFu, sectors_end = (offset + size_bytes + 0xFFF) & ~0xFFFu;

	if (stub)
		bench_start_stub(&bench);
	else
		bench_sync(&bench);
	fill(sectors_start - 0x1000, sectors_end + 0x1000);
	if (packed)
		sent_bytes = pack(bench.image, size_bytes);
	/* The ROM's hosts round the size of packed ranges up to blocks. */
	assert_int_equal(begin(begin_op, offset, packed && !stub ? block_count(size_bytes, 0x400) * 0x400 : size_bytes,
	                       sent_bytes, block_bytes),
	                 0);
	send_blocks((uint8_t)(begin_op + 1), packed ? stream : bench.image, sent_bytes, block_bytes);
	bench_check_md5(&bench, offset, size_bytes);
	assert_memory_equal(bench.bytes + offset, bench.image, size_bytes);
	assert_blank(sectors_start, offset);
	assert_blank(offset + size_bytes, sectors_end);
	assert_int_equal(bench.bytes[sectors_start - 1], 0x11);
	if (!packed || stub)
		assert_int_equal(bench.bytes[sectors_end], 0x11);
}

static void test_ranges_of_all_shapes(void **state)
{
	static const struct {
		uint32_t offset, size_bytes;
	} shapes[] = {
		{OTA_0, 1},     {OTA_0, 0x1000},    {OTA_0, 0x1001},      {OTA_0 + 4, 12},         {OTA_0 + 1, 6},
		{OTA_0 + 7, 2}, {OTA_0 + 0xFFF, 2}, {OTA_0 + 0xF0, 0x20}, {OTA_0 + 0x123, 0x8ABC}, {OTA_0 + 0x100, 0x100},
		{FS, 0x9000},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		for (unsigned kind = 0; kind < 4; kind++) {
			bench.reported_count = 0;
			bench.most_ops = 0;
			write_and_check((kind & 1) != 0, (kind & 2) != 0, shapes[i].offset, shapes[i].size_bytes);
			assert_true(bench.most_ops <= 2);
		}
	}
}

static void test_every_chunking_writes_the_same(void **state)
{
	static const uint32_t chunks[] = {1, 2, 63, 1000, 1048, 1049, 5000};

	(void)state;
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		bench.chunk_bytes = chunks[i];
		bench.reported_count = 0;
		write_and_check(true, false, OTA_0, 0x4400);
		write_and_check(true, true, OTA_0, 0x2345);
	}
}

static void test_begin_erases_what_no_block_reaches(void **state)
{
	(void)state;
	fill(OTA_0, OTA_0 + 0x8000);
	assert_int_equal(begin(0x02, OTA_0, 0x8000, 0x400, 0x400), 0);
	assert_blank(OTA_0, OTA_0 + 0x8000);
	assert_int_equal(bench.most_ops, 1); /* one sector a step */
}

static void test_blank_pages_are_not_programmed(void **state)
{
	uint8_t blank[ROM_BLOCK];

	(void)state;
	memset(blank, 0xFF, sizeof(blank));
	assert_int_equal(begin(0x02, OTA_0, 0x400, 0x400, 0x400), 0);
	assert_int_equal(block(0x03, 0, blank, sizeof(blank)), 0);
	assert_int_equal(bench.programs, 0);
}

static void test_a_session_begins_anew(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		assert_int_equal(begin(0x02, OTA_0, 0x800, 0x800, 0x400), 0);
		assert_int_equal(block(0x03, 0, bench.image, 0x400), 0);
	}
	assert_int_equal(block(0x03, 1, bench.image + 0x400, 0x400), 0);
	assert_memory_equal(bench.bytes + OTA_0, bench.image, 0x800);
}

static void test_end_writes_what_there_is(void **state)
{
	(void)state;
	assert_int_equal(begin(0x02, OTA_0, 0x201, 0x201, 0x101), 0);
	assert_int_equal(block(0x03, 0, bench.image, 0x101), 0);
	assert_blank(OTA_0 + 0x100, OTA_0 + 0x200);
	assert_int_equal(bench_code_of(&bench, 0x04, WORDS(1)), 0);
	assert_memory_equal(bench.bytes + OTA_0, bench.image, 0x101);
	assert_int_equal(block(0x03, 1, bench.image, 0x100), 0x06);
}

/* A host that does not wait for replies: what a BEGIN promised is done before what comes after it. */
static void test_requests_may_come_all_at_once(void **state)
{
	static uint8_t wire[0x1000];
	uint8_t words[20], piece[16 + ROM_BLOCK] = {0, 4};
	uint8_t sum = 0xEF;
	size_t wire_bytes;
	struct bench_reply reply;

	(void)state;
	fill(OTA_0, OTA_0 + 0x3000);
	memcpy(piece + 16, bench.image, ROM_BLOCK);
	for (unsigned i = 0; i < ROM_BLOCK; i++)
		sum ^= bench.image[i];
	for (unsigned i = 0; i < 4; i++)
		lb_store32le(words + 4 * i, (uint32_t[]){0x3000, 1, ROM_BLOCK, OTA_0}[i]);
	wire_bytes = bench_put_request(wire, 0x02, words, 16, 0);
	wire_bytes += bench_put_request(wire + wire_bytes, 0x03, piece, sizeof(piece), sum);
	for (unsigned i = 0; i < 4; i++)
		lb_store32le(words + 4 * i, (uint32_t[]){OTA_0, 0x3000, 0, 0}[i]);
	wire_bytes += bench_put_request(wire + wire_bytes, 0x13, words, 16, 0);
	bench_feed(&bench, wire, wire_bytes);
	for (unsigned i = 0; i < 2; i++) {
		reply = bench_parse_reply(&bench);
		assert_int_equal(reply.op, 0x02 + i);
		assert_int_equal(bench_code(&bench, &reply), 0);
	}
	reply = bench_parse_reply(&bench);
	bench_expect_md5(&bench, &reply, OTA_0, 0x3000);
	assert_memory_equal(bench.bytes + OTA_0, bench.image, ROM_BLOCK);
	assert_blank(OTA_0 + ROM_BLOCK, OTA_0 + 0x3000);
}

/* --- blocks that are not as they should be --- */

static void test_wrong_blocks(void **state)
{
	static const struct {
		uint8_t op;
		uint32_t number, size_bytes;
		uint8_t code;
	} wrong[] = {
		{0x11, 1, 0x100, 0x06}, {0x07, 1, 0x100, 0x06},          {0x03, 2, 0x100, 0x05},
		{0x03, 3, 0x100, 0x05}, {0x03, UINT32_MAX, 0x100, 0x05}, {0x03, 1, 0, 0x05},
		{0x03, 1, 0x101, 0x05}, {0x03, 1, 0xFF, 0x05},           {0x03, 1, 0x2000, 0x05},
	};

	(void)state;
	assert_int_equal(begin(0x02, OTA_0, 0x300, 0x300, 0x100), 0);
	assert_int_equal(block(0x03, 0, bench.image, 0x100), 0);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(block(wrong[i].op, wrong[i].number, bench.image, wrong[i].size_bytes), wrong[i].code);
	assert_int_equal(block(0x03, 1, bench.image + 0x100, 0x100), 0);
	assert_int_equal(block(0x03, 2, bench.image, 0), 0x05);
	assert_int_equal(block(0x03, 2, bench.image + 0x200, 0x80), 0);
	assert_memory_equal(bench.bytes + OTA_0, bench.image, 0x280);
	assert_int_equal(block(0x03, 3, bench.image, 0x100), 0x05);
}

static void test_a_block_sent_again_is_written_once(void **state)
{
	(void)state;
	bench_start_stub(&bench);
	assert_int_equal(begin(0x02, OTA_0, 0x8000, 0x8000, STUB_BLOCK), 0);
	for (uint32_t number = 0; number < 2; number++)
		for (unsigned i = 0; i < 3; i++)
			assert_int_equal(block(0x03, number, bench.image + number * STUB_BLOCK, STUB_BLOCK), 0);
	assert_memory_equal(bench.bytes + OTA_0, bench.image, 0x8000);
}

static void test_a_damaged_small_block_can_be_sent_again(void **state)
{
	struct bench_reply reply;
	uint32_t packed = pack(bench.image, 0x100);

	(void)state;
	assert_int_equal(begin(0x02, OTA_0, 0x400, 0x400, 0x400), 0);
	reply = bench_block(&bench, 0x03, 0, bench.image, 0x400, 1);
	assert_int_equal(bench_code(&bench, &reply), 0x07);
	assert_int_equal(bench.programs, 0);
	assert_int_equal(block(0x03, 0, bench.image, 0x400), 0);
	assert_memory_equal(bench.bytes + OTA_0, bench.image, 0x400);

	assert_int_equal(begin(0x10, OTA_0, 0x400, packed, 0x400), 0);
	reply = bench_block(&bench, 0x11, 0, stream, packed, 0x80);
	assert_int_equal(bench_code(&bench, &reply), 0x07);
	assert_int_equal(block(0x11, 0, stream, packed), 0);
	assert_memory_equal(bench.bytes + OTA_0, bench.image, 0x100);
}

static void test_a_damaged_long_block_ends_the_session(void **state)
{
	struct bench_reply reply;

	(void)state;
	bench_start_stub(&bench);
	assert_int_equal(begin(0x02, OTA_0, 0x4000, 0x4000, STUB_BLOCK), 0);
	reply = bench_block(&bench, 0x03, 0, bench.image, STUB_BLOCK, 1);
	assert_int_equal(bench_code(&bench, &reply), 0xC1);
	assert_int_equal(block(0x03, 0, bench.image, STUB_BLOCK), 0xC1);
	assert_int_equal(bench_code_of(&bench, 0x04, WORDS(1)), 0xC1);
	assert_int_equal(begin(0x02, OTA_0, 0x4000, 0x4000, STUB_BLOCK), 0);
	assert_int_equal(block(0x03, 0, bench.image, STUB_BLOCK), 0);
	assert_memory_equal(bench.bytes + OTA_0, bench.image, STUB_BLOCK);
}

static void test_a_long_block_cut_ends_the_session(void **state)
{
	static uint8_t wire[0x1000];
	uint8_t header[24] = {0, 0x03, 0x10, 0x40, 0, 0, 0, 0, 0, 0x40};

	(void)state;
	bench_start_stub(&bench);
	assert_int_equal(begin(0x02, OTA_0, 0x4000, 0x4000, STUB_BLOCK), 0);
	wire[0] = 0xC0;
	bench_feed(&bench, wire, 1 + lb_slip_put(wire + 1, header, sizeof(header)));
	bench_feed(&bench, wire, lb_slip_put(wire, bench.image, 0x700));
	assert_int_equal(begin(0x02, 0, 0, 0, 0x400), 0); /* its first byte ends the cut frame */
	assert_int_equal(begin(0x02, OTA_0, 0x4000, 0x4000, STUB_BLOCK), 0);
	assert_int_equal(block(0x03, 0, bench.image, STUB_BLOCK), 0);
	assert_memory_equal(bench.bytes + OTA_0, bench.image, STUB_BLOCK);
}

static void test_padding_goes_nowhere_and_more_is_refused(void **state)
{
	uint8_t padded[ROM_BLOCK];

	(void)state;
	fill(OTA_0 + 0x1000, OTA_0 + 0x2000);
	memset(padded, 0xFF, sizeof(padded));
	memcpy(padded, bench.image, 0x10);
	assert_int_equal(begin(0x02, OTA_0 + 0xFF0, 0x10, 0x10, 0x400), 0);
	assert_int_equal(block(0x03, 0, padded, sizeof(padded)), 0);
	assert_memory_equal(bench.bytes + OTA_0 + 0xFF0, bench.image, 0x10);
	assert_int_equal(bench.bytes[OTA_0 + 0x1000], 0x11);

	padded[0x3FF] = 0xFE;
	assert_int_equal(begin(0x02, OTA_0 + 0xFF0, 0x10, 0x10, 0x400), 0);
	assert_int_equal(block(0x03, 0, padded, sizeof(padded)), 0x08);
	assert_int_equal(bench.bytes[OTA_0 + 0x1000], 0x11);
}

/* --- streams --- */

static void test_damaged_streams(void **state)
{
	uint32_t packed = pack(bench.image, 0x100);

	(void)state;
	stream[packed - 1] ^= 1;
	assert_int_equal(begin(0x10, OTA_0, 0x400, packed, 0x400), 0);
	assert_int_equal(block(0x11, 0, stream, packed), 0x0B);
	assert_int_equal(block(0x11, 0, stream, packed), 0x0B);

	packed = pack(bench.image, 0x100); /* ends too early */
	assert_int_equal(begin(0x10, OTA_0, 0x400, packed - 3, 0x400), 0);
	assert_int_equal(block(0x11, 0, stream, packed - 3), 0x0A);

	assert_int_equal(begin(0x10, OTA_0, 0x400, packed, 0x20), 0); /* END comes too early */
	assert_int_equal(block(0x11, 0, stream, 0x20), 0);
	assert_int_equal(bench_code_of(&bench, 0x12, WORDS(1)), 0x0A);

	/* Goes on after its end: in the same block that is padding, later it is too much. */
	packed = pack(bench.image, 0x10);
	assert_int_equal(begin(0x10, OTA_0, 0x400, 0x80, 0x40), 0);
	assert_int_equal(block(0x11, 0, stream, 0x40), 0);
	assert_int_equal(block(0x11, 1, stream, 0x10), 0x08);
}

static void test_a_stream_that_never_ends_stays_in_its_range(void **state)
{
	uint8_t bomb[0x3FF];

	(void)state;
	for (unsigned i = 0; i + 3 <= sizeof(bomb); i += 3)
		memcpy(bomb + i, (uint8_t[]){0xFF, 0xFF, 0x00}, 3);
	fill(OTA_0 + 0x1000, OTA_0 + 0x2000);
	assert_int_equal(begin(0x10, OTA_0, 0x1000, sizeof(bomb), 0x400), 0);
	assert_int_equal(block(0x11, 0, bomb, sizeof(bomb)), 0x08);
	assert_int_equal(bench.bytes[OTA_0 + 0x1000], 0x11);
	assert_int_equal(bench.bytes[OTA_0 + 0xFFF], 0);
}

/* --- erases, protection --- */

static void test_erase_all_skips_the_protected_region(void **state)
{
	(void)state;
	bench_start_stub(&bench);
	fill(0x9000, BENCH_FLASH_BYTES);
	assert_int_equal(bench_code_of(&bench, 0xD0, 0, NULL), 0);
	assert_blank(0x9000, BENCH_FLASH_BYTES);
	assert_int_equal(bench.most_ops, 1);
}

static void test_erase_region(void **state)
{
	(void)state;
	bench_start_stub(&bench);
	fill(OTA_0, OTA_0 + 0x5000);
	assert_int_equal(bench_code_of(&bench, 0xD1, WORDS(OTA_0 + 0x1000, 0x2000)), 0);
	assert_blank(OTA_0 + 0x1000, OTA_0 + 0x3000);
	assert_int_equal(bench.bytes[OTA_0 + 0xFFF], 0x11);
	assert_int_equal(bench.bytes[OTA_0 + 0x3000], 0x11);
	assert_int_equal(bench_code_of(&bench, 0xD1, WORDS(OTA_0, 0)), 0);
	assert_int_equal(bench.bytes[OTA_0], 0x11);
}

static void test_equal_bytes_in_the_protected_region(void **state)
{
	uint8_t same[0x1000];

	(void)state;
	bench_start_stub(&bench);
	memset(same, 0x5A, sizeof(same));
	assert_int_equal(begin(0x02, 0x8000, 0x2000, 0x2000, 0x1000), 0);
	assert_int_equal(block(0x03, 0, same, sizeof(same)), 0);
	assert_int_equal(block(0x03, 1, bench.image, sizeof(same)), 0);
	assert_memory_equal(bench.bytes + 0x9000, bench.image, 0x1000);

	same[0xABC] ^= 1;
	assert_int_equal(begin(0x02, 0x8000, 0x1000, 0x1000, 0x1000), 0);
	assert_int_equal(block(0x03, 0, same, sizeof(same)), 0xC4);
	assert_int_equal(bench_code_of(&bench, 0x04, WORDS(1)), 0xC4);
	/* What is refused before it changed anything is no change of the slot behind. */
	fill(FACTORY, FACTORY + 0x1000);
	assert_int_equal(begin(0x02, 0x8000, 0x9000, 0x9000, 0x1000), 0);
	assert_int_equal(block(0x03, 0, same, sizeof(same)), 0xC4);
	assert_int_equal(bench.reported_count, 0);
	assert_int_equal(bench.bytes[FACTORY], 0x11);
	same[0xABC] ^= 1;
	assert_int_equal(begin(0x02, 0x8000, 0x9000, 0x9000, 0x1000), 0);
	assert_int_equal(block(0x03, 0, same, sizeof(same)), 0);
	assert_int_equal(bench.reported_count, 1);
	assert_int_equal(bench.told[0], LB_SLOT_FACTORY);
	assert_int_equal(begin(0x02, 0x1003, 5, 5, 0x1000), 0);
	assert_int_equal(block(0x03, 0, same, 5), 0);
}

static void test_a_sync_ends_an_erase(void **state)
{
	uint8_t erase[] = {0xC0, 0, 0xD0, 0, 0, 0, 0, 0, 0, 0xC0};

	(void)state;
	bench_start_stub(&bench);
	fill(0x9000, BENCH_FLASH_BYTES);
	for (unsigned i = 0; i < 20; i++)
		bench.last = lb_loader_step(&bench.loader, erase, i == 0 ? sizeof(erase) : 0, bench.wire, 0);
	bench_sync(&bench);
	assert_int_equal(bench.bytes[BENCH_FLASH_BYTES - 1], 0x11);
	assert_blank(0x9000, 0xA000);
}

/* --- what the owner is told --- */

static void test_slots_are_told_before_their_first_change(void **state)
{
	(void)state;
	bench_start_stub(&bench);
	assert_int_equal(begin(0x02, OTA_0 + 0x1000, 0x1000, 0x1000, 0x1000), 0);
	assert_int_equal(bench.reported_count, 1);
	assert_int_equal(bench.told[0], LB_SLOT_OTA_0);
	assert_int_equal(bench.reported_at_ops, 0);
	assert_int_equal(block(0x03, 0, bench.image, 0x1000), 0);
	assert_int_equal(bench.reported_count, 1);
	assert_int_equal(begin(0x02, OTA_0, 0x10, 0x10, 0x10), 0);
	assert_int_equal(bench.reported_count, 2);
}

static void test_all_slots_of_a_range_are_told_first(void **state)
{
	(void)state;
	bench_start_stub(&bench);
	assert_int_equal(bench_code_of(&bench, 0xD0, 0, NULL), 0);
	assert_int_equal(bench.reported_count, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(bench.told[i], i);
	assert_int_equal(bench.reported_at_ops, 0);
}

static void test_nothing_is_told_of_other_partitions(void **state)
{
	(void)state;
	bench_start_stub(&bench);
	assert_int_equal(bench_code_of(&bench, 0xD1, WORDS(RECORD, 0x10000)), 0);
	assert_int_equal(bench_code_of(&bench, 0xD1, WORDS(FS, 0x2000)), 0);
	assert_int_equal(begin(0x02, 0xF000, 0x1000, 0x1000, 0x400), 0);
	assert_int_equal(begin(0x02, OTA_0, 0, 0, 0x400), 0);
	assert_int_equal(bench.reported_count, 0);
	assert_int_equal(begin(0x02, 0xF000, 0x1001, 0x1001, 0x400), 0);
	assert_int_equal(bench.reported_count, 1);
	assert_int_equal(bench.told[0], LB_SLOT_FACTORY);
}

/* --- failing power: whatever the operation, an answer comes, and it is no success --- */

static void test_flash_that_fails(void **state)
{
	uint32_t ops;

	(void)state;
	for (bench.cut_at = 0;; bench.cut_at++) {
		uint32_t failed_at = bench.cut_at;
		unsigned code;

		bench_sync(&bench);
		lb_nor_power_on(&bench.nor);
		fill(OTA_0, OTA_0 + 0x3000);
		bench.cut = (struct lb_nor_cut){.moment = LB_NOR_CUT_BEFORE};
		bench.erases = bench.programs = 0;
		bench.reported_count = 0;
		code = begin(0x02, OTA_0, 0x1400, 0x1400, 0x400);
		for (uint32_t number = 0; number < 5 && code == 0; number++)
			code = block(0x03, number, bench.image + 0x400 * number, 0x400);
		ops = bench.erases + bench.programs;
		if (ops <= failed_at) {
			assert_int_equal(code, 0);
			break;
		}
		assert_int_not_equal(code, 0);
		/* Also when power is back: what was written in part is not gone on with. */
		lb_nor_power_on(&bench.nor);
		for (uint32_t number = 0; number < 5; number++)
			assert_int_not_equal(block(0x03, number, bench.image + 0x400 * number, 0x400), 0);
		assert_int_equal(bench.erases + bench.programs, failed_at + 1);
	}
	assert_int_equal(ops, 2 + 0x1400 / 0x100);
}

static void test_erases_and_reads_that_fail(void **state)
{
	(void)state;
	bench_start_stub(&bench);
	fill(OTA_0, OTA_0 + 0x3000);
	bench.cut = (struct lb_nor_cut){.moment = LB_NOR_CUT_BEFORE};
	bench.cut_at = 1;
	assert_int_equal(bench_code_of(&bench, 0xD1, WORDS(OTA_0, 0x3000)), 0xC4);
	assert_int_equal(bench_code_of(&bench, 0x13, WORDS(OTA_0, 0x3000, 0, 0)), 0xC4);
	assert_int_equal(bench_code_of(&bench, 0x0E, WORDS(OTA_0, 64)), 0xC4);
	assert_int_equal(bench_code_of(&bench, 0xD2, WORDS(OTA_0, 0x2000, 0x1000, 64)), 0);
	assert_int_equal(bench.wire_bytes, 2); /* a frame of nothing tells the host */
	bench_sync(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(test_ranges_of_all_shapes),
		BENCH_TEST(test_every_chunking_writes_the_same),
		BENCH_TEST(test_begin_erases_what_no_block_reaches),
		BENCH_TEST(test_blank_pages_are_not_programmed),
		BENCH_TEST(test_a_session_begins_anew),
		BENCH_TEST(test_end_writes_what_there_is),
		BENCH_TEST(test_requests_may_come_all_at_once),
		BENCH_TEST(test_wrong_blocks),
		BENCH_TEST(test_a_block_sent_again_is_written_once),
		BENCH_TEST(test_a_damaged_small_block_can_be_sent_again),
		BENCH_TEST(test_a_damaged_long_block_ends_the_session),
		BENCH_TEST(test_a_long_block_cut_ends_the_session),
		BENCH_TEST(test_padding_goes_nowhere_and_more_is_refused),
		BENCH_TEST(test_damaged_streams),
		BENCH_TEST(test_a_stream_that_never_ends_stays_in_its_range),
		BENCH_TEST(test_erase_all_skips_the_protected_region),
		BENCH_TEST(test_erase_region),
		BENCH_TEST(test_equal_bytes_in_the_protected_region),
		BENCH_TEST(test_a_sync_ends_an_erase),
		BENCH_TEST(test_slots_are_told_before_their_first_change),
		BENCH_TEST(test_all_slots_of_a_range_are_told_first),
		BENCH_TEST(test_nothing_is_told_of_other_partitions),
		BENCH_TEST(test_flash_that_fails),
		BENCH_TEST(test_erases_and_reads_that_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
