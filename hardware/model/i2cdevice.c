#include "hardware/model/i2cdevice.h"

#include <string.h>

enum { HEX = 16, DECIMAL = 10, BITS = 8, SHORT = 256, EMPTY_BUS = 0xFF };

/* --- its file --- */

static size_t register_count(const struct lb_i2cdevice *device)
{
	return device->pointer_bytes == 1 ? SHORT : LB_I2CDEVICE_REGISTERS;
}

static size_t room(const struct lb_i2cdevice *device)
{
	return register_count(device) * device->width_bytes;
}

/* What says how numbers are read comes before the first of them. */
static bool read_shape(struct lb_devicefile *file, const char *text, bool has_registers, long least, long most,
                       long *number)
{
	if (has_registers)
		return lb_devicefile_refuse(file, "comes too late: it is to stand before the registers");
	return lb_devicefile_number(file, text, DECIMAL, least, most, number);
}

/* "D0: 60", where text is behind the "fixed" that may stand before it. */
static bool read_registers(struct lb_i2cdevice *device, struct lb_devicefile *file, char *text, bool is_fixed)
{
	struct lb_devicefile_bytes bytes;
	char *colon = strchr(text, ':');
	long number;

	if (colon == NULL)
		return lb_devicefile_refuse(file,
		                            "is none of \"REGISTER: BYTES\", \"fixed REGISTER: BYTES\", \"BYTES => BYTES\", "
		                            "\"pointer 16\", \"width 2\" and \"fill FF\"");
	*colon = '\0';
	for (colon++; *colon == ' ' || *colon == '\t'; colon++)
		;
	if (!lb_devicefile_number(file, text, HEX, 0, (long)register_count(device) - 1, &number) ||
	    !lb_devicefile_hex(file, colon, &bytes))
		return false;
	const size_t at = (size_t)number * device->width_bytes;
	if (bytes.count > room(device) - at)
		return lb_devicefile_refuse(file, "goes beyond the last register");
	memcpy(device->registers + at, bytes.bytes, bytes.count);
	for (size_t i = at; is_fixed && i < at + bytes.count; i++)
		device->fixed[i / BITS] |= (uint8_t)(1u << i % BITS);
	return true;
}

/* has: registers have been read. */
static bool read_line(struct lb_i2cdevice *device, struct lb_devicefile *file, bool *has)
{
	struct lb_devicefile_bytes fill;
	char *text;
	long number;

	if ((text = lb_devicefile_split(file)) != NULL)
		return lb_answers_read(&device->answers, file, text);
	if ((text = lb_devicefile_after(file, "pointer")) != NULL) {
		if (!read_shape(file, text, *has, BITS, 2 * BITS, &number) || number % BITS != 0)
			return lb_devicefile_refuse(file, "a register's number has 8 or 16 bits, not %.20s", text);
		device->pointer_bytes = (unsigned)number / BITS;
		return true;
	}
	if ((text = lb_devicefile_after(file, "width")) != NULL) {
		if (!read_shape(file, text, *has, 1, LB_I2CDEVICE_WIDTH_MAX, &number))
			return false;
		device->width_bytes = (unsigned)number;
		return true;
	}
	if ((text = lb_devicefile_after(file, "fill")) != NULL) {
		if (*has)
			return lb_devicefile_refuse(file, "comes too late: it is to stand before the registers");
		if (!lb_devicefile_hex(file, text, &fill))
			return false;
		memset(device->registers, fill.bytes[0], sizeof(device->registers));
		return fill.count == 1 || lb_devicefile_refuse(file, "is more than the one byte that all registers have");
	}
	*has = true;
	text = lb_devicefile_after(file, "fixed");
	return read_registers(device, file, text != NULL ? text : file->text, text != NULL);
}

bool lb_i2cdevice_read(struct lb_i2cdevice *device, struct lb_devicefile *file)
{
	bool has_registers = false;

	device->pointer_bytes = device->width_bytes = 1;
	while (lb_devicefile_next(file))
		if (!read_line(device, file, &has_registers))
			return false;
	return file->reason[0] == '\0';
}

/* --- what it does --- */

void lb_i2cdevice_start(struct lb_i2cdevice *device, bool is_read)
{
	if (!is_read) {
		device->written = 0;
		return;
	}
	device->answer = lb_answers_find(&device->answers, device->begins,
	                                 device->written < LB_I2CDEVICE_WRITTEN ? device->written : LB_I2CDEVICE_WRITTEN);
	device->answered = 0;
}

static void advance(struct lb_i2cdevice *device)
{
	device->at = (device->at + 1) % room(device);
}

/* The first bytes are the register's number, the highest first. */
static void point(struct lb_i2cdevice *device, uint8_t byte)
{
	const size_t number = device->written == 0 ? byte : device->begins[0] * (size_t)SHORT + byte;

	device->at = number % register_count(device) * device->width_bytes;
}

void lb_i2cdevice_put(struct lb_i2cdevice *device, uint8_t byte)
{
	if (device->written < LB_I2CDEVICE_WRITTEN)
		device->begins[device->written] = byte;
	if (device->written < device->pointer_bytes) {
		point(device, byte);
	} else {
		if ((device->fixed[device->at / BITS] >> device->at % BITS & 1) == 0)
			device->registers[device->at] = byte;
		advance(device);
	}
	device->written++;
}

uint8_t lb_i2cdevice_get(struct lb_i2cdevice *device)
{
	if (device->answer != NULL)
		return device->answered < device->answer->what.count ? device->answer->what.bytes[device->answered++] :
		                                                       EMPTY_BUS;
	const uint8_t byte = device->registers[device->at];

	advance(device);
	return byte;
}
