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
	add_code(line, depth == LB_DEPTH_NONE ? "" : "\033[1m");
	add(line, key);
	add_code(line, bar_code(depth));
	add(line, what);
}

/* From the widest to the narrowest: letters alone fit into 40 columns. */
enum form { FORM_FULL, FORM_COMMON, FORM_SHORT, FORM_LETTERS };

/* " P12 low→3V3", " P12→3V3" or nothing: the level now, and what the key makes of it. */
static const char *describe_pin(char text[40], enum form form, const char *name, const struct lb_view_pin *pin,
                                const char *next)
{
	text[0] = '\0';
	if (form != FORM_LETTERS)
		snprintf(text, 40, " %s%s→%s", name, form == FORM_SHORT ? "" : pin->high ? " high" : " low", next);
	return text;
}

/* Each key says what it would do now, so that pressing it twice undoes it. In 79 columns there is room for the words or
 * for l and z, which `lifeboat run --help` names too. */
static void add_keys(struct line *line, enum lb_depth depth, const struct lb_view *view, enum form form)
{
	const bool words = form <= FORM_COMMON;
	const char *gap = words ? "  " : " ";
	char p12[40], g23[40];
	const struct {
		const char *key, *what;
		bool hidden;
	} keys[] = {
		{"r", words ? " reset" : "", false},
		{"s", describe_pin(p12, form, "P12", &view->p12, view->p12.drive == LB_VIEW_HIGH ? "free" : "3V3"), false},
		{"g", describe_pin(g23, form, "G23", &view->g23, view->g23.drive == LB_VIEW_LOW ? "free" : "GND"), false},
		{"p",
	     form == FORM_LETTERS            ? "" :
	     strcmp(view->phase, "off") == 0 ? " on" :
	                                       " off",
	     false},
		{"z", form == FORM_FULL ? " suspend" : "", form == FORM_COMMON},
		{"l", form == FORM_FULL ? " leave" : "", form == FORM_COMMON},
		{"q", words ? " quit" : "", false},
		{"Esc", "", false},
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		if (keys[i].hidden)
			continue;
		add(line, gap);
		add_key(line, depth, keys[i].key, keys[i].what);
	}
}

/* The widest form that fits. */
static enum form choose_form(const struct lb_view *view, unsigned columns)
{
	for (enum form form = FORM_FULL; form < FORM_LETTERS; form++) {
		char text[LB_MENU_TEXT_BYTES];
		struct line line = {.text = text, .columns_left = LB_MENU_TEXT_BYTES};

		add_keys(&line, LB_DEPTH_NONE, view, form);
		if (LB_MENU_TEXT_BYTES - line.columns_left <= columns)
			return form;
	}
	return FORM_LETTERS;
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
		add_keys(&line, depth, view, choose_form(view, line.columns_left));
	}
	/* The bar reaches to the right edge. */
	while (line.columns_left > 0)
		add(&line, " ");
	add_code(&line, depth == LB_DEPTH_NONE ? "" : "\033[0m");
}
