/* What a module does after a power cut, held against what it may do. */
#ifndef TESTS_POWER_CHECKS_H
#define TESTS_POWER_CHECKS_H

#include "tests/power/cuts.h"

/* How a module boots from here when nobody confirms anything. */
struct vision {
	enum image first;
	enum image last;
	uint32_t seen; /* bits 1 << image */
	int result;
	bool settled;
};

struct vision checks_inspect(const struct campaign *campaign, const struct flaky_memory *memory);
/* enum fault, or -1: all is well. act: what was cut, or NULL. written: the image that an update was writing there, or
 * IMAGE_NONE. Counts updates that went on in the campaign. */
int checks_fault(struct campaign *campaign, const struct flaky_memory *memory, const struct act *act,
                 enum image written, const struct promise *promise, uint32_t seed);
/* An observer of a module's flash (ctx), which notes whether the running slot or factory is touched. */
struct lb_nor_cut checks_watch(void *ctx, const struct flaky_op *op);
/* Bits 1 << image of those that lie in the slots, byte by byte. */
uint32_t checks_images(const struct flaky_memory *memory);
/* Is this slot the latest as one is that a tool wrote: without a trial, and without a previous one? */
bool checks_is_tools(const struct module *module, enum lb_slot slot);

#endif
