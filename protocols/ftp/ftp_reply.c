#include "protocols/ftp/ftp_reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

size_t lb_ftp_reply_room(const struct lb_ftp *ftp)
{
	return sizeof(ftp->output) - ftp->made + ftp->sent;
}

static void put_list(struct lb_ftp *ftp, const char *format, va_list args)
{
	const size_t waiting = (size_t)(ftp->made - ftp->sent);
	size_t space;
	int size;

	if (ftp->sent != 0)
		memmove(ftp->output, ftp->output + ftp->sent, waiting);
	ftp->sent = 0;
	ftp->made = (uint16_t)waiting;
	space = sizeof(ftp->output) - waiting;
	size = vsnprintf(ftp->output + waiting, space, format, args);
	if (size > 0)
		ftp->made = (uint16_t)(waiting + ((size_t)size < space ? (size_t)size : space - 1));
}

void lb_ftp_reply_put(struct lb_ftp *ftp, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	put_list(ftp, format, args);
	va_end(args);
}

void lb_ftp_reply(struct lb_ftp *ftp, int code, const char *format, ...)
{
	va_list args;

	lb_ftp_reply_put(ftp, "%03d ", code);
	va_start(args, format);
	put_list(ftp, format, args);
	va_end(args);
	lb_ftp_reply_put(ftp, "\r\n");
}

const char *lb_ftp_reply_output(const struct lb_ftp *ftp, size_t *size_bytes)
{
	*size_bytes = (size_t)(ftp->made - ftp->sent);
	return ftp->output + ftp->sent;
}

void lb_ftp_reply_sent(struct lb_ftp *ftp, size_t size_bytes)
{
	ftp->sent = (uint16_t)(ftp->sent + size_bytes);
}

void lb_ftp_reply_error(struct lb_ftp *ftp, int error, const char *what)
{
	/* Errors by Linux's numbers, which are MicroPython's. */
	static const struct {
		int error;
		int code;
		const char *text;
	} texts[] = {
		{1, 550, "not permitted here"},
		{2, 550, "no such file or folder"},
		{5, 451, "input/output error"},
		{12, 451, "the module is out of memory; try again"},
		{13, 550, "not permitted"},
		{16, 450, "in use by another session"},
		{17, 550, "exists already"},
		{19, 550, "no file system is there (/ shows which are)"},
		{20, 550, "a part of the path is no folder"},
		{21, 550, "is a folder"},
		{22, 553, "not a name that can be used"},
		{28, 452, "no space left"},
		{30, 550, "read only"},
		{36, 553, "the name is too long"},
		{39, 550, "the folder is not empty"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].error == -error) {
			lb_ftp_reply(ftp, texts[i].code, "%s: %s", what, texts[i].text);
			return;
		}
	}
	lb_ftp_reply(ftp, 451, "%s: failed (error %d)", what, -error);
}
