#include "host/terminal/terminal.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static bool contains(const char *text, const char *part)
{
	return text != NULL && strstr(text, part) != NULL;
}

static enum lb_depth depth_of_environment(bool lines)
{
	const char *term = getenv("TERM");
	const char *no_color = getenv("NO_COLOR");
	const char *colorterm = getenv("COLORTERM");

	if ((no_color != NULL && no_color[0] != '\0') || !lines)
		return LB_DEPTH_NONE;
	if (contains(colorterm, "truecolor") || contains(colorterm, "24bit") || contains(term, "direct"))
		return LB_DEPTH_24BIT;
	if (contains(term, "256color") || contains(term, "kitty") || contains(term, "alacritty"))
		return LB_DEPTH_256;
	return contains(term, "vt100") ? LB_DEPTH_NONE : LB_DEPTH_16;
}

static void ask_size(struct lb_terminal *terminal)
{
	struct winsize size = {0};

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0)
		size = (struct winsize){.ws_row = 24, .ws_col = 80};
	terminal->rows = size.ws_row;
	terminal->columns = size.ws_col;
}

bool lb_terminal_acquire(struct lb_terminal *terminal)
{
	const char *term = getenv("TERM");

	memset(terminal, 0, sizeof(*terminal));
	if (tcgetattr(STDIN_FILENO, &terminal->before) != 0)
		return false;
	terminal->line_start = true;
	terminal->lines = term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
	terminal->depth = depth_of_environment(terminal->lines);
	ask_size(terminal);
	struct termios raw = terminal->before;
	cfmakeraw(&raw);
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) != 0)
		return false;
	int waiting = 0;
	if (ioctl(STDIN_FILENO, FIONREAD, &waiting) == 0 && waiting > 0)
		terminal->typed_ahead = (size_t)waiting;
	return true;
}

void lb_terminal_mend_typed_ahead(struct lb_terminal *terminal, char *data, size_t size_bytes)
{
	size_t count = size_bytes < terminal->typed_ahead ? size_bytes : terminal->typed_ahead;

	for (size_t i = 0; i < count; i++)
		data[i] = data[i] == '\n' ? '\r' : data[i];
	terminal->typed_ahead -= count;
}

void lb_terminal_give_back(struct lb_terminal *terminal)
{
	lb_terminal_close_line(terminal);
	lb_terminal_flush(terminal);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal->before);
}

void lb_terminal_flush(struct lb_terminal *terminal)
{
	for (size_t sent = 0; sent < terminal->used;) {
		ssize_t count = write(STDOUT_FILENO, terminal->buffer + sent, terminal->used - sent);
		if (count > 0) {
			sent += (size_t)count;
		} else if (errno == EAGAIN) {
			struct pollfd wait = {.fd = STDOUT_FILENO, .events = POLLOUT};
			poll(&wait, 1, -1);
		} else if (errno != EINTR) {
			break; /* nobody to show it to */
		}
	}
	terminal->used = 0;
}

static void put(struct lb_terminal *terminal, const char *data, size_t size_bytes)
{
	for (size_t done = 0; done < size_bytes;) {
		if (terminal->used == sizeof(terminal->buffer))
			lb_terminal_flush(terminal);
		size_t room = sizeof(terminal->buffer) - terminal->used;
		size_t piece = size_bytes - done < room ? size_bytes - done : room;
		memcpy(terminal->buffer + terminal->used, data + done, piece);
		terminal->used += piece;
		done += piece;
	}
}

static void put_text(struct lb_terminal *terminal, const char *text)
{
	put(terminal, text, strlen(text));
}

static void follow_letter(struct lb_terminal *terminal, unsigned char byte)
{
	if (byte >= 0xF0)
		terminal->letter_left = 3;
	else if (byte >= 0xE0)
		terminal->letter_left = 2;
	else if (byte >= 0xC0)
		terminal->letter_left = 1;
	else if (byte >= 0x80 && terminal->letter_left > 0)
		terminal->letter_left--;
	else
		terminal->letter_left = 0;
}

/* The bottom line may be drawn only between sequences, so their ends have to be known. */
static void follow_place(struct lb_terminal *terminal, unsigned char byte)
{
	if (byte == 0x1B) {
		terminal->place = LB_PLACE_ESCAPE;
		terminal->letter_left = 0;
		terminal->erased = true;
		return;
	}
	switch (terminal->place) {
	case LB_PLACE_GROUND: follow_letter(terminal, byte); break;
	case LB_PLACE_ESCAPE:
		if (byte == '[')
			terminal->place = LB_PLACE_SEQUENCE;
		else if (byte == ']' || byte == 'P' || byte == '_' || byte == '^')
			terminal->place = LB_PLACE_STRING;
		else if (byte < 0x20 || byte > 0x2F)
			terminal->place = LB_PLACE_GROUND;
		break;
	case LB_PLACE_SEQUENCE:
		if (byte >= 0x40 && byte <= 0x7E)
			terminal->place = LB_PLACE_GROUND;
		break;
	case LB_PLACE_STRING:
		if (byte == 0x07)
			terminal->place = LB_PLACE_GROUND;
		break;
	}
}

void lb_terminal_write(struct lb_terminal *terminal, const char *data, size_t size_bytes)
{
	for (size_t i = 0; i < size_bytes; i++)
		follow_place(terminal, (unsigned char)data[i]);
	if (size_bytes > 0)
		terminal->line_start = data[size_bytes - 1] == '\n';
	put(terminal, data, size_bytes);
}

void lb_terminal_new_line(struct lb_terminal *terminal)
{
	if (!terminal->line_start)
		lb_terminal_write(terminal, "\r\n", 2);
}

unsigned lb_terminal_line_columns(const struct lb_terminal *terminal)
{
	/* The last column stays free: some terminals scroll when the corner is written. */
	return terminal->columns > 1 ? terminal->columns - 1 : 0;
}

/* Makes the row below the cursor an empty one, then shuts the bottom row out of scrolling. ESC D goes a row down in the
 * same column and scrolls at the bottom only; ESC 7 and ESC 8 keep and restore cursor and colours. */
static void reserve_row(struct lb_terminal *terminal)
{
	char text[64];

	snprintf(text, sizeof(text), "\033D\033[A\0337\033[1;%ur\0338", terminal->rows - 1);
	put_text(terminal, text);
}

void lb_terminal_open_line(struct lb_terminal *terminal)
{
	if (terminal->open)
		return;
	terminal->open = true;
	if (terminal->lines && terminal->rows > 2) {
		reserve_row(terminal);
	} else {
		terminal->lines = false;
		put_text(terminal, "\r\n");
	}
}

bool lb_terminal_draw_line(struct lb_terminal *terminal, const char *text)
{
	char place[64];

	if (terminal->place != LB_PLACE_GROUND || terminal->letter_left > 0)
		return false;
	terminal->erased = false;
	if (!terminal->lines) {
		put_text(terminal, text);
		put_text(terminal, "\r\n");
		return true;
	}
	snprintf(place, sizeof(place), "\0337\033[%u;1H\033[0m", terminal->rows);
	put_text(terminal, place);
	put_text(terminal, text);
	put_text(terminal, "\033[K\0338");
	return true;
}

void lb_terminal_close_line(struct lb_terminal *terminal)
{
	char text[64];

	if (!terminal->open)
		return;
	terminal->open = false;
	if (terminal->lines) {
		snprintf(text, sizeof(text), "\0337\033[r\033[%u;1H\033[0m\033[2K\0338", terminal->rows);
		put_text(terminal, text);
	}
}

void lb_terminal_resize(struct lb_terminal *terminal)
{
	ask_size(terminal);
	if (!terminal->open || !terminal->lines)
		return;
	/* Where the old line went is the terminal's choice, but always below the cursor, where nothing else is. */
	put_text(terminal, "\0337\033[r\0338\033D\0337\033[0m\033[2K\033[J\0338\033[A");
	reserve_row(terminal);
}
