/* What an attached terminal shows of uart0 while another program holds MicroPython's raw REPL.
 *
 * Every client of uart0 sees every byte, so a tool that copies files through the raw REPL would fill a person's
 * terminal with its protocol. This state machine stands between the module's output and the terminal: the raw REPL's
 * announcement, when this terminal did not ask for it, becomes one line of ours, and what follows is withheld until
 * the friendly prompt is back, the other program has gone, the module was reset, or the person presses a key.
 *
 * No I/O and no clock: times are milliseconds of any steady clock, and output goes to the caller's function.
 */
#ifndef LB_TERMINAL_RAWVIEW_H
#define LB_TERMINAL_RAWVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef void lb_rawview_show(void *ctx, const char *data, size_t size_bytes);

enum lb_rawview_state {
	LB_RAWVIEW_SHOWN,
	LB_RAWVIEW_WITHHELD, /* another program's raw REPL */
	LB_RAWVIEW_TOOL,     /* withheld: frames of a firmware tool, in bootloader mode */
	LB_RAWVIEW_BANNER,   /* withheld; the friendly banner has begun and its prompt is awaited */
	LB_RAWVIEW_HELD,     /* withheld until the helper that asked for it lets go */
};

struct lb_rawview {
	lb_rawview_show *show;
	void *ctx;
	enum lb_rawview_state state;
	bool loader; /* the module is in bootloader mode */
	bool own;    /* this terminal asked for the raw REPL, or chose to watch */
	bool line_start;
	unsigned announced; /* bytes of the announcement that have come and are held back */
	unsigned prompted;  /* bytes of the friendly prompt that have come */
	unsigned bannered;  /* bytes of the banner's start that have come */
	unsigned banner_bytes;
	int64_t due_ms; /* when lb_rawview_tick has something to do; negative: never */
};

enum {
	LB_RAWVIEW_HOLD_MS = 200, /* an announcement that stops half-way was none: it is shown */
	LB_RAWVIEW_GONE_MS = 300, /* the prompt may still be on its way when the other program has closed the port */
};

void lb_rawview_init(struct lb_rawview *view, lb_rawview_show *show, void *ctx);
void lb_rawview_output(struct lb_rawview *view, int64_t now_ms, const char *data, size_t size_bytes);
/* What the person typed: false when it is not to be sent, because it only ended the withholding. */
bool lb_rawview_keys(struct lb_rawview *view, const char *data, size_t size_bytes);
/* So many programs have the port open besides this terminal. */
void lb_rawview_clients(struct lb_rawview *view, int64_t now_ms, int open_count);
/* The module was reset: its REPL starts anew. */
void lb_rawview_reset(struct lb_rawview *view);
/* The module is in bootloader mode, or no longer. There a firmware tool's frames are no text for a terminal: they
 * become one line, and keys, which would disturb them, are not sent. */
void lb_rawview_loader(struct lb_rawview *view, bool loader);
/* A helper of our own uses the REPL from here on, through resets too: nothing is shown, and keys, which would disturb
 * it, are not sent. */
void lb_rawview_hold(struct lb_rawview *view);
/* It is done. at_prompt: the friendly prompt or a reset is on its way and comes first; else all is shown at once. */
void lb_rawview_release(struct lb_rawview *view, bool at_prompt);
/* To be called when due_ms has come. */
void lb_rawview_tick(struct lb_rawview *view, int64_t now_ms);

#endif
