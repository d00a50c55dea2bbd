#include "hardware/model/device.h"

#include <stdlib.h>

#include "hardware/model/uartdevice.h"

static bool read_uart(void *device, struct lb_devicefile *file)
{
	return lb_uartdevice_read(device, file);
}

static const struct {
	const char *form;
	unsigned first, last; /* of the numbers */
	size_t size_bytes;
	bool (*read)(void *device, struct lb_devicefile *file);
} kinds[LB_DEVICE_KINDS] = {
	[LB_DEVICE_UART] = {"1=FILE or 2=FILE (0 is the console)", 1, 2, sizeof(struct lb_uartdevice), read_uart},
};

const char *lb_device_form(enum lb_device_kind kind)
{
	return kinds[kind].form;
}

const char *lb_device_find_place(enum lb_device_kind kind, const char *text, struct lb_device_place *place)
{
	const unsigned number = (unsigned)(text[0] - '0');

	*place = (struct lb_device_place){.number = number};
	if (text[0] < '0' || number < kinds[kind].first || number > kinds[kind].last)
		return NULL;
	return text[1] == '=' && text[2] != '\0' ? text + 2 : NULL;
}

size_t lb_device_bytes(enum lb_device_kind kind)
{
	return kinds[kind].size_bytes;
}

bool lb_device_read(enum lb_device_kind kind, void *device, struct lb_devicefile *file)
{
	return kinds[kind].read(device, file);
}
