#include "host/commands/check_pace.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "host/client/host_time.h"

enum { NS_PER_MS = 1000000, CPU = 1 };

static void read_times(long pid, int64_t *ran_ns, int64_t *waited_ns)
{
	char path[48];

	*ran_ns = *waited_ns = 0;
	snprintf(path, sizeof(path), "/proc/%ld/schedstat", pid);
	FILE *file = pid > 0 ? fopen(path, "re") : NULL;
	if (file == NULL)
		return;
	if (fscanf(file, "%" SCNd64 " %" SCNd64, ran_ns, waited_ns) != 2)
		*ran_ns = *waited_ns = 0;
	fclose(file);
}

/* Could it run? proc(5): the state is behind the name in brackets. */
static bool is_ready(long pid)
{
	char path[48], line[128] = "";

	snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
	FILE *file = pid > 0 ? fopen(path, "re") : NULL;
	if (file == NULL)
		return false;
	const char *end = fgets(line, sizeof(line), file) != NULL ? strrchr(line, ')') : NULL;
	fclose(file);
	return end != NULL && end[1] == ' ' && end[2] == 'R';
}

/* A process that was not there before has waited since its start, and that is all within the time that is counted. The
 * system adds a wait up when it is over. True: one is under way. */
static bool add_waits(struct lb_check_pace *pace, const struct lb_view *view)
{
	const long pids[LB_CHECK_PACE_PROCESSES] = {view->pid, view->cpu_pid};
	bool waits = false;

	for (int i = 0; i < LB_CHECK_PACE_PROCESSES; i++) {
		struct lb_check_pace_process *process = &pace->process[i], now = {.pid = pids[i]};
		read_times(now.pid, &now.ran_ns, &now.waited_ns);
		const bool same = now.pid == process->pid;
		const int64_t before_ns = same ? process->waited_ns : 0;
		pace->lost_ns += now.waited_ns > before_ns ? now.waited_ns - before_ns : 0;
		if (i == CPU)
			pace->ran_ns += now.ran_ns - (same ? process->ran_ns : 0);
		waits = waits || (same && now.ran_ns != 0 && now.ran_ns == process->ran_ns && is_ready(now.pid));
		*process = now;
	}
	return waits;
}

void lb_check_pace_start(struct lb_check_pace *pace, const struct lb_view *view)
{
	*pace = (struct lb_check_pace){.start_ms = lb_host_now_ms()};
	add_waits(pace, view);
	pace->lost_ns = pace->ran_ns = 0;
}

int64_t lb_check_pace_ms(struct lb_check_pace *pace, const struct lb_view *view)
{
	const bool waits = add_waits(pace, view);
	const int64_t ran_ms = pace->ran_ns / NS_PER_MS;

	if (!waits)
		pace->had_ms = lb_host_now_ms() - pace->start_ms - pace->lost_ns / NS_PER_MS;
	if (pace->had_ms < ran_ms)
		pace->had_ms = ran_ms;
	return pace->had_ms;
}
