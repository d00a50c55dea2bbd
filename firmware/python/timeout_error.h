/* TimeoutError, a builtin that MicroPython's core leaves out: an OSError, as in CPython. Sockets and streams raise it
 * for ETIMEDOUT, so that `except socket.timeout` catches that and nothing else; its errno is that of the OSError. */
#ifndef LB_PYTHON_TIMEOUT_ERROR_H
#define LB_PYTHON_TIMEOUT_ERROR_H

#include "py/obj.h"

extern const mp_obj_type_t lb_timeout_error_type;

/* What MicroPython's sockets and streams call in place of mp_raise_OSError (see Makefile). */
_Noreturn void lb_timeout_error_raise(int error);

#endif
