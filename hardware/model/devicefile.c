#include "hardware/model/devicefile.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEX = 16, DECIMAL = 10, QUOTED = 40, MS_PER_S = 1000, HOUR_MS = 3600 * MS_PER_S };

void lb_devicefile_open(struct lb_devicefile *file, const char *text, size_t size_bytes)
{
	*file = (struct lb_devicefile){.at = text, .end = text + size_bytes};
}

bool lb_devicefile_refuse(struct lb_devicefile *file, const char *format, ...)
{
	va_list arguments;

	if (file->reason[0] != '\0')
		return false;
	va_start(arguments, format);
	vsnprintf(file->reason, sizeof(file->reason), format, arguments);
	va_end(arguments);
	return false;
}

static bool is_blank(char letter)
{
	return letter == ' ' || letter == '\t' || letter == '\r';
}

/* What a refusal repeats of a line must stay one line of text. */
static bool is_printable(const char *text, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++)
		if (((unsigned char)text[i] < ' ' && !is_blank(text[i])) || text[i] == '\x7F')
			return false;
	return true;
}

static size_t comment_at(const char *text, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++)
		if (text[i] == '#' && (i == 0 || is_blank(text[i - 1])))
			return i;
	return size_bytes;
}

/* The line from `at` on, without what means nothing. */
static bool keep_line(struct lb_devicefile *file, const char *at, size_t size_bytes)
{
	if (!is_printable(at, size_bytes))
		return lb_devicefile_refuse(file, "has a control character in it: this is no text");
	size_bytes = comment_at(at, size_bytes);
	for (; size_bytes > 0 && is_blank(at[0]); at++)
		size_bytes--;
	while (size_bytes > 0 && is_blank(at[size_bytes - 1]))
		size_bytes--;
	if (size_bytes >= sizeof(file->text))
		return lb_devicefile_refuse(file, "is longer than %d bytes", LB_DEVICEFILE_LINE_BYTES - 1);
	memcpy(file->text, at, size_bytes);
	file->text[size_bytes] = '\0';
	return true;
}

bool lb_devicefile_next(struct lb_devicefile *file)
{
	file->text[0] = '\0';
	while (file->reason[0] == '\0' && file->text[0] == '\0' && file->at < file->end) {
		const char *newline = memchr(file->at, '\n', (size_t)(file->end - file->at));
		const char *stop = newline != NULL ? newline : file->end;

		file->line++;
		if (!keep_line(file, file->at, (size_t)(stop - file->at)))
			return false;
		file->at = newline != NULL ? newline + 1 : file->end;
	}
	return file->text[0] != '\0';
}

static char *skip_blanks(char *text)
{
	while (is_blank(*text))
		text++;
	return text;
}

char *lb_devicefile_after(struct lb_devicefile *file, const char *word)
{
	const size_t size_bytes = strlen(word);

	if (strncmp(file->text, word, size_bytes) != 0)
		return NULL;
	if (file->text[size_bytes] != '\0' && !is_blank(file->text[size_bytes]))
		return NULL;
	return skip_blanks(file->text + size_bytes);
}

char *lb_devicefile_split(struct lb_devicefile *file)
{
	static const char ARROW[] = " =>";
	char *arrow = strstr(file->text, ARROW);

	if (arrow == NULL || (arrow[sizeof(ARROW) - 1] != '\0' && !is_blank(arrow[sizeof(ARROW) - 1])))
		return NULL;
	char *behind = skip_blanks(arrow + sizeof(ARROW) - 1);
	while (arrow > file->text && is_blank(arrow[-1]))
		arrow--;
	*arrow = '\0';
	return behind;
}

static int digit(char letter)
{
	if (letter >= '0' && letter <= '9')
		return letter - '0';
	return isxdigit((unsigned char)letter) ? tolower((unsigned char)letter) - 'a' + DECIMAL : -1;
}

/* Two digits; -1: there are others. */
static int byte_of(const char *text)
{
	return digit(text[0]) >= 0 && digit(text[1]) >= 0 ? digit(text[0]) * HEX + digit(text[1]) : -1;
}

static bool add(struct lb_devicefile *file, struct lb_devicefile_bytes *bytes, uint8_t byte)
{
	if (bytes->count == LB_DEVICEFILE_BYTES)
		return lb_devicefile_refuse(file, "has more than %d bytes", LB_DEVICEFILE_BYTES);
	bytes->bytes[bytes->count++] = byte;
	return true;
}

bool lb_devicefile_hex(struct lb_devicefile *file, const char *text, struct lb_devicefile_bytes *bytes)
{
	bytes->count = 0;
	while (*text != '\0') {
		const int byte = byte_of(text);

		if (byte < 0 || (text[2] != '\0' && !is_blank(text[2])))
			return lb_devicefile_refuse(file, "\"%.*s\" does not begin with a byte of two hexadecimal digits", QUOTED,
			                            text);
		if (!add(file, bytes, (uint8_t)byte))
			return false;
		for (text += 2; is_blank(*text); text++)
			;
	}
	return bytes->count > 0 || lb_devicefile_refuse(file, "has no bytes, such as 70 6B");
}

/* The byte that the escape stands for, and how long it is; -1: there is none that is so. */
static int escape(const char *text, size_t *size_bytes)
{
	*size_bytes = 2;
	switch (text[1]) {
	case 'r': return '\r';
	case 'n': return '\n';
	case 't': return '\t';
	case '\\': return '\\';
	case 'x': *size_bytes = 4; return byte_of(text + 2);
	default: return -1;
	}
}

bool lb_devicefile_text(struct lb_devicefile *file, const char *text, struct lb_devicefile_bytes *bytes, bool *is_text)
{
	static const char MARK[] = "hex:";

	*is_text = strncmp(text, MARK, sizeof(MARK) - 1) != 0;
	bytes->count = 0;
	if (!*is_text) {
		for (text += sizeof(MARK) - 1; is_blank(*text); text++)
			;
		return lb_devicefile_hex(file, text, bytes);
	}
	while (*text != '\0') {
		size_t size_bytes = 1;
		const int byte = *text == '\\' ? escape(text, &size_bytes) : (unsigned char)*text;

		if (byte < 0)
			return lb_devicefile_refuse(file, "\"%.4s\" is none of \\r, \\n, \\t, \\\\ and \\xNN", text);
		if (!add(file, bytes, (uint8_t)byte))
			return false;
		text += size_bytes;
	}
	return true;
}

bool lb_devicefile_number(struct lb_devicefile *file, const char *text, int base, long least, long most, long *number)
{
	const size_t digits = strspn(text, base == HEX ? "0123456789abcdefABCDEF" : "0123456789");

	*number = strtol(text, NULL, base);
	if (digits > 0 && text[digits] == '\0' && *number >= least && *number <= most)
		return true;
	return base == HEX ? lb_devicefile_refuse(file, "\"%.*s\" is no number from %lX to %lX", QUOTED, text,
	                                          (unsigned long)least, (unsigned long)most) :
	                     lb_devicefile_refuse(file, "\"%.*s\" is no number from %ld to %ld", QUOTED, text, least, most);
}

bool lb_devicefile_time(struct lb_devicefile *file, const char *text, uint32_t *time_ms)
{
	char *end;
	const long number = strtol(text, &end, DECIMAL);
	const long unit_ms = strcmp(end, "s") == 0 ? MS_PER_S : strcmp(end, "ms") == 0 ? 1 : 0;

	*time_ms = 0;
	if (!isdigit((unsigned char)text[0]) || unit_ms == 0 || number > HOUR_MS / unit_ms)
		return lb_devicefile_refuse(file, "\"%.*s\" is no time such as 250ms or 2s, up to an hour", QUOTED, text);
	*time_ms = (uint32_t)(number * unit_ms);
	return true;
}
