/* The image on trial, as the firmware lives through it: what happens goes to the engine (core/trial/trial.h), and what
 * that wants is done. Alarm, the VM's scheduler, the watchdog's guard and the lines on the console are here; no rule.
 *
 * All of this does nothing unless the running image is the record's unconfirmed trial. Main program alone.
 */
#ifndef LB_LIFE_TRIALRUN_H
#define LB_LIFE_TRIALRUN_H

#include <stdbool.h>

/* Once, after a hard reset, before the user's watchdog is armed. */
void lb_trialrun_init(void);

/* --- how the scripts fare --- */
void lb_trialrun_vm_starts(void);
void lb_trialrun_main_starts(void);
/* An uncaught error of a script; or there is no /flash to run scripts from. */
void lb_trialrun_failed(void);
/* The prompt is reached. ended_well: boot.py and main.py have both ended by themselves, without an uncaught error. */
void lb_trialrun_repl_reached(bool ended_well);
void lb_trialrun_before_sleep(void); /* machine.deepsleep() was called */
/* The VM ends, because a script asked for that or for another reason: nothing of the trial is scheduled any more until
 * the next one starts. */
void lb_trialrun_vm_stops(bool by_script);

/* After a change of the record that is not the trial's own: the trial may be over. */
void lb_trialrun_record_changed(void);
/* For the banner: a line about the trial, confirmed or not, or about an update that was rolled back. */
void lb_trialrun_announce(void);

#endif
