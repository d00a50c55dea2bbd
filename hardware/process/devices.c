#include "hardware/process/devices.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/bytes.h"
#include "core/hw/periph.h"
#include "hardware/model/i2cdevice.h"
#include "hardware/model/spidevice.h"
#include "hardware/model/wiredevice.h"
#include "hardware/process/log.h"

/* --- files --- */

/* The whole text, to be freed; NULL after telling the person. */
static char *read_text(const char *path, size_t *size_bytes)
{
	char *text = malloc(LB_DEVICEFILE_TEXT_BYTES + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got = -1;

	*size_bytes = 0;
	while (fd >= 0 && text != NULL && *size_bytes <= LB_DEVICEFILE_TEXT_BYTES &&
	       (got = read(fd, text + *size_bytes, LB_DEVICEFILE_TEXT_BYTES + 1 - *size_bytes)) > 0)
		*size_bytes += (size_t)got;
	if (got < 0)
		lb_log_report("cannot read %s: %s", path, strerror(errno));
	else if (*size_bytes > LB_DEVICEFILE_TEXT_BYTES)
		lb_log_report("%s is longer than %d bytes", path, LB_DEVICEFILE_TEXT_BYTES);
	if (fd >= 0)
		close(fd);
	if (got == 0 && *size_bytes <= LB_DEVICEFILE_TEXT_BYTES)
		return text;
	free(text);
	return NULL;
}

static bool read_file(const char *path, enum lb_device_kind kind, void *model)
{
	struct lb_devicefile file;
	size_t size_bytes;
	char *text = read_text(path, &size_bytes);

	if (text == NULL)
		return false;
	lb_devicefile_open(&file, text, size_bytes);
	bool good = lb_device_read(kind, model, &file);
	if (!good)
		lb_log_report("%s:%u: %s", path, file.line, file.reason);
	free(text);
	return good;
}

/* --- what there is --- */

void *lb_devices_find(struct lb_devices *devices, enum lb_device_kind kind, struct lb_device_place place)
{
	for (size_t i = 0; i < devices->count; i++) {
		const struct lb_devices_one *one = &devices->one[i];

		if (one->kind == kind && one->place.number == place.number && one->place.address == place.address)
			return one->model;
	}
	return NULL;
}

bool lb_devices_read(struct lb_devices *devices, enum lb_device_kind kind, const char *text)
{
	struct lb_devices_one *one = &devices->one[devices->count];
	struct lb_device_place place;
	const char *path = lb_device_find_place(kind, text, &place);

	if (path == NULL) {
		lb_log_report("a device is given as %s, not %s", lb_device_form(kind), text);
		return false;
	}
	if (lb_devices_find(devices, kind, place) != NULL || devices->count == LB_DEVICES_MAX) {
		lb_log_report("one device too many: %s", text);
		return false;
	}
	*one = (struct lb_devices_one){kind, place, calloc(1, lb_device_bytes(kind))};
	devices->count++;
	return one->model != NULL && read_file(path, kind, one->model);
}

/* Where there are devices, as the registers have it. */
static uint32_t buses(const struct lb_devices *devices)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < devices->count; i++)
		if (devices->one[i].kind == LB_DEVICE_I2C)
			bits |= wire_bus_bit(LB_BUS_I2C, devices->one[i].place.number);
		else if (devices->one[i].kind == LB_DEVICE_SPI)
			bits |= wire_bus_bit(LB_BUS_SPI, devices->one[i].place.number);
	return bits;
}

void lb_devices_connect(struct lb_devices *devices, struct lb_uarthub uarts[LB_UARTHUB_COUNT],
                        const struct lb_clock *clock)
{
	for (unsigned port = 0; port < LB_UARTHUB_COUNT; port++) {
		devices->talk[port].device = lb_devices_find(devices, LB_DEVICE_UART, (struct lb_device_place){.number = port});
		if (devices->talk[port].device != NULL)
			lb_uarttalk_open(&devices->talk[port], &uarts[port], clock);
	}
	lb_registers_put(devices->registers, WIRE_REG_BUSES, buses(devices));
	for (size_t i = 0; i < devices->count; i++)
		if (devices->one[i].kind == LB_DEVICE_WIRE)
			lb_registers_put(devices->registers, wire_pin_register(WIRE_REG_PIN_DEVICE, devices->one[i].place.number),
			                 1);
}

/* --- transfers --- */

static void transfer_i2c(struct lb_i2cdevice *device, unsigned flags, uint8_t *data, size_t size_bytes)
{
	if ((flags & LB_I2C_START) != 0)
		lb_i2cdevice_start(device, (flags & LB_I2C_READ) != 0);
	for (size_t i = 0; i < size_bytes; i++)
		if ((flags & LB_I2C_READ) != 0)
			data[i] = lb_i2cdevice_get(device);
		else
			lb_i2cdevice_put(device, data[i]);
}

void lb_devices_transfer(struct lb_devices *devices, const uint8_t *message)
{
	uint8_t *data = devices->registers->page + WIRE_REG_BUS_DATA, reply[9] = {WIRE_BUS_DONE};
	const struct lb_device_place place = {.number = message[2], .address = message[3]};
	const size_t wanted = lb_load16le(message + 5), size_bytes = wanted < WIRE_BUS_BYTES ? wanted : WIRE_BUS_BYTES;
	const bool is_i2c = message[1] == LB_BUS_I2C;
	void *device = lb_devices_find(devices, is_i2c ? LB_DEVICE_I2C : LB_DEVICE_SPI, place);

	if (device == NULL)
		lb_store32le(reply + 1, ENODEV);
	else if (is_i2c)
		transfer_i2c(device, message[4], data, size_bytes);
	else
		for (size_t i = 0; i < size_bytes; i++)
			data[i] = lb_spidevice_swap(device, data[i]);
	lb_store32le(reply + 5, (uint32_t)size_bytes);
	lb_cpu_send(devices->cpu, reply, sizeof(reply));
}

void lb_devices_change(struct lb_devices *devices, const uint8_t *message)
{
	struct lb_wiredevice *device =
		lb_devices_find(devices, LB_DEVICE_WIRE, (struct lb_device_place){.number = message[1]});
	uint16_t wave[WIRE_WAVE_EDGES];
	uint8_t reply[] = {WIRE_WAVE, 0};

	if (device != NULL)
		reply[1] = (uint8_t)lb_wiredevice_change(device, message[2] != 0, lb_load32le(message + 3), wave);
	if (reply[1] != WIRE_WAVE_KEPT)
		memcpy(devices->registers->page + WIRE_REG_WAVE, wave, reply[1] * sizeof(wave[0]));
	lb_cpu_send(devices->cpu, reply, sizeof(reply));
}

/* By the time that a change is told the pin may have changed again, so each time that it is low counts. */
void lb_devices_see(struct lb_devices *devices, bool level)
{
	for (size_t i = 0; i < devices->count; i++)
		if (!level && devices->one[i].kind == LB_DEVICE_SPI)
			lb_spidevice_select(devices->one[i].model);
}

void lb_devices_close(struct lb_devices *devices)
{
	for (unsigned port = 0; port < LB_UARTHUB_COUNT; port++)
		if (devices->talk[port].device != NULL)
			lb_uarttalk_close(&devices->talk[port]);
	for (size_t i = 0; i < devices->count; i++)
		free(devices->one[i].model);
	devices->count = 0;
}
