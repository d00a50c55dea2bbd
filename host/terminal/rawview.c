#include "host/terminal/rawview.h"

#include <string.h>

enum {
	KEY_CTRL_A = 0x01,
	KEY_CTRL_B = 0x02,
	KEY_CTRL_C = 0x03,
	FRAME_EDGE = 0xC0,
	BANNER_MAX = 1024, /* a prompt that is farther from the banner's start does not belong to it */
};

static const char announcement[] = "raw REPL; CTRL-B to exit\r\n>";
static const char banner[] = "MicroPython v";
static const char prompt[] = ">>> ";

static const char consumed_line[] = "[another program is using the REPL; a key shows what it does]\r\n";
static const char tool_line[] = "[a firmware tool works on the module; what they say to each other is not shown]\r\n";
static const char gone_line[] = "[the other program has gone and left the raw REPL on; Ctrl-B gives the prompt]\r\n";
static const char key_line[] =
	"[the raw REPL, used by another program; Ctrl-C stops what runs, Ctrl-B gives the prompt]\r\n";

void lb_rawview_init(struct lb_rawview *view, lb_rawview_show *show, void *ctx)
{
	*view = (struct lb_rawview){.show = show, .ctx = ctx, .line_start = true, .due_ms = -1};
}

static void say(struct lb_rawview *view, const char *line)
{
	view->show(view->ctx, line, strlen(line));
}

/* One step of finding a text that begins at the start of a line; true when it is complete. None of the three texts
 * contains its own first letter again before a place where a mismatch could matter, so a mismatch starts over. */
static bool follow(unsigned *matched, const char *text, char byte, bool line_start)
{
	if (*matched == 0 && !line_start)
		return false;
	if (text[*matched] != byte) {
		*matched = 0;
		return false;
	}
	(*matched)++;
	if (text[*matched] != '\0')
		return false;
	*matched = 0;
	return true;
}

static void release_held(struct lb_rawview *view, unsigned held)
{
	view->show(view->ctx, announcement, held);
	view->announced = 0;
	view->due_ms = -1;
}

/* Bytes that may be the announcement are held back until it is clear. */
static void shown_byte(struct lb_rawview *view, int64_t now_ms, char byte)
{
	unsigned held = view->announced;

	if (view->loader && (unsigned char)byte == FRAME_EDGE) {
		view->state = LB_RAWVIEW_TOOL;
		view->due_ms = -1;
		say(view, tool_line);
		return;
	}
	if (follow(&view->prompted, prompt, byte, view->line_start))
		view->own = false;
	if (view->own) {
		view->show(view->ctx, &byte, 1);
		return;
	}
	if (follow(&view->announced, announcement, byte, view->line_start)) {
		view->due_ms = -1;
		view->state = LB_RAWVIEW_WITHHELD;
		view->prompted = 0;
		say(view, consumed_line);
	} else if (view->announced > 0) {
		view->due_ms = now_ms + LB_RAWVIEW_HOLD_MS;
	} else {
		if (held > 0)
			release_held(view, held);
		view->show(view->ctx, &byte, 1);
	}
}

/* Only the friendly banner with its prompt ends it: both may be in a file that is being copied. */
static void withheld_byte(struct lb_rawview *view, char byte)
{
	if (view->state == LB_RAWVIEW_WITHHELD) {
		if (follow(&view->bannered, banner, byte, view->line_start)) {
			view->state = LB_RAWVIEW_BANNER;
			view->banner_bytes = 0;
		}
		return;
	}
	view->banner_bytes++;
	if (follow(&view->prompted, prompt, byte, view->line_start)) {
		view->state = LB_RAWVIEW_SHOWN;
		view->due_ms = -1;
		say(view, prompt);
	} else if (view->banner_bytes > BANNER_MAX) {
		view->state = LB_RAWVIEW_WITHHELD;
		view->prompted = 0;
	}
}

void lb_rawview_output(struct lb_rawview *view, int64_t now_ms, const char *data, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++) {
		if (view->state == LB_RAWVIEW_SHOWN)
			shown_byte(view, now_ms, data[i]);
		else if (view->state != LB_RAWVIEW_TOOL && view->state != LB_RAWVIEW_HELD)
			withheld_byte(view, data[i]);
		view->line_start = data[i] == '\n';
	}
}

static void show_again(struct lb_rawview *view, bool own)
{
	view->state = LB_RAWVIEW_SHOWN;
	view->own = own;
	view->announced = 0;
	view->bannered = 0;
	view->prompted = 0;
	view->due_ms = -1;
}

bool lb_rawview_keys(struct lb_rawview *view, const char *data, size_t size_bytes)
{
	if (view->state == LB_RAWVIEW_TOOL || view->state == LB_RAWVIEW_HELD)
		return false;
	if (view->state != LB_RAWVIEW_SHOWN) {
		say(view, key_line);
		show_again(view, true);
		return size_bytes > 0 && (data[0] == KEY_CTRL_B || data[0] == KEY_CTRL_C);
	}
	if (memchr(data, KEY_CTRL_A, size_bytes) != NULL)
		view->own = true;
	return true;
}

void lb_rawview_clients(struct lb_rawview *view, int64_t now_ms, int open_count)
{
	if (view->state == LB_RAWVIEW_WITHHELD || view->state == LB_RAWVIEW_BANNER)
		view->due_ms = open_count == 0 ? now_ms + LB_RAWVIEW_GONE_MS : -1;
}

void lb_rawview_reset(struct lb_rawview *view)
{
	if (view->state != LB_RAWVIEW_HELD && (view->state != LB_RAWVIEW_SHOWN || view->own)) {
		show_again(view, false);
		view->line_start = true;
	}
}

void lb_rawview_loader(struct lb_rawview *view, bool loader)
{
	view->loader = loader;
	if (!loader && view->state == LB_RAWVIEW_TOOL)
		lb_rawview_reset(view);
}

void lb_rawview_hold(struct lb_rawview *view)
{
	show_again(view, false);
	view->state = LB_RAWVIEW_HELD;
}

void lb_rawview_release(struct lb_rawview *view, bool at_prompt)
{
	show_again(view, false);
	view->line_start = true;
	if (at_prompt)
		view->state = LB_RAWVIEW_WITHHELD;
}

void lb_rawview_tick(struct lb_rawview *view, int64_t now_ms)
{
	if (view->due_ms < 0 || now_ms < view->due_ms)
		return;
	view->due_ms = -1;
	if (view->state != LB_RAWVIEW_SHOWN) {
		say(view, gone_line);
		show_again(view, true);
	} else if (view->announced > 0) {
		release_held(view, view->announced);
	}
}
