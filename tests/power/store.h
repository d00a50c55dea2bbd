/* Power cuts in the firmware's store of named values (core/nvs/nvs.h): after each, every value is the old one or the
 * new one, what is stored then stays, and nothing else changes. */
#ifndef TESTS_POWER_STORE_H
#define TESTS_POWER_STORE_H

#include "tests/power/cuts.h"

/* Random calls over a few keys, the mark of a formatting among them, through several moves of the store, each cut
 * everywhere. False when a call fails without any cut. */
bool store_run(struct campaign *campaign);

#endif
