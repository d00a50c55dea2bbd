/* Simulated devices against whatever their files say, and whatever a module then sends them: a file is a device or one
 * line of refusal, and no device comes out of its memory.
 *
 * An input's first byte is the kind; a text, ended by a zero byte, is the file; the rest is what goes over the bus.
 */
#include <stdlib.h>
#include <string.h>

#include "hardware/model/device.h"
#include "hardware/model/i2cdevice.h"
#include "hardware/model/spidevice.h"
#include "hardware/model/uartdevice.h"
#include "hardware/model/wiredevice.h"
#include "hardware/wire.h"
#include "tests/fuzz/fuzz.h"

/* The low bits say what is done with the bus, so that starts and selects are no rare luck. */
static void talk_i2c(struct lb_i2cdevice *device, const uint8_t *data, size_t size_bytes)
{
	lb_i2cdevice_start(device, false);
	for (size_t i = 0; i < size_bytes; i++)
		if ((data[i] & 7) < 2)
			lb_i2cdevice_start(device, (data[i] & 1) != 0);
		else if ((data[i] & 7) == 2)
			lb_i2cdevice_get(device);
		else
			lb_i2cdevice_put(device, data[i]);
}

static void talk_spi(struct lb_spidevice *device, const uint8_t *data, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++) {
		if ((data[i] & 7) == 0)
			lb_spidevice_select(device);
		lb_spidevice_swap(device, data[i]);
	}
}

static void talk_uart(struct lb_uartdevice *device, const uint8_t *data, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++) {
		const struct lb_uartdevice_answer *answer = lb_uartdevice_hear(device, data[i]);
		const struct lb_uartdevice_send *sent = lb_uartdevice_next(device);

		lb_fuzz_require(answer == NULL || answer->what.count <= LB_DEVICEFILE_BYTES, "an answer is too long");
		lb_fuzz_require(sent == NULL || sent->what.count <= LB_DEVICEFILE_BYTES, "too much is sent");
	}
}

enum { RESET_US = 20000 };

/* Pulses of 0 to 508 us, and those that wake a DHT. */
static void talk_wire(struct lb_wiredevice *device, const uint8_t *data, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++) {
		uint16_t wave[WIRE_WAVE_EDGES];
		const uint32_t since_us = data[i] == 0xFF ? RESET_US : 2u * data[i];
		const unsigned edges = lb_wiredevice_change(device, (i & 1) == 0, since_us, wave);

		lb_fuzz_require(edges <= WIRE_WAVE_EDGES || edges == WIRE_WAVE_KEPT, "more edges than there is room for");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes)
{
	if (size_bytes < 2)
		return 0;
	const enum lb_device_kind kind = (enum lb_device_kind)(data[0] % LB_DEVICE_KINDS);
	const uint8_t *end = memchr(data + 1, 0, size_bytes - 1);
	const size_t text_bytes = end != NULL ? (size_t)(end - data) - 1 : size_bytes - 1;
	const size_t used = 1 + text_bytes + (end != NULL);
	void *device = calloc(1, lb_device_bytes(kind));
	struct lb_devicefile file;

	lb_fuzz_require(device != NULL, "no memory");
	lb_devicefile_open(&file, (const char *)data + 1, text_bytes);
	const bool good = lb_device_read(kind, device, &file);
	lb_fuzz_require(good == (file.reason[0] == '\0'), "neither a device nor a refusal");
	lb_fuzz_require(strchr(file.reason, '\n') == NULL, "a refusal of two lines");
	if (good && kind == LB_DEVICE_I2C)
		talk_i2c(device, data + used, size_bytes - used);
	else if (good && kind == LB_DEVICE_SPI)
		talk_spi(device, data + used, size_bytes - used);
	else if (good && kind == LB_DEVICE_UART)
		talk_uart(device, data + used, size_bytes - used);
	else if (good)
		talk_wire(device, data + used, size_bytes - used);
	free(device);
	return 0;
}
