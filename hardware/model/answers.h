/* What a device on I2C or SPI answers: by the bytes that a command begins with. */
#ifndef HARDWARE_MODEL_ANSWERS_H
#define HARDWARE_MODEL_ANSWERS_H

#include "hardware/model/devicefile.h"

enum { LB_ANSWERS_MAX = 64, LB_ANSWERS_REQUEST_BYTES = 16 };

struct lb_answers {
	size_t count;
	struct lb_answers_one {
		size_t request_bytes; /* 0: whatever is asked */
		uint8_t request[LB_ANSWERS_REQUEST_BYTES];
		struct lb_devicefile_bytes what;
	} one[LB_ANSWERS_MAX];
};

/* A line "9F => EF 40 18" or "* => 00" of the file; what is behind the arrow is given, the rest is still in the file's
 * line. */
bool lb_answers_read(struct lb_answers *answers, struct lb_devicefile *file, const char *behind);
/* The one with the longest request that these bytes begin with; NULL: none. */
const struct lb_answers_one *lb_answers_find(const struct lb_answers *answers, const uint8_t *bytes, size_t size_bytes);

#endif
