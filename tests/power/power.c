/* The power-cut proof: power [--long] [--seed N] [--points N] [--jobs N] [--only WORDS]
 *
 * Prints points and failures by scenario and kind. Fails when any point fails, when a scenario fires no cut, and when
 * one of the writers that are wrong on purpose is not found out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "core/base/assert.h"
#include "tests/power/controls.h"
#include "tests/power/fast.h"
#include "tests/power/scenarios.h"
#include "tests/power/store.h"

enum { JOBS_MAX = 64, LINES_MAX = 64 };

static const uint64_t short_points = 100000;
static const uint64_t long_points = 10000000;

static const char store_name[] = "nvs: values of scripts and settings";

struct totals {
	struct cut_stats stats;
	unsigned broken; /* scenarios that did not do what they say, or fired nothing */
};

_Noreturn void lb_assert_failed(unsigned place)
{
	fprintf(stderr, "power: assertion %u (docs/assertions.md)\n", place);
	abort();
}

static void add(struct cut_stats *sum, const struct cut_stats *stats)
{
	for (unsigned i = 0; i < CUT_KINDS; i++) {
		sum->points[i] += stats->points[i];
		sum->failures[i] += stats->failures[i];
	}
	for (unsigned i = 0; i < FAULT_KINDS; i++)
		sum->faults[i] += stats->faults[i];
	for (unsigned i = 0; i < FLAKY_SLOT_SECTORS; i++)
		sum->resumed[i] += stats->resumed[i];
}

static void run(const struct scenario *scenario, struct campaign *campaign, struct totals *totals)
{
	static struct module module;

	campaign->scenario = scenario->name;
	memset(&campaign->stats, 0, sizeof(campaign->stats));
	flaky_block_sectors = campaign->block_sectors;
	flaky_hardly_begun = campaign->hardly_begun;
	module_init(&module, campaign->marks_units, campaign->seed);
	scenario_prepare(&module, &scenario->start, campaign->seed);
	controls = campaign->controls;
	bool did = cuts_run(campaign, &module, scenario->acts, scenario->in_pairs);
	if (did && scenario->with_noise)
		cuts_noise(campaign, &module);
	if (!did || cuts_total(campaign->stats.points) == 0)
		totals->broken++;
	controls = (struct controls){0};
	add(&totals->stats, &campaign->stats);
}

static void print_line(const char *name, const struct cut_stats *stats)
{
	printf("  %-64s %9llu points, %llu failures\n", name, (unsigned long long)cuts_total(stats->points),
	       (unsigned long long)cuts_total(stats->failures));
}

static bool is_wanted(const struct campaign *campaign, const char *name)
{
	return campaign->only == NULL || strstr(name, campaign->only) != NULL;
}

/* By turns none, half of a slot, and all of one, which is all of the record too. */
static uint32_t block_sectors(uint32_t turn)
{
	return turn / 2 % 3 * (FLAKY_SLOT_SECTORS / 2);
}

/* Every operation is cut, in fewer ways. */
static struct campaign in_large_steps(const struct campaign *campaign)
{
	struct campaign sparse = *campaign;

	sparse.seeds_per_point = 1;
	sparse.record_step_bytes = 5;
	sparse.image_step_bytes = 128;
	sparse.pair_every *= 16;
	return sparse;
}

static void run_family(const struct family *family, struct campaign *campaign, struct totals *totals,
                       struct cut_stats *by_scenario)
{
	struct campaign sparse = in_large_steps(campaign);

	for (unsigned i = campaign->seed % family->parts; i < family->numbers; i += family->parts) {
		struct scenario scenario;

		if (!family->member(i, &scenario))
			continue;
		scenario.name = family->name;
		sparse.number = i;
		sparse.marks_units = (campaign->seed + i / family->parts) % 2 == 0;
		sparse.block_sectors = block_sectors(campaign->seed + i / family->parts);
		run(&scenario, &sparse, totals);
		add(by_scenario, &sparse.stats);
	}
	campaign->told = sparse.told;
}

static bool names_any(const char *only)
{
	const struct campaign campaign = {.only = only};
	bool any = is_wanted(&campaign, store_name);

	for (unsigned i = 0; i < scenario_count; i++)
		any = any || is_wanted(&campaign, scenarios[i].name);
	for (unsigned i = 0; i < FAMILIES; i++)
		any = any || is_wanted(&campaign, families[i].name);
	return any;
}

/* All scenarios once, and some of each family. Each round has other bits. */
static void run_round(struct campaign *campaign, struct totals *totals, struct cut_stats *by_scenario)
{
	for (unsigned i = 0; i < scenario_count; i++) {
		if (!is_wanted(campaign, scenarios[i].name))
			continue;
		campaign->marks_units = (campaign->seed + i) % 2 == 0;
		campaign->block_sectors = block_sectors(campaign->seed + i);
		struct campaign own = scenarios[i].in_large_steps ? in_large_steps(campaign) : *campaign;
		run(&scenarios[i], &own, totals);
		add(&by_scenario[i], &own.stats);
		campaign->told = own.told;
	}
	for (unsigned i = 0; i < FAMILIES; i++)
		if (is_wanted(campaign, families[i].name))
			run_family(&families[i], campaign, totals, &by_scenario[scenario_count + i]);
	if (!is_wanted(campaign, store_name))
		return;
	campaign->marks_units = campaign->seed % 2 == 0;
	campaign->block_sectors = 0;
	flaky_block_sectors = 0;
	flaky_hardly_begun = false;
	if (!store_run(campaign))
		totals->broken++;
	add(&totals->stats, &campaign->stats);
	add(&by_scenario[scenario_count + FAMILIES], &campaign->stats);
}

/* Is a writer that is wrong found out? */
static bool is_caught(const char *name, struct campaign campaign, const struct scenario *scenario)
{
	struct totals totals = {0};

	campaign.quiet = true;
	campaign.pair_every = 0;
	run(scenario, &campaign, &totals);
	uint64_t failures = cuts_total(totals.stats.failures);
	bool caught = failures > 0 || totals.broken > 0;
	if (totals.broken > 0)
		printf("  %-64s caught without any cut\n", name);
	else
		printf("  %-64s %s (%llu of %llu points)\n", name, caught ? "caught" : "NOT CAUGHT",
		       (unsigned long long)failures, (unsigned long long)cuts_total(totals.stats.points));
	return caught;
}

/* The code as it ships, where the wrong one was found out. */
static bool holds(const char *name, struct campaign campaign, const struct scenario *scenario)
{
	struct totals totals = {0};

	campaign.controls = (struct controls){0};
	run(scenario, &campaign, &totals);
	print_line(name, &totals.stats);
	return totals.broken == 0 && cuts_total(totals.stats.failures) == 0;
}

static bool run_controls(struct campaign campaign)
{
	struct campaign single = campaign;
	struct campaign target = campaign;
	struct campaign untold = campaign;
	struct campaign unsettled = campaign;
	struct campaign kept = campaign;
	struct campaign unreported = campaign;
	struct campaign trusted = campaign;
	struct campaign at_once;

	printf("writers that are wrong on purpose:\n");
	single.controls.single_record = true;
	target.controls.target_from_record = true;
	untold.controls.tool_unreported = true;
	unreported.controls.errors_unreported = true;
	kept.controls.first_kept = true;
	kept.seeds_per_point = 288; /* few erases are torn so that all reads well but once */
	kept.record_step_bytes = LB_RECORD_UNIT_BYTES;
	kept.image_step_bytes = LB_NOR_PAGE_BYTES;
	at_once = kept;
	at_once.controls = (struct controls){.first_in_block = true};
	at_once.block_sectors = FLAKY_SLOT_SECTORS / 2;
	at_once.hardly_begun = true;
	at_once.seeds_per_point = 48;
	trusted.controls.choice_trusted = true;
	trusted.seeds_per_point = 16;
	unsettled.controls.unsettled = true;
	unsettled.seeds_per_point = 96; /* and few so that it reads well only now and then */
	unsettled.record_step_bytes = kept.record_step_bytes;
	unsettled.image_step_bytes = kept.image_step_bytes;
	bool caught = is_caught("a record of one copy, erased and then written", single, &scenarios[0]);
	caught = is_caught("an update that targets the running slot", target, &scenarios[0]) && caught;
	caught = is_caught("a trial that never learns of a script's error", unreported, &scenarios[0]) && caught;
	caught = is_caught("a loader that does not tell the record", untold, &scenario_same_image) && caught;
	caught = is_caught("a tool's write that was cut is news for ever", unsettled, &scenario_same_factory) && caught;
	caught = is_caught("a choice that trusts what it reads", trusted, &scenario_choice) && caught;
	caught = is_caught("a resumed update that trusts its first sector", kept, &scenario_same_update) && caught;
	caught = is_caught("an update whose first erase is a block", at_once, &scenario_same_long) && caught;
	return holds("the same as it ships: its first sector goes alone", at_once, &scenario_same_long) && caught;
}

static void print_totals(const struct totals *totals, const struct cut_stats *by_scenario, double seconds)
{
	printf("scenarios:\n");
	for (unsigned i = 0; i < scenario_count; i++)
		print_line(scenarios[i].name, &by_scenario[i]);
	for (unsigned i = 0; i < FAMILIES; i++)
		print_line(families[i].name, &by_scenario[scenario_count + i]);
	print_line(store_name, &by_scenario[scenario_count + FAMILIES]);
	printf("kinds:\n");
	for (unsigned i = 0; i < CUT_KINDS; i++)
		printf("  %-64s %9llu points, %llu failures\n", cut_kind_names[i], (unsigned long long)totals->stats.points[i],
		       (unsigned long long)totals->stats.failures[i]);
	printf("updates that went on after a cut:\n");
	for (unsigned i = 0; i < FLAKY_SLOT_SECTORS; i++)
		printf("  %u %-62s %9llu\n", i, "sectors kept", (unsigned long long)totals->stats.resumed[i]);
	for (unsigned i = 0; i < FAULT_KINDS; i++)
		if (totals->stats.faults[i] != 0)
			printf("  FAULT: %-57s %9llu\n", fault_names[i], (unsigned long long)totals->stats.faults[i]);
	printf("power: %llu points, %llu failures, %.0f s\n", (unsigned long long)cuts_total(totals->stats.points),
	       (unsigned long long)cuts_total(totals->stats.failures), seconds);
}

static bool every_kind_fired(const struct totals *totals, const struct cut_stats *by_scenario)
{
	bool fired = true;

	for (unsigned i = 0; i < CUT_KINDS; i++)
		fired = fired && totals->stats.points[i] > 0;
	for (unsigned i = 0; i < FLAKY_SLOT_SECTORS; i++)
		fired = fired && totals->stats.resumed[i] > 0;
	for (unsigned i = 0; i <= scenario_count + FAMILIES; i++)
		fired = fired && cuts_total(by_scenario[i].points) > 0;
	if (!fired)
		printf("power: a scenario, a kind of cut or a resumed update never came about\n");
	return fired;
}

static double now_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

struct arguments {
	struct campaign campaign;
	uint64_t points;
	unsigned jobs;
	bool verbose;
};

static bool read_arguments(int argc, char **argv, struct arguments *arguments)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--long") == 0) {
			arguments->points = long_points;
			arguments->campaign.seeds_per_point = 4;
			arguments->campaign.image_step_bytes = 1;
			arguments->jobs = (unsigned)sysconf(_SC_NPROCESSORS_ONLN);
			arguments->verbose = true;
		} else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
			arguments->campaign.seed = (uint32_t)strtoul(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--jobs") == 0 && i + 1 < argc) {
			arguments->jobs = (unsigned)strtoul(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--points") == 0 && i + 1 < argc) {
			arguments->points = strtoull(argv[++i], NULL, 10);
		} else if (strcmp(argv[i], "--only") == 0 && i + 1 < argc) {
			arguments->campaign.only = argv[++i];
		} else {
			return false;
		}
	}
	return arguments->jobs > 0 && arguments->jobs <= JOBS_MAX;
}

/* ---- jobs: each takes every so many'th round ---- */

/* What a job found, in memory that the jobs share. */
struct ledger {
	struct totals totals;
	struct cut_stats by_scenario[LINES_MAX];
};

static void run_job(const struct arguments *arguments, unsigned job, struct ledger *ledger)
{
	struct campaign campaign = arguments->campaign;

	campaign.seed += job;
	do {
		run_round(&campaign, &ledger->totals, ledger->by_scenario);
		if (arguments->verbose)
			fprintf(stderr, "power: job %u after seed %u: %llu points, %llu failures\n", job, campaign.seed,
			        (unsigned long long)cuts_total(ledger->totals.stats.points),
			        (unsigned long long)cuts_total(ledger->totals.stats.failures));
		campaign.seed += arguments->jobs;
	} while (cuts_total(ledger->totals.stats.points) < arguments->points / arguments->jobs &&
	         ledger->totals.broken == 0);
}

static void run_jobs(const struct arguments *arguments, struct ledger *ledgers)
{
	(void)fflush(stdout);
	for (unsigned job = 1; job < arguments->jobs; job++) {
		pid_t pid = fork();

		if (pid == 0) {
			run_job(arguments, job, &ledgers[job]);
			_exit(0);
		}
		if (pid < 0)
			ledgers[0].totals.broken++;
	}
	run_job(arguments, 0, &ledgers[0]);
	for (unsigned job = 1; job < arguments->jobs; job++) {
		int status;

		if (wait(&status) < 0 || status != 0)
			ledgers[0].totals.broken++;
	}
	for (unsigned job = 1; job < arguments->jobs; job++) {
		add(&ledgers[0].totals.stats, &ledgers[job].totals.stats);
		ledgers[0].totals.broken += ledgers[job].totals.broken;
		for (unsigned i = 0; i < LINES_MAX; i++)
			add(&ledgers[0].by_scenario[i], &ledgers[job].by_scenario[i]);
	}
}

int main(int argc, char **argv)
{
	struct arguments arguments = {
		.campaign =
			{
				.seed = 1,
				.seeds_per_point = 1,
				.record_step_bytes = 1,
				.image_step_bytes = 16,
				.pair_every = 26,
			},
		.points = short_points,
		.jobs = 1,
	};
	struct ledger *ledgers =
		mmap(NULL, JOBS_MAX * sizeof(*ledgers), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	double begin = now_seconds();

	if (ledgers == MAP_FAILED || !read_arguments(argc, argv, &arguments)) {
		fprintf(stderr, "usage: power [--long] [--seed N] [--points N] [--jobs 1 to %d] [--only WORDS]\n", JOBS_MAX);
		return 2;
	}
	if (scenario_count + FAMILIES >= LINES_MAX) {
		fprintf(stderr, "power: more scenarios than lines\n");
		return 2;
	}
	if (!names_any(arguments.campaign.only)) {
		fprintf(stderr, "power: no scenario has '%s' in its name\n", arguments.campaign.only);
		return 2;
	}
	if (!fast_is_right()) {
		fprintf(stderr, "power: the fast hash or CRC is another than the real one\n");
		return 2;
	}
	images_make();
	bool caught = run_controls(arguments.campaign);
	run_jobs(&arguments, ledgers);
	const struct totals *totals = &ledgers->totals;
	print_totals(totals, ledgers->by_scenario, now_seconds() - begin);
	bool fired = arguments.campaign.only != NULL || every_kind_fired(totals, ledgers->by_scenario);
	images_free();
	return caught && fired && totals->broken == 0 && cuts_total(totals->stats.failures) == 0 ? 0 : 1;
}
