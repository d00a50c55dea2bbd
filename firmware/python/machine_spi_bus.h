/* Which bus an object of machine.SPI is; 0 for one of SoftSPI. */
#ifndef LB_PYTHON_MACHINE_SPI_BUS_H
#define LB_PYTHON_MACHINE_SPI_BUS_H

#include "extmod/modmachine.h"

unsigned lb_machine_spi_bus_number(const mp_machine_soft_spi_obj_t *spi);

#endif
