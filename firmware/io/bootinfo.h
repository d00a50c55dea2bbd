/* This boot: what the bootloader handed down, and what is handed up to the next boot. */
#ifndef LB_IO_BOOTINFO_H
#define LB_IO_BOOTINFO_H

#include <stdbool.h>

#include "core/handoff/handoff.h"
#include "core/record/record.h"

/* Once, after a hard reset. */
void lb_bootinfo_init(void);
const struct lb_handoff_down *lb_bootinfo_down(void);
bool lb_bootinfo_is_safe(void);
/* Does the record, as the bootloader found it or as it was changed since, have the running image on trial? */
bool lb_bootinfo_on_trial(void);
/* "P12", …: why this is a safe boot, for people. */
const char *lb_bootinfo_safe_reason(void);
/* Is the VM running for the second time or more since the hard reset? */
bool lb_bootinfo_is_soft(void);
void lb_bootinfo_note_soft_reset(void);

/* The last line of the last uncaught error of a script, "" for none; kept over hard resets, not over power-off. */
const char *lb_bootinfo_last_error(void);
void lb_bootinfo_set_last_error(const char *line);

/* The record has a new entry: what status shows of it follows. */
void lb_bootinfo_report_record(const struct lb_record_state *state);

/* Is the next hard reset, however it comes, to lead into a safe boot of the latest image? Forgotten without power. */
void lb_bootinfo_plan_safe_boot(bool safe);

/* Hard reset, after the finalisers of all objects ran (open files get closed), with a request to the bootloader;
 * LB_REQUEST_NONE leaves what was planned. */
_Noreturn void lb_bootinfo_reset(enum lb_request request);
/* The same at once, from interrupts too: no finaliser runs, and files stay as they were synced last. */
_Noreturn void lb_bootinfo_reset_now(enum lb_request request);
/* With LB_SLOT_NONE: of the latest image. */
_Noreturn void lb_bootinfo_safe_boot(enum lb_slot slot);

#endif
