/* How far something is: on a terminal one line with a bar that is drawn over and over, elsewhere nothing. */
#ifndef LB_TERMINAL_PROGRESS_H
#define LB_TERMINAL_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LB_PROGRESS_TEXT_BYTES = 128, LB_PROGRESS_COLUMNS = 79 };

struct lb_progress {
	const char *what; /* "writing factory" */
	bool terminal;
	int64_t start_ms;
	int64_t shown_ms;
	size_t first_bytes; /* were done before it started */
};

void lb_progress_start(struct lb_progress *progress, const char *what, size_t first_bytes);
void lb_progress_show(struct lb_progress *progress, size_t done_bytes, size_t all_bytes);
/* Takes the line away; returns for how many seconds it went on, more than 0. */
double lb_progress_end(struct lb_progress *progress);

/* The line after so many milliseconds and bytes, at most LB_PROGRESS_COLUMNS letters. A rate is shown from the first
 * half second on. */
void lb_progress_text(char text[LB_PROGRESS_TEXT_BYTES], const char *what, size_t done_bytes, size_t all_bytes,
                      size_t moved_bytes, int64_t time_ms);

#endif
