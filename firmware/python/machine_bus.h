/* What machine.I2C and machine.SPI share. */
#ifndef LB_PYTHON_MACHINE_BUS_H
#define LB_PYTHON_MACHINE_BUS_H

#include "py/obj.h"

enum { LB_MACHINE_BUS_MASTER = 0 };

void lb_machine_bus_check_mode(mp_int_t mode);                /* ValueError unless it is that */
mp_obj_t lb_machine_bus_pin(mp_obj_t given, unsigned number); /* the given one, or for None that of the number */
/* What is to be written: bytes, or for a number, as Pycom takes it, its low byte. */
mp_obj_t lb_machine_bus_bytes(mp_obj_t given);

#endif
