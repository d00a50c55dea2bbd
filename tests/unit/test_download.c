/* The writer of updates: what it erases and programs, what it refuses, how it is found again after a cut anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "core/base/bytes.h"
#include "core/base/error.h"
#include "core/update/download.h"
#include "hardware/model/nor.h"

enum {
	SECTOR = LB_NOR_SECTOR_BYTES,
	BLOCK = 2 * SECTOR, /* the slot's first sector is a block's second */
	BEFORE = SECTOR,    /* a sector of somebody else's on either side of the slot */
	SLOT = 5 * SECTOR,
	SIZE = BEFORE + SLOT + SECTOR,
	NEVER = -1,
};

struct bench {
	struct lb_nor nor;
	struct lb_flash flash;
	struct lb_download download;
	uint8_t bytes[SIZE];
	uint8_t marks[SIZE / LB_NOR_PROGRAM_BYTES / 8];
	uint8_t image[SLOT];
	int operations, erases;
	uint32_t programmed_bytes;
	int cut_at;
	struct lb_nor_cut cut;
	uint32_t cut_offset; /* in the slot: where the operation was that was cut */
};

static const struct lb_region region = {.offset = BEFORE, .size_bytes = SLOT};
static int pauses;

static bool count_pause(void)
{
	pauses++;
	return true;
}

static struct lb_nor_cut begin(void *ctx, const struct lb_nor_op *op)
{
	struct bench *bench = ctx;
	const struct lb_nor_cut none = {.moment = LB_NOR_CUT_NONE};

	if (op->kind == LB_NOR_READ)
		return none;
	bench->erases += op->kind == LB_NOR_ERASE;
	bench->programmed_bytes += op->kind == LB_NOR_PROGRAM ? op->size_bytes : 0;
	if (bench->operations++ != bench->cut_at)
		return none;
	bench->cut_offset = op->offset - BEFORE;
	return bench->cut;
}

/* Old bytes everywhere, none of them blank; then an image's header and anything. */
static void start(struct bench *bench)
{
	struct lb_nor_setup setup = {
		.bytes = bench->bytes, .size_bytes = SIZE, .erase_block_bytes = BLOCK, .marks = bench->marks};

	memset(bench, 0, sizeof(*bench));
	memset(bench->bytes, 0x5A, sizeof(bench->bytes));
	memset(bench->marks, 0xFF, sizeof(bench->marks));
	for (uint32_t i = 0; i < SLOT; i++)
		bench->image[i] = (uint8_t)(i * 31 + i / 241);
	memset(bench->image, 0, LB_IMAGE_HEADER_BYTES);
	lb_store32le(bench->image + LB_IMAGE_AT_MAGIC, LB_IMAGE_MAGIC);
	lb_store16le(bench->image + LB_IMAGE_AT_HEADER_BYTES, LB_IMAGE_HEADER_BYTES);
	lb_store32le(bench->image + LB_IMAGE_AT_PAYLOAD_BYTES, 2 * SECTOR);
	bench->cut_at = NEVER;
	setup.hooks.begin = begin;
	setup.hooks.ctx = bench;
	lb_nor_init(&bench->nor, &setup);
	bench->flash = lb_nor_flash(&bench->nor);
	lb_download_start(&bench->download, &bench->flash, region, 0);
}

static int write(struct bench *bench, const uint8_t *data, uint32_t size_bytes)
{
	enum lb_image_verdict verdict = LB_IMAGE_GOOD;
	const int result = lb_download_write(&bench->download, data, size_bytes, count_pause, &verdict);

	assert_int_equal(result == LB_ERR_FORMAT, verdict != LB_IMAGE_GOOD);
	return result;
}

/* What a client does: the rest of the image from that offset, in pieces; stops at the first failure. */
static int send(struct bench *bench, uint32_t from, uint32_t image_bytes, uint32_t chunk)
{
	for (uint32_t at = from; at < image_bytes; at += chunk) {
		const uint32_t left = image_bytes - at;
		const int result = write(bench, bench->image + at, left < chunk ? left : chunk);

		if (result != LB_OK)
			return result;
	}
	return lb_download_close(&bench->download);
}

static void assert_neighbours_untouched(const struct bench *bench)
{
	for (uint32_t i = 0; i < SIZE; i++)
		if (i < BEFORE || i >= BEFORE + SLOT)
			assert_int_equal(bench->bytes[i], 0x5A);
}

static void any_size_costs_exactly_its_sectors(void **state)
{
	static const uint32_t sizes[] = {33, 256, 257, 4095, 4096, 4097, 8192, 9000, 12288, SLOT - 1, SLOT};
	static const uint32_t chunks[] = {1, 3, 32, 33, 255, 256, 257, 4096, 4097, 6000, 9000, SLOT};
	static struct bench bench;

	(void)state;
	for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++)
		for (size_t c = 0; c < sizeof(chunks) / sizeof(chunks[0]); c++) {
			start(&bench);
			pauses = 0;
			assert_int_equal(send(&bench, 0, sizes[s], chunks[c]), LB_OK);
			assert_memory_equal(bench.bytes + BEFORE, bench.image, sizes[s]);
			assert_int_equal(bench.erases, (sizes[s] + SECTOR - 1) / SECTOR);
			assert_int_equal(bench.programmed_bytes, (sizes[s] + 7) / 8 * 8);
			assert_int_equal(pauses, (sizes[s] - 1) / SECTOR);
			assert_int_equal(write(&bench, bench.image, 1), LB_ERR_UNSUPPORTED);
			assert_neighbours_untouched(&bench);
		}
}

/* The first sector alone, then the rest of its block; from there on whole blocks, but none beyond the size. */
static void a_size_that_is_known_has_blocks_erased(void **state)
{
	static const struct {
		uint32_t expected;
		int erases;
	} cases[] = {{0, 5}, {SLOT, 3}, {SLOT - 1, 3}, {SLOT - SECTOR, 4}, {1, 5}};
	static struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		start(&bench);
		assert_int_equal(lb_download_expect(&bench.download, SLOT + 1), LB_ERR_BOUNDS);
		assert_int_equal(lb_download_expect(&bench.download, cases[i].expected), LB_OK);
		assert_int_equal(bench.operations, 0);
		assert_int_equal(send(&bench, 0, SLOT, 1000), LB_OK);
		assert_memory_equal(bench.bytes + BEFORE, bench.image, SLOT);
		assert_int_equal(bench.erases, cases[i].erases);
		assert_neighbours_untouched(&bench);
	}
}

static void what_does_not_fit_changes_nothing(void **state)
{
	static struct bench bench;
	static uint8_t before[SIZE];

	(void)state;
	start(&bench);
	assert_int_equal(write(&bench, bench.image, SLOT - 300), LB_OK);
	memcpy(before, bench.bytes, SIZE);
	assert_int_equal(write(&bench, bench.image, 301), LB_ERR_BOUNDS);
	assert_int_equal(write(&bench, bench.image, UINT32_MAX), LB_ERR_BOUNDS);
	assert_int_equal(lb_download_position(&bench.download), SLOT - 300);
	assert_memory_equal(bench.bytes, before, SIZE);
	assert_int_equal(write(&bench, bench.image + SLOT - 300, 300), LB_OK);
	assert_int_equal(lb_download_close(&bench.download), LB_OK);
	assert_memory_equal(bench.bytes + BEFORE, bench.image, SLOT);
	assert_neighbours_untouched(&bench);
}

static struct bench *restarted;

static bool start_another(void)
{
	lb_download_start(&restarted->download, &restarted->flash, region, 0);
	return false;
}

static void a_download_begun_in_a_pause_gets_nothing_of_the_one_before(void **state)
{
	enum lb_image_verdict verdict = LB_IMAGE_GOOD;
	static struct bench bench;

	(void)state;
	start(&bench);
	restarted = &bench;
	assert_int_equal(lb_download_write(&bench.download, bench.image, SLOT, start_another, &verdict),
	                 LB_ERR_UNSUPPORTED);
	assert_int_equal(verdict, LB_IMAGE_GOOD);
	assert_int_equal(lb_download_position(&bench.download), 0);
	assert_int_equal(send(&bench, 0, 9000, 1000), LB_OK);
	assert_memory_equal(bench.bytes + BEFORE, bench.image, 9000);
}

static void a_wrong_file_is_refused_before_anything_is_erased(void **state)
{
	static const struct {
		uint8_t offset, value;
		enum lb_image_verdict verdict;
	} wrong[] = {
		{LB_IMAGE_AT_MAGIC, 0x7F, LB_IMAGE_NO_MAGIC},
		{LB_IMAGE_AT_FLAGS, 0x10, LB_IMAGE_BAD_FLAGS},
		{LB_IMAGE_AT_HEADER_BYTES, 31, LB_IMAGE_BAD_HEADER},
		{LB_IMAGE_AT_PAYLOAD_BYTES + 2, 1, LB_IMAGE_TOO_LONG},
	};
	static struct bench bench;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		for (uint32_t chunk = 1; chunk <= 64; chunk += 21) {
			enum lb_image_verdict verdict = LB_IMAGE_GOOD;
			int result = LB_OK;

			start(&bench);
			bench.image[wrong[i].offset] = wrong[i].value;
			for (uint32_t at = 0; at < 128 && result == LB_OK; at += chunk)
				result = lb_download_write(&bench.download, bench.image + at, chunk, count_pause, &verdict);
			assert_int_equal(result, LB_ERR_FORMAT);
			assert_int_equal(verdict, wrong[i].verdict);
			assert_int_equal(bench.operations, 0);
		}
}

static void what_was_taken_can_be_read_before_it_is_in_flash(void **state)
{
	static struct bench bench;
	uint8_t bytes[700];

	(void)state;
	start(&bench);
	assert_int_equal(write(&bench, bench.image, 5000), LB_OK);
	const struct lb_image_source source = lb_download_source(&bench.download);

	assert_int_equal(source.size_bytes, 5000);
	for (uint32_t at = 0; at + sizeof(bytes) <= 5000; at += 100) {
		assert_int_equal(source.read(source.ctx, at, bytes, sizeof(bytes)), LB_OK);
		assert_memory_equal(bytes, bench.image + at, sizeof(bytes));
	}
}

/* --- cuts --- */

static const enum lb_nor_moment moments[] = {LB_NOR_CUT_BEFORE, LB_NOR_CUT_TORN, LB_NOR_CUT_AFTER};

static struct lb_nor_cut cut_of(unsigned moment, unsigned number)
{
	return (struct lb_nor_cut){.moment = moments[moment], .done_bytes = number * 8 % 256, .seed = number * 7 + 1};
}

/* Where a client goes on: it compares what is said to be there with its own file. */
static uint32_t resume_offset(struct bench *bench)
{
	const uint32_t found = lb_download_found(&bench->flash, region);

	assert_true(found <= SLOT && found % SECTOR == 0);
	return memcmp(bench->bytes + BEFORE, bench->image, found) == 0 ? found : 0;
}

static void power_on(struct bench *bench)
{
	lb_nor_power_on(&bench->nor);
	bench->cut_at = NEVER;
}

enum { IMAGE = 3 * SECTOR + 700 };

static void resume(struct bench *bench, uint32_t offset)
{
	lb_download_start(&bench->download, &bench->flash, region, offset);
	assert_int_equal(send(bench, offset, IMAGE, 1000), LB_OK);
	assert_memory_equal(bench->bytes + BEFORE, bench->image, IMAGE);
	assert_neighbours_untouched(bench);
}

/* expected: 0, or the size is known. */
static int operations_of_a_download(struct bench *bench, uint32_t expected)
{
	start(bench);
	assert_int_equal(lb_download_expect(&bench->download, expected), LB_OK);
	assert_int_equal(send(bench, 0, IMAGE, 1000), LB_OK);
	return bench->operations;
}

/* Nothing is kept of the sector under work, and all but that and the one before it is. */
static void cut_anywhere(uint32_t expected)
{
	static struct bench bench;
	const int operations = operations_of_a_download(&bench, expected);
	unsigned points = 0;

	for (int at = 0; at < operations; at++)
		for (unsigned moment = 0; moment < 3; moment++) {
			uint32_t offset;

			start(&bench);
			assert_int_equal(lb_download_expect(&bench.download, expected), LB_OK);
			bench.cut_at = at;
			bench.cut = cut_of(moment, points++);
			assert_int_equal(send(&bench, 0, IMAGE, 1000), LB_ERR_IO);
			power_on(&bench);
			offset = resume_offset(&bench);
			assert_true(offset <= bench.cut_offset / SECTOR * SECTOR);
			assert_true(offset + 2 * SECTOR > bench.cut_offset / SECTOR * SECTOR);
			resume(&bench, offset);
		}
	printf("%u cuts\n", points);
	assert_int_equal(points, 3 * operations);
}

static void a_cut_anywhere_loses_two_sectors_at_most(void **state)
{
	(void)state;
	cut_anywhere(0);
}

/* A block erase that was cut is within what is written anew anyway. */
static void a_cut_among_blocks_loses_no_more(void **state)
{
	(void)state;
	cut_anywhere(IMAGE);
}

/* There no blank sector follows that would show where it broke off, and the last one may be torn all the same. */
static void a_cut_in_the_last_sector_of_a_slot_loses_two_at_most(void **state)
{
	static struct bench bench;
	int operations;

	(void)state;
	start(&bench);
	assert_int_equal(send(&bench, 0, SLOT, 1000), LB_OK);
	assert_int_equal(lb_download_found(&bench.flash, region), SLOT - SECTOR);
	operations = bench.operations;
	for (int at = operations - 3; at < operations; at++)
		for (unsigned moment = 0; moment < 3; moment++) {
			start(&bench);
			bench.cut_at = at;
			bench.cut = cut_of(moment, 5);
			assert_int_equal(send(&bench, 0, SLOT, 1000), LB_ERR_IO);
			power_on(&bench);
			assert_int_equal(lb_download_found(&bench.flash, region), SLOT - SECTOR);
		}
}

static struct lb_flash whole;
static uint32_t unreadable_offset;

static int read_but_for_one_place(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	if (offset <= unreadable_offset && unreadable_offset < offset + size_bytes)
		return LB_ERR_IO;
	return whole.read(ctx, offset, data, size_bytes);
}

static void what_cannot_be_read_is_written_again(void **state)
{
	static struct bench bench;

	(void)state;
	start(&bench);
	assert_int_equal(send(&bench, 0, SLOT, 1000), LB_OK);
	whole = bench.flash;
	bench.flash.read = read_but_for_one_place;
	for (uint32_t sector = 0; sector < SLOT / SECTOR; sector++) {
		unreadable_offset = BEFORE + (sector + 1) * SECTOR - 1;
		assert_int_equal(lb_download_found(&bench.flash, region), sector * SECTOR);
	}
}

static void a_second_cut_while_it_is_resumed_does_no_harm(void **state)
{
	static struct bench bench;
	const int operations = operations_of_a_download(&bench, 0);
	unsigned points = 0;

	(void)state;
	for (int first = 0; first < operations; first += 3)
		for (int second = 0; second < operations; second++)
			for (unsigned moment = 0; moment < 9; moment++) {
				start(&bench);
				bench.cut_at = first;
				bench.cut = cut_of(moment / 3, points);
				assert_int_equal(send(&bench, 0, IMAGE, 1000), LB_ERR_IO);
				power_on(&bench);
				const uint32_t offset = resume_offset(&bench);

				bench.cut_at = bench.operations + second;
				bench.cut = cut_of(moment % 3, points);
				lb_download_start(&bench.download, &bench.flash, region, offset);
				if (send(&bench, offset, IMAGE, 1000) == LB_OK)
					continue;
				points++;
				power_on(&bench);
				resume(&bench, resume_offset(&bench));
			}
	printf("%u pairs of cuts\n", points);
	assert_true(points > 5000);
}

/* --- the first sector, written again --- */

static void the_first_sector_is_written_again_as_it_was(void **state)
{
	static struct bench bench;
	static uint8_t copy[SECTOR];

	(void)state;
	start(&bench);
	assert_int_equal(send(&bench, 0, IMAGE, 1000), LB_OK);
	const int erases = bench.erases;

	assert_int_equal(lb_download_renew_first(&bench.flash, region, copy), LB_OK);
	assert_int_equal(bench.erases, erases + 1);
	assert_memory_equal(bench.bytes + BEFORE, bench.image, IMAGE);
	assert_neighbours_untouched(&bench);
}

/* Cut in it, the first sector is seen to be under work, or is as it was. */
static void a_cut_while_it_is_written_again_does_no_harm(void **state)
{
	enum { OPERATIONS = 1 + SECTOR / LB_DOWNLOAD_PAGE_BYTES };
	static struct bench bench;
	static uint8_t copy[SECTOR];

	(void)state;
	for (int at = 0; at < OPERATIONS; at++)
		for (unsigned number = 0; number < 30; number++) {
			start(&bench);
			assert_int_equal(send(&bench, 0, IMAGE, 1000), LB_OK);
			bench.cut_at = bench.operations + at;
			bench.cut = cut_of(number % 3, number);
			assert_int_equal(lb_download_renew_first(&bench.flash, region, copy), LB_ERR_IO);
			power_on(&bench);
			resume(&bench, resume_offset(&bench));
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_size_costs_exactly_its_sectors),
		cmocka_unit_test(a_size_that_is_known_has_blocks_erased),
		cmocka_unit_test(what_does_not_fit_changes_nothing),
		cmocka_unit_test(a_download_begun_in_a_pause_gets_nothing_of_the_one_before),
		cmocka_unit_test(a_wrong_file_is_refused_before_anything_is_erased),
		cmocka_unit_test(what_was_taken_can_be_read_before_it_is_in_flash),
		cmocka_unit_test(a_cut_anywhere_loses_two_sectors_at_most),
		cmocka_unit_test(a_cut_among_blocks_loses_no_more),
		cmocka_unit_test(a_cut_in_the_last_sector_of_a_slot_loses_two_at_most),
		cmocka_unit_test(what_cannot_be_read_is_written_again),
		cmocka_unit_test(a_second_cut_while_it_is_resumed_does_no_harm),
		cmocka_unit_test(the_first_sector_is_written_again_as_it_was),
		cmocka_unit_test(a_cut_while_it_is_written_again_does_no_harm),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
