#include "core/trial/trial.h"

enum { AHEAD_MS = 1000 }; /* more than passes between two readings of a clock, interrupts included */

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

void lb_trial_init(struct lb_trial *trial, bool safe)
{
	*trial = (struct lb_trial){.on = true, .safe = safe};
}

bool lb_trial_is_on(const struct lb_trial *trial)
{
	return trial->on;
}

/* In a safe boot the alarm itself is sign of life enough: an endless loop at the prompt is nobody's fault. Else only a
 * VM that runs is alive. */
struct lb_trial_output lb_trial_alarm(const struct lb_trial *trial)
{
	if (!trial->on)
		return (struct lb_trial_output){.want = LB_TRIAL_WANT_STOP};
	if (trial->safe)
		return (struct lb_trial_output){LB_TRIAL_WANT_TICK, true, LB_TRIAL_TICK_MS};
	return (struct lb_trial_output){.want = trial->vm_runs ? LB_TRIAL_WANT_SCHEDULE : LB_TRIAL_WANT_NOTHING};
}

static struct lb_trial_output confirm(struct lb_trial *trial)
{
	trial->on = false;
	return (struct lb_trial_output){.want = LB_TRIAL_WANT_CONFIRM};
}

static struct lb_trial_output give_up(void)
{
	return (struct lb_trial_output){.want = LB_TRIAL_WANT_GIVE_UP};
}

/* --- what is remembered of an event --- */

/* Field by field: an alarm may come between, and reads the first three. */
static void start_vm(struct lb_trial *trial)
{
	trial->vm_runs = true;
	trial->main_started = false;
	trial->at_prompt = false;
	trial->failed = false;
	trial->doomed = false;
}

static void stop_vm(struct lb_trial *trial, bool exited)
{
	trial->vm_runs = false;
	if (exited)
		trial->exits++;
}

/* From the first error on: a second one gives no more time. */
static void fail(struct lb_trial *trial)
{
	if (!trial->failed)
		trial->doomed = false;
	trial->failed = true;
}

static void reach_prompt(struct lb_trial *trial, bool reachable)
{
	trial->at_prompt = true;
	trial->reachable = reachable;
	if (!trial->failed)
		trial->doomed = false;
}

/* Events that leave no trace in the state have their say in the step alone. */
static void remember(struct lb_trial *trial, const struct lb_trial_input *in)
{
	switch (in->event) {
	case LB_TRIAL_VM_STARTED: start_vm(trial); break;
	case LB_TRIAL_SCRIPT_EXITED: stop_vm(trial, true); break;
	case LB_TRIAL_VM_STOPPED: stop_vm(trial, false); break;
	case LB_TRIAL_SCRIPT_FAILED: fail(trial); break;
	case LB_TRIAL_PROMPT: reach_prompt(trial, in->reachable); break;
	case LB_TRIAL_MAIN_STARTED:
		trial->main_started = true;
		trial->main_ms = in->now_ms;
		break;
	case LB_TRIAL_TICK:
	case LB_TRIAL_SLEEP:
	case LB_TRIAL_RECORD_CHANGED: break;
	}
}

/* A boot.py that does not come to its end is no sign of health: an image whose boot.py is the application confirms
 * itself. A prompt that nobody can reach is none. */
static bool is_doomed(const struct lb_trial *trial, bool automatic)
{
	if (trial->failed)
		return true;
	if (trial->at_prompt)
		return !trial->reachable;
	return !trial->main_started && automatic;
}

/* Quiet begins when the image is doomed and begins anew with input. Input from before that, however long ago, is none;
 * what came after the caller read the clock is of now. */
static void keep_quiet_time(struct lb_trial *trial, const struct lb_trial_input *in)
{
	const bool was_doomed = trial->doomed;

	trial->doomed = is_doomed(trial, in->automatic);
	if (!trial->doomed)
		return;
	if (!was_doomed || in->input_ms - in->now_ms < AHEAD_MS)
		trial->quiet_ms = in->now_ms;
	else if (in->input_ms - trial->quiet_ms < in->now_ms - trial->quiet_ms)
		trial->quiet_ms = in->input_ms;
}

/* --- what follows --- */

static bool is_sound(const struct lb_trial *trial, const struct lb_trial_input *in)
{
	return in->automatic && trial->main_started && !trial->failed;
}

static bool shows_its_worth(const struct lb_trial *trial, const struct lb_trial_input *in)
{
	if (in->event == LB_TRIAL_PROMPT)
		return in->automatic && in->ended_well && !trial->doomed;
	return in->event == LB_TRIAL_SLEEP && is_sound(trial, in);
}

/* Called by the VM: whatever hangs keeps this from happening, and from feeding. */
static struct lb_trial_output tick(struct lb_trial *trial, const struct lb_trial_input *in)
{
	uint32_t left_ms = LB_TRIAL_TICK_MS;

	if (trial->doomed) {
		const uint32_t quiet_ms = in->now_ms - trial->quiet_ms;

		if (quiet_ms >= LB_TRIAL_GIVE_UP_MS)
			return give_up();
		left_ms = LB_TRIAL_GIVE_UP_MS - quiet_ms;
	} else if (is_sound(trial, in) && !trial->at_prompt) {
		const uint32_t ran_ms = in->now_ms - trial->main_ms;

		if (ran_ms >= in->confirm_ms)
			return confirm(trial);
		left_ms = in->confirm_ms - ran_ms;
	}
	return (struct lb_trial_output){LB_TRIAL_WANT_TICK, true, least(left_ms, LB_TRIAL_TICK_MS)};
}

struct lb_trial_output lb_trial_step(struct lb_trial *trial, const struct lb_trial_input *in)
{
	trial->on = trial->on && in->on_trial;
	if (!trial->on || trial->safe)
		return lb_trial_alarm(trial);
	remember(trial, in);
	keep_quiet_time(trial, in);
	if (in->event == LB_TRIAL_TICK)
		return tick(trial, in);
	if (shows_its_worth(trial, in))
		return confirm(trial);
	if (trial->exits >= LB_TRIAL_EXITS)
		return give_up();
	return (struct lb_trial_output){.want = LB_TRIAL_WANT_TICK, .wait_ms = 0};
}
