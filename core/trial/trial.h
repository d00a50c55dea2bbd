/* The trial of an image: when it is confirmed without being asked, and when it is given up. Rules and cases:
 * docs/spec/update.md, "What becomes of a trial".
 *
 * A pure engine: what happened, the time and what holds now in; what to do out. The caller confirms, resets, feeds the
 * watchdog and sets the alarm. Times are milliseconds and may wrap at any moment. A step that comes early is always
 * right; one that comes late makes late what it decides.
 *
 * From main program alone, but for lb_trial_alarm. The caller owns the struct, and needs nothing of it after the trial.
 */
#ifndef LB_TRIAL_TRIAL_H
#define LB_TRIAL_TRIAL_H

#include <stdbool.h>
#include <stdint.h>

enum {
	LB_TRIAL_TICK_MS = 5000,     /* the watchdog is fed at least that often */
	LB_TRIAL_GIVE_UP_MS = 60000, /* what nothing will confirm any more, and nobody types at for so long, is given up */
	LB_TRIAL_EXITS = 10,         /* soft resets in one boot, by scripts, with which it is given up */
};

enum lb_trial_event {
	LB_TRIAL_TICK,           /* the wait is over, and the VM runs: it has called this itself */
	LB_TRIAL_VM_STARTED,     /* boot.py, if there is one, is next */
	LB_TRIAL_MAIN_STARTED,   /* boot.py ended, well or not, and main.py is next */
	LB_TRIAL_SCRIPT_FAILED,  /* an uncaught error; or there are no scripts to be had */
	LB_TRIAL_PROMPT,         /* the prompt is reached */
	LB_TRIAL_SLEEP,          /* deep sleep follows this step */
	LB_TRIAL_SCRIPT_EXITED,  /* the VM stops, because a script asked for a soft reset */
	LB_TRIAL_VM_STOPPED,     /* the VM stops for another reason */
	LB_TRIAL_RECORD_CHANGED, /* perhaps the trial is over; else a tick is due at once */
};

/* One step: an event, and what holds at its time. */
struct lb_trial_input {
	enum lb_trial_event event;
	uint32_t now_ms;
	uint32_t input_ms;   /* when a console had input last; may be a little ahead of now_ms, when it came meanwhile */
	bool on_trial;       /* the record says so of the running image; once false, it stays so */
	bool automatic;      /* the policy; false: only the application confirms */
	uint32_t confirm_ms; /* the policy's: how long main.py has to run */
	bool ended_well;     /* LB_TRIAL_PROMPT: boot.py and main.py both ended by themselves, without an uncaught error */
	bool reachable;      /* LB_TRIAL_PROMPT: the console is on */
};

enum lb_trial_want {
	LB_TRIAL_WANT_NOTHING,  /* until the next event */
	LB_TRIAL_WANT_STOP,     /* there is no trial, or no more: neither watchdog nor alarm */
	LB_TRIAL_WANT_TICK,     /* alarm in wait_ms */
	LB_TRIAL_WANT_SCHEDULE, /* the VM is to call a tick as soon as it can, and no alarm before; from lb_trial_alarm */
	LB_TRIAL_WANT_CONFIRM,  /* confirm; whether or not the record takes it, the trial is over in this boot */
	LB_TRIAL_WANT_GIVE_UP,  /* hard reset, which costs a try */
};

struct lb_trial_output {
	enum lb_trial_want want;
	bool feed;        /* the watchdog, with LB_TRIAL_WANT_TICK */
	uint32_t wait_ms; /* with LB_TRIAL_WANT_TICK; 0: at once */
};

/* Its fields are the engine's own. All zero: there is no trial. */
struct lb_trial {
	bool on;
	bool safe;
	bool vm_runs;
	bool main_started;
	bool at_prompt;
	bool reachable;    /* the prompt */
	bool failed;       /* a script, in this life of the VM */
	bool doomed;       /* as things are, nothing will confirm it */
	uint8_t exits;     /* in this boot */
	uint32_t quiet_ms; /* doomed: since when there was neither input nor a new reason to wait */
	uint32_t main_ms;  /* when main.py started */
};

/* Once a boot, if the running image is on trial. safe: a safe boot, in which only the watchdog is kept from biting. */
void lb_trial_init(struct lb_trial *trial, bool safe);
struct lb_trial_output lb_trial_step(struct lb_trial *trial, const struct lb_trial_input *in);
bool lb_trial_is_on(const struct lb_trial *trial);
/* The alarm went off: what its interrupt does. Also to learn after lb_trial_init whether an alarm is to be set. */
struct lb_trial_output lb_trial_alarm(const struct lb_trial *trial);

#endif
