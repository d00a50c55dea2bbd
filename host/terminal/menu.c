#include "host/terminal/menu.h"

#include <stdio.h>
#include <string.h>

/* The line as it grows: an escape sequence needs no room on the screen. */
struct line {
	char *text;
	size_t used;
	unsigned columns_left;
};

static void add_code(struct line *line, const char *code)
{
	size_t size = strlen(code);

	if (line->used + size + 1 < LB_MENU_TEXT_BYTES) {
		memcpy(line->text + line->used, code, size + 1);
		line->used += size;
	}
}

static bool starts_letter(char byte)
{
	return ((unsigned char)byte & 0xC0) != 0x80;
}

/* Adds letters (UTF-8, each one column wide) for as long as there is room. */
static void add(struct line *line, const char *letters)
{
	for (const char *at = letters; *at != '\0'; at++) {
		if (starts_letter(*at)) {
			if (line->columns_left == 0)
				return;
			line->columns_left--;
		}
		if (line->used + 2 < LB_MENU_TEXT_BYTES) {
			line->text[line->used++] = *at;
			line->text[line->used] = '\0';
		}
	}
}

static const char *bar_code(enum lb_depth depth)
{
	switch (depth) {
	case LB_DEPTH_24BIT:
	case LB_DEPTH_256: return "\033[0;38;5;252;48;5;236m";
	case LB_DEPTH_16: return "\033[0m";
	case LB_DEPTH_NONE:
	default: return "";
	}
}

/* The LED's colour as near as the terminal comes to it. */
static void add_dot(struct line *line, enum lb_depth depth, uint32_t led)
{
	const uint32_t dark = 0x585858;
	uint32_t bright = led == 0 ? dark : lb_colour_bright(led);
	char code[40] = "";

	if (depth == LB_DEPTH_24BIT)
		snprintf(code, sizeof(code), "\033[38;2;%u;%u;%um", bright >> 16 & 0xFF, bright >> 8 & 0xFF, bright & 0xFF);
	else if (depth == LB_DEPTH_256)
		snprintf(code, sizeof(code), "\033[38;5;%um", lb_colour_256(bright));
	else if (depth == LB_DEPTH_16)
		snprintf(code, sizeof(code), "\033[%um", led == 0 ? 90u : lb_colour_16(bright));
	add_code(line, code);
	add(line, led == 0 ? "○" : "●");
	add_code(line, bar_code(depth));
}

static void add_key(struct line *line, enum lb_depth depth, const char *key, const char *what)
{
	add(line, "  ");
	add_code(line, depth == LB_DEPTH_NONE ? "" : "\033[1m");
	add(line, key);
	add_code(line, bar_code(depth));
	add(line, what);
}

/* Each key says what it would do now, so that pressing it twice undoes it. */
static void add_keys(struct line *line, enum lb_depth depth, const struct lb_view *view)
{
	char p12[40];
	char g23[40];

	snprintf(p12, sizeof(p12), " P12 %s→%s", view->p12.high ? "high" : "low",
	         view->p12.drive == LB_VIEW_HIGH ? "free" : "3V3");
	snprintf(g23, sizeof(g23), " G23 %s→%s", view->g23.high ? "high" : "low",
	         view->g23.drive == LB_VIEW_LOW ? "free" : "GND");
	add_key(line, depth, "r", " reset");
	add_key(line, depth, "s", p12);
	add_key(line, depth, "g", g23);
	add_key(line, depth, "p", strcmp(view->phase, "off") == 0 ? " on" : " off");
	add_key(line, depth, "q", " quit");
	add_key(line, depth, "Esc", "");
}

void lb_menu_line(const struct lb_view *view, const char *note, enum lb_depth depth, unsigned columns, char *text)
{
	struct line line = {.text = text, .columns_left = columns};
	char padded[32];
	uint32_t led;

	lb_colour_parse(view->led, &led);
	text[0] = '\0';
	add_code(&line, bar_code(depth));
	add(&line, " ");
	add_dot(&line, depth, led);
	snprintf(padded, sizeof(padded), " %-*s  %-6s", LB_COLOUR_NAME_MAX, lb_colour_name(led), view->phase);
	add(&line, padded);
	if (note[0] != '\0') {
		add(&line, "  ");
		add(&line, note);
	} else {
		add_keys(&line, depth, view);
	}
	/* The bar reaches to the right edge. */
	while (line.columns_left > 0)
		add(&line, " ");
	add_code(&line, depth == LB_DEPTH_NONE ? "" : "\033[0m");
}
