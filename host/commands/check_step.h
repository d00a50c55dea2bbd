/* What check's parts do with a scratch module, at the pace of a machine that may be busy.
 *
 * False: the module's hardware is gone, the machine is too busy, or the person wants no more; a reason is set but for
 * the last.
 */
#ifndef LB_COMMANDS_CHECK_STEP_H
#define LB_COMMANDS_CHECK_STEP_H

#include <stdbool.h>

#include "host/commands/check_module.h"

/* Sets the reason unless there is one; false. */
bool lb_check_step_fail(struct lb_check_module *check, const char *why);
/* The scratch module's hardware, on what is in check->module. */
bool lb_check_step_start(struct lb_check_module *check);
bool lb_check_step_poll(struct lb_check_module *check, int time_ms);
bool lb_check_step_power(struct lb_check_module *check, bool on);

/* Host time in which so much module time goes by. */
int lb_check_step_host_ms(long module_ms);
/* Host time for something that takes so long on a quiet machine: a busy one must not change the verdict. */
int lb_check_step_slow_ms(const struct lb_check_module *check, int time_ms);

/* Its scripts have ended, or it sleeps. */
bool lb_check_step_has_settled(const struct lb_rig *rig);
/* Power off and on; then until the scripts have ended, or for so long. */
bool lb_check_step_run_scripts(struct lb_check_module *check, long module_ms);
/* A REPL by P12, and is /flash there? */
void lb_check_step_safe_boot(struct lb_check_module *check, bool *answers, bool *mounts);

#endif
