/* The image on trial: what confirms it without being asked, and what gives it up (docs/spec/update.md).
 *
 * All of this does nothing unless the running image is the record's unconfirmed trial.
 */
#ifndef LB_LIFE_TRIAL_H
#define LB_LIFE_TRIAL_H

#include <stdbool.h>

/* Once, after a hard reset, before the user's watchdog is armed. */
void lb_trial_init(void);

/* --- how the scripts fare --- */
void lb_trial_vm_starts(void);
void lb_trial_main_starts(void);
/* An uncaught error of a script; or there is no /flash to run scripts from. */
void lb_trial_failed(void);
/* The prompt is reached. ended_well: boot.py and main.py have both ended by themselves, without an uncaught error. */
void lb_trial_repl_reached(bool ended_well);
void lb_trial_before_sleep(void); /* machine.deepsleep() was called */
/* The VM ends, because a script asked for that or for another reason: nothing of the trial is scheduled any more until
 * the next one starts. */
void lb_trial_vm_stops(bool by_script);

/* A byte came from a console. Also from interrupts. */
void lb_trial_note_input(void);
/* The record was changed: is the running image on trial still? */
void lb_trial_poll(bool on_trial);
/* For the banner: a line about the trial, confirmed or not, or about an update that was rolled back. */
void lb_trial_announce(void);

#endif
