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
	bool with_noise; /* at its end each record sector turns to noise */
};

extern const struct scenario scenarios[];
extern const unsigned scenario_count;

void scenario_prepare(struct module *module, const struct start *start, uint32_t seed);
/* One update for each combination of running, latest, previous, trial, download and rotten slots; false when the number
 * names none. The name is shared. */
bool scenario_combination(unsigned number, struct scenario *scenario);
/* How many numbers there are, those that name none included. */
unsigned scenario_combinations(void);

#endif
