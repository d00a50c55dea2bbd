#include "hardware/model/spidevice.h"

static bool read_idle(struct lb_spidevice *device, struct lb_devicefile *file, const char *text)
{
	struct lb_devicefile_bytes idle;

	if (!lb_devicefile_hex(file, text, &idle))
		return false;
	device->idle = idle.bytes[0];
	return idle.count == 1 || lb_devicefile_refuse(file, "is more than one byte");
}

bool lb_spidevice_read(struct lb_spidevice *device, struct lb_devicefile *file)
{
	while (lb_devicefile_next(file)) {
		const char *text = lb_devicefile_after(file, "idle");

		if (text != NULL ? !read_idle(device, file, text) :
		                   (text = lb_devicefile_split(file)) != NULL && !lb_answers_read(&device->answers, file, text))
			return false;
		if (text == NULL)
			return lb_devicefile_refuse(file, "is none of \"BYTES => BYTES\", \"* => BYTES\" and \"idle FF\"");
	}
	return file->reason[0] == '\0';
}

void lb_spidevice_select(struct lb_spidevice *device)
{
	device->count = 0;
}

/* The answer comes behind its request, so what comes out is decided by the bytes before this one. */
uint8_t lb_spidevice_swap(struct lb_spidevice *device, uint8_t byte)
{
	const size_t known = device->count < LB_ANSWERS_REQUEST_BYTES ? device->count : LB_ANSWERS_REQUEST_BYTES;
	const struct lb_answers_one *answer = lb_answers_find(&device->answers, device->begins, known);
	const size_t at = answer != NULL ? device->count - answer->request_bytes : 0;

	if (device->count < LB_ANSWERS_REQUEST_BYTES)
		device->begins[device->count] = byte;
	device->count++;
	return answer != NULL && at < answer->what.count ? answer->what.bytes[at] : device->idle;
}
