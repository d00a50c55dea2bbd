#include "hardware/model/answers.h"

#include <string.h>

bool lb_answers_read(struct lb_answers *answers, struct lb_devicefile *file, const char *behind)
{
	struct lb_answers_one *one = &answers->one[answers->count];
	struct lb_devicefile_bytes request = {.count = 0};

	if (answers->count == LB_ANSWERS_MAX)
		return lb_devicefile_refuse(file, "is one answer too many: there may be %d", LB_ANSWERS_MAX);
	if (strcmp(file->text, "*") != 0 && !lb_devicefile_hex(file, file->text, &request))
		return false;
	if (request.count > LB_ANSWERS_REQUEST_BYTES)
		return lb_devicefile_refuse(file, "has a request of more than %d bytes", LB_ANSWERS_REQUEST_BYTES);
	memcpy(one->request, request.bytes, request.count);
	one->request_bytes = request.count;
	answers->count++;
	return lb_devicefile_hex(file, behind, &one->what);
}

const struct lb_answers_one *lb_answers_find(const struct lb_answers *answers, const uint8_t *bytes, size_t size_bytes)
{
	const struct lb_answers_one *found = NULL;

	for (size_t i = 0; i < answers->count; i++) {
		const struct lb_answers_one *one = &answers->one[i];

		if (one->request_bytes <= size_bytes && memcmp(one->request, bytes, one->request_bytes) == 0 &&
		    (found == NULL || one->request_bytes > found->request_bytes))
			found = one;
	}
	return found;
}
