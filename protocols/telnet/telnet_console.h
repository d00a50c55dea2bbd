/* One connection to the console over telnet as an engine: bytes in, bytes out, no I/O. It asks for user and password,
 * then carries the console.
 *
 * The caller feeds what the peer sent to lb_telnet_console_receive, sends what lb_telnet_console_output offers, writes
 * what the console prints with lb_telnet_console_print, and calls lb_telnet_console_step when time has passed. Times
 * are milliseconds of any clock that may wrap. Memory is bounded: when the output has no room, less input is parsed.
 *
 * The server echoes: the user's name, not the password, and then nothing, because the REPL echoes by itself. Line ends
 * of the peer (CR LF, CR NUL) reach the console as CR, unless it sends in binary; a lone LF stays one. Interrupt
 * Process and Break reach it as Ctrl-C. Are You There is answered by itself, which is what Pycom's client waits for.
 */
#ifndef LB_TELNET_CONSOLE_H
#define LB_TELNET_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocols/login/login.h"
#include "protocols/telnet/telnet.h"

enum { LB_TELNET_CONSOLE_OUTPUT_BYTES = 1024 };

enum lb_telnet_console_phase {
	LB_TELNET_CONSOLE_USER,
	LB_TELNET_CONSOLE_PASSWORD,
	LB_TELNET_CONSOLE_PUNISHED, /* the answer to a wrong try waits, and what comes meanwhile is thrown away */
	LB_TELNET_CONSOLE_LOGGED_IN,
	LB_TELNET_CONSOLE_ENDED, /* close it once all output is sent */
};

struct lb_telnet_console {
	const struct lb_login *login;
	uint32_t since_ms; /* of the connection, later of the wrong try */
	enum lb_telnet_console_phase phase;
	struct lb_telnet telnet;
	uint8_t tries;
	bool input_cr;  /* the last byte for the console was a CR that may have an LF or NUL with it */
	bool output_cr; /* the last byte printed was a CR */
	bool too_long;  /* the line did not fit */
	uint8_t line_bytes;
	char user[LB_LOGIN_USER_BYTES];
	char line[LB_LOGIN_PASSWORD_BYTES];
	uint16_t sent; /* of output */
	uint16_t made;
	uint8_t output[LB_TELNET_CONSOLE_OUTPUT_BYTES];
};

/* Starts: options, greeting and the first question are in the output. notice is a line for the peer, or NULL. login
 * must live as long as the connection. */
void lb_telnet_console_open(struct lb_telnet_console *console, const struct lb_login *login, const char *notice,
                            uint32_t now_ms);
/* Parses size_bytes, or fewer while the output is full, and returns how many. What is for the console goes to text,
 * which has room for size_bytes. */
size_t lb_telnet_console_receive(struct lb_telnet_console *console, uint32_t now_ms, const uint8_t *data,
                                 size_t size_bytes, uint8_t *text, size_t *text_bytes);
/* Sends as much of the console's text as fits, and returns how much that is; nothing before the login. */
size_t lb_telnet_console_print(struct lb_telnet_console *console, const uint8_t *text, size_t size_bytes);
/* The end of a wait for login or after a wrong try. Returns after how many milliseconds it is to be called again, at
 * the latest; UINT32_MAX: not because of time. */
uint32_t lb_telnet_console_step(struct lb_telnet_console *console, uint32_t now_ms);
/* Ends the connection with a last line. */
void lb_telnet_console_end(struct lb_telnet_console *console, const char *why);

const uint8_t *lb_telnet_console_output(const struct lb_telnet_console *console, size_t *size_bytes);
void lb_telnet_console_sent(struct lb_telnet_console *console, size_t size_bytes);

#endif
