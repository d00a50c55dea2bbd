/* Which device of its kind do the scripts ask? The linker gives us the calls (see firmware/Makefile). */
#include "core/hw/card.h"
#include "firmware/check/traceask.h"
#include "firmware/check/tracing.h"
#include "firmware/io/uart.h"
#include "firmware/python/machine_bus.h"
#include "firmware/python/machine_spi_bus.h"

#define CALL(name) __typeof__(name) __real_##name, __wrap_##name
CALL(lb_machine_bus_i2c);
CALL(lb_machine_spi_bus_number);
CALL(lb_uart_available);
CALL(lb_uart_read);
CALL(lb_card_blocks);

int __wrap_lb_machine_bus_i2c(unsigned number, mp_obj_base_t *self, uint16_t address, size_t count,
                              mp_machine_i2c_buf_t *pieces, unsigned flags)
{
	lb_traceask_place(LB_TRACE_I2C, number, address);
	return __real_lb_machine_bus_i2c(number, self, address, count, pieces, flags);
}

unsigned __wrap_lb_machine_spi_bus_number(const mp_machine_soft_spi_obj_t *spi)
{
	const unsigned number = __real_lb_machine_spi_bus_number(spi);

	lb_traceask_place(LB_TRACE_SPI, number, 0);
	return number;
}

/* UART 0 is the console, which is read all the time. */
size_t __wrap_lb_uart_available(unsigned port)
{
	if (port != 0)
		lb_traceask_place(LB_TRACE_UART, port, 0);
	return __real_lb_uart_available(port);
}

size_t __wrap_lb_uart_read(unsigned port, uint8_t *data, size_t size_bytes)
{
	if (port != 0)
		lb_traceask_place(LB_TRACE_UART, port, 0);
	return __real_lb_uart_read(port, data, size_bytes);
}

uint32_t __wrap_lb_card_blocks(void)
{
	const uint32_t blocks = __real_lb_card_blocks();

	if (blocks == 0 && lb_tracing()->in_script != 0)
		lb_traceask_device(LB_TRACE_CARD);
	return blocks;
}
