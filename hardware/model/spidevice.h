/* A device on an SPI bus, by what it answers to the first bytes since it was selected.
 *
 * Pure values; the file is described in docs/spec/environment.md.
 */
#ifndef HARDWARE_MODEL_SPIDEVICE_H
#define HARDWARE_MODEL_SPIDEVICE_H

#include "hardware/model/answers.h"

struct lb_spidevice {
	struct lb_answers answers;
	uint8_t idle; /* what it sends when there is nothing to say */
	size_t count; /* bytes since it was selected */
	uint8_t begins[LB_ANSWERS_REQUEST_BYTES];
};

/* False with file->line and file->reason. */
bool lb_spidevice_read(struct lb_spidevice *device, struct lb_devicefile *file);
/* A chip select went low. */
void lb_spidevice_select(struct lb_spidevice *device);
/* A byte goes in while one comes out. */
uint8_t lb_spidevice_swap(struct lb_spidevice *device, uint8_t byte);

#endif
