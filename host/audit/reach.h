/* Which of a folder's files and functions can its boot.py and main.py come to? Pure, over a trace (protocols/trace). */
#ifndef LB_AUDIT_REACH_H
#define LB_AUDIT_REACH_H

#include <stdbool.h>
#include <stdint.h>

#include "host/audit/flow.h"

/* Below /flash, as people know it: "main.py", "lib/blink.py"; as it is when it lies elsewhere. */
const char *lb_reach_file_name(const char *path);
/* Is it a file of the module's, rather than what was typed at a prompt? */
bool lb_reach_is_file(const char *path);

/* After lb_flow_mark: did an error end a script, or does one wait, with calls to come? */
bool lb_reach_goes_on_calling(const struct lb_flow *flow);
/* reached, LB_TRACE_FUNCTIONS long: by function, 1 for those in boot.py, main.py and all that these import, and what
 * those import, whether the run came to the import or not. */
void lb_reach_mark(const struct lb_flow *flow, uint8_t *reached);
/* What is named by what lies ahead, lies ahead too: functions that were never entered, modules that were never
 * imported, and so on; main.py, when it was not started. Where a script would have gone on to call something, so do
 * functions that it had in its hands by then, and methods that are called without a name. */
void lb_reach_spread(const struct lb_flow *flow, const uint8_t *reached);

#endif
