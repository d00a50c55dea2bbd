/* The text that describes a simulated device, read line by line (docs/spec/environment.md).
 *
 * `#` at the beginning of a line or behind a space begins a comment; empty lines mean nothing. Whoever reads it says
 * what is wrong with lb_devicefile_refuse, in one line that names the text's line; the first refusal stays.
 */
#ifndef HARDWARE_MODEL_DEVICEFILE_H
#define HARDWARE_MODEL_DEVICEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LB_DEVICEFILE_TEXT_BYTES = 256 * 1024, /* of a whole file, at most */
	LB_DEVICEFILE_LINE_BYTES = 1024,
	LB_DEVICEFILE_REASON_BYTES = 160,
	LB_DEVICEFILE_BYTES = 256
};

struct lb_devicefile {
	const char *at, *end;
	unsigned line;                       /* that `text` is, from 1 on */
	char text[LB_DEVICEFILE_LINE_BYTES]; /* without comment, and without spaces around it */
	char reason[LB_DEVICEFILE_REASON_BYTES];
};

/* What a device sends, or waits for. */
struct lb_devicefile_bytes {
	size_t count;
	uint8_t bytes[LB_DEVICEFILE_BYTES];
};

/* The text stays the caller's, and must outlive the reading. */
void lb_devicefile_open(struct lb_devicefile *file, const char *text, size_t size_bytes);
/* The next line that has something in it; false at the end, or after a refusal. */
bool lb_devicefile_next(struct lb_devicefile *file);
/* Returns false always, for a caller that ends so. */
__attribute__((format(printf, 2, 3))) bool lb_devicefile_refuse(struct lb_devicefile *file, const char *format, ...);

/* Does the line begin with this word and a space, or consist of it? Then the rest, without the space; else NULL. */
char *lb_devicefile_after(struct lb_devicefile *file, const char *word);
/* Cuts the line at the first " => " (which may be at its very end) and returns what is behind it; NULL: there is none.
 */
char *lb_devicefile_split(struct lb_devicefile *file);

/* These refuse, and return false, when the text is not what they read. */
/* "70 6B 43": one to LB_DEVICEFILE_BYTES bytes, two digits each. */
bool lb_devicefile_hex(struct lb_devicefile *file, const char *text, struct lb_devicefile_bytes *bytes);
/* "AT\r\n", with \r, \n, \t, \\ and \xNN, or "hex: 41 54". is_text says which of both it was. */
bool lb_devicefile_text(struct lb_devicefile *file, const char *text, struct lb_devicefile_bytes *bytes, bool *is_text);
/* A whole number in this range; base 16 without a prefix. */
bool lb_devicefile_number(struct lb_devicefile *file, const char *text, int base, long least, long most, long *number);
/* "250ms" or "2s" as milliseconds: 0 to an hour. */
bool lb_devicefile_time(struct lb_devicefile *file, const char *text, uint32_t *time_ms);

#endif
