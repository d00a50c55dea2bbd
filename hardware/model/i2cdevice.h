/* A device on an I2C bus: registers, and answers to commands.
 *
 * Pure values; the file is described in docs/spec/environment.md. What a write to it begins with is a command, if the
 * file has an answer to it, else a register's number and what is written from there on.
 */
#ifndef HARDWARE_MODEL_I2CDEVICE_H
#define HARDWARE_MODEL_I2CDEVICE_H

#include "hardware/model/answers.h"

enum { LB_I2CDEVICE_REGISTERS = 65536, LB_I2CDEVICE_WIDTH_MAX = 2, LB_I2CDEVICE_WRITTEN = LB_ANSWERS_REQUEST_BYTES };

struct lb_i2cdevice {
	unsigned pointer_bytes; /* of a register's number: 1 or 2 */
	unsigned width_bytes;   /* of a register */
	uint8_t registers[LB_I2CDEVICE_REGISTERS * LB_I2CDEVICE_WIDTH_MAX];
	uint8_t fixed[LB_I2CDEVICE_REGISTERS * LB_I2CDEVICE_WIDTH_MAX / 8]; /* by bits: a write does not change it */
	struct lb_answers answers;
	size_t written; /* bytes since the last write began */
	uint8_t begins[LB_I2CDEVICE_WRITTEN];
	size_t at; /* the next byte of `registers` */
	const struct lb_answers_one *answer;
	size_t answered; /* bytes of it, in this read */
};

/* False with file->line and file->reason. */
bool lb_i2cdevice_read(struct lb_i2cdevice *device, struct lb_devicefile *file);
/* A transfer begins: a start condition and the address. */
void lb_i2cdevice_start(struct lb_i2cdevice *device, bool is_read);
void lb_i2cdevice_put(struct lb_i2cdevice *device, uint8_t byte);
uint8_t lb_i2cdevice_get(struct lb_i2cdevice *device);

#endif
