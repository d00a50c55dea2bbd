/* How far something has come, as a bar in the last line of a terminal. Elsewhere, in a file or a pipe, nothing is
 * drawn.
 */
#ifndef LB_CLI_PROGRESS_H
#define LB_CLI_PROGRESS_H

#include <stdbool.h>
#include <stddef.h>

struct lb_progress {
	const char *name; /* what the line begins with */
	size_t total_bytes;
	size_t first_bytes; /* were done before it began */
	long begin_ms;
	long drawn_ms;
	bool drawn;
};

void lb_progress_begin(struct lb_progress *progress, const char *name, size_t done_bytes, size_t total_bytes);
void lb_progress_show(struct lb_progress *progress, size_t done_bytes);
/* Takes the bar away. Returns the seconds since the beginning, more than 0. */
double lb_progress_end(struct lb_progress *progress);

#endif
