#include "host/client/repl.h"

#include <limits.h>
#include <string.h>

static int say(const struct lb_port *port, const char *text)
{
	return port->send(port->ctx, text, strlen(text));
}

/* One read's worth. */
static int read_some(const struct lb_port *port, struct lb_rawrepl *repl, int64_t until_ms)
{
	int64_t left_ms = until_ms - port->now_ms(port->ctx);
	char data[LB_PORT_CHUNK_BYTES];

	if (left_ms <= 0)
		return LB_PORT_SILENT;
	int count = port->receive(port->ctx, data, sizeof(data), (int)left_ms);
	if (count > 0)
		lb_rawrepl_parse(repl, data, (size_t)count);
	return count < 0 ? count : 0;
}

int lb_repl_await(const struct lb_port *port, struct lb_rawrepl *repl, int time_ms)
{
	int64_t until_ms = port->now_ms(port->ctx) + time_ms;
	int result = 0;

	while (result == 0 && repl->state != LB_RAWREPL_DONE)
		result = read_some(port, repl, until_ms);
	return result;
}

int lb_repl_enter(const struct lb_port *port, int time_ms)
{
	struct lb_rawrepl repl;
	int result = say(port, "\r\x03\x03\x01");

	lb_rawrepl_await_entry(&repl);
	return result == 0 ? lb_repl_await(port, &repl, time_ms) : result;
}

/* A program that ends later has its REPL read what was sent: it goes in and out again. */
int lb_repl_enter_idle(const struct lb_port *port, int time_ms)
{
	struct lb_rawrepl repl;
	int result = say(port, "\x01");

	lb_rawrepl_await_entry(&repl);
	if (result == 0)
		result = lb_repl_await(port, &repl, time_ms);
	if (result == LB_PORT_SILENT)
		lb_repl_leave(port);
	return result;
}

int lb_repl_start(const struct lb_port *port, const char *code)
{
	int result = say(port, code);

	return result == 0 ? say(port, "\x04") : result;
}

int lb_repl_run(const struct lb_port *port, const char *code, struct lb_rawrepl *answer, int time_ms)
{
	int result = lb_repl_start(port, code);

	lb_rawrepl_await_answer(answer);
	return result == 0 ? lb_repl_await(port, answer, time_ms) : result;
}

/* As far as the windows allow; at the end all is sent, or the module has ended the paste. */
static int send_windows(const struct lb_port *port, const char *code, struct lb_rawrepl *answer, int64_t until_ms)
{
	size_t left = strlen(code);
	int result = 0;

	while (result == 0 && left > 0 && answer->state <= LB_RAWREPL_FLOW) {
		size_t piece = left < answer->room ? left : answer->room;

		result = piece == 0 ? read_some(port, answer, until_ms) : port->send(port->ctx, code, piece);
		answer->room -= piece;
		code += piece;
		left -= piece;
	}
	return result;
}

static int paste(const struct lb_port *port, const char *code, struct lb_rawrepl *answer, int time_ms,
                 void (*show)(char byte))
{
	int64_t until_ms = port->now_ms(port->ctx) + time_ms;
	int result = say(port, LB_RAWREPL_PASTE_BEGIN);

	lb_rawrepl_await_paste(answer);
	answer->show = show;
	if (result == 0)
		result = send_windows(port, code, answer, until_ms);
	/* After somebody else's Ctrl-D ours would be a soft reset. */
	if (result == 0 && answer->state <= LB_RAWREPL_FLOW)
		result = say(port, "\x04");
	return result == 0 ? lb_repl_await(port, answer, (int)(until_ms - port->now_ms(port->ctx))) : result;
}

int lb_repl_paste(const struct lb_port *port, const char *code, struct lb_rawrepl *answer, int time_ms)
{
	return paste(port, code, answer, time_ms, NULL);
}

int lb_repl_paste_shown(const struct lb_port *port, const char *code, struct lb_rawrepl *answer,
                        void (*show)(char byte))
{
	return paste(port, code, answer, INT_MAX, show);
}

int lb_repl_leave(const struct lb_port *port)
{
	return say(port, "\x02");
}

/* --- listening --- */

static const char prompt[] = ">>> ";

/* As long as a prompt, 0-ended. */
struct tail {
	char text[sizeof(prompt)];
};

/* Returns 1 at a prompt with silence behind it, 0 else, or a negative error. *came: something did. */
static int listen_once(const struct lb_port *port, struct tail *tail, int time_ms, bool *came)
{
	const size_t size = sizeof(prompt) - 1;
	char data[LB_PORT_CHUNK_BYTES];
	int count = port->receive(port->ctx, data, sizeof(data), time_ms < LB_REPL_QUIET_MS ? time_ms : LB_REPL_QUIET_MS);

	*came = count > 0;
	for (int i = 0; i < count; i++) {
		memmove(tail->text, tail->text + 1, size - 1);
		tail->text[size - 1] = data[i];
	}
	return count == 0 ? memcmp(tail->text, prompt, size) == 0 : count < 0 ? count : 0;
}

int lb_repl_await_prompt(const struct lb_port *port, int time_ms)
{
	int64_t until_ms = port->now_ms(port->ctx) + time_ms;
	struct tail tail = {""};
	int result = 0;
	bool came;

	for (int64_t left_ms = time_ms; result == 0 && left_ms > 0; left_ms = until_ms - port->now_ms(port->ctx))
		result = listen_once(port, &tail, LB_REPL_QUIET_MS, &came);
	return result > 0 ? 0 : result < 0 ? result : LB_PORT_SILENT;
}

int lb_repl_await_script(const struct lb_port *port, int time_ms)
{
	int64_t now_ms = port->now_ms(port->ctx), until_ms = now_ms + time_ms, first_ms = 0;
	struct tail tail = {""};
	bool came;

	while (now_ms < until_ms) {
		int result = listen_once(port, &tail, (int)(until_ms - now_ms), &came);

		if (result < 0)
			return result;
		now_ms = port->now_ms(port->ctx);
		if (result > 0)
			first_ms = 0; /* a prompt: what comes after it counts */
		else if (came && first_ms == 0)
			first_ms = now_ms;
		if (first_ms != 0 && now_ms - first_ms >= LB_REPL_SCRIPT_MS)
			return 0;
	}
	return LB_PORT_SILENT;
}
