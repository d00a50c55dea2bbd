/* Where `lifeboat check`'s firmware writes: the trace, and its texts. See protocols/trace/trace.h. */
#ifndef LB_CHECK_TRACING_H
#define LB_CHECK_TRACING_H

#include <stddef.h>
#include <stdint.h>

#include "protocols/trace/trace.h"
#include "py/obj.h"

/* Once, at the start of a CPU. The module runs without a trace too: then all goes into memory that nobody reads. */
void lb_tracing_init(void);
struct lb_trace *lb_tracing(void);
/* The number of a text, which is made if there is none; 0 where there is no room. */
uint32_t lb_tracing_text(const char *text);
uint32_t lb_tracing_qstr(qstr name);
/* Of a source file; one that was found in the current folder gets the whole path that it has as a rule. */
uint32_t lb_tracing_file(qstr name);

#endif
