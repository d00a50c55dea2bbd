/* `lifeboat check`: a scratch module tries a folder's scripts, and every way back in is tried on it. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/commands/check_radio.h"
#include "core/hw/types.h"
#include "host/commands/check_folder.h"
#include "host/commands/check_heap.h"
#include "host/commands/check_place.h"
#include "host/commands/check_report.h"
#include "host/commands/check_trace.h"
#include "host/commands/check_verdict.h"
#include "host/commands/commands.h"
#include "host/commands/fs_load.h"
#include "host/commands/profile.h"
#include "host/commands/profile_guess.h"
#include "host/commands/rig.h"
#include "host/commands/stop.h"
#include "host/client/host_time.h"
#include "host/client/json.h"
#include "host/client/waiting.h"

enum { CUTS, SECONDS, HEAP, STRICT, JSON, JUNIT, FORMAT, AS, ADD };

enum {
	CUTS_DEFAULT = 20,
	CUTS_MAX = 1000,
	WATCH_MS = 10000, /* module time; as all below but where it says otherwise */
	WATCH_MAX_MS = 3600000,
	SETTLE_MS = 5000,   /* before a way in is tried again after a reset */
	LASTS_MS = 3000,    /* a prompt that a reset takes away sooner is no way in */
	HOST_TRY_MS = 2000, /* host time: how fast a script computes does not scale with the clock */
	HOST_STEP_MS = 10,
	FIRST_MS = 3000, /* host time */
	HOST_KEY_MS = 3,
	SURVEY_MS = 30000,    /* host time: many files may be compiled */
	CUT_MARGIN_MS = 3000, /* longer than the scripts took to a write by themselves */
	CUT_STEP_MS = 1,      /* host time */
	CUTS_MISSED = 3,      /* in a row: the scripts write no more */
	OBJECT_RATIO = 2,
};

#define VARIANT "-check"

struct check {
	struct lb_rig rig;
	struct lb_check_facts facts;
	struct lb_check_trace trace;
	uint64_t watched_us; /* module time since the last reset, at the end of the watch */
	long watch_ms;       /* module time */
	unsigned cuts;
	uint32_t heap_bytes;                     /* of a board; 0: as much as there is */
	const char *added[LB_FS_LOAD_ADDED + 1]; /* files; NULL ends them */
	int64_t run_ms;                          /* host time that the scripts ran, or were watched */
	char place[PATH_MAX];
	char module[PATH_MAX + 8];
	char reason[LB_TREE_REASON_BYTES];
};

static int host_ms(long module_ms)
{
	return (int)(module_ms / LB_RIG_CLOCK);
}

static bool fail(struct check *check, const char *why)
{
	if (check->reason[0] == '\0')
		snprintf(check->reason, sizeof(check->reason), "%s", why);
	return false;
}

/* --- steps; each returns false only when the module's hardware is gone or the person wants no more --- */

static bool poll_rig(struct check *check, int time_ms)
{
	return lb_rig_poll(&check->rig, time_ms) || fail(check, "the scratch module's hardware ended unexpectedly");
}

static bool has_settled(const struct lb_rig *rig)
{
	return lb_view_is_in(&rig->view, "repl") || lb_view_is_in(&rig->view, "sleep");
}

/* Power off and on; then until the scripts have ended, or for so long. */
static bool run_scripts(struct check *check, long module_ms)
{
	if (!lb_rig_power(&check->rig, false) || !lb_rig_power(&check->rig, true))
		return fail(check, "the scratch module's hardware ended unexpectedly");
	int64_t start_ms = lb_host_now_ms();
	do {
		if (!poll_rig(check, HOST_STEP_MS))
			return false;
		check->run_ms = lb_host_now_ms() - start_ms;
	} while (!has_settled(&check->rig) && check->run_ms < host_ms(module_ms));
	return true;
}

static enum lb_check_scripts judge_scripts(const struct check *check)
{
	const struct lb_check_facts *facts = &check->facts;
	const struct lb_view *view = &check->rig.view;

	if (facts->sleeps > 0 || lb_view_is_in(view, "sleep"))
		return LB_CHECK_SLEEPING;
	if (lb_view_is_in(view, "repl"))
		return facts->error[0] != '\0' ? LB_CHECK_RAISED : LB_CHECK_ENDED;
	if (facts->watchdog_resets + facts->other_resets > 1)
		return LB_CHECK_RESETTING;
	return lb_view_is_in(view, "script") ? LB_CHECK_RUNNING : LB_CHECK_NOT_STARTED;
}

/* What the module itself wrote down, at the end of the watch. */
static void keep_trace(struct check *check)
{
	struct lb_check_facts *facts = &check->facts;
	const struct lb_trace *kept = check->trace.kept;

	lb_check_trace_keep(&check->trace);
	facts->soft_resets = kept->soft_resets;
	facts->sleeps = kept->sleeps;
	facts->sleeps_on = kept->endless_sleeps > 0;
	if (kept->sleeps > 0)
		facts->awake_share = (double)kept->awake_us / (double)(kept->awake_us + kept->asleep_us + 1);
	facts->heap_peak_bytes = kept->heap_peak_bytes / OBJECT_RATIO;
	facts->heap_bytes = kept->heap_size_bytes / OBJECT_RATIO;
	memcpy(facts->script, kept->scripts, sizeof(facts->script));
	facts->writes = kept->writes;
}

/* What the scripts do by themselves, before anybody disturbs them. */
static bool watch_scripts(struct check *check)
{
	struct lb_check_facts *facts = &check->facts;
	struct lb_rig *rig = &check->rig;

	rig->watchdog_resets = 0;
	rig->other_resets = 0;
	if (!run_scripts(check, check->watch_ms))
		return false;
	int64_t run_ms = check->run_ms;
	long quiet_ms = check->watch_ms < SETTLE_MS ? check->watch_ms : SETTLE_MS;
	/* A sleeper may wake, a watchdog may still bite. */
	while (run_ms < host_ms(check->trace.live->sleeps > 0 ? check->watch_ms : quiet_ms)) {
		if (!poll_rig(check, HOST_STEP_MS))
			return false;
		run_ms += HOST_STEP_MS;
	}
	facts->seconds = (double)check->watch_ms / 1000.0;
	facts->watchdog_resets = rig->watchdog_resets;
	facts->other_resets = rig->other_resets;
	snprintf(facts->error, sizeof(facts->error), "%s", rig->view.last_error);
	keep_trace(check);
	facts->scripts = judge_scripts(check);
	return check->trace.kept->boots > 0 || fail(check, "the image for check is of another build: build it anew");
}

static bool try_radio(struct check *check)
{
	cJSON *status = lb_rig_status(&check->rig);

	check->watched_us = (uint64_t)lb_json_number(status, "t_ms") * 1000;
	const cJSON *net = cJSON_GetObjectItemCaseSensitive(status, "net");

	check->facts.radio = lb_check_radio(net, HOST_TRY_MS, host_ms(LASTS_MS));
	cJSON_Delete(status);
	return poll_rig(check, HOST_STEP_MS);
}

/* Does the module stay where it is? */
static bool lasts(struct check *check, bool *stayed)
{
	long boots = check->rig.view.boots;
	int64_t until_ms = lb_host_now_ms() + host_ms(LASTS_MS);

	while (lb_host_now_ms() < until_ms)
		if (!poll_rig(check, HOST_STEP_MS))
			return false;
	*stayed = check->rig.view.boots == boots && lb_view_is_in(&check->rig.view, "repl");
	return true;
}

static bool ends_in_prompt(const struct lb_rig *rig)
{
	static const char prompt[] = ">>> ";
	size_t size = sizeof(prompt) - 1;

	return rig->tail_bytes >= size && strcmp(rig->tail + rig->tail_bytes - size, prompt) == 0;
}

/* Quick after each other: a module that is reset over and over listens for some milliseconds between its start and
 * boot.py. */
static bool try_ctrl_c(struct check *check)
{
	struct lb_rig *rig = &check->rig;

	/* However long it sleeps: what counts is what happens when it wakes, which is as at a start. */
	if (check->facts.sleeps > 0 && !check->facts.sleeps_on && lb_view_is_in(&rig->view, "sleep") &&
	    (!lb_rig_power(rig, false) || !lb_rig_power(rig, true)))
		return fail(check, "the scratch module's hardware ended unexpectedly");
	int64_t until_ms = lb_host_now_ms() + HOST_TRY_MS;

	do {
		rig->tail_bytes = 0;
		lb_port_offer(&rig->port, "\x03", 1);
		if (!poll_rig(check, HOST_KEY_MS))
			return false;
		if (ends_in_prompt(rig) && lb_view_is_in(&rig->view, "repl"))
			return lasts(check, &check->facts.ctrl_c);
	} while (lb_host_now_ms() < until_ms);
	return true;
}

/* What mpremote does before it runs its first command: interrupt, raw REPL, soft reset, raw REPL again. */
static bool get_in(const struct lb_port *port)
{
	struct lb_rawrepl repl;

	if (lb_repl_enter(port, HOST_TRY_MS) != 0 || lb_repl_start(port, "") != 0)
		return false;
	lb_rawrepl_await_entry(&repl);
	return lb_repl_await(port, &repl, HOST_TRY_MS) == 0 &&
	       lb_repl_run(port, "print('let','in')", &repl, HOST_TRY_MS) == 0 && strcmp(repl.output, "let in\r\n") == 0;
}

static bool try_mpremote(struct check *check)
{
	if (!run_scripts(check, SETTLE_MS) || !lb_rig_reopen(&check->rig))
		return fail(check, "cannot open the scratch module's pty again");
	if (!get_in(&check->rig.port))
		return poll_rig(check, HOST_STEP_MS);
	return poll_rig(check, HOST_STEP_MS) && lasts(check, &check->facts.mpremote);
}

/* A REPL by P12, and is /flash there? */
static void safe_boot(struct check *check, bool *answers, bool *mounts)
{
	struct lb_rawrepl answer;
	const struct lb_port *port = &check->rig.port;

	*answers = lb_rig_safe_boot(&check->rig) && lb_repl_enter(port, HOST_TRY_MS) == 0 &&
	           lb_repl_run(port, "import uos\nuos.listdir('/flash')\nuos.statvfs('/flash')", &answer, HOST_TRY_MS) == 0;
	*mounts = *answers && answer.traceback[0] == '\0';
}

/* Compiles every file, also those that the scripts did not come to, so that the trace has their code; runs none. */
static void survey(struct check *check)
{
	static const char code[] = "import uos,gc\n"
							   "def walk(d):\n"
							   " for e in list(uos.ilistdir(d)):\n"
							   "  p=d+'/'+e[0]\n"
							   "  if e[1]==0x4000:walk(p)\n"
							   "  elif p.endswith('.py'):\n"
							   "   try:compile(open(p).read(),p,'exec')\n"
							   "   except Exception:pass\n"
							   "   gc.collect()\n"
							   "walk('/flash')";
	struct lb_rawrepl answer;

	if (lb_repl_run(&check->rig.port, code, &answer, SURVEY_MS) != 0 || answer.traceback[0] != '\0')
		check->trace.live->full = 1;
}

static bool try_p12(struct check *check)
{
	bool mounts;

	safe_boot(check, &check->facts.p12, &mounts);
	if (check->facts.p12)
		survey(check);
	return poll_rig(check, HOST_STEP_MS);
}

/* Until the module stops where its power is to be cut, or for so long. */
static bool await_cut(struct check *check, int64_t most_ms)
{
	const volatile uint32_t *reached = &check->trace.live->cut_reached;
	int64_t until_ms = lb_host_now_ms() + most_ms;

	while (*reached == 0 && lb_host_now_ms() < until_ms && lb_stop_signal == 0)
		lb_host_pause_ms(CUT_STEP_MS);
	return *reached != 0;
}

/* The plug is pulled at one operation of the scripts; at another moment of it each time. */
static bool cut_at(struct check *check, uint32_t operation, enum lb_flash_moment moment, bool *fell)
{
	struct lb_trace *live = check->trace.live;
	int64_t most_ms = host_ms((long)(check->trace.kept->written_us / 1000) + CUT_MARGIN_MS);

	if (!lb_rig_power(&check->rig, false))
		return false;
	live->writes = 0;
	live->cut_reached = 0;
	live->cut_moment = moment;
	live->cut_at = operation;
	if (!lb_rig_power(&check->rig, true))
		return false;
	*fell = await_cut(check, most_ms);
	live->cut_at = 0;
	check->facts.cut[moment] += *fell;
	return lb_rig_power(&check->rig, false) && poll_rig(check, CUT_STEP_MS);
}

/* Over the first operations, each before, within and after. */
static bool cut_writes(struct check *check)
{
	struct lb_check_facts *facts = &check->facts;
	uint32_t operations = (uint32_t)(facts->writes < LB_TRACE_WRITES ? facts->writes : LB_TRACE_WRITES);
	uint32_t rounds = (check->cuts + LB_FLASH_AFTER) / (LB_FLASH_AFTER + 1);
	unsigned missed = 0;

	for (uint32_t i = 0; i < check->cuts && missed < CUTS_MISSED; i++) {
		bool fell;
		uint32_t operation = 1 + i / (LB_FLASH_AFTER + 1) * operations / rounds;
		if (!cut_at(check, operation, (enum lb_flash_moment)(i % (LB_FLASH_AFTER + 1)), &fell))
			return fail(check, "the scratch module's hardware ended unexpectedly");
		missed = fell ? 0 : missed + 1;
		facts->cuts++;
	}
	return true;
}

/* Scripts that write nothing leave no power cut anything to spoil. */
static bool try_cuts(struct check *check)
{
	long torn_before = check->rig.view.torn;

	check->facts.cuts_wanted = check->cuts;
	if (check->cuts == 0 || check->facts.writes == 0)
		return true;
	if (!cut_writes(check))
		return false;
	check->facts.torn = check->rig.view.torn - torn_before;
	if (!run_scripts(check, SETTLE_MS))
		return false;
	bool started = !lb_view_is_in(&check->rig.view, "loader") && !lb_view_is_in(&check->rig.view, "off");
	safe_boot(check, &check->facts.comes_back, &check->facts.mounts);
	check->facts.comes_back = check->facts.comes_back && started;
	return poll_rig(check, HOST_STEP_MS);
}

/* Each step says what it is when it goes on for long. */
static bool try_step(struct check *check, bool (*step)(struct check *), const char *what, long most_ms)
{
	lb_waiting_start(what, most_ms);
	bool tried = step(check);
	lb_waiting_end();
	return tried;
}

/* Each step says after two seconds what it waits for and how long at most, which depends on what came before. */
static bool try_all(struct check *check)
{
	const long boot_ms = LB_RIG_BOOT_MS + host_ms(SETTLE_MS), try_ms = 3 * HOST_TRY_MS + host_ms(LASTS_MS);

	if (!try_step(check, watch_scripts, "the scripts to show what they do", 2L * host_ms(check->watch_ms)))
		return false;
	const long cut_ms = host_ms((long)(check->trace.kept->written_us / 1000) + CUT_MARGIN_MS);
	const long cuts_ms = cut_ms * check->cuts + 2 * boot_ms + try_ms;
	if (!try_step(check, try_radio, "the radio to let somebody in", try_ms) ||
	    !try_step(check, try_ctrl_c, "Ctrl-C to get in", try_ms) ||
	    !try_step(check, try_mpremote, "mpremote's way to get in", boot_ms + try_ms) ||
	    !try_step(check, try_p12, "pin P12 to get in", boot_ms + try_ms) ||
	    !try_step(check, try_cuts, "the power cuts to be over", cuts_ms))
		return false;
	return lb_audit(check->trace.live, check->trace.kept, check->watched_us, &check->facts.audit) ||
	       fail(check, "no memory");
}

/* --- the scratch module's folder --- */

/* The first boot makes the files that every module has, before it comes to the scripts: no plug is pulled meanwhile. */
static bool await_first(struct check *check)
{
	const struct lb_view *view = &check->rig.view;
	int64_t until_ms = lb_host_now_ms() + FIRST_MS;

	do {
		if (!poll_rig(check, HOST_STEP_MS))
			return false;
	} while (!has_settled(&check->rig) && !lb_view_is_in(view, "script") && view->boots < 2 &&
	         lb_host_now_ms() < until_ms);
	return true;
}

/* One folder on one scratch module, from its first boot to its notes. */
static bool run(struct check *check, const char *folder)
{
	check->rig.stop = &lb_stop_signal;
	check->rig.variant = VARIANT;
	if (!lb_check_trace_open(&check->trace, check->place, check->heap_bytes * OBJECT_RATIO))
		return fail(check, strerror(errno));
	if (!lb_profile_load(check->facts.as.name, check->trace.live->profile, check->reason))
		return false;
	check->rig.trace = check->trace.path;
	if (!lb_rig_start(&check->rig, check->module, check->reason))
		return fail(check, "the scratch module did not start");
	bool done = await_first(check) && try_all(check);
	lb_rig_end(&check->rig);
	if (!done)
		return false;
	lb_check_folder_note(folder, &check->facts.audit);
	lb_check_folder_keep_own(folder, &check->facts.audit);
	return true;
}

static const char *const formats[] = {"text", "json", "github", NULL};

static bool is_format(const struct lb_args *args, const char *name)
{
	const char *chosen = args->values[FORMAT] != NULL ? args->values[FORMAT] :
	                     args->values[JSON] != NULL   ? "json" :
	                                                    "text";

	return strcmp(chosen, name) == 0;
}

/* Of several folders a line each. */
static void report(const struct check *check, const struct lb_args *args, const char *folder)
{
	if (is_format(args, "json"))
		lb_check_print_json(&check->facts, folder);
	else if (is_format(args, "github"))
		lb_check_print_github(&check->facts, folder);
	else if (args->word_count == 1)
		lb_check_print(&check->facts);
	else
		printf("%s: %s\n", folder, lb_check_verdict_text(lb_check_judge(&check->facts)));
	fflush(stdout);
}

/* All that can be wrong with the command line, before a module is made. */
static bool choose(const struct lb_args *args, struct check *check)
{
	const char *cuts = args->values[CUTS];
	const char *seconds = args->values[SECONDS];
	long number = CUTS_DEFAULT;
	struct stat info;

	check->watch_ms = WATCH_MS;
	if ((cuts != NULL && !lb_args_whole_number("--cuts", cuts, 0, CUTS_MAX, &number)) ||
	    (seconds != NULL && !lb_args_seconds("--seconds", seconds, &check->watch_ms)))
		return false;
	if (!lb_check_heap_parse(args->values[HEAP], &check->heap_bytes))
		return false;
	if (check->watch_ms > WATCH_MAX_MS) {
		lb_args_wrong("--seconds takes at most an hour, 3600");
		return false;
	}
	check->cuts = (unsigned)number;
	check->facts.strict = args->values[STRICT] != NULL;
	for (size_t i = 0; i < args->word_count; i++) {
		if (stat(args->words[i], &info) == 0 && S_ISDIR(info.st_mode))
			continue;
		lb_args_wrong("there is no folder %s: check takes the folder that would be /flash", args->words[i]);
		return false;
	}
	if (args->values[FORMAT] != NULL && args->values[JSON] != NULL) {
		lb_args_wrong("--json is --format json: name one");
		return false;
	}
	if (args->values[AS] != NULL && !lb_args_one_of("--as", args->values[AS], lb_profile_names))
		return false;
	check->facts.as.name = args->values[AS];
	for (size_t i = 0; i < args->many_count && i < LB_FS_LOAD_ADDED; i++)
		check->added[i] = args->many[i];
	return args->values[FORMAT] == NULL || lb_args_one_of("--format", args->values[FORMAT], formats);
}

/* As the board that was named, or that the folder's scripts look like. */
static void choose_board(struct check *check, const char *folder)
{
	check->facts.as_guessed = check->facts.as.name == NULL;
	if (check->facts.as_guessed)
		lb_profile_guess(folder, &check->facts.as);
}

/* The scratch module's folder goes in any case, also after a signal. False with a reason. */
static bool check_folder(struct check *check, const char *folder)
{
	check->rig.files_fd = lb_fs_load_make(NULL, folder, check->added, check->reason);
	if (check->rig.files_fd < 0)
		return false;
	choose_board(check, folder);
	bool done = lb_check_place_make(check->place);
	snprintf(check->module, sizeof(check->module), "%s/module", check->place);
	if (done) {
		done = run(check, folder);
		lb_check_trace_close(&check->trace);
		lb_check_place_remove(check->place);
	} else {
		snprintf(check->reason, sizeof(check->reason), "cannot make a folder for the scratch module, %.200s: %s",
		         check->place, strerror(errno));
	}
	close(check->rig.files_fd);
	return done;
}

/* What was reported of several folders. */
static enum lb_exit finish(const struct lb_args *args, const struct lb_check_result *results)
{
	const char *junit = args->values[JUNIT];
	size_t count = args->word_count;

	if (count > 1 && !is_format(args, "json"))
		lb_check_print_summary(results, count);
	if (junit != NULL && count > 1 && !lb_check_write_junit_folders(results, count, junit))
		return lb_args_failed("cannot write %s: %s", junit, strerror(errno));
	return (enum lb_exit)lb_check_worst(results, count);
}

/* A folder that cannot be judged does not keep the others from being judged; its exit code counts as the worst. */
static enum lb_exit run_check(const struct lb_args *args)
{
	static struct check chosen, check;
	struct lb_check_result results[LB_ARGS_WORDS];
	const char *junit = args->values[JUNIT];

	if (!choose(args, &chosen))
		return LB_EXIT_USAGE;
	lb_stop_catch_signals();
	for (size_t i = 0; i < args->word_count; i++) {
		check = chosen;
		bool done = check_folder(&check, args->words[i]);
		if (lb_stop_signal != 0) {
			signal(lb_stop_signal, SIG_DFL);
			raise(lb_stop_signal);
		}
		results[i] =
			(struct lb_check_result){args->words[i], !done, done ? lb_check_judge(&check.facts) : LB_CHECK_LOST};
		if (!done)
			lb_args_failed("%s", check.reason);
		else
			report(&check, args, args->words[i]);
		if (done && junit != NULL && args->word_count == 1 &&
		    !lb_check_write_junit(&check.facts, args->words[i], junit))
			return lb_args_failed("cannot write %s: %s", junit, strerror(errno));
	}
	return finish(args, results);
}

const struct lb_command lb_cmd_check = {
	.name = "check",
	.usage = "FOLDER... [--cuts N] [--seconds S] [--heap N] [--strict] [--json | --format F] [--junit FILE] "
			 "[--as BOARD] [--add FILE]",
	.summary = "would these scripts lock me out? (a scratch module tries them)",
	.help = "Boots a scratch module, its clock ten times faster, with FOLDER's files as /flash, and reports: did the\n"
			"scripts end, raise or still run; did the watchdog reset the module; do Ctrl-C, mpremote and the\n"
			"radio (telnet, FTP) let you in; does pin P12; does all come back after power cuts; how much of each\n"
			"file ran, and what could lock you out in the rest.\n"
			"Names that begin with a dot, and __pycache__, are left out.\n"
			"\n"
			"Exit codes: 0 you always get back in without the pin, 3 only P12 helps, 1 not even that (or, with\n"
			"a line on stderr, the check failed), 4 nothing locks you out as far as the run came, but what the\n"
			"scripts meant to do was not reached, 2 wrong usage. Of several folders, each with a line and a scratch\n"
			"module of its own, the worst counts: 1, 3, 4, 0.\n",
	.example = "lifeboat check scripts",
	.options = {[CUTS] = {"--cuts", "N", "so many power cuts, at the scripts' own flash writes (default 20, 0: none)"},
                [SECONDS] = {"--seconds", "S", "watches the scripts for S seconds of module time (default 10)"},
                [HEAP] = {"--heap", "N", "a board with a heap of N bytes, 16K to 1024K (default 1024K: with PSRAM)"},
                [STRICT] = {"--strict", NULL,
                            "exit code 4 also for errors of the scripts' own and for what was not tried"},
                [JSON] = {"--json", NULL, "one JSON object a folder instead of the lines"},
                [JUNIT] = {"--junit", "FILE", "writes the lines as JUnit's XML too; of several folders a case each"},
                [FORMAT] = {"--format", "F",
                            "text, json, or github: annotations of file and line for GitHub's actions"},
                [AS] = {"--as", "BOARD",
                        "as pycom, esp32, esp8266 or pico-w, with the modules of its stock firmware (default:\n"
                        "the one that the scripts' imports tell, else pycom)"},
                [ADD] = {"--add", "FILE",
                         "puts FILE beside the folder's files: settings that are kept out of it; again for more"}},
	.many = "--add",
	.words_min = 1,
	.words_max = LB_ARGS_WORDS,
	.run = run_check,
};
