/* Where would the scripts have gone? Of functions in a trace (protocols/trace), from what ran of them. Pure.
 *
 * An instruction is ahead when the scripts would have come to it, had they not stopped, or waited, before it. Where
 * they chose another branch it is not ahead: they passed it. What an exception alone leads to is never ahead.
 */
#ifndef LB_AUDIT_FLOW_H
#define LB_AUDIT_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocols/trace/trace.h"

struct lb_flow {
	const struct lb_trace *code; /* functions and instructions */
	const struct lb_trace *ran;  /* what was seen, and where it waits; an earlier state of the same */
	uint8_t *ahead;              /* LB_TRACE_INSTRUCTIONS, by the instruction's number: 0 when it is not */
};

/* The kinds of being ahead, bits: any; of what follows where a script waits now; a name that was loaded for a call that
 * was not come to. */
enum { LB_FLOW_AHEAD = 1, LB_FLOW_AWAITED = 2, LB_FLOW_PENDING = 4 };

/* By the numbers of instructions and functions. */
bool lb_flow_ran(const struct lb_flow *flow, uint32_t function, uint32_t instruction);
bool lb_flow_entered(const struct lb_flow *flow, uint32_t function);
/* The instruction of a function at an offset of its code; UINT32_MAX: none. */
uint32_t lb_flow_find(const struct lb_flow *flow, uint32_t function, uint32_t offset);

/* Marks in ahead what follows in each function that the scripts were in, or ended in early. */
void lb_flow_mark(const struct lb_flow *flow);
/* Is there a call that would have followed the instruction, in its function, and was not come to? */
bool lb_flow_calls_after(const struct lb_flow *flow, uint32_t function, uint32_t instruction);
/* Drops, stores or tests what an expression gave. */
bool lb_flow_ends_statement(const struct lb_trace_instruction *instruction);
const char *lb_flow_text(const struct lb_flow *flow, uint32_t text);

#endif
