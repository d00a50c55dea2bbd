#include "protocols/ftp/ftp.h"

#include <string.h>

#include "protocols/ftp/ftp_commands.h"
#include "protocols/telnet/telnet.h"

/* --- lines --- */

/* The line has come; it is carried out when it may be. */
static void try_line(struct lb_ftp *ftp, uint32_t now_ms)
{
	if (!ftp->line_ready || ftp->punished || ftp->ended || lb_ftp_reply_room(ftp) < LB_FTP_REPLY_ROOM)
		return;
	if (ftp->too_long)
		lb_ftp_reply(ftp, 500, "That line is too long.");
	else if (!lb_ftp_commands_run(ftp, now_ms))
		return;
	if (!ftp->punished)
		ftp->since_ms = now_ms;
	ftp->line_ready = false;
	ftp->too_long = false;
	ftp->line_bytes = 0;
}

static void line_byte(struct lb_ftp *ftp, uint8_t byte)
{
	if (byte == '\n') {
		if (ftp->line_bytes > 0 && ftp->line[ftp->line_bytes - 1] == '\r')
			ftp->line_bytes--;
		ftp->line[ftp->line_bytes] = '\0';
		ftp->line_ready = true;
	} else if (ftp->line_bytes == sizeof(ftp->line) - 1) {
		ftp->too_long = true;
	} else {
		ftp->line[ftp->line_bytes++] = (char)byte;
	}
}

/* A client marks ABOR with telnet's Interrupt Process and Data Mark; the mark itself, sent as urgent data, may be
 * missing here, so that its IAC stands alone before a letter. A doubled IAC is the byte. */
static bool is_telnet(struct lb_ftp *ftp, uint8_t byte)
{
	enum { NO, AFTER_IAC, AFTER_OPTION };

	switch (ftp->skip) {
	case AFTER_IAC:
		ftp->skip = byte >= LB_TELNET_WILL && byte <= LB_TELNET_DONT ? AFTER_OPTION : NO;
		return byte >= LB_TELNET_SE && byte != LB_TELNET_IAC;
	case AFTER_OPTION: ftp->skip = NO; return true;
	default:
		if (byte == LB_TELNET_IAC)
			ftp->skip = AFTER_IAC;
		return byte == LB_TELNET_IAC;
	}
}

size_t lb_ftp_receive(struct lb_ftp *ftp, uint32_t now_ms, const uint8_t *data, size_t size_bytes)
{
	size_t taken = 0;

	try_line(ftp, now_ms);
	while (taken < size_bytes && !ftp->line_ready && !ftp->ended && !ftp->punished) {
		const uint8_t byte = data[taken++];

		if (!is_telnet(ftp, byte))
			line_byte(ftp, byte);
		try_line(ftp, now_ms);
	}
	return ftp->ended || ftp->punished ? size_bytes : taken;
}

/* --- start, time, end --- */

void lb_ftp_open(struct lb_ftp *ftp, const struct lb_ftp_host *host, void *ctx, const struct lb_login *login,
                 uint32_t now_ms)
{
	memset(ftp, 0, sizeof(*ftp));
	ftp->host = host;
	ftp->ctx = ctx;
	ftp->login = login;
	ftp->idle_ms = LB_FTP_IDLE_MS;
	ftp->since_ms = now_ms;
	strcpy(ftp->folder, "/");
	lb_ftp_reply(ftp, 220, "Lifeboat");
}

static void end_punishment(struct lb_ftp *ftp, uint32_t now_ms)
{
	ftp->punished = false;
	ftp->since_ms = now_ms;
	if (ftp->tries >= LB_LOGIN_TRIES)
		lb_ftp_end(ftp, "Wrong user or password; goodbye.");
	else
		lb_ftp_reply(ftp, 530, "Wrong user or password.");
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* One of three things runs out: the delay after a wrong password, a transfer, or the wait for a command. */
uint32_t lb_ftp_step(struct lb_ftp *ftp, uint32_t now_ms)
{
	const uint32_t passed_ms = now_ms - ftp->since_ms;
	const uint32_t limit_ms = ftp->logged_in ? ftp->idle_ms : LB_LOGIN_TIME_MS;
	uint32_t wait_ms = UINT32_MAX;

	if (ftp->ended)
		return UINT32_MAX;
	if (ftp->punished) {
		if (passed_ms < LB_LOGIN_DELAY_MS)
			return LB_LOGIN_DELAY_MS - passed_ms;
		end_punishment(ftp, now_ms);
		return 0;
	}
	if (ftp->kind != LB_FTP_NONE) {
		wait_ms = lb_ftp_transfer_step(ftp, now_ms);
		if (ftp->kind == LB_FTP_NONE)
			ftp->since_ms = now_ms;
	} else if (passed_ms >= limit_ms) {
		lb_ftp_end(ftp, "Nothing was asked for too long; goodbye.");
		return UINT32_MAX;
	} else {
		wait_ms = limit_ms - passed_ms;
	}
	try_line(ftp, now_ms);
	return ftp->kind == LB_FTP_NONE ? least(wait_ms, limit_ms) : wait_ms;
}

bool lb_ftp_is_logged_in(const struct lb_ftp *ftp)
{
	return ftp->logged_in;
}

bool lb_ftp_is_over(const struct lb_ftp *ftp)
{
	return ftp->ended;
}

void lb_ftp_end(struct lb_ftp *ftp, const char *why)
{
	if (ftp->ended)
		return;
	lb_ftp_transfer_close(ftp);
	ftp->ended = true;
	lb_ftp_reply(ftp, 421, "%s", why);
}
