/* The host's client of the serial protocol against the loader's engine, in memory: over a wire that is perfect, one
 * that loses and damages bytes, and one with somebody else at its end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <md5.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "host/client/espflash.h"
#include "tests/unit/loader_bench.h"

enum { SLOT_AT = 0x10000, IMAGE_BYTES = 300001, WIRE_BYTES = 0x20000 };

/* The wire, its faults, and its clock, which only waiting moves. */
static struct {
	struct bench bench;
	int64_t now_ms;
	uint32_t noise;
	uint32_t fault_every; /* about one byte of so many is lost or damaged, either way; 0: none */
	uint32_t stop_after;  /* bytes sent, then the person stops it; 0: never */
	uint32_t gone_after;
	uint32_t sent;
	uint32_t baud;
	bool deaf;             /* nobody is there */
	const uint8_t *script; /* what comes, whatever is sent */
	size_t script_bytes;
	size_t done_bytes, all_bytes;
	unsigned told;
} wire;

static z_stream unpacker;
static uint8_t image[IMAGE_BYTES];
static uint8_t back[BENCH_FLASH_BYTES];

/* --- the module's libraries --- */

static void md5_init(struct lb_md5 *md5)
{
	MD5Init((MD5_CTX *)(void *)md5->state);
}

static void md5_update(struct lb_md5 *md5, const void *data, size_t size_bytes)
{
	MD5Update((MD5_CTX *)(void *)md5->state, data, size_bytes);
}

static void md5_final(struct lb_md5 *md5, uint8_t digest[LB_MD5_BYTES])
{
	MD5Final(digest, (MD5_CTX *)(void *)md5->state);
}

static void inflate_start(void *ctx)
{
	(void)ctx;
	inflateEnd(&unpacker);
	memset(&unpacker, 0, sizeof(unpacker));
	assert_int_equal(inflateInit(&unpacker), Z_OK);
}

static enum lb_inflate_result inflate_some(void *ctx, const uint8_t *in, size_t *in_bytes, uint8_t *out,
                                           size_t *out_bytes)
{
	(void)ctx;
	unpacker.next_in = (uint8_t *)(uintptr_t)in;
	unpacker.avail_in = (unsigned)*in_bytes;
	unpacker.next_out = out;
	unpacker.avail_out = (unsigned)*out_bytes;
	int result = inflate(&unpacker, Z_NO_FLUSH);
	*in_bytes -= unpacker.avail_in;
	*out_bytes -= unpacker.avail_out;
	if (result == Z_STREAM_END)
		return LB_INFLATE_END;
	return result == Z_OK || result == Z_BUF_ERROR ? LB_INFLATE_MORE : LB_INFLATE_BAD;
}

static const struct lb_codec codec = {md5_init, md5_update, md5_final, inflate_start, inflate_some, NULL};

/* --- the wire --- */

static uint32_t random_number(void)
{
	wire.noise = wire.noise * 1664525u + 1013904223u;
	return wire.noise >> 8;
}

/* What arrives of size_bytes, in place. */
static size_t pass(uint8_t *data, size_t size_bytes)
{
	size_t kept = 0;

	for (size_t i = 0; i < size_bytes; i++) {
		bool fault = wire.fault_every != 0 && random_number() % wire.fault_every == 0;

		if (!fault || random_number() % 2 == 0)
			data[kept++] = fault ? (uint8_t)random_number() : data[i];
	}
	return kept;
}

static int port_send(void *ctx, const void *data, size_t size_bytes)
{
	static uint8_t copy[WIRE_BYTES];

	(void)ctx;
	assert_true(size_bytes <= sizeof(copy));
	wire.sent += (uint32_t)size_bytes;
	if (wire.stop_after != 0 && wire.sent > wire.stop_after)
		return LB_PORT_STOPPED;
	if (wire.gone_after != 0 && wire.sent > wire.gone_after)
		return LB_PORT_GONE;
	memcpy(copy, data, size_bytes);
	if (!wire.deaf)
		bench_feed(&wire.bench, copy, pass(copy, size_bytes));
	return 0;
}

static int port_receive(void *ctx, void *data, size_t room_bytes, int time_ms)
{
	uint32_t count = wire.bench.wire_bytes < room_bytes ? wire.bench.wire_bytes : (uint32_t)room_bytes;

	(void)ctx;
	assert_true(time_ms >= 0);
	if (wire.script_bytes != 0) {
		count = (uint32_t)(wire.script_bytes < room_bytes ? wire.script_bytes : room_bytes);
		memcpy(data, wire.script, count);
		wire.now_ms += 1;
		return (int)count;
	}
	if (count == 0) {
		wire.now_ms += time_ms;
		return 0;
	}
	memcpy(data, wire.bench.wire, count);
	wire.bench.wire_bytes -= count;
	memmove(wire.bench.wire, wire.bench.wire + count, wire.bench.wire_bytes);
	return (int)pass(data, count);
}

static int port_baud(void *ctx, uint32_t baud)
{
	(void)ctx;
	wire.baud = baud;
	return 0;
}

static int port_pause(void *ctx, int time_ms)
{
	(void)ctx;
	wire.now_ms += time_ms;
	return 0;
}

static int64_t port_now(void *ctx)
{
	(void)ctx;
	return wire.now_ms;
}

static const struct lb_port port = {
	.send = port_send,
	.receive = port_receive,
	.set_baud = port_baud,
	.pause = port_pause,
	.now_ms = port_now,
};

static void progress(void *ctx, size_t done_bytes, size_t all_bytes)
{
	(void)ctx;
	assert_true(done_bytes <= all_bytes);
	assert_true(wire.all_bytes != all_bytes || done_bytes >= wire.done_bytes || done_bytes == 0);
	wire.done_bytes = done_bytes;
	wire.all_bytes = all_bytes;
	wire.told++;
}

static struct lb_espflash flash;

static int set_up(void **state)
{
	(void)state;
	memset(&wire, 0, sizeof(wire));
	bench_start(&wire.bench);
	struct lb_loader_setup setup = wire.bench.loader.commands.session.setup;
	setup.codec = &codec;
	lb_loader_init(&wire.bench.loader, &setup);
	wire.noise = 7;
	for (size_t i = 0; i < sizeof(image); i++) /* text that packs, and some that does not */
		image[i] = (uint8_t)(i % 65536 < 20000 ? random_number() : i / 7);
	flash = (struct lb_espflash){.progress = progress};
	lb_esp_init(&flash.esp, &port);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	bench_end(&wire.bench);
	inflateEnd(&unpacker);
	memset(&unpacker, 0, sizeof(unpacker));
	return 0;
}

static void open_flash(void)
{
	assert_int_equal(lb_esp_sync(&flash.esp, 3), LB_ESP_OK);
	assert_int_equal(lb_espflash_open(&flash), LB_ESP_OK);
	assert_int_equal(flash.flash_bytes, BENCH_FLASH_BYTES);
	assert_memory_equal(flash.board_id, wire.bench.loader.commands.session.setup.board_id, LB_BOARD_ID_BYTES);
}

static void expect_image(void)
{
	assert_memory_equal(wire.bench.bytes + SLOT_AT, image, sizeof(image));
}

/* --- a perfect wire --- */

static void test_writes_what_it_was_given(void **state)
{
	(void)state;
	memset(wire.bench.bytes + SLOT_AT, 0, 0x80000);
	open_flash();
	assert_int_equal(lb_espflash_write(&flash, SLOT_AT, image, sizeof(image)), LB_ESP_OK);
	expect_image();
	assert_int_equal(wire.bench.bytes[SLOT_AT + sizeof(image)], 0xFF);
	assert_int_equal(wire.bench.erases, (sizeof(image) + 4095) / 4096);
	assert_true(wire.bench.programs <= (sizeof(image) + 255) / 256);
	assert_true(wire.sent < sizeof(image)); /* packed */
	assert_int_equal(wire.bench.told[0], LB_SLOT_FACTORY);
	assert_int_equal(wire.bench.reported_count, 1);
	assert_int_equal(wire.done_bytes, wire.all_bytes);
	assert_true(wire.told > 20);
}

static void test_short_images(void **state)
{
	(void)state;
	open_flash();
	for (uint32_t size_bytes = 1; size_bytes < 5000; size_bytes += 409) {
		assert_int_equal(lb_espflash_write(&flash, SLOT_AT, image, size_bytes), LB_ESP_OK);
		assert_memory_equal(wire.bench.bytes + SLOT_AT, image, size_bytes);
		assert_int_equal(wire.bench.bytes[SLOT_AT + size_bytes], 0xFF);
		wire.bench.reported_count = 0;
	}
}

static void test_a_block_of_much_is_waited_for(void **state)
{
	static uint8_t zeros[0x100000];

	(void)state;
	open_flash();
	assert_int_equal(lb_espflash_write(&flash, SLOT_AT, zeros, sizeof(zeros)), LB_ESP_OK);
	assert_memory_equal(wire.bench.bytes + SLOT_AT, zeros, sizeof(zeros));
}

static void test_reads_what_is_there(void **state)
{
	(void)state;
	open_flash();
	memcpy(wire.bench.bytes + SLOT_AT + 3, image, sizeof(image));
	assert_int_equal(lb_espflash_read(&flash, 0, back, 0x80000), LB_ESP_OK);
	assert_memory_equal(back, wire.bench.bytes, 0x80000);
	assert_int_equal(lb_espflash_read(&flash, SLOT_AT + 3, back, 1001), LB_ESP_OK);
	assert_memory_equal(back, image, 1001);
	assert_int_equal(wire.bench.erases + wire.bench.programs, 0);
}

static void test_erases_the_range_alone(void **state)
{
	uint8_t *bytes = wire.bench.bytes;

	(void)state;
	open_flash();
	memset(bytes + SLOT_AT, 0, 0x200000);
	assert_int_equal(lb_espflash_erase(&flash, SLOT_AT + 0x1000, 0x101000), LB_ESP_OK);
	assert_int_equal(bytes[SLOT_AT + 0xFFF], 0);
	assert_int_equal(bytes[SLOT_AT + 0x102000], 0);
	for (uint32_t i = 0; i < 0x101000; i++)
		assert_int_equal(bytes[SLOT_AT + 0x1000 + i], 0xFF);
	assert_int_equal(wire.done_bytes, 0x101000);
}

static void test_a_higher_rate(void **state)
{
	(void)state;
	open_flash();
	assert_int_equal(lb_espflash_speed(&flash, 921600), LB_ESP_OK);
	assert_int_equal(wire.baud, 921600);
	assert_int_equal(wire.bench.baud, 921600);
	assert_int_equal(lb_espflash_speed(&flash, 100), LB_ESP_REFUSED);
}

static void test_asks_for_a_reset(void **state)
{
	(void)state;
	open_flash();
	assert_int_equal(lb_espflash_reboot(&flash), LB_ESP_OK);
	assert_int_equal(wire.bench.leave, LB_LOADER_RESET);
}

/* --- a bad wire: it works, or it is told; it is never said to work when it did not --- */

static void test_noise_never_lies(void **state)
{
	unsigned good = 0;

	(void)state;
	for (uint32_t seed = 1; seed <= 40; seed++) {
		wire.noise = seed * 7919;
		wire.fault_every = 1000 + seed * 500;
		int result = lb_esp_sync(&flash.esp, 10);
		if (result == LB_ESP_OK)
			result = lb_espflash_open(&flash);
		if (result == LB_ESP_OK)
			result = lb_espflash_write(&flash, SLOT_AT, image, 60000);
		if (result == LB_ESP_OK) {
			assert_memory_equal(wire.bench.bytes + SLOT_AT, image, 60000);
			result = lb_espflash_read(&flash, SLOT_AT, back, 60000);
		}
		if (result == LB_ESP_OK) {
			assert_memory_equal(back, image, 60000);
			good++;
		}
		wire.bench.reported_count = 0;
	}
	assert_true(good >= 35);
}

static void test_silence(void **state)
{
	(void)state;
	wire.deaf = true;
	assert_int_equal(lb_esp_sync(&flash.esp, 10), LB_ESP_SILENT);
	assert_true(wire.now_ms >= 900 && wire.now_ms < 5000);
	wire.deaf = false;
	open_flash();
	wire.deaf = true;
	wire.now_ms = 0;
	assert_int_equal(lb_espflash_write(&flash, SLOT_AT, image, 1000), LB_ESP_SILENT);
	assert_true(wire.now_ms < 60000);
	/* Twice the time of the slowest flash chip, and not once for each try. */
	wire.now_ms = 0;
	assert_int_equal(lb_espflash_write(&flash, SLOT_AT, image, IMAGE_BYTES), LB_ESP_SILENT);
	assert_true(wire.now_ms < 2 * (3000 + IMAGE_BYTES / 1024 * 40) + 4000);
}

static void test_chatter_that_never_ends(void **state)
{
	static uint8_t babble[200];
	static const uint8_t fills[] = {0xC0, 0x55, 0xDB, 0};

	(void)state;
	wire.script = babble;
	wire.script_bytes = sizeof(babble);
	for (size_t i = 0; i < sizeof(fills); i++) {
		memset(babble, fills[i], sizeof(babble));
		assert_int_equal(lb_esp_sync(&flash.esp, 3), LB_ESP_SILENT);
	}
}

/* Nothing of it is a reply to what was asked: header, lengths and edges are wrong, one each. */
static void test_malformed_replies(void **state)
{
	static const struct {
		uint8_t bytes[100];
		uint8_t size_bytes;
	} rows[] = {
		{{0xC0, 0xC0}, 2},
		{{0xC0, 1, 0x0A, 4, 0, 1, 2, 3, 4, 0xC0}, 10},             /* no status */
		{{0xC0, 0, 0x0A, 4, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0xC0}, 14}, /* a request */
		{{0xC0, 1, 0x0B, 4, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0xC0}, 14}, /* to something else */
		{{0xC0, 1, 0x0A, 5, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0xC0}, 14}, /* longer than it is */
		{{0xC0, 1, 0x0A, 3, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0xC0}, 14},
		{{0xC0, 1, 0x0A, 4, 0, 1, 2, 3, 0xDB, 4, 0, 0, 0, 0, 0xC0}, 15}, /* an escape of nothing */
		{{0xC0, 1, 0x0A, 4, 0, 1, 2, 3, 4, 0, 0, 0, 0xDB, 0xC0}, 14},
		{{0xC0, 1, 0x0A, 80, 0, 1, 2, 3, 4, [90] = 0xC0}, 91}, /* longer than any */
		{{1, 0x0A, 4, 0, 1, 2, 3, 4, 0, 0, 0, 0}, 12},         /* no edges */
	};
	struct lb_esp_reply reply;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memcpy(wire.bench.wire, rows[i].bytes, rows[i].size_bytes);
		wire.bench.wire_bytes = rows[i].size_bytes;
		assert_int_equal(lb_esp_await(&flash.esp, LB_OP_READ_REG, 500, &reply), LB_ESP_SILENT);
		lb_esp_init(&flash.esp, &port);
	}
}

static void test_a_refusal_is_told(void **state)
{
	static const uint8_t unknown[] = {0xC0, 1, 0, 4, 0, 0, 0, 0, 0, 1, 5, 0, 0, 0xC0};
	const uint32_t odd = 0x40001001;

	(void)state;
	open_flash();
	assert_int_equal(lb_esp_request(&flash.esp, LB_OP_READ_REG, &odd, 1, 500, NULL), LB_ESP_REFUSED);
	assert_int_equal(flash.esp.code, 5);
	memcpy(wire.bench.wire, unknown, sizeof(unknown));
	wire.bench.wire_bytes = sizeof(unknown);
	assert_int_equal(lb_esp_await(&flash.esp, LB_OP_SPI_FLASH_MD5, 500, NULL), LB_ESP_REFUSED);
}

static void test_escapes_come_back(void **state)
{
	static const uint8_t bytes[] = {0xC0, 1, 0x0A, 4, 0, 0xDB, 0xDC, 0xDB, 0xDD, 3, 4, 0, 0, 0, 0, 0xC0};
	struct lb_esp_reply reply;

	(void)state;
	memcpy(wire.bench.wire, bytes, sizeof(bytes));
	wire.bench.wire_bytes = sizeof(bytes);
	assert_int_equal(lb_esp_await(&flash.esp, LB_OP_READ_REG, 500, &reply), LB_ESP_OK);
	assert_int_equal(reply.value, 0x0403DBC0);
}

static void test_another_chip_is_not_touched(void **state)
{
	static const uint8_t bytes[] = {0xC0, 1, 0x0A, 4, 0, 0x09, 0, 0, 0, 0, 0, 0, 0, 0xC0};

	(void)state;
	wire.script = bytes;
	wire.script_bytes = sizeof(bytes);
	assert_int_equal(lb_espflash_open(&flash), LB_ESP_NO_CHIP);
}

static void test_sizes_that_no_chip_has(void **state)
{
	static const uint32_t sizes[] = {1u << 0x11, 1u << 0x1B};

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		wire.bench.loader.commands.regs.flash_bytes = sizes[i];
		assert_int_equal(lb_espflash_open(&flash), LB_ESP_NO_CHIP);
	}
}

/* A ROM uses them too, and has not asked for another setting. */
static void test_the_flash_controller_is_left_as_it_was(void **state)
{
	static const uint32_t rows[][4] = {{0x3FF4201C, 0x80000044, UINT32_MAX, 0},
	                                   {0x3FF42024, 0x7000003B, UINT32_MAX, 0}};
	struct lb_esp_reply reply;

	(void)state;
	assert_int_equal(lb_esp_sync(&flash.esp, 3), LB_ESP_OK);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(lb_esp_request(&flash.esp, LB_OP_WRITE_REG, rows[i], 4, 500, NULL), LB_ESP_OK);
	open_flash();
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(lb_esp_request(&flash.esp, LB_OP_READ_REG, rows[i], 1, 500, &reply), LB_ESP_OK);
		assert_int_equal(reply.value, rows[i][1]);
	}
}

static void test_protected_flash_stays(void **state)
{
	(void)state;
	open_flash();
	assert_int_equal(lb_espflash_write(&flash, 0x1000, image, 5000), LB_ESP_REFUSED);
	assert_int_equal(wire.bench.erases + wire.bench.programs, 0);
}

static void test_the_person_and_the_cable(void **state)
{
	(void)state;
	open_flash();
	wire.stop_after = wire.sent + 20000;
	assert_int_equal(lb_espflash_write(&flash, SLOT_AT, image, sizeof(image)), LB_ESP_STOPPED);
	wire.stop_after = 0;
	wire.gone_after = wire.sent + 20000;
	assert_int_equal(lb_espflash_write(&flash, SLOT_AT, image, sizeof(image)), LB_ESP_GONE);
	wire.gone_after = 0;
	wire.bench.reported_count = 0;
	open_flash(); /* what was half written is written whole */
	assert_int_equal(lb_espflash_write(&flash, SLOT_AT, image, sizeof(image)), LB_ESP_OK);
	expect_image();
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_writes_what_it_was_given),
		TEST(test_short_images),
		TEST(test_a_block_of_much_is_waited_for),
		TEST(test_reads_what_is_there),
		TEST(test_erases_the_range_alone),
		TEST(test_a_higher_rate),
		TEST(test_asks_for_a_reset),
		TEST(test_noise_never_lies),
		TEST(test_silence),
		TEST(test_chatter_that_never_ends),
		TEST(test_malformed_replies),
		TEST(test_a_refusal_is_told),
		TEST(test_escapes_come_back),
		TEST(test_another_chip_is_not_touched),
		TEST(test_sizes_that_no_chip_has),
		TEST(test_the_flash_controller_is_left_as_it_was),
		TEST(test_protected_flash_stays),
		TEST(test_the_person_and_the_cable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
