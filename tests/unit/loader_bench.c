#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/crc32.h"
#include "core/base/error.h"
#include "tests/unit/loader_bench.h"

static const uint8_t PROTECTED_BYTE = 0x5A;

/* --- doubles --- */

static void md5_init(struct lb_md5 *md5)
{
	memset(md5, 0, sizeof(*md5));
}

static void md5_update(struct lb_md5 *md5, const void *data, size_t size_bytes)
{
	md5->state[0] = lb_crc32((uint32_t)md5->state[0], data, size_bytes);
}

static void md5_final(struct lb_md5 *md5, uint8_t digest[LB_MD5_BYTES])
{
	for (unsigned i = 0; i < LB_MD5_BYTES / 4; i++)
		lb_store32le(digest + 4 * i, (uint32_t)md5->state[0] ^ 0xC0DBC0DBu * i);
}

void bench_md5(const void *data, size_t size_bytes, uint8_t digest[LB_MD5_BYTES])
{
	struct lb_md5 md5;

	md5_init(&md5);
	md5_update(&md5, data, size_bytes);
	md5_final(&md5, digest);
}

static void inflate_start(void *ctx)
{
	struct bench *bench = ctx;

	bench->run_left = 0;
	bench->stream_sum = 0;
	bench->pending_bytes = 0;
}

static enum lb_inflate_result inflate(void *ctx, const uint8_t *in, size_t *in_bytes, uint8_t *out, size_t *out_bytes)
{
	struct bench *bench = ctx;
	size_t used = 0, made = 0;

	for (;;) {
		while (bench->run_left != 0 && made < *out_bytes) {
			out[made++] = bench->run_byte;
			bench->stream_sum = (uint8_t)(bench->stream_sum + bench->run_byte);
			bench->run_left--;
		}
		if (bench->run_left != 0 || used == *in_bytes)
			break;
		bench->pending[bench->pending_bytes++] = in[used++];
		if (bench->pending_bytes < BENCH_STREAM_UNIT)
			continue;
		bench->pending_bytes = 0;
		bench->run_left = lb_load16le(bench->pending);
		bench->run_byte = bench->pending[2];
		if (bench->run_left == 0) {
			*in_bytes = used;
			*out_bytes = made;
			return bench->run_byte == bench->stream_sum ? LB_INFLATE_END : LB_INFLATE_BAD;
		}
	}
	*in_bytes = used;
	*out_bytes = made;
	return LB_INFLATE_MORE;
}

static struct lb_codec codec(struct bench *bench)
{
	return (struct lb_codec){md5_init, md5_update, md5_final, inflate_start, inflate, bench};
}

/* --- flash --- */

static struct lb_nor_cut begin_op(void *ctx, const struct lb_nor_op *op)
{
	struct bench *bench = ctx;
	struct lb_nor_cut none = {.moment = LB_NOR_CUT_NONE};
	uint32_t number = bench->erases + bench->programs;

	if (op->kind == LB_NOR_READ)
		return none;
	if (op->kind == LB_NOR_ERASE)
		bench->erases++;
	else
		bench->programs++;
	return number == bench->cut_at ? bench->cut : none;
}

/* No rule of the flash may ever be broken, only power may fail. */
static int sound(int error)
{
	assert_true(error == LB_OK || error == LB_ERR_IO);
	return error;
}

static int flash_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	struct bench *bench = ctx;

	return sound(bench->nor_flash.read(bench->nor_flash.ctx, offset, data, size_bytes));
}

static int flash_program(void *ctx, uint32_t offset, const void *data, uint32_t size_bytes)
{
	struct bench *bench = ctx;

	return sound(bench->nor_flash.program(bench->nor_flash.ctx, offset, data, size_bytes));
}

static int flash_erase(void *ctx, uint32_t offset, uint32_t size_bytes)
{
	struct bench *bench = ctx;

	return sound(bench->nor_flash.erase(bench->nor_flash.ctx, offset, size_bytes));
}

static void slot_changes(void *ctx, enum lb_slot slot)
{
	struct bench *bench = ctx;

	assert_true(bench->reported_count < BENCH_TOLD_MAX);
	if (bench->reported_count == 0)
		bench->reported_at_ops = bench->erases + bench->programs;
	bench->told[bench->reported_count++] = slot;
}

void bench_start(struct bench *bench)
{
	static struct lb_codec doubles;
	struct lb_region guarded = lb_flashmap_8mib.part[LB_PART_PROTECTED];

	memset(bench, 0, sizeof(*bench));
	bench->bytes = malloc(BENCH_FLASH_BYTES);
	bench->marks = calloc(1, BENCH_FLASH_BYTES / LB_NOR_PROGRAM_BYTES / 8);
	assert_non_null(bench->bytes);
	assert_non_null(bench->marks);
	memset(bench->bytes, 0xFF, BENCH_FLASH_BYTES);
	memset(bench->bytes + guarded.offset, PROTECTED_BYTE, guarded.size_bytes);
	bench->cut_at = UINT32_MAX;
	lb_nor_init(&bench->nor, &(struct lb_nor_setup){
								 .bytes = bench->bytes,
								 .size_bytes = BENCH_FLASH_BYTES,
								 .marks = bench->marks,
								 .hooks = {.begin = begin_op, .ctx = bench},
							 });
	bench->nor_flash = lb_nor_flash(&bench->nor);
	bench->flash = bench->nor_flash;
	bench->flash.read = flash_read;
	bench->flash.program = flash_program;
	bench->flash.erase = flash_erase;
	bench->flash.ctx = bench;
	bench->out_bytes = 64;
	for (uint32_t i = 0; i < sizeof(bench->image); i++)
		bench->image[i] = i % 45 < 9 ? 0xC0 : (uint8_t)(i / 9 * 2654435761u >> 13);
	doubles = codec(bench);
	lb_loader_init(&bench->loader, &(struct lb_loader_setup){
									   .flash = &bench->flash,
									   .map = &lb_flashmap_8mib,
									   .codec = &doubles,
									   .slot_changes = slot_changes,
									   .ctx = bench,
									   .mac = {0x24, 0x0A, 0xC4, 0x01, 0x02, 0x03},
									   .board_id = {0x6F, 0x04, [15] = 0x7E},
								   });
}

void bench_end(struct bench *bench)
{
	struct lb_region guarded = lb_flashmap_8mib.part[LB_PART_PROTECTED];

	for (uint32_t i = 0; i < guarded.size_bytes; i++)
		assert_int_equal(bench->bytes[guarded.offset + i], PROTECTED_BYTE);
	free(bench->bytes);
	free(bench->marks);
}

int bench_set_up(void **state)
{
	bench_start(*state);
	return 0;
}

int bench_tear_down(void **state)
{
	bench_end(*state);
	return 0;
}

/* --- the host --- */

static void step(struct bench *bench, const uint8_t *data, size_t size_bytes)
{
	uint32_t ops = bench->erases + bench->programs;

	assert_true(bench->wire_bytes + bench->out_bytes <= sizeof(bench->wire));
	bench->last = lb_loader_step(&bench->loader, data, size_bytes, bench->wire + bench->wire_bytes, bench->out_bytes);
	bench->wire_bytes += (uint32_t)bench->last.sent_bytes;
	ops = bench->erases + bench->programs - ops;
	if (ops > bench->most_ops)
		bench->most_ops = ops;
	assert_true(ops == 0 || bench->last.changing);
	if (bench->last.baud != 0)
		bench->baud = bench->last.baud;
	if (bench->last.leave != LB_LOADER_STAY)
		bench->leave = bench->last.leave;
}

void bench_feed(struct bench *bench, const void *data, size_t size_bytes)
{
	const uint8_t *bytes = data;
	size_t at = 0;
	unsigned standing = 0; /* steps that took nothing: a bound, so that a loader that hangs fails */

	do {
		size_t left = size_bytes - at;

		if (bench->chunk_bytes != 0 && left > bench->chunk_bytes)
			left = bench->chunk_bytes;
		step(bench, at == 0 ? bytes : bytes + at, left); /* no data: no pointer to count from */
		at += bench->last.consumed_bytes;
		standing = bench->last.consumed_bytes != 0 ? 0 : standing + 1;
		assert_true(standing < 200000);
	} while (at < size_bytes || !bench->last.idle);
}

void bench_feed_frame(struct bench *bench, const void *data, size_t size_bytes)
{
	static uint8_t wire[2 * BENCH_FRAME_BYTES + 2];
	size_t wire_bytes = lb_slip_put_edge(wire);

	assert_true(size_bytes <= BENCH_FRAME_BYTES);
	wire_bytes += lb_slip_put(wire + wire_bytes, data, size_bytes);
	wire_bytes += lb_slip_put_edge(wire + wire_bytes);
	bench_feed(bench, wire, wire_bytes);
}

int bench_parse_frame(struct bench *bench, uint8_t *frame, size_t room_bytes)
{
	struct lb_slip slip = {0};
	size_t frame_bytes = 0;
	bool inside = false;

	for (uint32_t at = 0; at < bench->wire_bytes; at++) {
		uint8_t byte = 0;
		enum lb_slip_event event = lb_slip_parse(&slip, bench->wire[at], &byte);

		assert_int_not_equal(event, LB_SLIP_BAD);
		if (event == LB_SLIP_BYTE) {
			assert_true(inside && frame_bytes < room_bytes);
			frame[frame_bytes++] = byte;
		}
		if (event == LB_SLIP_EDGE && inside) {
			bench->wire_bytes -= at + 1;
			memmove(bench->wire, bench->wire + at + 1, bench->wire_bytes);
			return (int)frame_bytes;
		}
		inside = inside || event == LB_SLIP_EDGE;
	}
	return -1;
}

struct bench_reply bench_parse_reply(struct bench *bench)
{
	struct bench_reply reply = {0};
	uint8_t frame[128];
	uint32_t status_bytes = bench->stub ? 2 : 4;
	int frame_bytes = bench_parse_frame(bench, frame, sizeof(frame));

	if (frame_bytes < 0)
		return reply;
	assert_true((uint32_t)frame_bytes >= LB_LOADER_HEADER_BYTES + status_bytes);
	assert_int_equal(frame[0], 1);
	assert_int_equal(lb_load16le(frame + 2), frame_bytes - LB_LOADER_HEADER_BYTES);
	reply.there = true;
	reply.op = frame[1];
	reply.value = lb_load32le(frame + 4);
	reply.data_bytes = (uint32_t)frame_bytes - LB_LOADER_HEADER_BYTES - status_bytes;
	memcpy(reply.data, frame + LB_LOADER_HEADER_BYTES, reply.data_bytes);
	memcpy(reply.status, frame + LB_LOADER_HEADER_BYTES + reply.data_bytes, status_bytes);
	return reply;
}

size_t bench_put_request(uint8_t *wire, uint8_t op, const void *data, uint32_t size_bytes, uint32_t sum)
{
	uint8_t header[8] = {0, op};
	size_t wire_bytes = lb_slip_put_edge(wire);

	lb_store16le(header + 2, (uint16_t)size_bytes);
	lb_store32le(header + 4, sum);
	wire_bytes += lb_slip_put(wire + wire_bytes, header, sizeof(header));
	wire_bytes += lb_slip_put(wire + wire_bytes, data, size_bytes);
	return wire_bytes + lb_slip_put_edge(wire + wire_bytes);
}

static struct bench_reply request(struct bench *bench, uint8_t op, const void *data, uint32_t size_bytes, uint32_t sum)
{
	static uint8_t wire[2 * BENCH_FRAME_BYTES + 2];
	struct bench_reply reply;

	assert_true(size_bytes + 8 <= BENCH_FRAME_BYTES);
	bench_feed(bench, wire, bench_put_request(wire, op, data, size_bytes, sum));
	reply = bench_parse_reply(bench);
	assert_true(reply.there);
	return reply;
}

struct bench_reply bench_request(struct bench *bench, uint8_t op, const void *data, uint32_t size_bytes)
{
	return request(bench, op, data, size_bytes, 0);
}

struct bench_reply bench_words(struct bench *bench, uint8_t op, unsigned count, const uint32_t *words)
{
	uint8_t data[1024];

	assert_true(4 * count <= sizeof(data));
	for (unsigned i = 0; i < count; i++)
		lb_store32le(data + 4 * i, words[i]);
	return bench_request(bench, op, data, 4 * count);
}

struct bench_reply bench_block(struct bench *bench, uint8_t op, uint32_t number, const void *data, uint32_t size_bytes,
                               uint8_t sum_error)
{
	static uint8_t block[BENCH_FRAME_BYTES];
	const uint8_t *bytes = data;
	uint8_t sum = 0xEF;

	memset(block, 0, 16);
	lb_store32le(block, size_bytes);
	lb_store32le(block + 4, number);
	memcpy(block + 16, data, size_bytes);
	for (uint32_t i = 0; i < size_bytes; i++)
		sum ^= bytes[i];
	return request(bench, op, block, 16 + size_bytes, (uint32_t)(sum ^ sum_error));
}

unsigned bench_code(const struct bench *bench, const struct bench_reply *reply)
{
	if (bench->stub || reply->status[0] == 0)
		return reply->status[0];
	assert_int_equal(reply->status[0], 1);
	return reply->status[1];
}

unsigned bench_code_of(struct bench *bench, uint8_t op, unsigned count, const uint32_t *words)
{
	struct bench_reply reply = bench_words(bench, op, count, words);

	assert_int_equal(reply.op, op);
	return bench_code(bench, &reply);
}

void bench_sync(struct bench *bench)
{
	uint8_t frame[8 + 36] = {0, 0x08, 36, 0, 0, 0, 0, 0, 0x07, 0x07, 0x12, 0x20};

	memset(frame + 12, 0x55, 32);
	bench->wire_bytes = 0;
	bench_feed_frame(bench, frame, sizeof(frame));
	bench->stub = false;
	for (unsigned i = 0; i < 8; i++) {
		struct bench_reply reply = bench_parse_reply(bench);

		assert_true(reply.there);
		assert_int_equal(reply.op, 0x08);
		assert_int_not_equal(reply.value, 0);
		assert_int_equal(bench_code(bench, &reply), 0);
	}
	assert_int_equal(bench->wire_bytes, 0);
	assert_true(bench->last.synced);
}

void bench_start_stub(struct bench *bench)
{
	static const uint32_t begin[] = {0x2000, 2, 0x1800, 0x4009F000};
	static const uint32_t end[] = {0, 0x4009F56C};
	static const uint8_t program[0x1800] = {0xC0, 0xDB};
	struct bench_reply reply;
	uint8_t greeting[8];

	bench_sync(bench);
	reply = bench_words(bench, 0x05, 4, begin);
	assert_int_equal(bench_code(bench, &reply), 0);
	reply = bench_block(bench, 0x07, 0, program, 0x1800, 0);
	assert_int_equal(bench_code(bench, &reply), 0);
	reply = bench_block(bench, 0x07, 1, program, 0x800, 0);
	assert_int_equal(bench_code(bench, &reply), 0);
	reply = bench_words(bench, 0x06, 2, end);
	assert_int_equal(bench_code(bench, &reply), 0);
	assert_int_equal(bench_parse_frame(bench, greeting, sizeof(greeting)), 4);
	assert_memory_equal(greeting, "OHAI", 4);
	bench->stub = true;
}

void bench_expect_md5(struct bench *bench, const struct bench_reply *reply, uint32_t offset, uint32_t size_bytes)
{
	uint8_t digest[LB_MD5_BYTES];

	assert_int_equal(bench_code(bench, reply), 0);
	bench_md5(bench->bytes + offset, size_bytes, digest);
	if (bench->stub) {
		assert_int_equal(reply->data_bytes, 16);
		assert_memory_equal(reply->data, digest, 16);
		return;
	}
	assert_int_equal(reply->data_bytes, 32);
	for (unsigned i = 0; i < 16; i++) {
		char digits[3] = {(char)reply->data[2 * i], (char)reply->data[2 * i + 1]};

		assert_int_equal(strtoul(digits, NULL, 16), digest[i]);
	}
}

void bench_check_md5(struct bench *bench, uint32_t offset, uint32_t size_bytes)
{
	struct bench_reply reply = bench_words(bench, 0x13, 4, (uint32_t[]){offset, size_bytes, 0, 0});

	bench_expect_md5(bench, &reply, offset, size_bytes);
}
