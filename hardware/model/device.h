/* The kinds of simulated devices, and how an option names one: its place, "=", a file's name.
 *
 * Both who takes the option and who runs the device read it here; docs/spec/environment.md describes places and files.
 */
#ifndef HARDWARE_MODEL_DEVICE_H
#define HARDWARE_MODEL_DEVICE_H

#include <stdbool.h>

#include "hardware/model/devicefile.h"

enum lb_device_kind {
	LB_DEVICE_UART,
	LB_DEVICE_I2C,
	LB_DEVICE_SPI,
	LB_DEVICE_WIRE,
	LB_DEVICE_KINDS,
	LB_DEVICE_NONE = LB_DEVICE_KINDS
};

struct lb_device_place {
	unsigned number;  /* of the bus, or the pin */
	unsigned address; /* on an I2C bus; 0: the bus as a whole */
};

/* What the option must be like, for a person: "1=FILE". */
const char *lb_device_form(enum lb_device_kind kind);
/* What stands behind the "=": NULL when what is before it is no place for this kind. */
const char *lb_device_find_place(enum lb_device_kind kind, const char *text, struct lb_device_place *place);
/* The size of what lb_device_read fills: struct lb_uartdevice, by kind. */
size_t lb_device_bytes(enum lb_device_kind kind);
/* False with file->line and file->reason. The device's memory is the caller's, zeroed. */
bool lb_device_read(enum lb_device_kind kind, void *device, struct lb_devicefile *file);

#endif
