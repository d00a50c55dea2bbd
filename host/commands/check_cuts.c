/* Most of the time goes by waiting for the scripts to come to an operation, so several modules share the cuts: copies
 * of the one that was tried, each with a process of its own. */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "host/commands/check_cuts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/hw/types.h"
#include "host/client/host_time.h"
#include "host/commands/check_place.h"
#include "host/commands/check_step.h"
#include "host/commands/stop.h"

enum {
	MOMENTS = LB_FLASH_AFTER + 1,
	MARGIN_MS = 3000, /* module time: longer than the scripts took to a write by themselves */
	AFTER_MS = 1000,  /* module time: the scripts' start after the last cut */
	STEP_MS = 1,      /* host time, as all below */
	POLL_MS = 10,
	TRY_MS = 3000,
	SHARE_MS = 1500, /* of waiting, that a copy is worth its start */
	SHARES_MOST = 5,
	MISSED_MOST = 3, /* in a row: the scripts write no more */
};

/* What one module found; in memory that the processes share. */
struct outcome {
	bool done, comes_back, mounts;
	unsigned cuts, fell[MOMENTS];
	long torn;
	char reason[LB_TREE_REASON_BYTES];
};

struct share {
	struct lb_check_module *check;
	unsigned number, of;
	struct outcome *outcome;
};

/* --- one cut --- */

static int reach_ms(const struct lb_check_module *check)
{
	return lb_check_step_host_ms((long)(check->trace.kept->written_us / 1000) + MARGIN_MS);
}

/* Until the module stops where its power is to be cut, or for so long. */
static bool await_cut(struct lb_check_module *check)
{
	const volatile uint32_t *reached = &check->trace.live->cut_reached;
	int64_t until_ms = lb_host_now_ms() + reach_ms(check);

	while (*reached == 0 && lb_host_now_ms() < until_ms && lb_stop_signal == 0)
		lb_host_pause_ms(STEP_MS);
	return *reached != 0;
}

/* The plug is pulled at one operation of the scripts; at another moment of it each time. */
static bool cut_at(struct lb_check_module *check, uint32_t operation, unsigned moment, bool *fell)
{
	struct lb_trace *live = check->trace.live;

	if (!lb_check_step_power(check, false))
		return false;
	live->writes = 0;
	live->cut_reached = 0;
	live->cut_moment = moment;
	live->cut_at = operation;
	if (!lb_check_step_power(check, true))
		return false;
	*fell = await_cut(check);
	live->cut_at = 0;
	return lb_check_step_power(check, false) && lb_check_step_poll(check, STEP_MS);
}

/* --- one module's share --- */

static uint32_t count_operations(const struct lb_check_module *check)
{
	uint32_t writes = check->trace.kept->writes;

	return writes < LB_TRACE_WRITES ? writes : LB_TRACE_WRITES;
}

/* Each operation that is chosen is cut at all its moments. */
static unsigned count_rounds(const struct lb_check_module *check)
{
	return (check->cuts + MOMENTS - 1) / MOMENTS;
}

/* Its part of them, over the first operations. */
static bool cut_writes(const struct share *share)
{
	struct lb_check_module *check = share->check;
	const uint32_t operations = count_operations(check), rounds = count_rounds(check);
	unsigned missed = 0;

	for (unsigned i = share->number; i < check->cuts && missed < MISSED_MOST; i += share->of) {
		const uint32_t operation = 1 + i / MOMENTS * operations / rounds;
		const unsigned moment = i % MOMENTS;
		bool fell;
		if (!cut_at(check, operation, moment, &fell))
			return false;
		missed = fell ? 0 : missed + 1;
		share->outcome->fell[moment] += fell;
		share->outcome->cuts++;
	}
	return true;
}

/* After them: does the module start by itself, and let in by P12? */
static bool cut_share(const struct share *share)
{
	struct lb_check_module *check = share->check;
	struct outcome *outcome = share->outcome;
	long torn_before = check->rig.view.torn;

	if (!cut_writes(share))
		return false;
	outcome->torn = check->rig.view.torn - torn_before;
	if (!lb_check_step_run_scripts(check, AFTER_MS))
		return false;
	bool started = !lb_view_is_in(&check->rig.view, "loader") && !lb_view_is_in(&check->rig.view, "off");
	lb_check_step_safe_boot(check, &outcome->comes_back, &outcome->mounts);
	outcome->comes_back = outcome->comes_back && started;
	outcome->done = lb_check_step_poll(check, POLL_MS);
	return outcome->done;
}

/* --- copies --- */

static void name_copy(const struct share *share, char folder[PATH_MAX + 32])
{
	snprintf(folder, PATH_MAX + 32, "%s-%u", share->check->module, share->number);
}

/* Its flash, while the module that was tried is without power. */
static bool copy_flash(const struct share *share)
{
	char folder[PATH_MAX + 32], was[PATH_MAX + 48], now[PATH_MAX + 48];

	name_copy(share, folder);
	snprintf(was, sizeof(was), "%s/flash.bin", share->check->module);
	snprintf(now, sizeof(now), "%s/flash.bin", folder);
	return mkdir(folder, 0700) == 0 && lb_check_place_copy(was, now);
}

/* With a trace of its own, which says as the other one how the scripts are to run. */
static bool start_copy(struct lb_check_module *copy, const struct share *share)
{
	const struct lb_check_trace *trace = &share->check->trace;
	char folder[PATH_MAX + 32];

	*copy = *share->check;
	copy->reason[0] = '\0';
	copy->rig.files_fd = 0;
	name_copy(share, folder);
	if ((size_t)snprintf(copy->module, sizeof(copy->module), "%s", folder) >= sizeof(copy->module) ||
	    !lb_check_trace_open(&copy->trace, folder, "cuts", trace->live->heap_bytes))
		return false;
	memcpy(copy->trace.live->profile, trace->live->profile, sizeof(trace->live->profile));
	memcpy(copy->trace.kept, trace->kept, sizeof(*trace->kept));
	return lb_check_step_start(copy);
}

/* Several that speak would speak across each other. */
static _Noreturn void run_copy(const struct share *share)
{
	static struct lb_check_module copy;
	const struct share own = {&copy, share->number, share->of, share->outcome};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (null >= 0)
		dup2(null, STDERR_FILENO);
	if (start_copy(&copy, share)) {
		cut_share(&own);
		lb_rig_end(&copy.rig);
	}
	_exit(0);
}

/* The module that was tried makes up for a copy that could not start, as where a user may have no more of something. */
static bool end_copy(const struct share *share, pid_t pid, bool wanted)
{
	if (pid > 0 && !wanted)
		kill(pid, SIGTERM);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		if (lb_stop_signal != 0)
			kill(pid, SIGTERM);
	if (!wanted || share->outcome->done)
		return wanted;
	*share->outcome = (struct outcome){.done = false};
	return cut_share(share);
}

/* --- all of them --- */

/* A card is in one module at a time. */
static unsigned count_shares(const struct lb_check_module *check)
{
	const long waits_ms = (long)check->cuts * lb_check_step_host_ms((long)(check->trace.kept->written_us / 1000)) / 2;
	const unsigned worth = 1 + (unsigned)(waits_ms / SHARE_MS), rounds = count_rounds(check);
	const unsigned most = rounds < SHARES_MOST ? rounds : SHARES_MOST;

	if (lb_environment_has(&check->environment, LB_ENVIRONMENT_SD))
		return 1;
	return worth < most ? worth : most;
}

static void add_up(struct lb_check_facts *facts, const struct outcome *outcomes, unsigned count)
{
	facts->comes_back = facts->mounts = true;
	for (unsigned i = 0; i < count; i++) {
		facts->cuts += outcomes[i].cuts;
		facts->torn += outcomes[i].torn;
		for (unsigned moment = 0; moment < MOMENTS; moment++)
			facts->cut[moment] += outcomes[i].fell[moment];
		facts->comes_back = facts->comes_back && outcomes[i].comes_back;
		facts->mounts = facts->mounts && outcomes[i].mounts;
	}
}

static bool run_shares(struct lb_check_module *check, struct outcome *outcomes, unsigned count)
{
	struct share shares[SHARES_MOST];
	pid_t pids[SHARES_MOST];

	shares[0] = (struct share){check, 0, count, &outcomes[0]};
	for (unsigned i = 1; i < count; i++) {
		shares[i] = (struct share){check, i, count, &outcomes[i]};
		pids[i] = copy_flash(&shares[i]) ? fork() : -1;
		if (pids[i] == 0)
			run_copy(&shares[i]);
	}
	bool done = cut_share(&shares[0]);
	for (unsigned i = 1; i < count; i++)
		done = end_copy(&shares[i], pids[i], done);
	return done;
}

bool lb_check_cuts_run(struct lb_check_module *check)
{
	struct outcome *outcomes =
		mmap(NULL, SHARES_MOST * sizeof(*outcomes), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (outcomes == MAP_FAILED)
		return lb_check_step_fail(check, strerror(errno));
	check->facts.cuts_wanted = check->cuts;
	bool wanted = check->cuts > 0 && check->facts.writes > 0;
	unsigned count = count_shares(check);
	/* What is copied must not change meanwhile. */
	bool done = !wanted || (lb_check_step_power(check, false) && run_shares(check, outcomes, count));
	if (done && wanted)
		add_up(&check->facts, outcomes, count);
	munmap(outcomes, SHARES_MOST * sizeof(*outcomes));
	return done;
}

long lb_check_cuts_most_ms(const struct lb_check_module *check)
{
	return (long)reach_ms(check) * (long)check->cuts + 2 * LB_RIG_BOOT_MS + TRY_MS;
}
