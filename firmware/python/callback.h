/* Callbacks: what the scheduler, an interrupt or the collector calls in the middle of something else. One that does not
 * end is ended by Ctrl-C, together with the program, and the telnet and FTP servers answer meanwhile; code that is not
 * bytecode (native, viper, C) is out of reach.
 *
 * MicroPython calls these by other names: see Makefile.
 */
#ifndef LB_PYTHON_CALLBACK_H
#define LB_PYTHON_CALLBACK_H

#include "py/obj.h"

/* mp_call_function_1_protected of the scheduler. What calls a callback that was interrupted (a timer, a pin, a UART)
 * does so no longer, and what else is scheduled is forgotten. */
mp_obj_t lb_callback_scheduled(mp_obj_t function, mp_obj_t argument);
/* The same of the collector, for a finaliser. */
mp_obj_t lb_callback_finalise(mp_obj_t function, mp_obj_t argument);
/* mp_call_function_1 of an interrupt: a hard callback. It raises what the callback raises. */
mp_obj_t lb_callback_hard(mp_obj_t function, mp_obj_t argument);

#endif
