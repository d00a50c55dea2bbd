/* Flash for the power tests: the strict NOR model over memory that can be copied as a whole, with cells in doubt. A
 * torn operation leaves some of the cells that it worked on reading differently from one time to the next, until they
 * are erased, or programmed to 0. Its seed also picks what the model's random bits would never show: that it had
 * hardly begun, or was all but done, but for a few cells in doubt.
 *
 * Every operation is told to an observer before it begins, who may cut the power there.
 */
#ifndef TESTS_POWER_FLAKY_H
#define TESTS_POWER_FLAKY_H

#include <stdbool.h>
#include <stdint.h>

#include "core/flashmap/flashmap.h"
#include "hardware/model/nor.h"

enum {
	FLAKY_SLOT_SECTORS = 4, /* a download that goes on keeps what lies before the last two sectors */
	FLAKY_SLOT_BYTES = FLAKY_SLOT_SECTORS * LB_NOR_SECTOR_BYTES,
	FLAKY_RECORD_BYTES = 4 * LB_NOR_SECTOR_BYTES,
	FLAKY_BYTES = FLAKY_RECORD_BYTES + LB_SLOT_COUNT * FLAKY_SLOT_BYTES,
	FLAKY_MARK_BYTES = FLAKY_BYTES / LB_NOR_PROGRAM_BYTES / 8,
	FLAKY_WEAK_MAX = 128,
};

/* Sectors to an erase block, or 0: the flash has none. Of every flaky from its next start on. */
extern uint32_t flaky_block_sectors;
/* Each sector of an erase that is torn is as it was, but for one cell in doubt. */
extern bool flaky_hardly_begun;

struct flaky_cell {
	uint32_t offset;
	uint8_t mask; /* of the bits in doubt */
};

/* All that outlives a power cut. */
struct flaky_memory {
	uint8_t bytes[FLAKY_BYTES];
	uint8_t marks[FLAKY_MARK_BYTES];
	struct flaky_cell weak[FLAKY_WEAK_MAX];
	uint32_t weak_count;
};

struct flaky_op {
	struct lb_nor_op op;
	uint8_t data[LB_NOR_PAGE_BYTES]; /* of a program */
};

struct flaky {
	struct flaky_memory memory;
	struct lb_nor nor;
	struct lb_flash under; /* the device that nor is */
	struct lb_flash flash; /* what the code under test is given */
	/* Answers whether and how the power is cut in this operation. */
	struct lb_nor_cut (*observe)(void *ctx, const struct flaky_op *op);
	void *ctx;
	uint64_t op_count; /* operations that were begun; of them programmed bytes and erases */
	uint64_t programmed_bytes;
	uint64_t erase_count;
	uint32_t noise;
	bool marks_units; /* also a unit that reads blank is refused when a program touched it before */
	struct flaky_op pending;
	struct lb_nor_cut cut; /* of the pending operation */
};

extern const struct lb_flashmap flaky_map;

uint32_t flaky_random(uint32_t *noise);
/* Power on, with that content; NULL: all erased. */
void flaky_init(struct flaky *flaky, const struct flaky_memory *memory, bool marks_units, uint32_t seed);
/* Power off and on again, with this content. */
void flaky_restore(struct flaky *flaky, const struct flaky_memory *memory);
bool flaky_powered(const struct flaky *flaky);

#endif
