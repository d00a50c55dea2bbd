#include "firmware/life/lineedit.h"

#include <stdio.h>
#include <string.h>

#include "py/mphal.h"
#include "py/mpstate.h"
#include "py/repl.h"
#include "py/unicode.h"
#include "shared/readline/readline.h"

enum { CTRL_K = 11, CTRL_N = 14, CTRL_P = 16, CTRL_U = 21, ESC = 27, BACKSPACE = 8, DEL = 127 };
enum { HISTORY_LINES = 8, INDENT = 4, UTF8_MAX = 4 };

MP_REGISTER_ROOT_POINTER(const char *lb_history[8]);
_Static_assert(HISTORY_LINES == 8, "the root pointers above");

enum escape { NO_ESCAPE, AFTER_ESC, IN_SEQUENCE };

static struct {
	vstr_t *line;
	const char *prompt;
	size_t start; /* of this line in what line holds */
	size_t cursor;
	int shown; /* the line of the history, -1: none */
	enum escape escape;
	char number;            /* the first digit of an escape sequence */
	bool after_return;      /* a "\n" is the second half of an Enter */
	bool indents;           /* lines are indented as those before */
	bool indent_is_last;    /* nothing was typed since */
	uint8_t part[UTF8_MAX]; /* a character whose bytes have not all come */
	size_t part_bytes;
} edit;

/* --- the screen --- */

/* What terminals show in two columns or in none, roughly: East Asian scripts and pictures; accents that combine. */
static unsigned width_of(unichar c)
{
	static const struct {
		unichar first, last;
		unsigned columns;
	} ranges[] = {
		{0x300, 0x36f, 0},     {0x1100, 0x115f, 2},   {0x200b, 0x200f, 0},   {0x2e80, 0xa4cf, 2},   {0xac00, 0xd7a3, 2},
		{0xf900, 0xfaff, 2},   {0xfe00, 0xfe0f, 0},   {0xfe30, 0xfe6f, 2},   {0xff00, 0xff60, 2},   {0xffe0, 0xffe6, 2},
		{0x1f300, 0x1f64f, 2}, {0x1f680, 0x1f6ff, 2}, {0x1f900, 0x1f9ff, 2}, {0x20000, 0x3fffd, 2},
	};

	for (size_t i = 0; i < MP_ARRAY_SIZE(ranges); i++)
		if (c >= ranges[i].first && c <= ranges[i].last)
			return ranges[i].columns;
	return 1;
}

static unsigned columns(size_t from, size_t to)
{
	const byte *at = (const byte *)edit.line->buf + from;
	const byte *end = (const byte *)edit.line->buf + to;
	unsigned count = 0;

	for (; at < end; at = utf8_next_char(at))
		count += width_of(utf8_get_char(at));
	return count;
}

static void show(size_t from, size_t to)
{
	mp_hal_stdout_tx_strn(edit.line->buf + from, to - from);
}

static void show_back(unsigned count)
{
	char text[16];

	if (count <= 4) {
		mp_hal_stdout_tx_strn("\b\b\b\b", count);
		return;
	}
	snprintf(text, sizeof(text), "\x1b[%uD", count);
	mp_hal_stdout_tx_str(text);
}

static void show_rest(void)
{
	show(edit.cursor, edit.line->len);
	show_back(columns(edit.cursor, edit.line->len));
}

/* --- the line --- */

static bool is_empty(void)
{
	return edit.line->len == edit.start;
}

static size_t before(size_t at)
{
	while (at > edit.start && UTF8_IS_CONT(edit.line->buf[--at]))
		continue;
	return at;
}

static size_t after(size_t at)
{
	const size_t end = edit.line->len;

	if (at < end)
		at++;
	while (at < end && UTF8_IS_CONT(edit.line->buf[at]))
		at++;
	return at;
}

static void move_to(size_t at)
{
	if (at < edit.cursor)
		show_back(columns(at, edit.cursor));
	else
		show(edit.cursor, at);
	edit.cursor = at;
}

static void insert(const char *text, size_t size_bytes)
{
	const size_t from = edit.cursor;

	for (size_t i = 0; i < size_bytes; i++)
		vstr_ins_byte(edit.line, from + i, (byte)text[i]);
	edit.cursor += size_bytes;
	show(from, edit.cursor);
	show_rest();
}

static void cut(size_t from, size_t to)
{
	if (from == to)
		return;
	move_to(from);
	vstr_cut_out_bytes(edit.line, from, to - from);
	mp_hal_stdout_tx_str("\x1b[K");
	show_rest();
}

/* --- history --- */

void lb_lineedit_init(void)
{
	memset(MP_STATE_VM(lb_history), 0, sizeof(MP_STATE_VM(lb_history)));
}

/* Without memory for it the line is not kept. */
static void keep_in_history(void)
{
	const char **history = MP_STATE_VM(lb_history);
	const char *text = vstr_null_terminated_str(edit.line) + edit.start;
	const size_t size_bytes = strlen(text) + 1;
	char *copy;

	if (text[0] == '\0' || (history[0] != NULL && strcmp(history[0], text) == 0))
		return;
	copy = m_new_maybe(char, size_bytes);
	if (copy == NULL)
		return;
	memcpy(copy, text, size_bytes);
	memmove(&history[1], &history[0], (HISTORY_LINES - 1) * sizeof(history[0]));
	history[0] = copy;
}

static void show_history(int which)
{
	const char *text = "";

	if (which < -1 || which >= HISTORY_LINES || (which >= 0 && MP_STATE_VM(lb_history)[which] == NULL))
		return;
	if (which >= 0)
		text = MP_STATE_VM(lb_history)[which];
	edit.shown = which;
	cut(edit.start, edit.line->len);
	insert(text, strlen(text));
}

/* --- indentation --- */

static bool is_blank(size_t from, size_t to)
{
	while (from < to && edit.line->buf[from] == ' ')
		from++;
	return from == to;
}

static size_t line_before(size_t end)
{
	while (end > 0 && edit.line->buf[end - 1] != '\n')
		end--;
	return end;
}

/* As the line before, and one level more after a colon; two blank lines end it. */
static void indent(void)
{
	const size_t end = edit.start > 0 ? edit.start - 1 : 0; /* of the line before */
	const size_t from = line_before(end);
	size_t text = from, levels;

	if (!edit.indents || edit.start == 0 || edit.line->buf[end] != '\n')
		return;
	while (text < end && edit.line->buf[text] == ' ')
		text++;
	if (from > 0 && text == end && is_blank(line_before(from - 1), from - 1))
		return;
	levels = (text - from) / INDENT + (end > 0 && edit.line->buf[end - 1] == ':');
	edit.indent_is_last = levels > 0;
	for (; levels > 0; levels--)
		insert("    ", INDENT);
}

/* A paste brings spaces of its own: the first of them takes the place of the last level, and no more are added. */
static bool replaces_indent(int c)
{
	if (!edit.indent_is_last || (c != ' ' && c != '\t'))
		return false;
	edit.indents = edit.indent_is_last = false;
	if (c == ' ')
		cut(edit.cursor - (INDENT - 1), edit.cursor);
	return true;
}

/* --- keys --- */

static void backspace(void)
{
	const bool level = edit.cursor - edit.start >= INDENT && is_blank(edit.start, edit.cursor);

	cut(level ? edit.cursor - INDENT : before(edit.cursor), edit.cursor);
}

/* Names may have a common beginning that ends within a character: that part of one is left out. */
static size_t whole_characters(const char *text, size_t size_bytes)
{
	size_t at = 0, end = 0;

	while (at < size_bytes) {
		at++;
		while (UTF8_IS_CONT(text[at]))
			at++;
		if (at <= size_bytes)
			end = at;
	}
	return end;
}

/* At the start of a line and behind a blank Tab indents; elsewhere it completes, or lists what fits. */
static void complete(void)
{
	const char *text = edit.line->buf + edit.start;
	const char *found = "    ";
	size_t size_bytes = INDENT;

	if (edit.cursor == 0 || !unichar_isspace((byte)edit.line->buf[edit.cursor - 1]))
		size_bytes = mp_repl_autocomplete(text, edit.cursor - edit.start, &mp_plat_print, &found);
	if (size_bytes != (size_t)-1) {
		insert(found, whole_characters(found, size_bytes));
		return;
	}
	mp_hal_stdout_tx_str(edit.prompt);
	show(edit.start, edit.cursor);
	show_rest();
}

static int enter(void)
{
	mp_hal_stdout_tx_str("\r\n");
	keep_in_history();
	return 0;
}

/* The last byte of an escape sequence, and the digit before it, if there is one alone. */
static void sequence(int last, char number)
{
	switch (last) {
	case 'A': show_history(edit.shown + 1); break;
	case 'B': show_history(edit.shown - 1); break;
	case 'C': move_to(after(edit.cursor)); break;
	case 'D': move_to(before(edit.cursor)); break;
	case 'H': move_to(edit.start); break;
	case 'F': move_to(edit.line->len); break;
	case '~':
		if (number == '1' || number == '7')
			move_to(edit.start);
		else if (number == '4' || number == '8')
			move_to(edit.line->len);
		else if (number == '3')
			cut(edit.cursor, after(edit.cursor));
		break;
	default: break;
	}
}

static void escape(int c)
{
	if (edit.escape == AFTER_ESC) {
		edit.escape = c == '[' || c == 'O' ? IN_SEQUENCE : NO_ESCAPE;
		edit.number = 0;
		return;
	}
	if (c >= ' ' && c < '@') {
		edit.number = edit.number == 0 ? (char)c : '?';
		return;
	}
	edit.escape = NO_ESCAPE;
	sequence(c, edit.number);
}

/* The control keys of MicroPython's own editor and of a shell; others are no input. */
static void control(int c)
{
	switch (c) {
	case CHAR_CTRL_A: move_to(edit.start); break;
	case CHAR_CTRL_B: move_to(before(edit.cursor)); break;
	case CHAR_CTRL_D: cut(edit.cursor, after(edit.cursor)); break;
	case CHAR_CTRL_E: move_to(edit.line->len); break;
	case CHAR_CTRL_F: move_to(after(edit.cursor)); break;
	case CTRL_K: cut(edit.cursor, edit.line->len); break;
	case CTRL_N: show_history(edit.shown - 1); break;
	case CTRL_P: show_history(edit.shown + 1); break;
	case CTRL_U: cut(edit.start, edit.cursor); break;
	case '\t': complete(); break;
	case BACKSPACE:
	case DEL: backspace(); break;
	case ESC: edit.escape = AFTER_ESC; break;
	default: break;
	}
}

static size_t utf8_bytes(int lead)
{
	if (lead < 0xc2 || lead > 0xf4)
		return 0;
	return lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/* A byte of a character of several: it is shown when it is whole. What is no UTF-8 is dropped. */
static void collect(int c)
{
	if (!UTF8_IS_CONT(c))
		edit.part_bytes = 0;
	if (edit.part_bytes == 0 && utf8_bytes(c) == 0)
		return;
	edit.part[edit.part_bytes++] = (uint8_t)c;
	if (edit.part_bytes < utf8_bytes(edit.part[0]))
		return;
	if (utf8_check(edit.part, edit.part_bytes))
		insert((const char *)edit.part, edit.part_bytes);
	edit.part_bytes = 0;
}

static void text_or_control(int c)
{
	if (c >= 0x80)
		collect(c);
	else if (c < ' ' || c == DEL)
		control(c);
	else
		insert((const char[]){(char)c}, 1);
}

int lb_lineedit_key(int c)
{
	const bool second_half = c == '\n' && edit.after_return;

	edit.after_return = c == '\r';
	if (c < 0x80)
		edit.part_bytes = 0;
	if (c == CHAR_CTRL_C)
		return c;
	if (second_half)
		return -1;
	if (c == '\r' || c == '\n')
		return enter();
	if (edit.escape != NO_ESCAPE)
		escape(c);
	else if (c >= CHAR_CTRL_A && c <= CHAR_CTRL_E && is_empty())
		return c;
	else if (!replaces_indent(c))
		text_or_control(c);
	edit.indent_is_last = false;
	return -1;
}

void lb_lineedit_start(vstr_t *line, const char *prompt)
{
	edit.line = line;
	edit.prompt = prompt;
	edit.start = edit.cursor = line->len;
	edit.shown = -1;
	edit.escape = NO_ESCAPE;
	edit.part_bytes = 0;
	edit.indents |= line->len == 0;
	edit.indent_is_last = false;
	mp_hal_stdout_tx_str(prompt);
	indent();
}

void lb_lineedit_resume(vstr_t *line, const char *prompt)
{
	if (edit.line != line)
		lb_lineedit_start(line, prompt);
}

int lb_lineedit_read(vstr_t *line, const char *prompt)
{
	int result;

	lb_lineedit_start(line, prompt);
	do {
		const int c = mp_hal_stdin_rx_chr();

		lb_lineedit_resume(line, prompt);
		result = lb_lineedit_key(c);
	} while (result < 0);
	return result;
}

bool lb_lineedit_is_alpha(unichar c)
{
	return c >= 0x80 || (c | 0x20) - 'a' < 26;
}
