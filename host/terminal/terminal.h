/* A person's terminal: raw mode, its size and colours, and a line at the bottom that module output does not disturb.
 *
 * While the bottom line is open, the terminal scrolls only above it (a scroll region), so the module's output goes on
 * as ever; the line is drawn between two pieces of output, never inside an escape sequence or a UTF-8 letter.
 */
#ifndef LB_TERMINAL_H
#define LB_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <termios.h>

#include "host/terminal/colour.h"

/* Where the module's output stopped, as the terminal understands it. */
enum lb_terminal_place {
	LB_PLACE_GROUND,
	LB_PLACE_ESCAPE,
	LB_PLACE_SEQUENCE, /* after ESC [ */
	LB_PLACE_STRING,   /* after ESC ] and its like, until BEL or ESC \ */
};

struct lb_terminal {
	struct termios before;
	size_t
		typed_ahead; /* bytes waiting that were typed before raw mode, when Enter was still turned into a line feed */
	unsigned rows;
	unsigned columns;
	enum lb_depth depth;
	bool lines; /* it has cursor movement and scroll regions; without them the bottom line is an ordinary one */
	bool open;
	enum lb_terminal_place place;
	unsigned letter_left; /* bytes that a UTF-8 letter still lacks */
	bool line_start;      /* the last thing written was a line end */
	bool erased;          /* output had escape sequences that may have erased the bottom line */
	size_t used;
	char buffer[16384];
};

/* Takes the terminal (standard input and output) into raw mode; false, with errno, when that fails. */
bool lb_terminal_acquire(struct lb_terminal *terminal);
/* What was read from standard input, with each Enter as the carriage return that it is in raw mode. */
void lb_terminal_mend_typed_ahead(struct lb_terminal *terminal, char *data, size_t size_bytes);
/* Closes the bottom line and gives the terminal back as it was. Safe to call twice. */
void lb_terminal_give_back(struct lb_terminal *terminal);

/* Module output; buffered until lb_terminal_flush. */
void lb_terminal_write(struct lb_terminal *terminal, const char *data, size_t size_bytes);
/* Goes to a new line, unless output stopped at the start of one. */
void lb_terminal_new_line(struct lb_terminal *terminal);
void lb_terminal_flush(struct lb_terminal *terminal);

void lb_terminal_open_line(struct lb_terminal *terminal);
/* text takes at most lb_terminal_line_columns. False: not now, output stopped inside a sequence; ask again. */
bool lb_terminal_draw_line(struct lb_terminal *terminal, const char *text);
unsigned lb_terminal_line_columns(const struct lb_terminal *terminal);
void lb_terminal_close_line(struct lb_terminal *terminal);
/* After SIGWINCH; the line must be drawn again. */
void lb_terminal_resize(struct lb_terminal *terminal);

#endif
