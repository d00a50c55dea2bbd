/* A bench for the loader: a flash that keeps the rules of NOR, and a host that speaks the protocol from the other end.
 * Both libraries are doubles, so that streams and sums can be made by hand: a stream is a row of {low, high, byte}, so
 * many times that byte; {0, 0, x} ends it, x being the sum of its output.
 */
#ifndef TESTS_UNIT_LOADER_BENCH_H
#define TESTS_UNIT_LOADER_BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/loader/loader.h"
#include "hardware/model/nor.h"

enum {
	BENCH_FLASH_BYTES = 0x800000,
	BENCH_FRAME_BYTES = 0x4100,
	BENCH_TOLD_MAX = 64,
	BENCH_STREAM_UNIT = 3,
	BENCH_IMAGE_BYTES = 0x9000,
};

/* Arguments of a request, as count and words. */
#define WORDS(...)                                                  \
	(unsigned)(sizeof((uint32_t[]){__VA_ARGS__}) / 4), (uint32_t[]) \
	{                                                               \
		__VA_ARGS__                                                 \
	}

struct bench_reply {
	bool there;
	uint8_t op;
	uint32_t value;
	uint8_t status[4];
	uint32_t data_bytes; /* without the status */
	uint8_t data[80];
};

struct bench {
	struct lb_loader loader;
	struct lb_nor nor;
	struct lb_flash nor_flash;
	struct lb_flash flash; /* the same, and it watches the rules */
	uint8_t *bytes;
	uint8_t *marks;
	uint8_t image[BENCH_IMAGE_BYTES]; /* something to write: runs, and bytes that must be escaped */
	uint32_t erases, programs;
	uint32_t most_ops; /* erases, and programs of a page, in one step */
	struct lb_nor_cut cut;
	uint32_t cut_at; /* the erase or program, counted from 0, that cut is for */
	enum lb_slot told[BENCH_TOLD_MAX];
	uint32_t reported_count;
	uint32_t reported_at_ops; /* erases and programs before the first slot was told */
	/* The host's end. */
	bool stub;
	uint32_t chunk_bytes; /* offered to one step; 0: all there is */
	uint32_t out_bytes;   /* room in one step */
	struct lb_loader_output last;
	uint32_t baud;
	enum lb_loader_leave leave;
	uint8_t wire[0x10000]; /* what came out and was not looked at yet */
	uint32_t wire_bytes;
	/* The stream double. */
	uint16_t run_left;
	uint8_t run_byte, stream_sum, pending[BENCH_STREAM_UNIT];
	uint32_t pending_bytes;
};

/* A new module; its flash is blank but for the protected region, which holds 0x5A. */
void bench_start(struct bench *bench);
void bench_end(struct bench *bench);
/* The same before and after a test; *state is the bench. */
int bench_set_up(void **state);
int bench_tear_down(void **state);
#define BENCH_TEST(name) cmocka_unit_test_prestate_setup_teardown(name, bench_set_up, bench_tear_down, &bench)

/* Feeds bytes as they are, until all are taken and the loader is idle. */
void bench_feed(struct bench *bench, const void *data, size_t size_bytes);
/* Feeds one frame. */
void bench_feed_frame(struct bench *bench, const void *data, size_t size_bytes);
/* Appends a request to wire, and returns how many bytes; sum is its checksum field. */
size_t bench_put_request(uint8_t *wire, uint8_t op, const void *data, uint32_t size_bytes, uint32_t sum);
/* The next frame that came out; -1: none. */
int bench_parse_frame(struct bench *bench, uint8_t *frame, size_t room_bytes);

/* The next frame that came out, as a reply. */
struct bench_reply bench_parse_reply(struct bench *bench);
/* A request, and the one reply to it. */
struct bench_reply bench_request(struct bench *bench, uint8_t op, const void *data, uint32_t size_bytes);
struct bench_reply bench_words(struct bench *bench, uint8_t op, unsigned count, const uint32_t *words);
/* A data block; sum_error is added to its checksum. */
struct bench_reply bench_block(struct bench *bench, uint8_t op, uint32_t number, const void *data, uint32_t size_bytes,
                               uint8_t sum_error);
/* The first status byte, and in the ROM flavour the second instead: 0 is success. */
unsigned bench_code(const struct bench *bench, const struct bench_reply *reply);
/* That of a request. */
unsigned bench_code_of(struct bench *bench, uint8_t op, unsigned count, const uint32_t *words);

/* Eight replies to a SYNC must come. */
void bench_sync(struct bench *bench);
/* Uploads a helper program, and the loader must behave as it from then on. */
void bench_start_stub(struct bench *bench);

/* The loader's sum over a range must be that of the flash's bytes: the reply that has it, and asking for it. */
void bench_expect_md5(struct bench *bench, const struct bench_reply *reply, uint32_t offset, uint32_t size_bytes);
void bench_check_md5(struct bench *bench, uint32_t offset, uint32_t size_bytes);
/* The double's sum. */
void bench_md5(const void *data, size_t size_bytes, uint8_t digest[LB_MD5_BYTES]);

#endif
