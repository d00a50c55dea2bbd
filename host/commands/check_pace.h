/* How long a module's processes have had what they need to go on: a busy machine is not the module's time.
 *
 * Source: the second number of Linux' /proc/PID/schedstat, nanoseconds in which the process could have run and waited
 * for a core. Where there is no such file, all of the host's time counts.
 */
#ifndef LB_COMMANDS_CHECK_PACE_H
#define LB_COMMANDS_CHECK_PACE_H

#include <stdint.h>

#include "host/client/view.h"

enum { LB_CHECK_PACE_PROCESSES = 2 };

struct lb_check_pace_process {
	long pid;
	int64_t ran_ns, waited_ns;
};

struct lb_check_pace {
	int64_t start_ms, lost_ns;
	int64_t ran_ns; /* of all CPUs that were */
	int64_t had_ms; /* at the last poll that found none of them waiting */
	struct lb_check_pace_process process[LB_CHECK_PACE_PROCESSES]; /* hardware, CPU */
};

/* Counts from now on; the view is the module's, as it was polled last. */
void lb_check_pace_start(struct lb_check_pace *pace, const struct lb_view *view);
/* Host time since then without what the module's processes waited for a core; two may have waited at a time, so it is
 * never less than the CPU ran. To be called after each poll: what a CPU
 * waited between the last poll and its end is not known. */
int64_t lb_check_pace_ms(struct lb_check_pace *pace, const struct lb_view *view);

#endif
