/* `run` in a pipe: standard input is one program, which runs at the module's prompt.
 *
 * It runs by the raw REPL as a whole, so that blocks may have blank lines and an error has its line; the values of its
 * expression statements are shown as at the prompt (lifeboat.run; an older image shows none).
 */
#ifndef LB_COMMANDS_RUN_PROGRAM_H
#define LB_COMMANDS_RUN_PROGRAM_H

#include <stdbool.h>

#include "host/commands/args.h"

enum { LB_RUN_PROGRAM_BYTES = 1024 * 1024 };

/* Reads standard input to its end and runs it on the module in dir, once its scripts have ended or, when they go on,
 * were interrupted. What it prints goes to standard output, with plain newlines; a traceback to standard error, and the
 * exit is LB_EXIT_FAILED, as for sys.exit() with another value than None and 0.
 * stands_in: the module does so for another board. */
enum lb_exit lb_run_program(const char *dir, bool stands_in);

#endif
