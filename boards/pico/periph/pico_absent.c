/* What this board has not: a card, and buses that it drives by itself. */
#include <errno.h>

#include "core/hw/card.h"
#include "core/hw/periph.h"

uint32_t lb_card_blocks(void)
{
	return 0;
}

uint32_t lb_card_generation(void)
{
	return 0;
}

int lb_card_read(uint32_t block, void *data, uint32_t count)
{
	(void)block;
	(void)data;
	(void)count;
	return -ENODEV;
}

int lb_card_write(uint32_t block, const void *data, uint32_t count)
{
	(void)block;
	(void)data;
	(void)count;
	return -ENODEV;
}

int lb_card_sync(void)
{
	return -ENODEV;
}

bool lb_periph_bus_has(enum lb_bus bus, unsigned number)
{
	(void)bus;
	(void)number;
	return false;
}

int lb_periph_i2c(unsigned number, unsigned address, unsigned flags, uint8_t *data, size_t size_bytes)
{
	(void)number;
	(void)address;
	(void)flags;
	(void)data;
	(void)size_bytes;
	return -ENODEV;
}

void lb_periph_spi(unsigned number, const uint8_t *out, uint8_t *in, size_t size_bytes)
{
	(void)number;
	(void)out;
	(void)in;
	(void)size_bytes;
}
