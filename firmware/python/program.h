/* A program as if it were typed at the prompt: lifeboat.run(source), and so `lifeboat run` in a pipe. */
#ifndef LB_PYTHON_PROGRAM_H
#define LB_PYTHON_PROGRAM_H

#include "py/obj.h"

/* run(source): the whole is compiled first, so that a program with a syntax error does not begin; then each statement
 * runs by itself and shows the value of an expression, where MicroPython's exec() shows none. str or bytes. */
MP_DECLARE_CONST_FUN_OBJ_1(lb_program_run_obj);

#endif
