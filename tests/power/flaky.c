#include "tests/power/flaky.h"

#include <stddef.h>
#include <string.h>

#include "core/base/error.h"
#include "core/record/record.h"

const struct lb_flashmap flaky_map = {
	.part =
		{
			[LB_PART_RECORD] = {0, FLAKY_RECORD_BYTES},
			[LB_PART_FACTORY] = {FLAKY_RECORD_BYTES, FLAKY_SLOT_BYTES},
			[LB_PART_OTA_0] = {FLAKY_RECORD_BYTES + FLAKY_SLOT_BYTES, FLAKY_SLOT_BYTES},
			[LB_PART_OTA_1] = {FLAKY_RECORD_BYTES + 2 * FLAKY_SLOT_BYTES, FLAKY_SLOT_BYTES},
		},
};

uint32_t flaky_block_sectors;
bool flaky_hardly_begun;

uint32_t flaky_random(uint32_t *noise)
{
	*noise += 0x9E3779B9u;
	uint32_t mixed = *noise;
	mixed = (mixed ^ mixed >> 15) * 0x2C1B3C6Du;
	mixed = (mixed ^ mixed >> 12) * 0x297A2D39u;
	return mixed ^ mixed >> 15;
}

static void add_weak(struct flaky_memory *memory, uint32_t offset, uint8_t mask)
{
	if (mask != 0 && memory->weak_count < FLAKY_WEAK_MAX)
		memory->weak[memory->weak_count++] = (struct flaky_cell){offset, mask};
}

enum damage { DAMAGE_RANDOM, DAMAGE_RANDOM_IN_DOUBT, DAMAGE_HARDLY_BEGUN, DAMAGE_ALL_BUT_DONE, DAMAGE_KINDS };

/* A few of these bits, at least one if there is any. */
static uint8_t few_of(uint8_t bits, uint32_t *noise)
{
	uint8_t mask = (uint8_t)(bits & flaky_random(noise) & flaky_random(noise) & flaky_random(noise));

	return mask != 0 ? mask : (uint8_t)(bits & -bits);
}

/* In the unit that was torn, bits that were to become 0 may be in doubt. A part that programs a page all at once has
 * hardly begun everywhere: a few bits anywhere. */
static void damage_program(struct flaky *flaky)
{
	const struct flaky_op *op = &flaky->pending;
	uint8_t *cells = flaky->memory.bytes + op->op.offset;
	uint32_t noise = flaky->cut.seed ^ 0x5EEDu;
	enum damage kind = (enum damage)(flaky_random(&noise) % DAMAGE_KINDS);
	uint32_t begin = flaky->cut.done_bytes - flaky->cut.done_bytes % LB_NOR_PROGRAM_BYTES;
	uint32_t only = begin + flaky_random(&noise) % LB_NOR_PROGRAM_BYTES;

	if (kind == DAMAGE_HARDLY_BEGUN) {
		memset(cells, 0xFF, op->op.size_bytes);
		only = flaky_random(&noise) % op->op.size_bytes;
	}
	if (kind == DAMAGE_ALL_BUT_DONE)
		memcpy(cells + begin, op->data + begin, LB_NOR_PROGRAM_BYTES);
	if (kind == DAMAGE_HARDLY_BEGUN || kind == DAMAGE_ALL_BUT_DONE)
		add_weak(&flaky->memory, op->op.offset + only, few_of((uint8_t)~op->data[only], &noise));
	for (uint32_t i = begin; kind == DAMAGE_RANDOM_IN_DOUBT && i < begin + LB_NOR_PROGRAM_BYTES; i++)
		add_weak(&flaky->memory, op->op.offset + i, (uint8_t)(~op->data[i] & flaky_random(&noise)));
}

/* Some cells of each sector of a block. */
static void damage_sector(struct flaky *flaky, const uint8_t *old, uint32_t sector)
{
	uint32_t noise = (flaky->cut.seed ^ 0x5EEDu) + (sector - flaky->pending.op.offset);
	enum damage kind = (enum damage)(flaky_random(&noise) % DAMAGE_KINDS);
	uint8_t *cells = flaky->memory.bytes + sector;
	uint32_t count = 1u << flaky_random(&noise) % 6;

	if (flaky_hardly_begun) {
		kind = DAMAGE_HARDLY_BEGUN;
		count = 1;
	}
	if (kind == DAMAGE_HARDLY_BEGUN)
		memcpy(cells, old, LB_NOR_SECTOR_BYTES);
	if (kind == DAMAGE_ALL_BUT_DONE)
		memset(cells, 0xFF, LB_NOR_SECTOR_BYTES);
	for (uint32_t i = 0; kind != DAMAGE_RANDOM && i < count; i++) {
		uint32_t offset = flaky_random(&noise) % LB_NOR_SECTOR_BYTES;
		/* Half of them at the start, where the record's marks and a sector's first entries lie, and of these half in
		 * the number and the CRC of the very first: all else in it is likely to be programmed as it was before. */
		if (i % 2 == 0)
			offset %= 256;
		if (i % 4 == 0)
			offset =
				LB_RECORD_UNIT_BYTES + offset % 4 + (offset % 8 < 4 ? 0u + LB_RECORD_AT_SEQUENCE : LB_RECORD_AT_CRC);
		add_weak(&flaky->memory, sector + offset, few_of((uint8_t)~old[offset], &noise));
	}
}

/* Keeps of each weak cell in the range the bits in keep[i]; all go when keep is NULL. */
static void settle(struct flaky_memory *memory, uint32_t offset, uint32_t size_bytes, const uint8_t *keep)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < memory->weak_count; i++) {
		struct flaky_cell cell = memory->weak[i];
		if (cell.offset >= offset && cell.offset - offset < size_bytes)
			cell.mask = keep != NULL ? (uint8_t)(cell.mask & keep[cell.offset - offset]) : 0;
		if (cell.mask != 0)
			memory->weak[count++] = cell;
	}
	memory->weak_count = count;
}

static int flaky_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	struct flaky *flaky = ctx;
	const struct lb_flash *nor = &flaky->under;
	uint8_t *bytes = data;
	int result = nor->read(nor->ctx, offset, data, size_bytes);

	if (result != LB_OK)
		return result;
	for (uint32_t i = 0; i < flaky->memory.weak_count; i++) {
		const struct flaky_cell *cell = &flaky->memory.weak[i];
		if (cell->offset >= offset && cell->offset - offset < size_bytes)
			bytes[cell->offset - offset] ^= (uint8_t)(cell->mask & flaky_random(&flaky->noise));
	}
	return LB_OK;
}

static int flaky_program(void *ctx, uint32_t offset, const void *data, uint32_t size_bytes)
{
	struct flaky *flaky = ctx;
	const struct lb_flash *nor = &flaky->under;

	if (size_bytes > LB_NOR_PAGE_BYTES || offset % LB_NOR_PAGE_BYTES + size_bytes > LB_NOR_PAGE_BYTES)
		return LB_ERR_UNSUPPORTED; /* one call is one operation here */
	memcpy(flaky->pending.data, data, size_bytes);
	flaky->cut.moment = LB_NOR_CUT_NONE;
	int result = nor->program(nor->ctx, offset, data, size_bytes);
	if (result == LB_OK)
		settle(&flaky->memory, offset, size_bytes, data);
	if (flaky->cut.moment == LB_NOR_CUT_TORN)
		damage_program(flaky);
	return result;
}

/* One operation: a sector or a block. */
static int erase_unit(struct flaky *flaky, uint32_t offset, uint32_t size_bytes)
{
	const struct lb_flash *nor = &flaky->under;
	uint8_t old[FLAKY_SLOT_BYTES];
	int result;

	memcpy(old, flaky->memory.bytes + offset, size_bytes);
	flaky->cut.moment = LB_NOR_CUT_NONE;
	if (size_bytes == LB_NOR_SECTOR_BYTES)
		result = nor->erase(nor->ctx, offset, size_bytes);
	else
		result = nor->erase_block(nor->ctx, offset);
	for (uint32_t at = 0; flaky->cut.moment == LB_NOR_CUT_TORN && at < size_bytes; at += LB_NOR_SECTOR_BYTES)
		damage_sector(flaky, old + at, offset + at);
	if (result == LB_OK)
		settle(&flaky->memory, offset, size_bytes, NULL);
	return result;
}

static int flaky_erase(void *ctx, uint32_t offset, uint32_t size_bytes)
{
	int result = LB_OK;

	for (uint32_t at = 0; at < size_bytes && result == LB_OK; at += LB_NOR_SECTOR_BYTES)
		result = erase_unit(ctx, offset + at, LB_NOR_SECTOR_BYTES);
	return result;
}

static int flaky_erase_block(void *ctx, uint32_t offset)
{
	struct flaky *flaky = ctx;

	return erase_unit(flaky, offset, flaky->under.erase_block_bytes);
}

static struct lb_nor_cut begin(void *ctx, const struct lb_nor_op *op)
{
	struct flaky *flaky = ctx;
	struct lb_nor_cut cut = {.moment = LB_NOR_CUT_NONE};

	if (op->kind == LB_NOR_READ)
		return cut;
	flaky->op_count++;
	flaky->erase_count += op->kind == LB_NOR_ERASE;
	flaky->programmed_bytes += op->kind == LB_NOR_PROGRAM ? op->size_bytes : 0;
	flaky->pending.op = *op;
	if (flaky->observe != NULL)
		cut = flaky->observe(flaky->ctx, &flaky->pending);
	flaky->cut = cut;
	return cut;
}

static void start(struct flaky *flaky)
{
	struct lb_nor_setup setup = {
		.bytes = flaky->memory.bytes,
		.size_bytes = FLAKY_BYTES,
		.erase_block_bytes = flaky_block_sectors * LB_NOR_SECTOR_BYTES,
		.marks = flaky->marks_units ? flaky->memory.marks : NULL,
		.seed = flaky->noise,
		.hooks = {.begin = begin, .ctx = flaky},
	};

	lb_nor_init(&flaky->nor, &setup);
}

void flaky_init(struct flaky *flaky, const struct flaky_memory *memory, bool marks_units, uint32_t seed)
{
	const size_t rest = offsetof(struct flaky, nor); /* memory is the first member */

	if (memory == NULL) {
		memset(&flaky->memory, 0, sizeof(flaky->memory));
		memset(flaky->memory.bytes, 0xFF, sizeof(flaky->memory.bytes));
	} else {
		flaky->memory = *memory;
	}
	memset((uint8_t *)flaky + rest, 0, sizeof(*flaky) - rest);
	flaky->marks_units = marks_units;
	flaky->noise = seed;
	start(flaky);
	flaky->under = lb_nor_flash(&flaky->nor);
	flaky->flash = flaky->under;
	flaky->flash.read = flaky_read;
	flaky->flash.program = flaky_program;
	flaky->flash.erase = flaky_erase;
	flaky->flash.erase_block = flaky_erase_block;
	flaky->flash.ctx = flaky;
}

void flaky_restore(struct flaky *flaky, const struct flaky_memory *memory)
{
	if (memory != &flaky->memory)
		flaky->memory = *memory;
	start(flaky);
}

bool flaky_powered(const struct flaky *flaky)
{
	return lb_nor_powered(&flaky->nor);
}
