/* A terminal, or a pipe, attached to uart0 of a running module: a virtual one, whose hardware is watched too, or one at
 * a port.
 *
 * On a terminal every key goes to the module but Ctrl-] and Ctrl-X, which open the menu (or leave). When standard input
 * or output is none, bytes pass as they are; at the end of input it waits until the module has reached its REPL (or
 * bootloader mode, sleep or off) and was silent for half a second, and ends. At a port two seconds' silence end it.
 * Or the first byte of a pipe ends it, and is left where it is, for whoever reads the whole of it.
 */
#ifndef LB_TERMINAL_ATTACH_H
#define LB_TERMINAL_ATTACH_H

#include <stdbool.h>

#include "host/client/client.h"
#include "host/client/port.h"
#include "host/client/view.h"
#include "host/terminal/menu.h"
#include "host/terminal/rawview.h"
#include "host/terminal/terminal.h"

enum { LB_ATTACH_INPUT_BYTES = 65536 };

enum lb_attach_end {
	LB_ATTACH_LEFT,     /* the person, or the end of input, ended it */
	LB_ATTACH_DETACHED, /* the person, who wants the module to go on */
	LB_ATTACH_STOPPED,  /* the other end did */
	LB_ATTACH_SIGNAL,   /* SIGINT, SIGTERM or SIGHUP */
	LB_ATTACH_INPUT,    /* there is input, and leaves_input is set */
	LB_ATTACH_FAILED,   /* it could not start; reason is one line */
};

/* Bytes among a helper's lines, about what the module sends (host/terminal/rawview.h). */
enum lb_attach_note {
	LB_ATTACH_NOTE_HOLD = 1,    /* from here on it is the helper's */
	LB_ATTACH_NOTE_PROMPT = 2,  /* from the next friendly prompt or reset on it is shown again */
	LB_ATTACH_NOTE_RELEASE = 3, /* at once */
};

/* The caller owns it; it holds descriptors between a successful open and close. */
struct lb_attach {
	struct lb_client control; /* fd -1: a port has none */
	struct lb_port port;
	char reason[LB_PORT_REASON_BYTES];
	/* What a helper says that works on the module meanwhile: lines, shown as such, and enum lb_attach_note. Set between
	 * open and run, where there is one; as long as it is open, the end of input ends nothing. Else -1. */
	int notes_fd;
	bool leaves_input; /* set between open and run: see above */
	/* private */
	const char *dir;
	bool with_menu;
	bool tty;
	int signal_fd;
	bool ended;
	enum lb_attach_end end;
	struct lb_terminal terminal;
	struct lb_rawview rawview;
	struct lb_view view;
	char note[LB_MENU_NOTE_BYTES]; /* shown in the menu until the next key */
	bool stale;                    /* the open menu shows what is no longer so */
	char drawn[LB_MENU_TEXT_BYTES];
	bool input_over;
	bool in_note; /* a helper's line has begun */
	int64_t last_byte_ms;
	size_t waiting; /* input that the module has not read yet */
	char input[LB_ATTACH_INPUT_BYTES];
};

/* False after one line in reason. close in any case. */
bool lb_attach_open_module(struct lb_attach *attach, const char *dir);
bool lb_attach_open_port(struct lb_attach *attach, const char *name);
void lb_attach_close(struct lb_attach *attach);

/* with_menu: Ctrl-] opens the menu; otherwise it leaves at once. */
enum lb_attach_end lb_attach_run(struct lb_attach *attach, bool with_menu);

/* Is standard input no terminal, and has a byte by now? */
bool lb_attach_has_input(void);

/* Blocks SIGINT, SIGTERM, SIGHUP and SIGWINCH for this process: an attached terminal reads them as they come, and one
 * that comes before it starts is not lost. */
void lb_attach_hold_signals(void);

#endif
