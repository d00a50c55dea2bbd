/* The power-cut proof: power [--long] [--seed N]
 *
 * Prints points and failures by scenario and kind. Fails when any point fails, when a scenario fires no cut, and when
 * one of the two writers that are wrong on purpose is not found out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/base/assert.h"
#include "tests/power/scenarios.h"

static const uint64_t short_points = 100000;
static const uint64_t long_points = 10000000;

struct totals {
	struct cut_stats stats;
	unsigned broken; /* scenarios that did not do what they say, or fired nothing */
};

_Noreturn void lb_assert_failed(const char *file, int line)
{
	fprintf(stderr, "power: assertion failed: %s:%d\n", file, line);
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
}

static void run(const struct scenario *scenario, struct campaign *campaign, struct totals *totals)
{
	static struct module module;

	campaign->scenario = scenario->name;
	memset(&campaign->stats, 0, sizeof(campaign->stats));
	module_init(&module, &journal_real, campaign->marks_units, campaign->seed);
	module.target_from_record = campaign->target_from_record;
	module.tool_untold = campaign->tool_untold;
	scenario_prepare(&module, &scenario->start, campaign->seed);
	module.journal = campaign->journal;
	bool did = cuts_run(campaign, &module, scenario->acts, scenario->in_pairs);
	if (did && scenario->with_noise)
		cuts_noise(campaign, &module);
	if (!did || cuts_total(campaign->stats.points) == 0)
		totals->broken++;
	add(&totals->stats, &campaign->stats);
}

static void print_line(const char *name, const struct cut_stats *stats)
{
	printf("  %-56s %9llu points, %llu failures\n", name, (unsigned long long)cuts_total(stats->points),
	       (unsigned long long)cuts_total(stats->failures));
}

static void run_family(const struct family *family, struct campaign *campaign, struct totals *totals,
                       struct cut_stats *by_scenario)
{
	struct campaign sparse = *campaign;

	sparse.seeds_per_point = 1;
	sparse.record_step_bytes = 5;
	sparse.image_step_bytes = 128;
	for (unsigned i = campaign->seed % family->parts; i < family->numbers; i += family->parts) {
		struct scenario scenario;

		if (!family->member(i, &scenario))
			continue;
		scenario.name = family->name;
		sparse.number = i;
		sparse.marks_units = (campaign->seed + i / family->parts) % 2 == 0;
		run(&scenario, &sparse, totals);
		add(by_scenario, &sparse.stats);
	}
	campaign->told = sparse.told;
}

/* All scenarios once, and some of each family. Each round has other bits. */
static void run_round(struct campaign *campaign, struct totals *totals, struct cut_stats *by_scenario)
{
	for (unsigned i = 0; i < scenario_count; i++) {
		campaign->marks_units = (campaign->seed + i) % 2 == 0;
		run(&scenarios[i], campaign, totals);
		add(&by_scenario[i], &campaign->stats);
	}
	for (unsigned i = 0; i < FAMILIES; i++)
		run_family(&families[i], campaign, totals, &by_scenario[scenario_count + i]);
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
		printf("  %-56s caught without any cut\n", name);
	else
		printf("  %-56s %s (%llu of %llu points)\n", name, caught ? "caught" : "NOT CAUGHT",
		       (unsigned long long)failures, (unsigned long long)cuts_total(totals.stats.points));
	return caught;
}

static bool run_controls(struct campaign campaign)
{
	struct campaign single = campaign;
	struct campaign target = campaign;
	struct campaign untold = campaign;

	printf("writers that are wrong on purpose:\n");
	single.journal = &journal_single;
	target.target_from_record = true;
	untold.tool_untold = true;
	bool caught = is_caught("a record of one copy, erased and then written", single, &scenarios[0]);
	caught = is_caught("an update that targets the running slot", target, &scenarios[0]) && caught;
	return is_caught("a loader that does not tell the record", untold, &scenario_same_image) && caught;
}

static void print_totals(const struct totals *totals, const struct cut_stats *by_scenario, double seconds)
{
	printf("scenarios:\n");
	for (unsigned i = 0; i < scenario_count; i++)
		print_line(scenarios[i].name, &by_scenario[i]);
	for (unsigned i = 0; i < FAMILIES; i++)
		print_line(families[i].name, &by_scenario[scenario_count + i]);
	printf("kinds:\n");
	for (unsigned i = 0; i < CUT_KINDS; i++)
		printf("  %-56s %9llu points, %llu failures\n", cut_kind_names[i], (unsigned long long)totals->stats.points[i],
		       (unsigned long long)totals->stats.failures[i]);
	for (unsigned i = 0; i < FAULT_KINDS; i++) {
		if (totals->stats.faults[i] != 0)
			printf("  FAULT: %-49s %9llu\n", fault_names[i], (unsigned long long)totals->stats.faults[i]);
	}
	printf("power: %llu points, %llu failures, %.0f s\n", (unsigned long long)cuts_total(totals->stats.points),
	       (unsigned long long)cuts_total(totals->stats.failures), seconds);
}

static bool every_kind_fired(const struct totals *totals, const struct cut_stats *by_scenario)
{
	bool fired = true;

	for (unsigned i = 0; i < CUT_KINDS; i++)
		fired = fired && totals->stats.points[i] > 0;
	for (unsigned i = 0; i < scenario_count + FAMILIES; i++)
		fired = fired && cuts_total(by_scenario[i].points) > 0;
	if (!fired)
		printf("power: a scenario or a kind of cut was never fired\n");
	return fired;
}

static double now_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool read_arguments(int argc, char **argv, struct campaign *campaign, uint64_t *points)
{
	*points = short_points;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--long") == 0) {
			*points = long_points;
			campaign->seeds_per_point = 4;
			campaign->image_step_bytes = 1;
		} else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc) {
			campaign->seed = (uint32_t)strtoul(argv[++i], NULL, 10);
		} else {
			return false;
		}
	}
	return true;
}

int main(int argc, char **argv)
{
	struct cut_stats *by_scenario = calloc(scenario_count + FAMILIES, sizeof(*by_scenario));
	struct campaign campaign = {
		.seed = 1, .seeds_per_point = 1, .record_step_bytes = 1, .image_step_bytes = 16, .pair_every = 40,
		.journal = &journal_real,
	};
	struct totals totals = {0};
	uint64_t points;
	double begin = now_seconds();

	if (by_scenario == NULL || !read_arguments(argc, argv, &campaign, &points)) {
		fprintf(stderr, "usage: power [--long] [--seed N]\n");
		return 2;
	}
	images_make();
	bool caught = run_controls(campaign);
	do {
		run_round(&campaign, &totals, by_scenario);
		campaign.seed++;
	} while (cuts_total(totals.stats.points) < points && totals.broken == 0);
	print_totals(&totals, by_scenario, now_seconds() - begin);
	bool fired = every_kind_fired(&totals, by_scenario);
	free(by_scenario);
	images_free();
	return caught && fired && totals.broken == 0 && cuts_total(totals.stats.failures) == 0 ? 0 : 1;
}
