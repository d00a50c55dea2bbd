/* The loader's engine: greeting, registers, garbage, and what it tells its owner. What it does to flash:
 * test_loader_flash.c; every request with every field out of range: test_loader_fields.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/bytes.h"
#include "tests/unit/loader_bench.h"

static struct bench bench;

static uint32_t read_reg(uint32_t address)
{
	struct bench_reply reply = bench_words(&bench, 0x0A, WORDS(address));

	assert_int_equal(bench_code(&bench, &reply), 0);
	assert_int_equal(reply.data_bytes, 0);
	return reply.value;
}

static void write_reg(uint32_t address, uint32_t value)
{
	assert_int_equal(bench_code_of(&bench, 0x09, WORDS(address, value, UINT32_MAX, 0)), 0);
}

/* --- greeting --- */

static void test_silence_says_nothing(void **state)
{
	(void)state;
	bench_feed(&bench, NULL, 0);
	assert_true(bench.last.idle);
	assert_false(bench.last.synced);
	assert_int_equal(bench.wire_bytes, 0);
}

static void test_sync_is_answered_eight_times(void **state)
{
	(void)state;
	bench_sync(&bench);
	bench_feed(&bench, NULL, 0);
	assert_true(bench.last.synced);
}

static void test_every_chunking_works(void **state)
{
	(void)state;
	for (uint32_t in = 1; in < 60; in += 7) {
		for (uint32_t out = 1; out < 60; out += 9) {
			bench.chunk_bytes = in;
			bench.out_bytes = out;
			bench_sync(&bench);
			assert_int_equal(read_reg(0x40001000), 0x00F01D83);
		}
	}
}

static void test_no_room_to_send_loses_nothing(void **state)
{
	uint8_t frame[8 + 36 + 2] = {0xC0, 0, 0x08, 36, 0, 0, 0, 0, 0, 0x07, 0x07, 0x12, 0x20};
	struct lb_loader_output output = {0};

	(void)state;
	memset(frame + 13, 0x55, 32);
	frame[sizeof(frame) - 1] = 0xC0;
	assert_int_equal(lb_loader_step(&bench.loader, frame, sizeof(frame), NULL, 0).consumed_bytes, sizeof(frame));
	for (unsigned i = 0; i < 20; i++) {
		output = lb_loader_step(&bench.loader, NULL, 0, NULL, 0);
		assert_false(output.idle);
	}
	bench_feed(&bench, NULL, 0);
	for (unsigned i = 0; i < 8; i++) {
		uint8_t reply[32];

		assert_int_equal(bench_parse_frame(&bench, reply, sizeof(reply)), 12);
	}
}

/* --- registers --- */

static void test_registers(void **state)
{
	static const struct {
		uint32_t address, value;
	} rows[] = {
		{0x40001000, 0x00F01D83},
		{0x3FF5A000, 0},
		{0x3FF5A004, 0xC4010203},
		{0x3FF5A00C, 0x8200},
		{0x3FF5A010, 0x80},
		{0x3FF5A014, 1u << 20},
		{0x3FF5A018, 0},
		{0x3FF6607C, 1u << 31},
		{0x3FF40014, 347},
		{0x3FF5F06C, 800u << 7},
		{0x6001A004, 0xC4010203},
		{0x60000014, 347},
		{0, 0},
		{0xFFFFFFFC, 0},
		{0x3FF42030, 0},
		{0x3FF420C0, 0},
		{0x60040000, 0},
		{0x5FFFFFFC, 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(read_reg(rows[i].address), rows[i].value);
}

/* What esptool 2.x reads, without --chip, up to the chip's description; Pycom's updater carries it, Debian does not.
 * By the first it tells an ESP32 from an ESP8266 (0x00062000); it knows the efuses by their old names. */
static void test_esptool_2_detects_the_chip(void **state)
{
	(void)state;
	bench_sync(&bench);
	assert_int_equal(read_reg(0x60000078), 0x15122500);
	assert_int_equal(read_reg(0x3FF40078), 0x15122500);
	assert_int_equal(read_reg(0x60000074), 0);
	assert_int_equal(read_reg(0x6001A00C) >> 9 & 7, 1);  /* package */
	assert_int_equal(read_reg(0x6001A00C) >> 15 & 1, 1); /* revision */
	assert_int_equal(read_reg(0x3FF40014), 347);
	assert_int_equal(read_reg(0x6001A008) & 0xFFFF, 0x240A);
	assert_int_equal(read_reg(0x6001A004), 0xC4010203);
}

/* The checksum beside the MAC address, as tools of the family compute it. */
static void test_mac_checksum(void **state)
{
	struct lb_regs regs;

	/* From the 1-Wire literature: the family code and serial number A2 00 00 00 01 B8 1C 02 is its own example; six
	 * bytes of it are checked against a bitwise division written out below. */
	static const uint8_t id[LB_REGS_ID_BYTES] = {0x6F, 0x04, 0x86, 0x90, [15] = 0x7E};
	static const uint8_t mac[] = {0x02, 0x1C, 0xB8, 0x01, 0x00, 0x00};
	uint32_t divided = 0;

	(void)state;
	for (unsigned bit = 0; bit < 8 * sizeof(mac); bit++) {
		uint32_t in = (uint32_t)mac[bit / 8] >> bit % 8 & 1;
		uint32_t feedback = (divided ^ in) & 1;

		divided = divided >> 1 ^ (feedback != 0 ? 0x8C : 0);
	}
	lb_regs_init(&regs, mac, id, 0x800000);
	assert_int_equal(lb_regs_read(&regs, 0x3FF5A008), divided << 16 | 0x021C);
	assert_int_equal(lb_regs_read(&regs, 0x3FF5A004), 0xB8010000);
	assert_int_equal(lb_regs_read(&regs, 0x3FF5A078), 0x9086046F);
	assert_int_equal(lb_regs_read(&regs, 0x3FF5A07A), 0);
	assert_int_equal(lb_regs_read(&regs, 0x3FF5A084), 0x7E000000);
	assert_int_equal(lb_regs_read(&regs, 0x3FF5A088), 0);
}

static void test_writing_fixed_registers_changes_nothing(void **state)
{
	(void)state;
	write_reg(0x40001000, 0);
	write_reg(0x12345678, 1);
	assert_int_equal(read_reg(0x40001000), 0x00F01D83);
	assert_int_equal(read_reg(0x12345678), 0);
}

static void test_masks_and_several_writes(void **state)
{
	(void)state;
	assert_int_equal(
		bench_code_of(&bench, 0x09, WORDS(0x3FF42080, 0x12345678, UINT32_MAX, 0, 0x60002080, 0xFF, 0x0F, 9)), 0);
	assert_int_equal(read_reg(0x3FF42080), 0x1234567F);
}

static uint32_t spi_command(uint8_t opcode, uint32_t send, uint32_t send_bits, uint32_t read_bits)
{
	uint32_t flags = 1u << 31 | (read_bits != 0 ? 1u << 28 : 0) | (send_bits != 0 ? 1u << 27 : 0);

	if (send_bits != 0)
		write_reg(0x3FF42028, send_bits - 1);
	if (read_bits != 0)
		write_reg(0x3FF4202C, read_bits - 1);
	write_reg(0x3FF4201C, flags);
	write_reg(0x3FF42024, 7u << 28 | opcode);
	write_reg(0x3FF42080, send);
	write_reg(0x3FF42000, 1u << 18);
	assert_int_equal(read_reg(0x3FF42000), 0);
	return read_reg(0x3FF42080);
}

static void test_flash_chip(void **state)
{
	(void)state;
	assert_int_equal(spi_command(0x9F, 0, 0, 24), 0x1740C8);
	assert_int_equal(spi_command(0x9F, 0, 0, 8), 0xC8);
	assert_int_equal(spi_command(0x05, 0, 0, 8), 0);
	spi_command(0x06, 0, 0, 0);
	spi_command(0x01, 0xA55A, 16, 0);
	assert_int_equal(spi_command(0x05, 0, 0, 8), 0x5A);
	assert_int_equal(spi_command(0x35, 0, 0, 8), 0xA5);
	spi_command(0x01, 0xFF01, 8, 0);
	spi_command(0x31, 0x02, 8, 0);
	spi_command(0x11, 0x03, 8, 0);
	assert_int_equal(spi_command(0x05, 0, 0, 8), 1);
	assert_int_equal(spi_command(0x35, 0, 0, 8), 2);
	assert_int_equal(spi_command(0x15, 0, 0, 8), 3);
	assert_int_equal(spi_command(0x5A, 0, 0, 32), UINT32_MAX);
	assert_int_equal(spi_command(0xC7, 7, 8, 0), 7); /* erases nothing, reads nothing */
	assert_int_equal(bench.erases, 0);
}

static void test_flash_sizes(void **state)
{
	static const uint8_t mac[LB_REGS_MAC_BYTES] = {0}, id[LB_REGS_ID_BYTES] = {0};
	struct lb_regs regs;

	(void)state;
	lb_regs_init(&regs, mac, id, 0x400000);
	lb_regs_write(&regs, 0x3FF4201C, 1u << 28, UINT32_MAX);
	lb_regs_write(&regs, 0x3FF4202C, 23, UINT32_MAX);
	lb_regs_write(&regs, 0x3FF42024, 0x9F, UINT32_MAX);
	lb_regs_write(&regs, 0x3FF42000, 1u << 18, UINT32_MAX);
	assert_int_equal(lb_regs_read(&regs, 0x3FF42080), 0x1640C8);
}

/* --- flavours --- */

static void test_sync_goes_back_to_the_rom(void **state)
{
	(void)state;
	bench_start_stub(&bench);
	bench_sync(&bench);
	assert_int_equal(read_reg(0x40001000), 0x00F01D83);
}

static void test_a_program_without_an_entry_starts_nothing(void **state)
{
	static const uint8_t program[0x100] = {1};
	struct bench_reply reply;

	(void)state;
	assert_int_equal(bench_code_of(&bench, 0x05, WORDS(0x100, 1, 0x1800, 0x40080000)), 0);
	assert_int_equal(bench_code_of(&bench, 0x06, WORDS(0, 0x40080000)), 0x0A); /* not all of it came */
	assert_int_equal(bench_code_of(&bench, 0x05, WORDS(0x100, 1, 0x1800, 0x40080000)), 0);
	reply = bench_block(&bench, 0x07, 0, program, sizeof(program), 1);
	assert_int_equal(bench_code(&bench, &reply), 0x07);
	reply = bench_block(&bench, 0x07, 0, program, sizeof(program), 0);
	assert_int_equal(bench_code(&bench, &reply), 0);
	assert_int_equal(bench_code_of(&bench, 0x06, WORDS(1, 0)), 0);
	assert_int_equal(bench.wire_bytes, 0);
	assert_int_equal(read_reg(0x40001000), 0x00F01D83);
}

/* --- what the owner is told --- */

static void test_baud_rate_changes_after_the_reply(void **state)
{
	uint8_t frame[] = {0xC0, 0, 0x0F, 8, 0, 0, 0, 0, 0, 0, 0x10, 0x0E, 0, 0, 0, 0, 0, 0xC0};
	struct lb_loader_output output;
	uint8_t byte;
	unsigned sent = 0, told = 0;

	(void)state;
	output = lb_loader_step(&bench.loader, frame, sizeof(frame), &byte, 1);
	for (unsigned i = 0; i < 20; i++) {
		sent += (unsigned)output.sent_bytes;
		if (output.baud != 0) {
			assert_int_equal(sent, 14);
			assert_int_equal(output.baud, 921600);
		}
		told += output.baud != 0;
		output = lb_loader_step(&bench.loader, NULL, 0, &byte, 1);
	}
	assert_int_equal(sent, 14);
	assert_int_equal(told, 1);
}

static void test_ways_out(void **state)
{
	static const struct {
		bool stub;
		uint8_t op;
		uint32_t stay;
		enum lb_loader_leave leave;
	} ways[] = {
		{false, 0x04, 0, LB_LOADER_RESET}, {false, 0x04, 1, LB_LOADER_RUN},   {true, 0x04, 0, LB_LOADER_STAY},
		{true, 0x04, 1, LB_LOADER_STAY},   {false, 0x12, 0, LB_LOADER_RESET}, {true, 0x12, 1, LB_LOADER_STAY},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		bench.leave = LB_LOADER_STAY;
		if (ways[i].stub)
			bench_start_stub(&bench);
		else
			bench_sync(&bench);
		assert_int_equal(bench_code_of(&bench, 0x02, WORDS(0, 0, 0x400, 0)), 0);
		assert_int_equal(bench_code_of(&bench, ways[i].op, 1, &ways[i].stay), 0);
		assert_int_equal(bench.leave, ways[i].leave);
		bench.stub = ways[i].stub && ways[i].stay == 1;
		assert_int_equal(read_reg(0x40001000), 0x00F01D83); /* in that flavour */
	}
	assert_int_equal(bench.erases + bench.programs, 0);
}

/* --- garbage --- */

static uint32_t noise;

static uint8_t next_noise(void)
{
	noise = noise * 1664525u + 1013904223u;
	return (uint8_t)(noise >> 24);
}

static void test_sync_follows_any_garbage(void **state)
{
	uint8_t garbage[300];

	(void)state;
	for (noise = 1; noise < 400; noise++) {
		uint32_t seed = noise;
		size_t size_bytes = 1 + next_noise();

		for (size_t i = 0; i < size_bytes; i++)
			garbage[i] = next_noise() % 8 == 0 ? 0xC0 : next_noise();
		bench_feed(&bench, garbage, size_bytes);
		bench_sync(&bench);
		noise = seed;
	}
}

static void test_sync_follows_a_frame_cut_anywhere(void **state)
{
	uint8_t frame[8 + 16 + 64] = {0, 0x03, 80, 0, 0, 0, 0, 0, 64};
	uint8_t wire[2 * sizeof(frame) + 1];

	(void)state;
	for (size_t cut = 0; cut < sizeof(frame); cut++) {
		assert_int_equal(bench_code_of(&bench, 0x02, WORDS(0x1000, 64, 64, 0x10000)), 0);
		wire[0] = 0xC0;
		bench_feed(&bench, wire, 1 + lb_slip_put(wire + 1, frame, cut));
		bench_sync(&bench);
		bench.reported_count = 0;
	}
}

static void test_what_is_no_request_is_not_answered(void **state)
{
	static const struct {
		uint8_t bytes[14];
		uint8_t size_bytes;
	} frames[] = {
		{{0}, 1},
		{{0, 0x0A, 4, 0, 0, 0, 0}, 7},
		{{1, 0x0A, 4, 0, 0, 0, 0, 0, 0, 0x10, 0, 0x40}, 12}, /* a reply */
		{{0, 0x0A, 4, 0, 0, 0, 0, 0, 0, 0x10, 0}, 11},       /* cut */
		{{0, 0x0A, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0x10, 0, 0x40}, 12},
	};
	static const uint8_t bad_escape[] = {0xC0, 0, 0x0A, 4, 0, 0, 0, 0, 0, 0xDB, 0x10, 0x10, 0, 0x40, 0xC0};

	(void)state;
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		bench_feed_frame(&bench, frames[i].bytes, frames[i].size_bytes);
		assert_int_equal(bench.wire_bytes, 0);
	}
	bench_feed(&bench, bad_escape, sizeof(bad_escape));
	assert_int_equal(bench.wire_bytes, 0);
	assert_int_equal(read_reg(0x40001000), 0x00F01D83);
}

static void test_too_long_a_frame_is_refused(void **state)
{
	static uint8_t frame[0x4000] = {0, 0x0A, 4};
	uint8_t reply[16];

	(void)state;
	bench_feed_frame(&bench, frame, sizeof(frame));
	assert_int_equal(bench_parse_frame(&bench, reply, sizeof(reply)), 12);
	assert_memory_equal(reply, "\1\x0A\4\0\0\0\0\0\1\6\0\0", 12);
	lb_store16le(frame + 2, sizeof(frame) - 8);
	bench_feed_frame(&bench, frame, sizeof(frame));
	assert_int_equal(bench_parse_frame(&bench, reply, sizeof(reply)), 12);
	assert_memory_equal(reply, "\1\x0A\4\0\0\0\0\0\1\6\0\0", 12);
}

static void test_a_greeting_with_a_wrong_word_is_refused(void **state)
{
	uint8_t greeting[36] = {0x07, 0x07, 0x12, 0x20};
	struct bench_reply reply;

	(void)state;
	memset(greeting + 4, 0x55, 32);
	greeting[35] = 0x54;
	reply = bench_request(&bench, 0x08, greeting, sizeof(greeting));
	assert_int_equal(bench_code(&bench, &reply), 0x05);
	greeting[35] = 0x55;
	greeting[0] = 0;
	reply = bench_request(&bench, 0x08, greeting, sizeof(greeting));
	assert_int_equal(bench_code(&bench, &reply), 0x05);
	assert_false(bench.last.synced);
}

/* --- */

static void test_escapes_both_ways(void **state)
{
	uint8_t wire[8], data[4] = {0xC0, 0xDB, 0xDC, 0xDD}, byte = 0;
	struct lb_slip slip = {0};
	unsigned got = 0;

	(void)state;
	assert_int_equal(lb_slip_put(wire, data, 4), 6);
	assert_memory_equal(wire, "\xDB\xDC\xDB\xDD\xDC\xDD", 6);
	for (unsigned i = 0; i < 6; i++)
		if (lb_slip_parse(&slip, wire[i], &byte) == LB_SLIP_BYTE)
			assert_int_equal(byte, data[got++]);
	assert_int_equal(got, 4);
	assert_int_equal(lb_slip_parse(&slip, 0xDB, &byte), LB_SLIP_NONE);
	assert_int_equal(lb_slip_parse(&slip, 0xC0, &byte), LB_SLIP_EDGE);
	assert_int_equal(lb_slip_parse(&slip, 0xDC, &byte), LB_SLIP_BYTE);
	assert_int_equal(lb_slip_parse(&slip, 0xDB, &byte), LB_SLIP_NONE);
	assert_int_equal(lb_slip_parse(&slip, 0xDB, &byte), LB_SLIP_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(test_silence_says_nothing),
		BENCH_TEST(test_sync_is_answered_eight_times),
		BENCH_TEST(test_every_chunking_works),
		BENCH_TEST(test_no_room_to_send_loses_nothing),
		BENCH_TEST(test_registers),
		BENCH_TEST(test_esptool_2_detects_the_chip),
		BENCH_TEST(test_mac_checksum),
		BENCH_TEST(test_writing_fixed_registers_changes_nothing),
		BENCH_TEST(test_masks_and_several_writes),
		BENCH_TEST(test_flash_chip),
		BENCH_TEST(test_flash_sizes),
		BENCH_TEST(test_sync_goes_back_to_the_rom),
		BENCH_TEST(test_a_program_without_an_entry_starts_nothing),
		BENCH_TEST(test_baud_rate_changes_after_the_reply),
		BENCH_TEST(test_ways_out),
		BENCH_TEST(test_sync_follows_any_garbage),
		BENCH_TEST(test_sync_follows_a_frame_cut_anywhere),
		BENCH_TEST(test_what_is_no_request_is_not_answered),
		BENCH_TEST(test_too_long_a_frame_is_refused),
		BENCH_TEST(test_a_greeting_with_a_wrong_word_is_refused),
		cmocka_unit_test(test_escapes_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
