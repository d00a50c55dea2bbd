/* `lifeboat check`: a scratch module tries a folder's scripts, and every way back in is tried on it. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/hw/types.h"
#include "host/commands/check_folder.h"
#include "host/commands/check_heap.h"
#include "host/commands/check_module.h"
#include "host/commands/check_place.h"
#include "host/commands/check_report.h"
#include "host/commands/check_trace.h"
#include "host/commands/check_verdict.h"
#include "host/commands/check_worlds.h"
#include "host/commands/commands.h"
#include "host/commands/fs_load.h"
#include "host/commands/profile.h"
#include "host/commands/profile_guess.h"
#include "host/commands/stop.h"

enum { CUTS, SECONDS, HEAP, STRICT, JSON, JUNIT, FORMAT, AS, ADD, MATRIX, ENVIRONMENT };

enum {
	CUTS_DEFAULT = 20,
	CUTS_MAX = 1000,
	WATCH_MS = 10000, /* module time */
	WATCH_MAX_MS = 3600000,
};

/* One folder on scratch modules, from their first boot to its notes; check has its facts then. */
static bool run(struct lb_check_module *check, const char *place, const char *folder, bool matrix)
{
	struct lb_check_facts facts;

	if (!lb_check_worlds_run(check, place, matrix, &facts))
		return false;
	check->facts = facts;
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
static void report(const struct lb_check_module *check, const struct lb_args *args, const char *folder)
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
static bool choose(const struct lb_args *args, struct lb_check_module *check)
{
	const char *cuts = args->values[CUTS];
	const char *seconds = args->values[SECONDS];
	long number = CUTS_DEFAULT;
	struct stat info;

	check->watch_ms = WATCH_MS;
	if ((cuts != NULL && !lb_args_whole_number("--cuts", cuts, 0, CUTS_MAX, &number)) ||
	    (seconds != NULL && !lb_args_seconds("--seconds", seconds, &check->watch_ms)))
		return false;
	if (!lb_check_heap_parse(args->values[HEAP], &check->heap_bytes) ||
	    !lb_environment_read(args, ENVIRONMENT, &check->environment))
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
	for (size_t i = 0, added = 0; i < args->many_count && added < LB_FS_LOAD_ADDED; i++)
		if (args->many[i].place == ADD)
			check->added[added++] = args->many[i].text;
	return args->values[FORMAT] == NULL || lb_args_one_of("--format", args->values[FORMAT], formats);
}

/* As the board that was named, or that the folder's scripts look like. */
static void choose_board(struct lb_check_module *check, const char *folder)
{
	check->facts.as_guessed = check->facts.as.name == NULL;
	if (check->facts.as_guessed)
		lb_profile_guess(folder, &check->facts.as);
}

/* The scratch modules' folder goes in any case, also after a signal. False with a reason. */
static bool check_folder(struct lb_check_module *check, const char *folder, bool matrix)
{
	char place[PATH_MAX];

	check->rig.files_fd = lb_fs_load_make(NULL, folder, check->added, 0, check->reason);
	if (check->rig.files_fd < 0)
		return false;
	choose_board(check, folder);
	lb_environment_print(&check->environment, check->facts.given, sizeof(check->facts.given));
	if (!lb_environment_name_pins(&check->environment, check->facts.as.name, check->reason)) {
		close(check->rig.files_fd);
		return false;
	}
	bool done = lb_check_place_make(place);
	if (done) {
		done = run(check, place, folder, matrix);
		lb_check_place_remove(place);
	} else {
		snprintf(check->reason, sizeof(check->reason), "cannot make a folder for the scratch module, %.200s: %s", place,
		         strerror(errno));
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
	static struct lb_check_module chosen, check;
	struct lb_check_result results[LB_ARGS_WORDS];
	const char *junit = args->values[JUNIT];

	if (!choose(args, &chosen))
		return LB_EXIT_USAGE;
	lb_stop_catch_signals();
	for (size_t i = 0; i < args->word_count; i++) {
		check = chosen;
		bool done = check_folder(&check, args->words[i], args->values[MATRIX] != NULL);
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
			 "[--as BOARD] [--add FILE] [--matrix] " LB_ENVIRONMENT_USAGE,
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
                         "puts FILE beside the folder's files: settings that are kept out of it; again for more"},
                [MATRIX] = {"--matrix", NULL,
                            "scripts that use the network: also with one that has no server, and with servers\n"
                            "that stall"},
                LB_ENVIRONMENT_OPTIONS(ENVIRONMENT)},
	.many = 1u << ADD | LB_ENVIRONMENT_MANY(ENVIRONMENT),
	.words_min = 1,
	.words_max = LB_ARGS_WORDS,
	.run = run_check,
};
