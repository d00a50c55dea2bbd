/* What check's virtual machine calls. */
#ifndef LB_CHECK_TRACEHOOK_H
#define LB_CHECK_TRACEHOOK_H

#include "py/bc.h"

/* Before each instruction: state->ip points to it. */
void lb_tracehook_instruction(const mp_code_state_t *state);
#endif
