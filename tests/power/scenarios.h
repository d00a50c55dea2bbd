/* What the power tests cut into: a module's content, and acts to do from there. */
#ifndef TESTS_POWER_SCENARIOS_H
#define TESTS_POWER_SCENARIOS_H

#include <stdbool.h>

#include "tests/power/cuts.h"

enum { ACTS_MAX = 28 };

enum start_record { START_BLANK, START_ENTRY, START_NOISE };

struct start {
	enum image slots[LB_SLOT_COUNT];
	bool rotten[LB_SLOT_COUNT]; /* a bit of the payload is wrong */
	enum start_record record;
	enum lb_slot latest;
	enum lb_slot previous;
	enum lb_slot download;
	bool on_trial;
	uint8_t tries_left;
	unsigned entries_before; /* so many older ones of the same content */
};

struct scenario {
	const char *name;
	struct start start;
	struct act acts[ACTS_MAX];
	bool in_pairs;
	bool in_large_steps; /* much is written */
	bool with_noise;     /* at its end each record sector turns to noise */
};

extern const struct scenario scenarios[];
extern const unsigned scenario_count;
/* A tool writes what is there already. */
extern const struct scenario scenario_same_image;
extern const struct scenario scenario_same_factory; /* which no update writes anew */
/* A script chooses a slot. */
extern const struct scenario scenario_choice;
/* An update brings what its slot held before, and is gone on with. */
extern const struct scenario scenario_same_update;
extern const struct scenario scenario_same_long; /* and the image fills more than an erase block */

void scenario_prepare(struct module *module, const struct start *start, uint32_t seed);
/* A scenario out of a family, by its number: false when the number names none. The name is shared. */
struct family {
	const char *name;
	bool (*member)(unsigned number, struct scenario *scenario);
	unsigned numbers; /* those that name none included */
	/* A round takes one in so many, the next round the next ones. Shares no factor with any of the choices that make a
	 * number, so that every round has some of each. */
	unsigned parts;
};

enum { FAMILY_COMBINATIONS, FAMILY_TRIALS, FAMILY_TOOLS, FAMILIES };

extern const struct family families[FAMILIES];

#endif
