/* This boot: what the bootloader handed down, and what is handed up to the next boot. */
#ifndef LB_SESSION_H
#define LB_SESSION_H

#include <stdbool.h>

#include "core/handoff/handoff.h"
#include "core/record/record.h"

/* Once, after a hard reset. */
void lb_session_init(void);
const struct lb_handoff_down *lb_session_down(void);
bool lb_session_is_safe(void);
/* "P12", …: why this is a safe boot, for people. */
const char *lb_session_safe_reason(void);
/* Is the VM running for the second time or more since the hard reset? */
bool lb_session_is_soft(void);
void lb_session_note_soft_reset(void);

/* The last line of the last uncaught error of a script, "" for none; kept over hard resets, not over power-off. */
const char *lb_session_last_error(void);
void lb_session_set_last_error(const char *line);

/* The record has a new entry: what status shows of it follows. */
void lb_session_tell_record(const struct lb_record_state *state);

/* Is the next hard reset, however it comes, to lead into a safe boot of the latest image? Forgotten without power. */
void lb_session_plan_safe_boot(bool safe);

/* Hard reset, after the finalisers of all objects ran (open files get closed), with a request to the bootloader;
 * LB_REQUEST_NONE leaves what was planned. */
_Noreturn void lb_session_reset(enum lb_request request);
/* With LB_SLOT_NONE: of the latest image. */
_Noreturn void lb_session_safe_boot(enum lb_slot slot);

#endif
