/* Power cuts at the scripts' own flash operations, before, within and after each. */
#ifndef LB_COMMANDS_CHECK_CUTS_H
#define LB_COMMANDS_CHECK_CUTS_H

#include <stdbool.h>

#include "host/commands/check_module.h"

/* check->cuts of them, once the scripts' writes were watched. Scripts that wrote nothing leave a cut nothing to spoil:
 * facts.cuts stays 0. False as the steps of check_step.h. */
bool lb_check_cuts_run(struct lb_check_module *check);
/* Host time that this takes at most on a quiet machine. */
long lb_check_cuts_most_ms(const struct lb_check_module *check);

#endif
