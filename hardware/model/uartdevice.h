/* A device at the other end of a UART: lines that it sends by itself, and what it answers to requests.
 *
 * Pure values; hardware/process/uarttalk has the clock and the line. The file is described in docs/spec/environment.md.
 */
#ifndef HARDWARE_MODEL_UARTDEVICE_H
#define HARDWARE_MODEL_UARTDEVICE_H

#include "hardware/model/devicefile.h"

enum { LB_UARTDEVICE_SENDS = 64, LB_UARTDEVICE_ANSWERS = 64, LB_UARTDEVICE_USUAL_MS = 1000 };

struct lb_uartdevice_send {
	uint32_t every_ms; /* module time that passes before it */
	struct lb_devicefile_bytes what;
};

struct lb_uartdevice_answer {
	struct lb_devicefile_bytes request;
	bool is_line; /* the request is a line's beginning; else those very bytes */
	uint32_t after_ms;
	struct lb_devicefile_bytes what;
};

struct lb_uartdevice {
	size_t send_count, next, answer_count;
	struct lb_uartdevice_send sends[LB_UARTDEVICE_SENDS];
	struct lb_uartdevice_answer answers[LB_UARTDEVICE_ANSWERS];
	/* The last that came since an answer, and how much of what came is the line that has not ended. */
	struct lb_devicefile_bytes heard;
	size_t line_bytes;
};

/* False with file->line and file->reason. */
bool lb_uartdevice_read(struct lb_uartdevice *device, struct lb_devicefile *file);
/* What it sends next by itself, from the first to the last and over again; NULL: nothing, ever. */
const struct lb_uartdevice_send *lb_uartdevice_next(struct lb_uartdevice *device);
/* A byte came from the module: the answer that it makes complete, NULL: none. */
const struct lb_uartdevice_answer *lb_uartdevice_hear(struct lb_uartdevice *device, uint8_t byte);

#endif
