/* In place of MicroPython's when its virtual machine is compiled for `lifeboat check` (see firmware/Makefile): with its
 * table, each look into which, one an instruction, calls us first. Included in the middle of a function. */
#include_next "py/vmentrytable.h"

#define entry_table (lb_tracehook_instruction(code_state->ip), entry_table)
