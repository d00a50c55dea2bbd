#include "hardware/model/uartdevice.h"

#include <string.h>

/* --- its file --- */

/* Text is a line, which ends with CR LF; bytes that are given as such are all there is. */
static bool read_what(struct lb_devicefile *file, const char *text, struct lb_devicefile_bytes *what)
{
	bool is_text;

	if (!lb_devicefile_text(file, text, what, &is_text))
		return false;
	if (!is_text)
		return true;
	if (what->count + 2 > LB_DEVICEFILE_BYTES)
		return lb_devicefile_refuse(file, "has more than %d bytes", LB_DEVICEFILE_BYTES - 2);
	memcpy(what->bytes + what->count, "\r\n", 2);
	what->count += 2;
	return true;
}

static bool read_send(struct lb_uartdevice *device, struct lb_devicefile *file, const char *text, uint32_t every_ms)
{
	if (device->send_count == LB_UARTDEVICE_SENDS)
		return lb_devicefile_refuse(file, "is one line to send too many: there may be %d", LB_UARTDEVICE_SENDS);
	device->sends[device->send_count].every_ms = every_ms;
	return read_what(file, text, &device->sends[device->send_count++].what);
}

static bool read_answer(struct lb_uartdevice *device, struct lb_devicefile *file, const char *text, uint32_t after_ms)
{
	struct lb_uartdevice_answer *answer = &device->answers[device->answer_count];

	if (device->answer_count == LB_UARTDEVICE_ANSWERS)
		return lb_devicefile_refuse(file, "is one answer too many: there may be %d", LB_UARTDEVICE_ANSWERS);
	answer->after_ms = after_ms;
	device->answer_count++;
	if (!lb_devicefile_text(file, file->text, &answer->request, &answer->is_line) ||
	    !read_what(file, text, &answer->what))
		return false;
	if (answer->request.count == 0)
		return lb_devicefile_refuse(file, "has no request before the =>");
	return true;
}

/* A time below this would keep the host busy with nothing else. */
enum { LEAST_EVERY_MS = 10 };

static bool read_line(struct lb_uartdevice *device, struct lb_devicefile *file, uint32_t *every_ms, uint32_t *after_ms)
{
	const char *text;

	if ((text = lb_devicefile_after(file, "every")) != NULL) {
		if (!lb_devicefile_time(file, text, every_ms))
			return false;
		return *every_ms >= LEAST_EVERY_MS || lb_devicefile_refuse(file, "is less than %d ms", LEAST_EVERY_MS);
	}
	if ((text = lb_devicefile_after(file, "after")) != NULL)
		return lb_devicefile_time(file, text, after_ms);
	if ((text = lb_devicefile_after(file, "send")) != NULL)
		return read_send(device, file, text, *every_ms);
	if ((text = lb_devicefile_split(file)) != NULL)
		return read_answer(device, file, text, *after_ms);
	return lb_devicefile_refuse(file,
	                            "is none of \"send TEXT\", \"REQUEST => ANSWER\", \"every 1s\" and \"after 200ms\"");
}

bool lb_uartdevice_read(struct lb_uartdevice *device, struct lb_devicefile *file)
{
	uint32_t every_ms = LB_UARTDEVICE_USUAL_MS, after_ms = 0;

	*device = (struct lb_uartdevice){.send_count = 0};
	while (lb_devicefile_next(file))
		if (!read_line(device, file, &every_ms, &after_ms))
			return false;
	return file->reason[0] == '\0';
}

/* --- what it does --- */

const struct lb_uartdevice_send *lb_uartdevice_next(struct lb_uartdevice *device)
{
	if (device->send_count == 0)
		return NULL;
	const struct lb_uartdevice_send *send = &device->sends[device->next];
	device->next = (device->next + 1) % device->send_count;
	return send;
}

/* The first of the file that fits counts. A line's request is its beginning; the others are bytes that came last. */
static const struct lb_uartdevice_answer *find(const struct lb_uartdevice *device, bool is_line, size_t from_end)
{
	const struct lb_devicefile_bytes *heard = &device->heard;

	for (size_t i = 0; i < device->answer_count; i++) {
		const struct lb_uartdevice_answer *answer = &device->answers[i];
		const size_t back = is_line ? from_end : answer->request.count;

		if (answer->is_line == is_line && answer->request.count <= back && back <= heard->count &&
		    memcmp(heard->bytes + heard->count - back, answer->request.bytes, answer->request.count) == 0)
			return answer;
	}
	return NULL;
}

static void keep(struct lb_devicefile_bytes *heard, uint8_t byte)
{
	if (heard->count == LB_DEVICEFILE_BYTES)
		memmove(heard->bytes, heard->bytes + 1, --heard->count);
	heard->bytes[heard->count++] = byte;
}

const struct lb_uartdevice_answer *lb_uartdevice_hear(struct lb_uartdevice *device, uint8_t byte)
{
	const bool ends_line = byte == '\r' || byte == '\n';
	const struct lb_uartdevice_answer *answer = ends_line ? find(device, true, device->line_bytes) : NULL;

	keep(&device->heard, byte);
	device->line_bytes = ends_line ? 0 : device->line_bytes + 1;
	if (answer == NULL)
		answer = find(device, false, 0);
	if (answer != NULL)
		device->heard.count = device->line_bytes = 0;
	return answer;
}
