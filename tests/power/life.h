/* The life of an image that runs: what happens to its scripts goes as events through the trial engine, and the module
 * does what that wants.
 */
#ifndef TESTS_POWER_LIFE_H
#define TESTS_POWER_LIFE_H

#include "tests/power/module.h"

enum { LIFE_UNCONFIRMED = -202 }; /* beside MODULE_CUT */

/* The running image does well, in one way or another: the engine confirms it. What is not on trial, or runs in a safe
 * boot, its owner confirms with lifeboat.confirm(). What the confirmation returned, or LIFE_UNCONFIRMED. */
int life_does_well(struct module *module);
/* It crashes, in one way or another, up to the reset that follows. The engine had better not confirm it. */
void life_crashes(struct module *module);

#endif
