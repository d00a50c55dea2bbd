/* What MicroPython's drivers for I2C and SPI in software are led to: see firmware/Makefile. */
#ifndef LB_PYTHON_MACHINE_SOFT_BUS_H
#define LB_PYTHON_MACHINE_SOFT_BUS_H

#include <stddef.h>
#include <stdint.h>

void lb_machine_soft_bus_spi(void *spi, size_t size_bytes, const uint8_t *out, uint8_t *in);

#endif
