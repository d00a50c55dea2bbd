/* MicroPython's raw REPL as a program talks to it: what comes back, byte by byte, and how data becomes source.
 *
 * After Ctrl-A the module announces the raw REPL; code ended by Ctrl-D is answered by "OK", the output, Ctrl-D, the
 * traceback, Ctrl-D and the prompt (MicroPython's docs/reference/repl.rst). In raw-paste mode the code goes in windows
 * that the module opens, so that none of it is lost however slowly it compiles. No I/O and no clock.
 */
#ifndef LB_CLIENT_RAWREPL_H
#define LB_CLIENT_RAWREPL_H

#include <stdbool.h>
#include <stddef.h>

enum { LB_RAWREPL_TEXT_BYTES = 2048 };

enum lb_rawrepl_state {
	LB_RAWREPL_ENTRY, /* the announcement, whatever comes before it */
	LB_RAWREPL_OK,
	LB_RAWREPL_PASTE, /* that it has raw paste */
	LB_RAWREPL_WINDOW_LOW,
	LB_RAWREPL_WINDOW_HIGH,
	LB_RAWREPL_FLOW, /* code may be sent: at most room bytes of it */
	LB_RAWREPL_OUTPUT,
	LB_RAWREPL_TRACEBACK,
	LB_RAWREPL_PROMPT,
	LB_RAWREPL_DONE,
};

struct lb_rawrepl {
	enum lb_rawrepl_state state;
	size_t matched;
	size_t window;           /* of raw paste */
	size_t room;             /* the sender subtracts what it sends */
	void (*show)(char byte); /* gets the output as it comes; NULL: nobody does */
	size_t output_bytes;
	size_t traceback_bytes;
	char output[LB_RAWREPL_TEXT_BYTES];    /* its beginning, 0-ended */
	char traceback[LB_RAWREPL_TEXT_BYTES]; /* its end, 0-ended; empty when the code ended well */
};

/* From here on the announcement is awaited, or the answer to code that is sent now. */
void lb_rawrepl_await_entry(struct lb_rawrepl *repl);
void lb_rawrepl_await_answer(struct lb_rawrepl *repl);
/* Or that to LB_RAWREPL_PASTE_BEGIN: LB_RAWREPL_FLOW, and after the code and its Ctrl-D the output and the rest. When
 * the module ends the paste itself the state is LB_RAWREPL_OUTPUT before all was sent; the Ctrl-D is owed all the
 * same. */
#define LB_RAWREPL_PASTE_BEGIN \
	"\x05"                     \
	"A\x01"
void lb_rawrepl_await_paste(struct lb_rawrepl *repl);
/* Parses what came; returns how many bytes of it belonged to what was awaited. */
size_t lb_rawrepl_parse(struct lb_rawrepl *repl, const char *data, size_t size_bytes);
/* The traceback's last line, "OSError: 28"; the struct's own text, made by cutting it there. */
const char *lb_rawrepl_error(struct lb_rawrepl *repl);

/* data as a bytes literal of Python, b'...', of printable ASCII alone and 0-ended; text has
 * LB_RAWREPL_LITERAL_BYTES(size_bytes). Returns its length. */
#define LB_RAWREPL_LITERAL_BYTES(size_bytes) (4 * (size_bytes) + 4)
size_t lb_rawrepl_literal(const void *data, size_t size_bytes, char *text);

#endif
