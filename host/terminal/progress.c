#include "host/terminal/progress.h"
#include "host/client/host_time.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { BAR_COLUMNS = 30, REDRAW_MS = 100, RATE_FROM_MS = 500 };

void lb_progress_text(char text[LB_PROGRESS_TEXT_BYTES], const char *what, size_t done_bytes, size_t all_bytes,
                      size_t moved_bytes, int64_t time_ms)
{
	size_t part = all_bytes != 0 ? BAR_COLUMNS * done_bytes / all_bytes : BAR_COLUMNS;
	unsigned percent = all_bytes != 0 ? (unsigned)(100 * done_bytes / all_bytes) : 100;
	char bar[BAR_COLUMNS + 1];
	char rate[24] = "";

	memset(bar, '-', BAR_COLUMNS);
	memset(bar, '#', part);
	bar[BAR_COLUMNS] = '\0';
	if (time_ms >= RATE_FROM_MS)
		snprintf(rate, sizeof(rate), "  %.0f KiB/s", (double)moved_bytes / 1.024 / (double)time_ms);
	snprintf(text, LB_PROGRESS_TEXT_BYTES, "%-18.24s [%s] %3u %%%s", what, bar, percent, rate);
	text[LB_PROGRESS_COLUMNS] = '\0';
}

void lb_progress_start(struct lb_progress *progress, const char *what, size_t first_bytes)
{
	*progress = (struct lb_progress){
		.what = what,
		.terminal = isatty(STDOUT_FILENO) != 0,
		.start_ms = lb_host_now_ms(),
		.first_bytes = first_bytes,
	};
	fflush(stdout);
	lb_progress_show(progress, 0, 1);
}

void lb_progress_show(struct lb_progress *progress, size_t done_bytes, size_t all_bytes)
{
	char text[LB_PROGRESS_TEXT_BYTES];
	int64_t now = lb_host_now_ms();
	size_t moved_bytes = done_bytes > progress->first_bytes ? done_bytes - progress->first_bytes : 0;

	if (!progress->terminal || now - progress->shown_ms < REDRAW_MS)
		return;
	progress->shown_ms = now;
	lb_progress_text(text, progress->what, done_bytes, all_bytes, moved_bytes, now - progress->start_ms);
	printf("\r%-*s", LB_PROGRESS_COLUMNS, text);
	fflush(stdout);
}

double lb_progress_end(struct lb_progress *progress)
{
	if (progress->terminal) {
		printf("\r%*s\r", LB_PROGRESS_COLUMNS, "");
		fflush(stdout);
	}
	return (double)(lb_host_now_ms() - progress->start_ms + 1) / 1000.0;
}
