/* machine.Timer, seen from the firmware. */
#ifndef LB_PYTHON_MACHINE_TIMER_H
#define LB_PYTHON_MACHINE_TIMER_H

#include "py/obj.h"

/* Was this call scheduled by a Timer or an Alarm? Then it calls no longer. */
void lb_machine_timer_drop(mp_obj_t function, mp_obj_t argument);

#endif
