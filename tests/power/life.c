#include "tests/power/life.h"

#include "core/base/error.h"
#include "core/trial/trial.h"
#include "tests/power/controls.h"

enum { MOMENTS_MAX = 24, NEVER_MS = 1000000, AFTER_MS = 300 };

#define START_MS (UINT32_MAX - 20000) /* so that the clock wraps in most lives */

/* Each event comes 300 ms after the one before; then there is nothing but ticks, until a hang or the end. */
struct life {
	enum lb_trial_event events[MOMENTS_MAX];
	unsigned count;
	uint32_t hangs_at_ms;
};

#define VM LB_TRIAL_VM_STARTED
#define MAIN LB_TRIAL_MAIN_STARTED
#define FAIL LB_TRIAL_SCRIPT_FAILED
#define EXIT LB_TRIAL_SCRIPT_EXITED

static const struct life good[] = {
	{{VM, MAIN, LB_TRIAL_PROMPT}, 3, NEVER_MS},
	{{VM, MAIN}, 2, NEVER_MS},
	{{VM, MAIN, LB_TRIAL_SLEEP}, 3, NEVER_MS},
	{{VM, MAIN, EXIT, VM, MAIN}, 5, NEVER_MS},
};

static const struct life bad[] = {
	{{VM, MAIN, FAIL, LB_TRIAL_PROMPT}, 4, NEVER_MS}, /* an import error */
	{{VM, FAIL, MAIN}, 3, NEVER_MS},                  /* although main.py runs */
	{{VM}, 1, NEVER_MS},                              /* boot.py never ends */
	{{VM, MAIN}, 2, 40000},                           /* a hang, then the watchdog */
	{{VM, EXIT, VM, EXIT, VM, EXIT, VM, EXIT, VM, EXIT, VM, EXIT, VM, EXIT, VM, EXIT, VM, EXIT, VM, EXIT},
     20,
     NEVER_MS},
	{{VM}, 1, 0}, /* a fault at once */
};

static struct lb_trial_output step(struct lb_trial *trial, enum lb_trial_event event, uint32_t at_ms, bool well)
{
	const struct lb_trial_input in = {
		.event = event,
		.now_ms = START_MS + at_ms,
		.input_ms = START_MS,
		.on_trial = true,
		.automatic = true,
		.confirm_ms = 60000,
		.ended_well = well,
		.reachable = true,
	};

	return lb_trial_step(trial, &in);
}

static bool goes_on(enum lb_trial_want want)
{
	return want != LB_TRIAL_WANT_CONFIRM && want != LB_TRIAL_WANT_GIVE_UP;
}

/* What the engine wants in the end; LB_TRIAL_WANT_NOTHING when the watchdog comes first. */
static enum lb_trial_want live(const struct life *life, bool well)
{
	struct lb_trial trial;
	struct lb_trial_output out = {.want = LB_TRIAL_WANT_NOTHING};
	uint32_t at_ms = 0;

	lb_trial_init(&trial, false);
	for (unsigned i = 0; i < life->count && goes_on(out.want); i++) {
		if (life->hangs_at_ms <= at_ms)
			return LB_TRIAL_WANT_NOTHING;
		out = step(&trial, life->events[i], at_ms, well);
		at_ms += AFTER_MS;
	}
	while (goes_on(out.want)) {
		if (life->hangs_at_ms <= at_ms || lb_trial_alarm(&trial).want != LB_TRIAL_WANT_SCHEDULE)
			return LB_TRIAL_WANT_NOTHING;
		out = step(&trial, LB_TRIAL_TICK, at_ms, well);
		at_ms += out.wait_ms;
	}
	return out.want;
}

int life_does_well(struct module *module)
{
	const struct life *life = &good[module->flaky.op_count % (sizeof(good) / sizeof(good[0]))];

	if (!module->safe && module_on_trial(module) && live(life, true) != LB_TRIAL_WANT_CONFIRM)
		return LIFE_UNCONFIRMED;
	return module_confirm(module);
}

void life_crashes(struct module *module)
{
	struct life life = bad[module->flaky.op_count % (sizeof(bad) / sizeof(bad[0]))];

	if (module->safe || !module_on_trial(module))
		return;
	for (unsigned i = 0; controls.errors_unreported && i < life.count; i++)
		if (life.events[i] == FAIL)
			life.events[i] = LB_TRIAL_TICK;
	if (live(&life, controls.errors_unreported) == LB_TRIAL_WANT_CONFIRM)
		(void)module_confirm(module);
}
