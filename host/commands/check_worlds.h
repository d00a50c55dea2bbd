/* The networks that a folder's scripts are tried with, each on a scratch module of its own, and what comes of all. */
#ifndef LB_COMMANDS_CHECK_WORLDS_H
#define LB_COMMANDS_CHECK_WORLDS_H

#include <stdbool.h>

#include "host/commands/check_module.h"

/* chosen is what every module has in common; its environment's air, if it has one, is the only network. Else there is
 * one without a network, and, once the scripts use it, one with a network that answers; with `matrix` also one whose
 * servers refuse and one whose servers stall. All in `folder`, which is there. facts: of the worst of them, with the
 * notes of all. False with one line in chosen->reason, or after a signal. */
bool lb_check_worlds_run(struct lb_check_module *chosen, const char *folder, bool matrix, struct lb_check_facts *facts);

#endif
