#define LB_ASSERT_FILE 16
#include "hardware/model/nor.h"

#include <string.h>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/error.h"

static const uint8_t BLANK = 0xFF;

void lb_nor_init(struct lb_nor *nor, const struct lb_nor_setup *setup)
{
	LB_ASSERT(setup->bytes != NULL);
	LB_ASSERT(setup->size_bytes % LB_NOR_SECTOR_BYTES == 0);
	LB_ASSERT(setup->erase_block_bytes % LB_NOR_SECTOR_BYTES == 0);
	nor->setup = *setup;
	nor->noise = setup->seed;
	nor->powered = true;
}

void lb_nor_power_on(struct lb_nor *nor)
{
	nor->powered = true;
}

bool lb_nor_powered(const struct lb_nor *nor)
{
	return nor->powered;
}

/* A Weyl sequence through a finalizer: no state is a bad one, so any seed will do. */
static uint32_t next_noise(uint32_t *state)
{
	*state += 0x9E3779B9u;
	uint32_t mixed = *state;
	mixed = (mixed ^ mixed >> 16) * 0x85EBCA6Bu;
	mixed = (mixed ^ mixed >> 13) * 0xC2B2AE35u;
	return mixed ^ mixed >> 16;
}

static bool is_marked(const struct lb_nor *nor, uint32_t offset)
{
	uint32_t unit = offset / LB_NOR_PROGRAM_BYTES;

	return nor->setup.marks != NULL && (nor->setup.marks[unit / 8] >> unit % 8 & 1) != 0;
}

static void mark(struct lb_nor *nor, uint32_t offset, uint32_t size_bytes)
{
	if (nor->setup.marks == NULL)
		return;
	for (uint32_t at = offset; at < offset + size_bytes; at += LB_NOR_PROGRAM_BYTES) {
		uint32_t unit = at / LB_NOR_PROGRAM_BYTES;
		nor->setup.marks[unit / 8] = (uint8_t)(nor->setup.marks[unit / 8] | 1u << unit % 8);
	}
}

/* Of whole sectors. */
static void unmark(struct lb_nor *nor, uint32_t offset, uint32_t size_bytes)
{
	if (nor->setup.marks != NULL)
		memset(nor->setup.marks + offset / LB_NOR_PROGRAM_BYTES / 8, 0, size_bytes / LB_NOR_PROGRAM_BYTES / 8);
}

static int check(const struct lb_nor *nor, uint32_t offset, uint32_t size_bytes, uint32_t unit_bytes)
{
	return nor->powered ? lb_flash_check(nor->setup.size_bytes, offset, size_bytes, unit_bytes) : LB_ERR_IO;
}

static struct lb_nor_cut begin(struct lb_nor *nor, const struct lb_nor_op *op)
{
	struct lb_nor_cut none = {.moment = LB_NOR_CUT_NONE};

	if (nor->setup.hooks.begin == NULL)
		return none;
	struct lb_nor_cut cut = nor->setup.hooks.begin(nor->setup.hooks.ctx, op);
	if (cut.moment != LB_NOR_CUT_NONE)
		nor->powered = false;
	return cut;
}

static void end(struct lb_nor *nor, const struct lb_nor_op *op)
{
	if (nor->setup.hooks.end != NULL)
		nor->setup.hooks.end(nor->setup.hooks.ctx, op);
}

static void stay_busy(struct lb_nor *nor, uint32_t busy_us)
{
	if (nor->setup.hooks.wait_us != NULL)
		nor->setup.hooks.wait_us(nor->setup.hooks.ctx, busy_us);
}

static int nor_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	struct lb_nor *nor = ctx;
	const int fit = check(nor, offset, size_bytes, 1);

	if (fit != LB_OK)
		return fit;
	struct lb_nor_op op = {LB_NOR_READ, offset, size_bytes};
	if (begin(nor, &op).moment != LB_NOR_CUT_NONE)
		return LB_ERR_IO;
	memcpy(data, nor->setup.bytes + offset, size_bytes);
	end(nor, &op);
	return LB_OK;
}

/* Programs the whole units in done_bytes, and some of the bits of the unit after them. */
static void program_torn(struct lb_nor *nor, const struct lb_nor_op *op, const uint8_t *data, uint32_t done_bytes,
                         uint32_t *noise)
{
	uint8_t *target = nor->setup.bytes + op->offset;
	uint32_t whole_bytes =
		done_bytes < op->size_bytes ? done_bytes - done_bytes % LB_NOR_PROGRAM_BYTES : op->size_bytes;

	memcpy(target, data, whole_bytes);
	mark(nor, op->offset, whole_bytes);
	if (whole_bytes == op->size_bytes)
		return;
	mark(nor, op->offset + whole_bytes, LB_NOR_PROGRAM_BYTES);
	for (uint32_t i = whole_bytes; i < whole_bytes + LB_NOR_PROGRAM_BYTES; i++) {
		uint8_t kept = i < done_bytes ? 0 : (uint8_t)next_noise(noise);
		target[i] = data[i] | kept;
	}
}

/* The bytes come in while time goes by, so that a SIGKILL in the middle of it leaves a torn page. */
static int program_page(struct lb_nor *nor, const struct lb_nor_op *op, const uint8_t *data)
{
	struct lb_nor_cut cut = begin(nor, op);

	if (cut.moment == LB_NOR_CUT_BEFORE)
		return LB_ERR_IO;
	if (cut.moment == LB_NOR_CUT_TORN) {
		program_torn(nor, op, data, cut.done_bytes, &cut.seed);
		return LB_ERR_IO;
	}
	program_torn(nor, op, data, next_noise(&nor->noise) % op->size_bytes, &nor->noise);
	stay_busy(nor, LB_NOR_PAGE_US);
	memcpy(nor->setup.bytes + op->offset, data, op->size_bytes);
	mark(nor, op->offset, op->size_bytes);
	if (cut.moment == LB_NOR_CUT_AFTER)
		return LB_ERR_IO;
	end(nor, op);
	return LB_OK;
}

/* Stricter than parts are: what is not blank, or was programmed before, is refused before anything changes. */
static int nor_program(void *ctx, uint32_t offset, const void *data, uint32_t size_bytes)
{
	struct lb_nor *nor = ctx;
	const uint8_t *bytes = data;
	const int fit = check(nor, offset, size_bytes, LB_NOR_PROGRAM_BYTES);

	if (fit != LB_OK)
		return fit;
	if (!lb_bytes_are_blank(nor->setup.bytes + offset, size_bytes))
		return LB_ERR_NOT_ERASED;
	for (uint32_t done = 0; done < size_bytes; done += LB_NOR_PROGRAM_BYTES)
		if (is_marked(nor, offset + done))
			return LB_ERR_NOT_ERASED;

	for (uint32_t done = 0; done < size_bytes;) {
		uint32_t room_bytes = LB_NOR_PAGE_BYTES - (offset + done) % LB_NOR_PAGE_BYTES;
		uint32_t left_bytes = size_bytes - done;
		struct lb_nor_op op = {LB_NOR_PROGRAM, offset + done, left_bytes < room_bytes ? left_bytes : room_bytes};
		int result = program_page(nor, &op, bytes + done);
		if (result != LB_OK)
			return result;
		done += op.size_bytes;
	}
	return LB_OK;
}

/* Each byte is still old, or blank already, or anything: parts clear all bits before they set them. */
static void erase_torn(struct lb_nor *nor, const struct lb_nor_op *op, uint32_t *noise)
{
	uint8_t *target = nor->setup.bytes + op->offset;

	for (uint32_t i = 0; i < op->size_bytes; i++) {
		uint32_t fate = next_noise(noise);
		if ((fate & 3) == 0)
			target[i] = BLANK;
		else if ((fate & 3) == 1)
			target[i] = (uint8_t)(fate >> 8);
	}
}

/* A mixture lies there while time goes by, so that a SIGKILL in the middle of it leaves half-erased sectors. */
static int erase_unit(struct lb_nor *nor, const struct lb_nor_op *op)
{
	struct lb_nor_cut cut = begin(nor, op);

	if (cut.moment == LB_NOR_CUT_BEFORE)
		return LB_ERR_IO;
	for (uint32_t i = 0; nor->setup.wear != NULL && i < op->size_bytes / LB_NOR_SECTOR_BYTES; i++)
		nor->setup.wear[op->offset / LB_NOR_SECTOR_BYTES + i]++;
	if (cut.moment == LB_NOR_CUT_TORN) {
		erase_torn(nor, op, &cut.seed);
		return LB_ERR_IO;
	}
	if (nor->setup.hooks.wait_us != NULL) /* else nobody can see it so */
		erase_torn(nor, op, &nor->noise);
	stay_busy(nor, op->size_bytes == LB_NOR_SECTOR_BYTES ? LB_NOR_SECTOR_US : LB_NOR_BLOCK_US);
	memset(nor->setup.bytes + op->offset, BLANK, op->size_bytes);
	unmark(nor, op->offset, op->size_bytes);
	if (cut.moment == LB_NOR_CUT_AFTER)
		return LB_ERR_IO;
	end(nor, op);
	return LB_OK;
}

/* In units of that size; a blank one costs neither time nor wear, as drivers that look first have it. */
static int erase(struct lb_nor *nor, uint32_t offset, uint32_t size_bytes, uint32_t unit_bytes)
{
	const int fit = check(nor, offset, size_bytes, unit_bytes);

	if (fit != LB_OK)
		return fit;
	for (uint32_t done = 0; done < size_bytes; done += unit_bytes) {
		struct lb_nor_op op = {LB_NOR_ERASE, offset + done, unit_bytes};
		if (lb_bytes_are_blank(nor->setup.bytes + op.offset, op.size_bytes)) {
			unmark(nor, op.offset, op.size_bytes);
			continue;
		}
		int result = erase_unit(nor, &op);
		if (result != LB_OK)
			return result;
	}
	return LB_OK;
}

static int nor_erase(void *ctx, uint32_t offset, uint32_t size_bytes)
{
	return erase(ctx, offset, size_bytes, LB_NOR_SECTOR_BYTES);
}

static int nor_erase_block(void *ctx, uint32_t offset)
{
	struct lb_nor *nor = ctx;

	return erase(nor, offset, nor->setup.erase_block_bytes, nor->setup.erase_block_bytes);
}

struct lb_flash lb_nor_flash(struct lb_nor *nor)
{
	struct lb_flash flash = {
		.read = nor_read,
		.program = nor_program,
		.erase = nor_erase,
		.erase_block = nor->setup.erase_block_bytes != 0 ? nor_erase_block : NULL,
		.ctx = nor,
		.size_bytes = nor->setup.size_bytes,
		.sector_bytes = LB_NOR_SECTOR_BYTES,
		.erase_block_bytes = nor->setup.erase_block_bytes,
		.program_bytes = LB_NOR_PROGRAM_BYTES,
	};

	return flash;
}
