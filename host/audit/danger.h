/* Which instructions of a script can lock its owner out? Pure, over a trace (protocols/trace). */
#ifndef LB_AUDIT_DANGER_H
#define LB_AUDIT_DANGER_H

#include <stdint.h>

#include "host/audit/flow.h"

enum { LB_DANGER_NATIVES = 64 };

/* The names of a program's functions in machine code. */
struct lb_danger_natives {
	uint32_t names[LB_DANGER_NATIVES];
	uint32_t count;
};

void lb_danger_find_natives(const struct lb_trace *code, struct lb_danger_natives *natives);
/* "kbd_intr() takes Ctrl-C away", …; NULL: it cannot, as far as can be seen. */
const char *lb_danger(const struct lb_flow *flow, const struct lb_danger_natives *natives, uint32_t function,
                      uint32_t instruction);

/* As lb_danger, of an instruction that stores such a function under a name of the script's own; NULL: none. */
const char *lb_danger_alias(const struct lb_flow *flow, uint32_t function, uint32_t instruction);

#endif
