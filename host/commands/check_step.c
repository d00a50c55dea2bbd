#include "host/commands/check_step.h"

#include <stdio.h>
#include <string.h>

#include "host/client/host_time.h"
#include "host/commands/check_pace.h"
#include "host/commands/stop.h"

enum {
	START_MS = 10000, /* host time at the module's pace: from the power to boot.py */
	BUSY_MS = 60000,  /* host time: a machine that gives the module no more than this is too busy to judge on */
	TRY_MS = 2000,    /* host time */
	STEP_MS = 10,
};

#define VARIANT "-check"

int lb_check_step_host_ms(long module_ms)
{
	return (int)(module_ms / LB_RIG_CLOCK);
}

bool lb_check_step_fail(struct lb_check_module *check, const char *why)
{
	if (check->reason[0] == '\0')
		snprintf(check->reason, sizeof(check->reason), "%s", why);
	return false;
}

static bool fail_gone(struct lb_check_module *check)
{
	return lb_check_step_fail(check, "the scratch module's hardware ended unexpectedly");
}

bool lb_check_step_poll(struct lb_check_module *check, int time_ms)
{
	return lb_rig_poll(&check->rig, time_ms) || fail_gone(check);
}

bool lb_check_step_power(struct lb_check_module *check, bool on)
{
	return lb_rig_power(&check->rig, on) || fail_gone(check);
}

bool lb_check_step_has_settled(const struct lb_rig *rig)
{
	return lb_view_is_in(&rig->view, "repl") || lb_view_is_in(&rig->view, "sleep");
}

static bool fail_busy(struct lb_check_module *check)
{
	return lb_check_step_fail(check, "this machine is too busy: the scratch module does not come on");
}

/* Host time that the module has had since the start of the pace; false: not in BUSY_MS, or the rig failed. A module
 * that a busy machine keeps from its scripts would let in whoever comes. */
static bool poll_pace(struct lb_check_module *check, struct lb_check_pace *pace, int64_t *had_ms)
{
	if (!lb_check_step_poll(check, STEP_MS))
		return false;
	*had_ms = lb_check_pace_ms(pace, &check->rig.view);
	return lb_host_now_ms() - pace->start_ms < BUSY_MS || fail_busy(check);
}

static bool is_before_scripts(const struct lb_rig *rig)
{
	return lb_view_is_in(&rig->view, "gate") || lb_view_is_in(&rig->view, "off");
}

/* A busy machine takes its time to come to boot.py; what counts for the scripts counts from there. Those that reset the
 * module over and over have come to it, whatever is seen. */
static bool await_scripts(struct lb_check_module *check, uint32_t runs_before)
{
	const volatile uint32_t *runs = &check->trace.live->scripts[0].runs;
	struct lb_check_pace pace;
	int64_t had_ms;

	lb_check_pace_start(&pace, &check->rig.view);
	do {
		if (!poll_pace(check, &pace, &had_ms))
			return false;
	} while ((*runs == runs_before || (*runs == runs_before + 1 && is_before_scripts(&check->rig))) &&
	         had_ms < START_MS && !lb_view_is_in(&check->rig.view, "loader"));
	return true;
}

/* How many times longer than on a quiet machine the module needs; short runs say little. */
static int slowness_of(int64_t took_ms, int64_t had_ms)
{
	enum { LEAST_MS = 100, MOST = 15 };
	const int64_t slowness = (took_ms + LEAST_MS) / (had_ms + LEAST_MS);

	return slowness < 1 ? 1 : slowness > MOST ? MOST : (int)slowness;
}

int lb_check_step_slow_ms(const struct lb_check_module *check, int time_ms)
{
	return time_ms * (check->slowness > 0 ? check->slowness : 1);
}

bool lb_check_step_run_scripts(struct lb_check_module *check, long module_ms)
{
	if (!lb_check_step_power(check, false))
		return false;
	uint32_t runs = check->trace.live->scripts[0].runs;
	if (!lb_check_step_power(check, true) || !await_scripts(check, runs))
		return false;
	struct lb_check_pace pace;
	lb_check_pace_start(&pace, &check->rig.view);
	do {
		if (!poll_pace(check, &pace, &check->run_ms))
			return false;
	} while (!lb_check_step_has_settled(&check->rig) && check->run_ms < lb_check_step_host_ms(module_ms));
	check->slowness = slowness_of(lb_host_now_ms() - pace.start_ms, check->run_ms);
	return true;
}

void lb_check_step_safe_boot(struct lb_check_module *check, bool *answers, bool *mounts)
{
	const int time_ms = lb_check_step_slow_ms(check, TRY_MS);
	struct lb_rawrepl answer;
	const struct lb_port *port = &check->rig.port;

	*answers = lb_rig_safe_boot(&check->rig) && lb_repl_enter(port, time_ms) == 0 &&
	           lb_repl_run(port, "import uos\nuos.listdir('/flash')\nuos.statvfs('/flash')", &answer, time_ms) == 0;
	*mounts = *answers && answer.traceback[0] == '\0';
}

bool lb_check_step_start(struct lb_check_module *check)
{
	check->rig.stop = &lb_stop_signal;
	check->rig.variant = VARIANT;
	check->rig.environment = &check->environment;
	check->rig.trace = check->trace.path;
	return lb_rig_start(&check->rig, check->module, check->reason) ||
	       lb_check_step_fail(check, "the scratch module did not start");
}
