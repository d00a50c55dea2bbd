#include "hardware/process/devices.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hardware/process/log.h"

enum { FILE_BYTES_MAX = 256 * 1024 };

/* --- files --- */

/* The whole text, to be freed; NULL after telling the person. */
static char *read_text(const char *path, size_t *size_bytes)
{
	char *text = malloc(FILE_BYTES_MAX + 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	ssize_t got = -1;

	*size_bytes = 0;
	while (fd >= 0 && text != NULL && *size_bytes <= FILE_BYTES_MAX &&
	       (got = read(fd, text + *size_bytes, FILE_BYTES_MAX + 1 - *size_bytes)) > 0)
		*size_bytes += (size_t)got;
	if (got < 0)
		lb_log_report("cannot read %s: %s", path, strerror(errno));
	else if (*size_bytes > FILE_BYTES_MAX)
		lb_log_report("%s is longer than %d bytes", path, FILE_BYTES_MAX);
	if (fd >= 0)
		close(fd);
	if (got == 0 && *size_bytes <= FILE_BYTES_MAX)
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

void lb_devices_connect(struct lb_devices *devices, struct lb_uarthub uarts[LB_UARTHUB_COUNT],
                        const struct lb_clock *clock)
{
	for (unsigned port = 0; port < LB_UARTHUB_COUNT; port++) {
		devices->talk[port].device = lb_devices_find(devices, LB_DEVICE_UART, (struct lb_device_place){.number = port});
		if (devices->talk[port].device != NULL)
			lb_uarttalk_open(&devices->talk[port], &uarts[port], clock);
	}
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
