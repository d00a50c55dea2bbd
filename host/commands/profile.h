/* The boards that a scratch module can stand in for: profiles, folders of text below share/lifeboat/profiles.
 *
 * A profile has `board.py`, what is different there, `pins.csv`, which pin of this module each of its pins is, and
 * `modules`, names of what its stock firmware has from the folder `common`, a line each; and modules of its own.
 */
#ifndef LB_COMMANDS_PROFILE_H
#define LB_COMMANDS_PROFILE_H

#include <stdbool.h>

#include "host/client/tree.h"
#include "protocols/trace/trace.h"

/* The name that this module has for a pin of that board's (lb_profile_names); its own names are good for every board,
 * the board's come first. False: there is none. */
enum { LB_PROFILE_PIN_BYTES = 16 };
bool lb_profile_find_pin(const char *board, const char *name, char pin[LB_PROFILE_PIN_BYTES]);

/* All of a profile as struct lb_trace has it. False with one line in reason. */
bool lb_profile_load(const char *name, char profile[LB_TRACE_PROFILE_BYTES], char reason[LB_TREE_REASON_BYTES]);

/* The same as a trace's memory, for a module that is run by hand: its name, for the hardware's --trace, which holds for
 * this process and its children. False with one line in reason. */
enum { LB_PROFILE_TRACE_BYTES = 32 };
bool lb_profile_make_trace(const char *name, char path[LB_PROFILE_TRACE_BYTES], char reason[LB_TREE_REASON_BYTES]);

#endif
