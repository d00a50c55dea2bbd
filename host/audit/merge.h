/* Runs of the same files in several traces: what one of them saw, the others get to know. Pure. */
#ifndef LB_AUDIT_MERGE_H
#define LB_AUDIT_MERGE_H

#include "protocols/trace/trace.h"

/* Gives a trace of a run the functions that were only found after it, as ones that did not run: then others may say
 * that they did. code: the same trace later. */
void lb_merge_open(struct lb_trace *ran, const struct lb_trace *code);
/* What ran in the other has run here: in functions of the same file, name, place and code. Both were opened. */
void lb_merge_seen(struct lb_trace *ran, const struct lb_trace *other);

#endif
