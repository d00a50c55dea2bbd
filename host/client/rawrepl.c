#include "host/client/rawrepl.h"

#include <string.h>

enum { WINDOW_MORE = 1, CTRL_D = 4 };

static const char announcement[] = "raw REPL; CTRL-B to exit\r\n>";
static const char accepted[] = "OK";
static const char pastes[] = "R\x01";

static void await(struct lb_rawrepl *repl, enum lb_rawrepl_state state)
{
	*repl = (struct lb_rawrepl){.state = state};
}

void lb_rawrepl_await_entry(struct lb_rawrepl *repl)
{
	await(repl, LB_RAWREPL_ENTRY);
}

void lb_rawrepl_await_answer(struct lb_rawrepl *repl)
{
	await(repl, LB_RAWREPL_OK);
}

void lb_rawrepl_await_paste(struct lb_rawrepl *repl)
{
	await(repl, LB_RAWREPL_PASTE);
}

/* The first letter of none of the texts comes again in it, so a mismatch can only start anew. */
static void match(struct lb_rawrepl *repl, const char *text, char byte, enum lb_rawrepl_state next)
{
	if (byte != text[repl->matched])
		repl->matched = 0;
	repl->matched += byte == text[repl->matched];
	if (text[repl->matched] == '\0')
		repl->state = next;
}

static void add_output(struct lb_rawrepl *repl, char byte)
{
	if (repl->show != NULL)
		repl->show(byte);
	if (repl->output_bytes < sizeof(repl->output) - 1)
		repl->output[repl->output_bytes++] = byte;
}

static void add_traceback(struct lb_rawrepl *repl, char byte)
{
	if (repl->traceback_bytes == sizeof(repl->traceback) - 1) {
		size_t half = repl->traceback_bytes / 2;
		memmove(repl->traceback, repl->traceback + repl->traceback_bytes - half, half);
		repl->traceback_bytes = half;
	}
	repl->traceback[repl->traceback_bytes++] = byte;
	repl->traceback[repl->traceback_bytes] = '\0';
}

static void parse_flow(struct lb_rawrepl *repl, char byte)
{
	if (byte == WINDOW_MORE)
		repl->room += repl->window;
	else if (byte == CTRL_D)
		repl->state = LB_RAWREPL_OUTPUT;
}

/* One byte at a time, since an answer may be cut anywhere. */
static void parse_byte(struct lb_rawrepl *repl, char byte)
{
	switch (repl->state) {
	case LB_RAWREPL_ENTRY: match(repl, announcement, byte, LB_RAWREPL_DONE); break;
	case LB_RAWREPL_OK: match(repl, accepted, byte, LB_RAWREPL_OUTPUT); break;
	case LB_RAWREPL_PASTE: match(repl, pastes, byte, LB_RAWREPL_WINDOW_LOW); break;
	case LB_RAWREPL_WINDOW_LOW:
		repl->window = (unsigned char)byte;
		repl->state = LB_RAWREPL_WINDOW_HIGH;
		break;
	case LB_RAWREPL_WINDOW_HIGH:
		repl->window |= (size_t)(unsigned char)byte << 8;
		repl->room = repl->window;
		repl->state = LB_RAWREPL_FLOW;
		break;
	case LB_RAWREPL_FLOW: parse_flow(repl, byte); break;
	case LB_RAWREPL_OUTPUT:
		if (byte == CTRL_D)
			repl->state = LB_RAWREPL_TRACEBACK;
		else
			add_output(repl, byte);
		break;
	case LB_RAWREPL_TRACEBACK:
		if (byte == CTRL_D)
			repl->state = LB_RAWREPL_PROMPT;
		else
			add_traceback(repl, byte);
		break;
	case LB_RAWREPL_PROMPT: repl->state = byte == '>' ? LB_RAWREPL_DONE : LB_RAWREPL_PROMPT; break;
	case LB_RAWREPL_DONE:
	default: break;
	}
}

size_t lb_rawrepl_parse(struct lb_rawrepl *repl, const char *data, size_t size_bytes)
{
	size_t parsed = 0;

	while (parsed < size_bytes && repl->state != LB_RAWREPL_DONE)
		parse_byte(repl, data[parsed++]);
	return parsed;
}

const char *lb_rawrepl_error(struct lb_rawrepl *repl)
{
	char *text = repl->traceback;
	size_t size = strlen(text);

	while (size > 0 && (text[size - 1] == '\r' || text[size - 1] == '\n'))
		text[--size] = '\0';
	const char *newline = strrchr(text, '\n');
	return newline != NULL ? newline + 1 : text;
}

size_t lb_rawrepl_literal(const void *data, size_t size_bytes, char *text)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *bytes = data;
	char *at = text;

	*at++ = 'b';
	*at++ = '\'';
	for (size_t i = 0; i < size_bytes; i++) {
		unsigned char byte = bytes[i];
		if (byte >= ' ' && byte <= '~' && byte != '\'' && byte != '\\') {
			*at++ = (char)byte;
			continue;
		}
		*at++ = '\\';
		*at++ = 'x';
		*at++ = digits[byte >> 4];
		*at++ = digits[byte & 15];
	}
	*at++ = '\'';
	*at = '\0';
	return (size_t)(at - text);
}
