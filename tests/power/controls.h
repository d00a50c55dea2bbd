/* Code that is wrong on purpose, to see that the proof finds it out. The linker puts it around the real functions
 * (--wrap, in the Makefile): what is proved has no seams for it.
 */
#ifndef TESTS_POWER_CONTROLS_H
#define TESTS_POWER_CONTROLS_H

#include <stdbool.h>

struct controls {
	bool single_record;      /* the record is one copy, erased and then written */
	bool unsettled;          /* what a tool never brought to an end stays news for ever */
	bool target_from_record; /* the update's target is chosen as if factory were the running slot */
	bool tool_unreported;    /* the record never learns that a tool writes */
	bool errors_unreported;  /* the trial engine never learns that a script failed */
	bool choice_trusted;     /* a slot that the record seems to have as the latest is not chosen anew */
	bool first_in_block;     /* a download's first erase may be a block */
	bool first_kept;         /* a download that goes on does not write its first sector again */
};

/* All false: the code is as it ships. */
extern struct controls controls;

#endif
