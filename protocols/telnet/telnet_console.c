#include "protocols/telnet/telnet_console.h"

#include <string.h>

enum {
	WE_CAN = LB_TELNET_BIT(LB_TELNET_BINARY) | LB_TELNET_BIT(LB_TELNET_ECHO) | LB_TELNET_BIT(LB_TELNET_SGA),
	THEY_MAY = LB_TELNET_BIT(LB_TELNET_BINARY) | LB_TELNET_BIT(LB_TELNET_SGA),
};
enum { BACKSPACE = 8, CTRL_C = 3, CTRL_D = 4, CTRL_U = 21, DELETE = 127, SPACE = 32 };

/* More output than one byte of input makes; the most is to rub out a long name. */
enum { ANSWER_BYTES = 200 };

static const char login_question[] = "Login as: ";
static const char password_question[] = "Password: ";
/* Tools that log in wait for the words about help(); Pymakr for the last two lines, word for word. */
static const char welcome[] = "\r\nThis is the REPL; Ctrl-C interrupts what runs, unless that has switched it off.\r\n"
							  "Login succeeded!\r\nType \"help()\" for more information.\r\n";
/* The answer to itself, every time: Pymakr asks every 5 s and hangs up when it does not see that for 15. */
static const uint8_t are_you_there[] = {LB_TELNET_IAC, LB_TELNET_ARE_YOU_THERE};

/* --- output --- */

static size_t room(const struct lb_telnet_console *console)
{
	return sizeof(console->output) - console->made + console->sent;
}

static void put(struct lb_telnet_console *console, const void *bytes, size_t size_bytes)
{
	if (sizeof(console->output) - console->made < size_bytes) {
		memmove(console->output, console->output + console->sent, (size_t)(console->made - console->sent));
		console->made = (uint16_t)(console->made - console->sent);
		console->sent = 0;
	}
	if (sizeof(console->output) - console->made < size_bytes)
		return;
	memcpy(console->output + console->made, bytes, size_bytes);
	console->made = (uint16_t)(console->made + size_bytes);
}

static void say(struct lb_telnet_console *console, const char *text)
{
	put(console, text, strlen(text));
}

const uint8_t *lb_telnet_console_output(const struct lb_telnet_console *console, size_t *size_bytes)
{
	*size_bytes = (size_t)(console->made - console->sent);
	return console->output + console->sent;
}

void lb_telnet_console_sent(struct lb_telnet_console *console, size_t size_bytes)
{
	console->sent = (uint16_t)(console->sent + size_bytes);
	if (console->sent == console->made)
		console->sent = console->made = 0;
}

/* An IAC is doubled; a CR that is no line end is followed by a NUL. Room for answers is left over. */
size_t lb_telnet_console_print(struct lb_telnet_console *console, const uint8_t *text, size_t size_bytes)
{
	size_t taken = 0;

	if (console->phase != LB_TELNET_CONSOLE_LOGGED_IN)
		return 0;
	while (taken < size_bytes && room(console) >= ANSWER_BYTES + 3) {
		const uint8_t byte = text[taken++];

		if (console->output_cr && byte != '\n')
			put(console, "", 1);
		console->output_cr = byte == '\r' && (console->telnet.ours & LB_TELNET_BIT(LB_TELNET_BINARY)) == 0;
		if (byte == LB_TELNET_IAC)
			put(console, &byte, 1);
		put(console, &byte, 1);
	}
	return taken;
}

/* --- login --- */

static bool echoes(const struct lb_telnet_console *console)
{
	return (console->telnet.ours & LB_TELNET_BIT(LB_TELNET_ECHO)) != 0;
}

static void echo(struct lb_telnet_console *console, const char *text)
{
	if (console->phase == LB_TELNET_CONSOLE_USER && echoes(console))
		say(console, text);
}

static void erase(struct lb_telnet_console *console)
{
	if (console->line_bytes == 0)
		return;
	console->line_bytes--;
	echo(console, "\b \b");
}

/* The user's name, then the password; a wrong try is answered later, whatever was wrong with it. */
static void end_of_line(struct lb_telnet_console *console, uint32_t now_ms)
{
	console->line[console->line_bytes] = '\0';
	if (echoes(console))
		say(console, "\r\n");
	if (console->phase == LB_TELNET_CONSOLE_USER) {
		console->too_long |= console->line_bytes >= sizeof(console->user);
		memcpy(console->user, console->line, sizeof(console->user) - 1);
		console->phase = LB_TELNET_CONSOLE_PASSWORD;
		say(console, password_question);
	} else if (lb_login_matches(console->login, console->user, console->line) && !console->too_long) {
		console->phase = LB_TELNET_CONSOLE_LOGGED_IN;
		say(console, welcome);
	} else {
		console->phase = LB_TELNET_CONSOLE_PUNISHED;
		console->since_ms = now_ms;
		console->tries++;
	}
	memset(console->line, 0, sizeof(console->line));
	console->line_bytes = 0;
}

/* A line editor of the smallest kind, for clients that send each key. */
static void login_byte(struct lb_telnet_console *console, uint8_t byte, uint32_t now_ms)
{
	const char text[2] = {(char)byte, '\0'};

	switch (byte) {
	case '\r':
	case '\n': end_of_line(console, now_ms); break;
	case BACKSPACE:
	case DELETE: erase(console); break;
	case CTRL_U:
		while (console->line_bytes > 0)
			erase(console);
		break;
	case CTRL_C:
	case CTRL_D: lb_telnet_console_end(console, "Goodbye."); break;
	default:
		if (byte < SPACE)
			break;
		if (console->line_bytes == sizeof(console->line) - 1) {
			console->too_long = true;
			break;
		}
		console->line[console->line_bytes++] = (char)byte;
		echo(console, text);
	}
}

/* --- input --- */

struct sink {
	uint8_t *bytes;
	size_t count;
};

/* A byte that is no part of the protocol. */
static void text_byte(struct lb_telnet_console *console, uint8_t byte, uint32_t now_ms, struct sink *sink)
{
	if (console->input_cr && (byte == '\n' || byte == '\0')) {
		console->input_cr = false;
		return;
	}
	console->input_cr = byte == '\r' && (console->telnet.theirs & LB_TELNET_BIT(LB_TELNET_BINARY)) == 0;
	if (console->phase == LB_TELNET_CONSOLE_LOGGED_IN)
		sink->bytes[sink->count++] = byte;
	else if (console->phase != LB_TELNET_CONSOLE_PUNISHED)
		login_byte(console, byte, now_ms);
}

static void command(struct lb_telnet_console *console, uint8_t byte, uint32_t now_ms, struct sink *sink)
{
	switch (byte) {
	case LB_TELNET_INTERRUPT:
	case LB_TELNET_BREAK: text_byte(console, CTRL_C, now_ms, sink); break;
	case LB_TELNET_ERASE: text_byte(console, BACKSPACE, now_ms, sink); break;
	case LB_TELNET_ARE_YOU_THERE: put(console, are_you_there, sizeof(are_you_there)); break;
	default: /* the rest asks for nothing that we have */ break;
	}
}

static void input_byte(struct lb_telnet_console *console, uint8_t byte, uint32_t now_ms, struct sink *sink)
{
	switch (lb_telnet_parse(&console->telnet, byte)) {
	case LB_TELNET_TEXT: text_byte(console, byte, now_ms, sink); break;
	case LB_TELNET_COMMAND: command(console, byte, now_ms, sink); break;
	case LB_TELNET_OPTION: put(console, console->telnet.answer, console->telnet.answer_bytes); break;
	case LB_TELNET_PART:
	case LB_TELNET_ORDER:
	default: break;
	}
}

size_t lb_telnet_console_receive(struct lb_telnet_console *console, uint32_t now_ms, const uint8_t *data,
                                 size_t size_bytes, uint8_t *text, size_t *text_bytes)
{
	struct sink sink = {text, 0};
	size_t taken = 0;

	while (taken < size_bytes && room(console) >= ANSWER_BYTES)
		if (console->phase == LB_TELNET_CONSOLE_ENDED)
			taken = size_bytes;
		else
			input_byte(console, data[taken++], now_ms, &sink);
	*text_bytes = sink.count;
	return taken;
}

/* --- start, time, end --- */

void lb_telnet_console_open(struct lb_telnet_console *console, const struct lb_login *login, const char *notice,
                            uint32_t now_ms)
{
	uint8_t offer[LB_TELNET_VERB_BYTES];

	memset(console, 0, sizeof(*console));
	console->login = login;
	console->since_ms = now_ms;
	console->telnet.we_can = WE_CAN;
	console->telnet.they_may = THEY_MAY;
	put(console, offer, lb_telnet_offer(&console->telnet, LB_TELNET_WILL, LB_TELNET_ECHO, offer));
	put(console, offer, lb_telnet_offer(&console->telnet, LB_TELNET_WILL, LB_TELNET_SGA, offer));
	put(console, offer, lb_telnet_offer(&console->telnet, LB_TELNET_DO, LB_TELNET_SGA, offer));
	say(console, "Lifeboat\r\n");
	if (notice != NULL) {
		say(console, notice);
		say(console, "\r\n");
	}
	say(console, login_question);
}

uint32_t lb_telnet_console_step(struct lb_telnet_console *console, uint32_t now_ms)
{
	const uint32_t passed_ms = now_ms - console->since_ms;

	if (console->phase == LB_TELNET_CONSOLE_LOGGED_IN || console->phase == LB_TELNET_CONSOLE_ENDED)
		return UINT32_MAX;
	if (console->phase != LB_TELNET_CONSOLE_PUNISHED) {
		if (passed_ms < LB_LOGIN_TIME_MS)
			return LB_LOGIN_TIME_MS - passed_ms;
		lb_telnet_console_end(console, "\r\nToo slow.");
		return UINT32_MAX;
	}
	if (passed_ms < LB_LOGIN_DELAY_MS)
		return LB_LOGIN_DELAY_MS - passed_ms;
	if (console->tries >= LB_LOGIN_TRIES) {
		lb_telnet_console_end(console, "Wrong user or password; goodbye.");
		return UINT32_MAX;
	}
	console->phase = LB_TELNET_CONSOLE_USER;
	console->since_ms = now_ms;
	console->too_long = false;
	memset(console->user, 0, sizeof(console->user));
	say(console, "Wrong user or password.\r\n");
	say(console, login_question);
	return LB_LOGIN_TIME_MS;
}

void lb_telnet_console_end(struct lb_telnet_console *console, const char *why)
{
	if (console->phase == LB_TELNET_CONSOLE_ENDED)
		return;
	say(console, why);
	say(console, "\r\n");
	console->phase = LB_TELNET_CONSOLE_ENDED;
}
