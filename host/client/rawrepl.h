/* MicroPython's raw REPL as a program talks to it: what comes back, byte by byte, and how data becomes source.
 *
 * After Ctrl-A the module announces the raw REPL; code ended by Ctrl-D is answered by "OK", the output, Ctrl-D, the
 * traceback, Ctrl-D and the prompt (MicroPython's docs/reference/repl.rst). No I/O and no clock.
 */
#ifndef LB_CLIENT_RAWREPL_H
#define LB_CLIENT_RAWREPL_H

#include <stdbool.h>
#include <stddef.h>

enum { LB_RAWREPL_TEXT_BYTES = 512 };

enum lb_rawrepl_state {
	LB_RAWREPL_ENTRY, /* the announcement, whatever comes before it */
	LB_RAWREPL_OK,
	LB_RAWREPL_OUTPUT,
	LB_RAWREPL_TRACEBACK,
	LB_RAWREPL_PROMPT,
	LB_RAWREPL_DONE,
};

struct lb_rawrepl {
	enum lb_rawrepl_state state;
	size_t matched;
	size_t output_bytes;
	size_t traceback_bytes;
	char output[LB_RAWREPL_TEXT_BYTES];    /* its beginning, 0-ended */
	char traceback[LB_RAWREPL_TEXT_BYTES]; /* its end, 0-ended; empty when the code ended well */
};

/* From here on the announcement is awaited, or the answer to code that is sent now. */
void lb_rawrepl_await_entry(struct lb_rawrepl *repl);
void lb_rawrepl_await_answer(struct lb_rawrepl *repl);
/* Takes what came; returns how many bytes of it belonged to what was awaited. */
size_t lb_rawrepl_take(struct lb_rawrepl *repl, const char *data, size_t size_bytes);
/* The traceback's last line, "OSError: 28"; the struct's own text, made by cutting it there. */
const char *lb_rawrepl_error(struct lb_rawrepl *repl);

/* data as a bytes literal of Python, b'...', of printable ASCII alone and 0-ended; text has
 * LB_RAWREPL_LITERAL_BYTES(size_bytes). Returns its length. */
#define LB_RAWREPL_LITERAL_BYTES(size_bytes) (4 * (size_bytes) + 4)
size_t lb_rawrepl_literal(const void *data, size_t size_bytes, char *text);

#endif
