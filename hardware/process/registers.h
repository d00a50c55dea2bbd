/* Retained RAM and the register page: memory that the hardware process and the CPU process share (hardware/wire.h).
 *
 * Their sizes are sealed, so that a program that runs wild in the CPU cannot take the memory away under the hardware.
 * Both live until the process ends.
 */
#ifndef HARDWARE_PROCESS_REGISTERS_H
#define HARDWARE_PROCESS_REGISTERS_H

#include <stdint.h>

#include "hardware/wire.h"

struct lb_registers {
	int retained_fd;
	uint8_t *retained; /* LB_RETAINED_BYTES */
	int page_fd;
	uint8_t *page; /* WIRE_REGISTERS_BYTES */
};

/* Both are zero then. 0, or a negative errno. */
int lb_registers_open(struct lb_registers *registers);

uint32_t lb_registers_get(const struct lb_registers *registers, enum wire_register offset);
void lb_registers_put(struct lb_registers *registers, enum wire_register offset, uint32_t value);
uint64_t lb_registers_get64(const struct lb_registers *registers, enum wire_register offset);
void lb_registers_put64(struct lb_registers *registers, enum wire_register offset, uint64_t value);

#endif
