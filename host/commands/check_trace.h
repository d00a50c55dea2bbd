/* The trace of a scratch module's scripts (protocols/trace): a file that the module's firmware writes and we read. */
#ifndef LB_COMMANDS_CHECK_TRACE_H
#define LB_COMMANDS_CHECK_TRACE_H

#include <limits.h>
#include <stdbool.h>

#include "protocols/trace/trace.h"

struct lb_check_trace {
	char path[PATH_MAX];
	struct lb_trace *live; /* as the module writes it */
	struct lb_trace *kept; /* as it was when it was kept last; shared with processes of ours */
};

/* A new file in the folder, "trace-NAME". heap_bytes: of the module's heap, 0 for all of it. False, with errno. */
bool lb_check_trace_open(struct lb_check_trace *trace, const char *folder, const char *name, uint32_t heap_bytes);
void lb_check_trace_keep(struct lb_check_trace *trace);
void lb_check_trace_close(struct lb_check_trace *trace);

#endif
