/* wear UPDATES: so many updates go through the rules and the record on the flash model, each of them started, finished,
 * tried and confirmed. Prints what the record's sectors were erased and how many bytes went into them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/assert.h"
#include "core/base/error.h"
#include "core/record/record.h"
#include "core/update/rules.h"
#include "hardware/model/nor.h"

enum { FLASH_BYTES = 8 << 20, SECTORS = FLASH_BYTES / LB_NOR_SECTOR_BYTES };

struct bench {
	struct lb_flash flash;
	struct lb_record record;
	struct lb_update_slot slots[LB_SLOT_COUNT];
	enum lb_slot running;
	unsigned long programmed_bytes;
};

_Noreturn void lb_assert_failed(unsigned place)
{
	fprintf(stderr, "wear: assertion %u (docs/assertions.md)\n", place);
	abort();
}

static void check(int result)
{
	if (result != LB_OK) {
		fprintf(stderr, "wear: %d: %s\n", result, lb_refusal_text(result));
		exit(1);
	}
}

static void count_bytes(void *ctx, const struct lb_nor_op *op)
{
	struct bench *bench = ctx;

	if (op->kind == LB_NOR_PROGRAM)
		bench->programmed_bytes += op->size_bytes;
}

/* The n-th image, in a slot. */
static struct lb_update_slot image(unsigned long n)
{
	return (struct lb_update_slot){
		.verdict = LB_IMAGE_GOOD,
		.id = n + 1,
		.version = {.major = 1, .revision = (uint16_t)n},
	};
}

static void append(struct bench *bench, const struct lb_record_state *state)
{
	check(lb_record_append(&bench->record, state));
}

static void update(struct bench *bench, unsigned long n)
{
	struct lb_record_state next, *now = &bench->record.state;
	enum lb_slot target;

	lb_update_base(bench->record.status, now, bench->slots, &next);
	check(lb_update_target(&next, bench->running, bench->slots, &lb_flashmap_8mib, &target));
	check(lb_update_start(&next, bench->running, bench->slots, target, &next));
	append(bench, &next);
	bench->slots[target] = image(n);
	check(lb_update_finish(now, bench->running, &bench->slots[target], false, &next));
	append(bench, &next);
	lb_update_try(now, &next);
	append(bench, &next);
	bench->running = target;
	check(lb_update_confirm(now, target, &bench->slots[target], &next));
	append(bench, &next);
}

int main(int argc, char **argv)
{
	static uint32_t wear[SECTORS];
	struct lb_region region = lb_flashmap_8mib.part[LB_PART_RECORD];
	unsigned long updates = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
	struct bench bench = {.slots[LB_SLOT_FACTORY] = image(0), .running = LB_SLOT_FACTORY};
	struct lb_nor_setup setup = {
		.bytes = malloc(FLASH_BYTES),
		.size_bytes = FLASH_BYTES,
		.wear = wear,
		.hooks = {.end = count_bytes, .ctx = &bench},
	};
	struct lb_nor nor;
	uint32_t most = 0, all = 0;

	if (updates == 0 || setup.bytes == NULL) {
		fprintf(stderr, "usage: wear UPDATES\n");
		return 2;
	}
	memset(setup.bytes, 0xFF, FLASH_BYTES);
	lb_nor_init(&nor, &setup);
	bench.flash = lb_nor_flash(&nor);
	lb_record_open(&bench.record, &bench.flash, region);
	for (unsigned long n = 1; n <= updates; n++)
		update(&bench, n);
	for (uint32_t sector = 0; sector < SECTORS; sector++) {
		most = wear[sector] > most ? wear[sector] : most;
		all += wear[sector];
	}
	printf("{\"updates\": %lu, \"busiest_sector_erases\": %u, \"all_erases\": %u, \"bytes\": %lu}\n", updates, most,
	       all, bench.programmed_bytes);
	free(setup.bytes);
	return 0;
}
