/* What check's virtual machine does before each instruction, a hundred million times a second: as little as can be. */
#ifndef LB_CHECK_TRACEHOOK_H
#define LB_CHECK_TRACEHOOK_H

#include <stdint.h>

#include "py/bc.h"

struct lb_tracehook_now {
	uintptr_t seen; /* plus an instruction's address: the address of its byte in the trace; 0: not followed */
	uint64_t *at;   /* where the innermost function's instruction is written */
};

extern struct lb_tracehook_now lb_tracehook_now;

static inline void lb_tracehook_instruction(const byte *ip)
{
	*lb_tracehook_now.at = (uintptr_t)ip;
	if (lb_tracehook_now.seen != 0)
		*(byte *)(lb_tracehook_now.seen + (uintptr_t)ip) = 1;
}

#endif
