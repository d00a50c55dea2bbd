#include "host/commands/check_pace.h"

#include <inttypes.h>
#include <stdio.h>

#include "host/client/host_time.h"

enum { NS_PER_MS = 1000000 };

static int64_t waited_ns(long pid)
{
	char path[48];
	int64_t waited = 0;

	snprintf(path, sizeof(path), "/proc/%ld/schedstat", pid);
	FILE *file = pid > 0 ? fopen(path, "re") : NULL;
	if (file == NULL)
		return 0;
	if (fscanf(file, "%*u %" SCNd64, &waited) != 1)
		waited = 0;
	fclose(file);
	return waited;
}

/* A process that was not there before has waited since its start, and that is all within the time that is counted. */
static void add_waits(struct lb_check_pace *pace, const struct lb_view *view)
{
	const long pids[LB_CHECK_PACE_PROCESSES] = {view->pid, view->cpu_pid};

	for (int i = 0; i < LB_CHECK_PACE_PROCESSES; i++) {
		const int64_t now_ns = waited_ns(pids[i]);
		const int64_t before_ns = pids[i] == pace->process[i].pid ? pace->process[i].waited_ns : 0;
		pace->lost_ns += now_ns > before_ns ? now_ns - before_ns : 0;
		pace->process[i].pid = pids[i];
		pace->process[i].waited_ns = now_ns;
	}
}

void lb_check_pace_start(struct lb_check_pace *pace, const struct lb_view *view)
{
	*pace = (struct lb_check_pace){.start_ms = lb_host_now_ms()};
	add_waits(pace, view);
	pace->lost_ns = 0;
}

int64_t lb_check_pace_ms(struct lb_check_pace *pace, const struct lb_view *view)
{
	add_waits(pace, view);
	return lb_host_now_ms() - pace->start_ms - pace->lost_ns / NS_PER_MS;
}
