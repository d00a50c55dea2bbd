/* Two modules run beside each other, each watched by a process of its own, which tells its facts by shared memory. */
#define _GNU_SOURCE /* MAP_ANONYMOUS */
#include "host/commands/check_worlds.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/audit/merge.h"
#include "host/client/host_time.h"
#include "host/commands/stop.h"

enum { AT_ONCE = 2, STEP_MS = 5 };

/* As docs/spec/environment.md has them; text NULL: what the command line says. */
static const struct world {
	const char *name, *air;
} worlds[LB_CHECK_WORLDS] = {
	{"none", "{\"networks\": [], \"behind\": {}}"},
	{"answers", "{\"networks\": [{\"ssid\": \"*\"}], \"behind\": {\"*\": \"answers\"}, \"visitors\": \"ask\"}"},
	{"refuses", "{\"networks\": [{\"ssid\": \"*\"}], \"behind\": {\"*\": \"refuses\"}, \"visitors\": \"leave\"}"},
	{"stalls", "{\"networks\": [{\"ssid\": \"*\"}], \"behind\": {\"*\": \"stalls\"}, \"visitors\": \"stall\"}"},
};
static const struct world given = {"given", NULL};

struct run {
	const struct world *world;
	struct lb_check_module *module; /* shared with the process */
	pid_t pid;                      /* 0: not started, or ended */
	bool done;
	char air[PATH_MAX + 16];
};

struct tries {
	struct run runs[LB_CHECK_WORLDS];
	size_t count, started, running;
	bool failed;
};

static bool fail(struct lb_check_module *chosen, const char *why)
{
	if (chosen->reason[0] == '\0')
		snprintf(chosen->reason, sizeof(chosen->reason), "%s", why);
	return false;
}

/* --- one world --- */

static bool write_air(struct run *run, const char *folder)
{
	if (run->world->air == NULL)
		return true;
	snprintf(run->air, sizeof(run->air), "%s/air-%s", folder, run->world->name);
	FILE *file = fopen(run->air, "we");
	if (file == NULL)
		return false;
	fputs(run->world->air, file);
	return fclose(file) == 0;
}

/* What the module's process and this one both need is made here. */
static bool prepare(struct run *run, const struct lb_check_module *chosen, const char *folder)
{
	struct lb_check_module *module = run->module;

	*module = *chosen;
	snprintf(module->module, sizeof(module->module), "%s/%s", folder, run->world->name);
	if (!write_air(run, folder))
		return false;
	module->rig.air = run->world->air != NULL ? run->air : NULL;
	return lb_check_module_prepare(module, folder, run->world->name);
}

/* Several that speak would speak across each other. The module is this process's own while it runs: what starts
 * processes must not lie in memory that these share. */
static _Noreturn void try_world(struct run *run, bool silent)
{
	static struct lb_check_module own;
	int null = silent ? open("/dev/null", O_WRONLY | O_CLOEXEC) : -1;

	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (null >= 0)
		dup2(null, STDERR_FILENO);
	own = *run->module;
	bool done = lb_check_module_run(&own);
	run->module->facts = own.facts;
	run->module->watched_us = own.watched_us;
	memcpy(run->module->reason, own.reason, sizeof(own.reason));
	_exit(done ? 0 : 1);
}

static bool start(struct tries *tries)
{
	struct run *run = &tries->runs[tries->started];

	run->pid = fork();
	if (run->pid == 0)
		try_world(run, tries->started > 0);
	if (run->pid < 0)
		return false;
	tries->started++;
	tries->running++;
	return true;
}

/* --- all of them --- */

/* Does what the scripts do depend on the network? The first one's trace tells as soon as it does. */
static bool wants_more(const struct tries *tries)
{
	return tries->started < tries->count && tries->running < AT_ONCE && !tries->failed && lb_stop_signal == 0 &&
	       tries->runs[0].module->trace.live->networked != 0;
}

static void reap(struct tries *tries)
{
	for (size_t i = 0; i < tries->started; i++) {
		struct run *run = &tries->runs[i];
		int status;
		if (run->pid == 0 || waitpid(run->pid, &status, WNOHANG) != run->pid)
			continue;
		run->pid = 0;
		run->done = WIFEXITED(status) && WEXITSTATUS(status) == 0;
		tries->running--;
		tries->failed = tries->failed || !run->done;
	}
}

/* A signal that came to this process alone goes on to those that have modules to end. */
static void stop_all(const struct tries *tries)
{
	for (size_t i = 0; i < tries->started; i++)
		if (tries->runs[i].pid > 0)
			kill(tries->runs[i].pid, SIGTERM);
}

static void try_all(struct tries *tries)
{
	bool told = false;

	tries->failed = !start(tries);
	while (tries->running > 0) {
		if (wants_more(tries) && !start(tries))
			tries->failed = true;
		if ((lb_stop_signal != 0 || tries->failed) && !told) {
			stop_all(tries);
			told = true;
		}
		lb_host_pause_ms(STEP_MS);
		reap(tries);
	}
}

/* --- what comes of them --- */

/* What one of them came to, all have come to: it was judged there. */
static void share_what_ran(struct tries *tries)
{
	for (size_t i = 0; i < tries->started; i++)
		lb_merge_open(tries->runs[i].module->trace.kept, tries->runs[i].module->trace.live);
	for (size_t i = 0; i < tries->started; i++)
		for (size_t other = 0; other < tries->started; other++)
			if (other != i)
				lb_merge_seen(tries->runs[i].module->trace.kept, tries->runs[other].module->trace.kept);
}

/* The worst one's facts; of equals those of the one with most behind it. */
static void conclude(const struct tries *tries, struct lb_check_facts *facts)
{
	struct lb_check_result results[LB_CHECK_WORLDS];
	size_t worst = 0;

	for (size_t i = 0; i < tries->started; i++)
		results[i] =
			(struct lb_check_result){tries->runs[i].world->name, false, lb_check_judge(&tries->runs[i].module->facts)};
	for (size_t i = 0; i < tries->started; i++)
		if (results[i].verdict == lb_check_worst(results, tries->started))
			worst = i;
	*facts = tries->runs[worst].module->facts;
	facts->world_count = tries->started;
	memcpy(facts->worlds, results, sizeof(results));
	for (size_t i = 0; i < tries->started; i++) {
		const struct lb_audit *audit = &tries->runs[i].module->facts.audit;
		for (size_t n = 0; n < audit->note_count; n++)
			lb_audit_add(&facts->audit, audit->notes[n].kind, audit->notes[n].file, audit->notes[n].line,
			             audit->notes[n].text);
	}
}

static bool judge_all(struct tries *tries, struct lb_check_module *chosen, struct lb_check_facts *facts)
{
	for (size_t i = 0; i < tries->started; i++)
		if (!tries->runs[i].done)
			return fail(chosen, tries->runs[i].module->reason);
	if (lb_stop_signal != 0)
		return false;
	share_what_ran(tries);
	for (size_t i = 0; i < tries->started; i++)
		if (!lb_check_module_audit(tries->runs[i].module))
			return fail(chosen, tries->runs[i].module->reason);
	conclude(tries, facts);
	return true;
}

bool lb_check_worlds_run(struct lb_check_module *chosen, const char *folder, bool matrix, struct lb_check_facts *facts)
{
	struct tries tries = {.count = matrix ? LB_CHECK_WORLDS : LB_CHECK_WORLDS_USUAL};
	bool has_air = lb_environment_has(&chosen->environment, LB_ENVIRONMENT_AIR), done = true;
	struct lb_check_module *modules =
		mmap(NULL, LB_CHECK_WORLDS * sizeof(*modules), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (modules == MAP_FAILED)
		return fail(chosen, strerror(errno));
	tries.count = has_air ? 1 : tries.count;
	for (size_t i = 0; i < tries.count && done; i++) {
		tries.runs[i].world = has_air ? &given : &worlds[i];
		tries.runs[i].module = &modules[i];
		done = prepare(&tries.runs[i], chosen, folder) || fail(chosen, strerror(errno));
	}
	if (done)
		try_all(&tries);
	done = done && judge_all(&tries, chosen, facts);
	for (size_t i = 0; i < tries.count; i++)
		lb_check_trace_close(&modules[i].trace);
	munmap(modules, LB_CHECK_WORLDS * sizeof(*modules));
	return done;
}
