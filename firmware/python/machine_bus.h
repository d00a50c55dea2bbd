/* What machine.I2C and machine.SPI share. */
#ifndef LB_PYTHON_MACHINE_BUS_H
#define LB_PYTHON_MACHINE_BUS_H

#include "extmod/modmachine.h"
#include "py/obj.h"

enum { LB_MACHINE_BUS_MASTER = 0 };

void lb_machine_bus_check_mode(mp_int_t mode);                /* ValueError unless it is that */
mp_obj_t lb_machine_bus_pin(mp_obj_t given, unsigned number); /* the given one, or for None that of the number */
/* What is to be written: bytes, or for a number, as Pycom takes it, its low byte. */
mp_obj_t lb_machine_bus_bytes(mp_obj_t given);

/* machine.I2C's and SoftI2C's transfer on the bus of this number, as MicroPython's protocol has it. */
int lb_machine_bus_i2c(unsigned number, mp_obj_base_t *self, uint16_t address, size_t count,
                       mp_machine_i2c_buf_t *pieces, unsigned flags);
#endif
