#include "hardware/model/device.h"
#include "core/hw/pinout.h"

#include <stdlib.h>
#include <string.h>

#include "hardware/model/i2cdevice.h"
#include "hardware/model/spidevice.h"
#include "hardware/model/uartdevice.h"
#include "hardware/model/wiredevice.h"

enum { I2C_FIRST = 0x08, I2C_LAST = 0x77, PIN_BYTES = 16 };

static bool read_uart(void *device, struct lb_devicefile *file)
{
	return lb_uartdevice_read(device, file);
}

static bool read_i2c(void *device, struct lb_devicefile *file)
{
	return lb_i2cdevice_read(device, file);
}

static bool read_spi(void *device, struct lb_devicefile *file)
{
	return lb_spidevice_read(device, file);
}

static bool read_wire(void *device, struct lb_devicefile *file)
{
	return lb_wiredevice_read(device, file);
}

static const struct {
	const char *form;
	unsigned first, last; /* of the numbers */
	size_t size_bytes;
	bool (*read)(void *device, struct lb_devicefile *file);
} kinds[LB_DEVICE_KINDS] = {
	[LB_DEVICE_UART] = {"1=FILE or 2=FILE (0 is the console)", 1, 2, sizeof(struct lb_uartdevice), read_uart},
	[LB_DEVICE_I2C] = {"0:0x76=FILE (bus 0 to 2, address 0x08 to 0x77)", 0, 2, sizeof(struct lb_i2cdevice), read_i2c},
	[LB_DEVICE_SPI] = {"0=FILE (bus 0 to 2)", 0, 2, sizeof(struct lb_spidevice), read_spi},
	[LB_DEVICE_WIRE] = {"PIN=FILE, such as P4=FILE", 0, 0, sizeof(struct lb_wiredevice), read_wire},
};

const char *lb_device_form(enum lb_device_kind kind)
{
	return kinds[kind].form;
}

/* Behind the address; NULL: it is none that a device can have. */
static const char *find_address(const char *text, unsigned *address)
{
	char *end;
	const unsigned long number = strtoul(text, &end, 0);

	*address = (unsigned)number;
	return text[0] >= '0' && text[0] <= '9' && number >= I2C_FIRST && number <= I2C_LAST ? end : NULL;
}

static const char *find_pin(const char *text, struct lb_device_place *place)
{
	const char *equals = strchr(text, '=');
	char name[PIN_BYTES] = "";

	if (equals == NULL || equals - text >= PIN_BYTES || equals[1] == '\0')
		return NULL;
	memcpy(name, text, (size_t)(equals - text));
	const int pin = lb_pinout_find(name);
	*place = (struct lb_device_place){.number = (unsigned)pin};
	return pin >= 0 ? equals + 1 : NULL;
}

const char *lb_device_find_place(enum lb_device_kind kind, const char *text, struct lb_device_place *place)
{
	const unsigned number = (unsigned)(text[0] - '0');

	if (kind == LB_DEVICE_WIRE)
		return find_pin(text, place);
	*place = (struct lb_device_place){.number = number};
	if (text[0] < '0' || number < kinds[kind].first || number > kinds[kind].last)
		return NULL;
	const char *equals = text + 1;
	if (kind == LB_DEVICE_I2C && text[1] == ':')
		equals = find_address(text + 2, &place->address);
	if (equals == NULL || equals[0] != '=' || equals[1] == '\0')
		return NULL;
	/* Of a bus as a whole it can only be said that it is empty. */
	const bool is_whole = kind == LB_DEVICE_I2C && place->address == 0;
	return !is_whole || strcmp(equals + 1, "absent") == 0 ? equals + 1 : NULL;
}

size_t lb_device_bytes(enum lb_device_kind kind)
{
	return kinds[kind].size_bytes;
}

bool lb_device_read(enum lb_device_kind kind, void *device, struct lb_devicefile *file)
{
	return kinds[kind].read(device, file);
}
