#include "protocols/telnet/telnet.h"

#include <string.h>

enum {
	SE = 240,
	DM = 242,
	BRK = 243,
	IP = 244,
	AYT = 246,
	EC = 247,
	SB = 250,
	WILL = 251,
	WONT = 252,
	DO = 253,
	DONT = 254,
	IAC = 255,
};
enum { OPTION_BINARY = 0, OPTION_ECHO = 1, OPTION_SGA = 3 };
/* The options that we know, as bits of `ours` and `theirs`. */
enum { BINARY = 1, ECHO = 2, SGA = 4, WE_CAN = BINARY | ECHO | SGA, THEY_MAY = BINARY | SGA };
enum { TEXT, COMMAND, OPTION, SUBNEGOTIATION, SUBNEGOTIATION_COMMAND }; /* states of the parser */
enum { BACKSPACE = 8, CTRL_C = 3, CTRL_D = 4, CTRL_U = 21, DELETE = 127, SPACE = 32 };

/* More output than one byte of input makes; the most is to rub out a long name. */
enum { ANSWER_BYTES = 200 };

static const char login_question[] = "Login as: ";
static const char password_question[] = "Password: ";
/* Tools that log in wait for the words about help(). */
static const char welcome[] = "\r\nThis is the REPL; Ctrl-C interrupts what runs.\r\n"
							  "Type \"help()\" for more information.\r\n";

/* --- output --- */

static size_t room(const struct lb_telnet *telnet)
{
	return sizeof(telnet->output) - telnet->made + telnet->sent;
}

static void put(struct lb_telnet *telnet, const void *bytes, size_t size_bytes)
{
	if (sizeof(telnet->output) - telnet->made < size_bytes) {
		memmove(telnet->output, telnet->output + telnet->sent, (size_t)(telnet->made - telnet->sent));
		telnet->made = (uint16_t)(telnet->made - telnet->sent);
		telnet->sent = 0;
	}
	if (sizeof(telnet->output) - telnet->made < size_bytes)
		return;
	memcpy(telnet->output + telnet->made, bytes, size_bytes);
	telnet->made = (uint16_t)(telnet->made + size_bytes);
}

static void say(struct lb_telnet *telnet, const char *text)
{
	put(telnet, text, strlen(text));
}

const uint8_t *lb_telnet_output(const struct lb_telnet *telnet, size_t *size_bytes)
{
	*size_bytes = (size_t)(telnet->made - telnet->sent);
	return telnet->output + telnet->sent;
}

void lb_telnet_sent(struct lb_telnet *telnet, size_t size_bytes)
{
	telnet->sent = (uint16_t)(telnet->sent + size_bytes);
	if (telnet->sent == telnet->made)
		telnet->sent = telnet->made = 0;
}

/* An IAC is doubled; a CR that is no line end is followed by a NUL. Room for answers is left over. */
size_t lb_telnet_print(struct lb_telnet *telnet, const uint8_t *text, size_t size_bytes)
{
	size_t taken = 0;

	if (telnet->phase != LB_TELNET_CONSOLE)
		return 0;
	while (taken < size_bytes && room(telnet) >= ANSWER_BYTES + 3) {
		const uint8_t byte = text[taken++];

		if (telnet->output_cr && byte != '\n')
			put(telnet, "", 1);
		telnet->output_cr = byte == '\r' && (telnet->ours & BINARY) == 0;
		if (byte == IAC)
			put(telnet, &byte, 1);
		put(telnet, &byte, 1);
	}
	return taken;
}

/* --- options --- */

static uint8_t bit_of(uint8_t option)
{
	switch (option) {
	case OPTION_BINARY: return BINARY;
	case OPTION_ECHO: return ECHO;
	case OPTION_SGA: return SGA;
	default: return 0;
	}
}

/* Only a change is answered, so that two ends never go on agreeing for ever. */
static void negotiate(struct lb_telnet *telnet, uint8_t option)
{
	const bool about_us = telnet->verb == DO || telnet->verb == DONT;
	const bool on = telnet->verb == DO || telnet->verb == WILL;
	uint8_t *const options = about_us ? &telnet->ours : &telnet->theirs;
	const uint8_t bit = bit_of(option) & (about_us ? WE_CAN : THEY_MAY);
	uint8_t answer[3] = {IAC, about_us ? WONT : DONT, option};

	if (bit == 0 ? !on : ((*options & bit) != 0) == on)
		return;
	if (bit != 0)
		*options ^= bit;
	if (bit != 0 && on)
		answer[1] = about_us ? WILL : DO;
	put(telnet, answer, sizeof(answer));
}

/* --- login --- */

static void echo(struct lb_telnet *telnet, const char *text)
{
	if (telnet->phase == LB_TELNET_USER && (telnet->ours & ECHO) != 0)
		say(telnet, text);
}

static void erase(struct lb_telnet *telnet)
{
	if (telnet->line_bytes == 0)
		return;
	telnet->line_bytes--;
	echo(telnet, "\b \b");
}

static void end_of_line(struct lb_telnet *telnet, uint32_t now_ms)
{
	telnet->line[telnet->line_bytes] = '\0';
	if ((telnet->ours & ECHO) != 0)
		say(telnet, "\r\n");
	if (telnet->phase == LB_TELNET_USER) {
		telnet->too_long |= telnet->line_bytes >= sizeof(telnet->user);
		memcpy(telnet->user, telnet->line, sizeof(telnet->user) - 1);
		telnet->phase = LB_TELNET_PASSWORD;
		say(telnet, password_question);
	} else if (lb_login_matches(telnet->login, telnet->user, telnet->line) && !telnet->too_long) {
		telnet->phase = LB_TELNET_CONSOLE;
		say(telnet, welcome);
	} else {
		telnet->phase = LB_TELNET_PUNISHED;
		telnet->since_ms = now_ms;
		telnet->tries++;
	}
	memset(telnet->line, 0, sizeof(telnet->line));
	telnet->line_bytes = 0;
}

static void login_byte(struct lb_telnet *telnet, uint8_t byte, uint32_t now_ms)
{
	const char text[2] = {(char)byte, '\0'};

	switch (byte) {
	case '\r':
	case '\n': end_of_line(telnet, now_ms); break;
	case BACKSPACE:
	case DELETE: erase(telnet); break;
	case CTRL_U:
		while (telnet->line_bytes > 0)
			erase(telnet);
		break;
	case CTRL_C:
	case CTRL_D: lb_telnet_end(telnet, "Goodbye."); break;
	default:
		if (byte < SPACE)
			break;
		if (telnet->line_bytes == sizeof(telnet->line) - 1) {
			telnet->too_long = true;
			break;
		}
		telnet->line[telnet->line_bytes++] = (char)byte;
		echo(telnet, text);
	}
}

/* --- input --- */

struct sink {
	uint8_t *bytes;
	size_t count;
};

/* A byte that is no part of the protocol. */
static void text_byte(struct lb_telnet *telnet, uint8_t byte, uint32_t now_ms, struct sink *console)
{
	if (telnet->input_cr && (byte == '\n' || byte == '\0')) {
		telnet->input_cr = false;
		return;
	}
	telnet->input_cr = byte == '\r' && (telnet->theirs & BINARY) == 0;
	if (telnet->phase == LB_TELNET_CONSOLE)
		console->bytes[console->count++] = byte;
	else if (telnet->phase != LB_TELNET_PUNISHED)
		login_byte(telnet, byte, now_ms);
}

static void command_byte(struct lb_telnet *telnet, uint8_t byte, uint32_t now_ms, struct sink *console)
{
	telnet->parser = TEXT;
	switch (byte) {
	case IAC: text_byte(telnet, byte, now_ms, console); break;
	case WILL:
	case WONT:
	case DO:
	case DONT:
		telnet->verb = byte;
		telnet->parser = OPTION;
		break;
	case SB: telnet->parser = SUBNEGOTIATION; break;
	case IP:
	case BRK: text_byte(telnet, CTRL_C, now_ms, console); break;
	case EC: text_byte(telnet, BACKSPACE, now_ms, console); break;
	case AYT: say(telnet, "\r\n[yes]\r\n"); break;
	default: /* the rest asks for nothing that we have */ break;
	}
}

static void input_byte(struct lb_telnet *telnet, uint8_t byte, uint32_t now_ms, struct sink *console)
{
	switch (telnet->parser) {
	case TEXT:
		if (byte == IAC)
			telnet->parser = COMMAND;
		else
			text_byte(telnet, byte, now_ms, console);
		break;
	case COMMAND: command_byte(telnet, byte, now_ms, console); break;
	case OPTION:
		telnet->parser = TEXT;
		negotiate(telnet, byte);
		break;
	case SUBNEGOTIATION:
		if (byte == IAC)
			telnet->parser = SUBNEGOTIATION_COMMAND;
		break;
	default: telnet->parser = byte == SE ? TEXT : SUBNEGOTIATION;
	}
}

size_t lb_telnet_receive(struct lb_telnet *telnet, uint32_t now_ms, const uint8_t *data, size_t size_bytes,
                         uint8_t *console, size_t *console_bytes)
{
	struct sink sink = {console, 0};
	size_t taken = 0;

	while (taken < size_bytes && room(telnet) >= ANSWER_BYTES)
		if (telnet->phase == LB_TELNET_ENDED)
			taken = size_bytes;
		else
			input_byte(telnet, data[taken++], now_ms, &sink);
	*console_bytes = sink.count;
	return taken;
}

/* --- begin, time, end --- */

void lb_telnet_open(struct lb_telnet *telnet, const struct lb_login *login, const char *notice, uint32_t now_ms)
{
	static const uint8_t offers[] = {IAC, WILL, OPTION_ECHO, IAC, WILL, OPTION_SGA, IAC, DO, OPTION_SGA};

	memset(telnet, 0, sizeof(*telnet));
	telnet->login = login;
	telnet->since_ms = now_ms;
	telnet->ours = ECHO | SGA;
	telnet->theirs = SGA;
	put(telnet, offers, sizeof(offers));
	say(telnet, "Lifeboat\r\n");
	if (notice != NULL) {
		say(telnet, notice);
		say(telnet, "\r\n");
	}
	say(telnet, login_question);
}

uint32_t lb_telnet_step(struct lb_telnet *telnet, uint32_t now_ms)
{
	const uint32_t passed_ms = now_ms - telnet->since_ms;

	if (telnet->phase == LB_TELNET_CONSOLE || telnet->phase == LB_TELNET_ENDED)
		return UINT32_MAX;
	if (telnet->phase != LB_TELNET_PUNISHED) {
		if (passed_ms < LB_LOGIN_TIME_MS)
			return LB_LOGIN_TIME_MS - passed_ms;
		lb_telnet_end(telnet, "\r\nToo slow.");
		return UINT32_MAX;
	}
	if (passed_ms < LB_LOGIN_DELAY_MS)
		return LB_LOGIN_DELAY_MS - passed_ms;
	if (telnet->tries >= LB_LOGIN_TRIES) {
		lb_telnet_end(telnet, "Wrong user or password; goodbye.");
		return UINT32_MAX;
	}
	telnet->phase = LB_TELNET_USER;
	telnet->since_ms = now_ms;
	telnet->too_long = false;
	memset(telnet->user, 0, sizeof(telnet->user));
	say(telnet, "Wrong user or password.\r\n");
	say(telnet, login_question);
	return LB_LOGIN_TIME_MS;
}

void lb_telnet_end(struct lb_telnet *telnet, const char *why)
{
	if (telnet->phase == LB_TELNET_ENDED)
		return;
	say(telnet, why);
	say(telnet, "\r\n");
	telnet->phase = LB_TELNET_ENDED;
}
