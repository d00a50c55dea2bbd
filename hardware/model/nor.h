/* A NOR flash over a memory array that is stricter than a real part, with time and power cuts.
 *
 * It serves the virtual board (the array is the mapped flash.bin) and the power tests (the array is theirs). It refuses
 * what the contract in core/hw/flash.h forbids, and then changes nothing: LB_ERR_BOUNDS, LB_ERR_ALIGN, and
 * LB_ERR_NOT_ERASED for a program unit that was programmed since its sector was last erased. What was programmed is
 * told from the bytes: a unit is blank when all of them are 0xFF, so a unit programmed with 0xFF alone is taken for
 * blank, unless the caller gives memory for marks.
 *
 * One call is a sequence of operations: reads as they are, programs split at page borders, erases sector by sector, the
 * erase of a block as a whole. The erase of a sector or block that is blank already is no operation: a fast blank check
 * finds it, and no time passes.
 *
 * Half of an operation is done before its time passes and the rest after. A process that is killed in the wait thus
 * leaves what a power cut leaves: a torn page (a prefix of its units, and some bits of the next), or a sector or block
 * that is a mixture of old bytes, blank ones and noise.
 */
#ifndef HARDWARE_MODEL_NOR_H
#define HARDWARE_MODEL_NOR_H

#include <stdbool.h>
#include <stdint.h>

#include "core/hw/flash.h"

enum {
	LB_NOR_PROGRAM_BYTES = 8,
	LB_NOR_PAGE_BYTES = 256, /* no program operation crosses a multiple of it */
	LB_NOR_SECTOR_BYTES = 4096,
	LB_NOR_PAGE_US = 700,     /* a program operation of any size: typical of W25Q parts for a full page */
	LB_NOR_SECTOR_US = 45000, /* typical sector erase of the same parts */
	LB_NOR_BLOCK_BYTES = 65536,
	LB_NOR_BLOCK_US = 150000, /* typical erase of a block of that size; so long for any that is larger than a sector */
};

enum lb_nor_kind { LB_NOR_READ = 0, LB_NOR_PROGRAM = 1, LB_NOR_ERASE = 2 };

struct lb_nor_op {
	enum lb_nor_kind kind;
	uint32_t offset;
	uint32_t size_bytes; /* a program: at most a page; an erase: one sector or block */
};

enum lb_nor_moment {
	LB_NOR_CUT_NONE = 0,
	LB_NOR_CUT_BEFORE = 1, /* the operation has done nothing; a read is cut so by any moment */
	LB_NOR_CUT_TORN = 2,
	LB_NOR_CUT_AFTER = 3, /* all is done, but nobody learns of it */
};

struct lb_nor_cut {
	enum lb_nor_moment moment;
	uint32_t done_bytes; /* torn program: so many bytes are whole; in the unit after them, some bits */
	uint32_t seed;       /* torn: picks the bits; equal seeds make equal damage */
};

/* Any of them may be NULL. */
struct lb_nor_hooks {
	/* Before each operation. Its answer may cut the power there: the model leaves the damage asked for, and from then on
	 * every call returns LB_ERR_IO until lb_nor_power_on. */
	struct lb_nor_cut (*begin)(void *ctx, const struct lb_nor_op *op);
	/* After each operation that was begun and not cut. */
	void (*end)(void *ctx, const struct lb_nor_op *op);
	/* In the middle of each program and erase, for the time that the part is busy. */
	void (*wait_us)(void *ctx, uint32_t wait_us);
	void *ctx;
};

/* All memory is the caller's and stays in use until the last call. */
struct lb_nor_setup {
	uint8_t *bytes;
	uint32_t size_bytes;        /* a multiple of the sector */
	uint32_t erase_block_bytes; /* a multiple of the sector; 0: the part has no larger erase */
	uint32_t *wear;             /* NULL, or one counter a sector: its erase operations are added */
	uint8_t *marks;             /* NULL, or one bit a program unit, 0 at first: programmed since its last erase */
	uint32_t seed;              /* where killed operations are torn */
	struct lb_nor_hooks hooks;
};

struct lb_nor {
	struct lb_nor_setup setup;
	uint32_t noise;
	bool powered;
};

void lb_nor_init(struct lb_nor *nor, const struct lb_nor_setup *setup);
/* The device, for as long as nor lives. */
struct lb_flash lb_nor_flash(struct lb_nor *nor);
void lb_nor_power_on(struct lb_nor *nor);
/* False between a cut and the next lb_nor_power_on. */
bool lb_nor_powered(const struct lb_nor *nor);

#endif
