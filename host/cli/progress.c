#include "host/cli/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

enum { CELLS = 30, REDRAW_MS = 100 };

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000L + now.tv_nsec / 1000000L;
}

void lb_progress_begin(struct lb_progress *progress, const char *name, size_t done_bytes, size_t total_bytes)
{
	*progress = (struct lb_progress){
		.name = name, .total_bytes = total_bytes, .first_bytes = done_bytes, .begin_ms = now_ms(),
	};
	lb_progress_show(progress, done_bytes);
}

void lb_progress_show(struct lb_progress *progress, size_t done_bytes)
{
	static const char full[] = "##############################";
	static const char empty[] = "------------------------------";
	long now = now_ms();

	if (isatty(STDOUT_FILENO) == 0 || (progress->drawn && now - progress->drawn_ms < REDRAW_MS)) {
		return;
	}
	size_t total = progress->total_bytes > 0 ? progress->total_bytes : 1;
	int cells = (int)(done_bytes * CELLS / total);
	double seconds = (double)(now - progress->begin_ms + 1) / 1000.0;

	printf("\r%s: [%.*s%.*s] %3zu %%, %.0f KiB/s\x1b[K", progress->name, cells, full, CELLS - cells, empty,
	       done_bytes * 100 / total, (double)(done_bytes - progress->first_bytes) / 1024.0 / seconds);
	fflush(stdout);
	progress->drawn = true;
	progress->drawn_ms = now;
}

double lb_progress_end(struct lb_progress *progress)
{
	if (progress->drawn) {
		printf("\r\x1b[K");
		progress->drawn = false;
	}
	return (double)(now_ms() - progress->begin_ms + 1) / 1000.0;
}
