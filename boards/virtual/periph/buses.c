/* The buses that have simulated devices: a transfer goes to the hardware process as a whole, not pin by pin. */
#include <errno.h>
#include <string.h>

#include "boards/virtual/common/bus.h"
#include "boards/virtual/periph/buses.h"
#include "boards/virtual/periph/inbox.h"
#include "core/hw/periph.h"

static struct {
	uint32_t error, count;
} done; /* the last answer */

void lb_buses_done(uint32_t error, uint32_t count)
{
	done.error = error;
	done.count = count;
}

bool lb_periph_bus_has(enum lb_bus bus, unsigned number)
{
	return (lb_bus_get(WIRE_REG_BUSES) & wire_bus_bit((unsigned)bus, number)) != 0;
}

/* One message's worth; its bytes are in the block of the registers. */
static int transfer(enum lb_bus bus, unsigned number, unsigned address, unsigned flags, size_t size_bytes)
{
	const uint8_t question[] = {WIRE_BUS,       (uint8_t)bus,        (uint8_t)number,           (uint8_t)address,
	                            (uint8_t)flags, (uint8_t)size_bytes, (uint8_t)(size_bytes >> 8)};

	lb_inbox_ask_with(question, sizeof(question), WIRE_BUS_DONE);
	return done.error != 0 ? -(int)done.error : (int)done.count;
}

static size_t part_of(size_t left_bytes)
{
	return left_bytes < WIRE_BUS_BYTES ? left_bytes : WIRE_BUS_BYTES;
}

int lb_periph_i2c(unsigned number, unsigned address, unsigned flags, uint8_t *data, size_t size_bytes)
{
	uint8_t *block = lb_bus_bytes(WIRE_REG_BUS_DATA);
	size_t at = 0;

	do {
		const size_t part = part_of(size_bytes - at);

		if ((flags & LB_I2C_READ) == 0 && part != 0)
			memcpy(block, data + at, part);
		const int result = transfer(LB_BUS_I2C, number, address, flags, part);
		if (result < 0)
			return result;
		if ((flags & LB_I2C_READ) != 0 && part != 0)
			memcpy(data + at, block, part);
		at += part;
		flags &= ~(unsigned)LB_I2C_START;
	} while (at < size_bytes);
	return (int)size_bytes;
}

void lb_periph_spi(unsigned number, const uint8_t *out, uint8_t *in, size_t size_bytes)
{
	uint8_t *block = lb_bus_bytes(WIRE_REG_BUS_DATA);

	for (size_t at = 0, part; at < size_bytes; at += part) {
		part = part_of(size_bytes - at);
		memcpy(block, out + at, part);
		transfer(LB_BUS_SPI, number, 0, 0, part);
		if (in != NULL)
			memcpy(in + at, block, part);
	}
}
