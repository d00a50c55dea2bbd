#include "host/commands/check_radio.h"
#include "host/client/host_time.h"
#include "host/client/json.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { HEARD_BYTES = 1024, LINE_BYTES = 160 };

/* A connection and the end of what came, 0-ended; bytes that are 0 or telnet's commands do no harm to a search. */
struct talk {
	int fd;
	int64_t until_ms;
	size_t heard;
	char text[HEARD_BYTES];
};

static bool dial(struct talk *talk, int port, int time_ms)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	*talk = (struct talk){.fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), .until_ms = lb_host_now_ms() + time_ms};
	/* On the loopback the kernel answers at once, whether or not the module does. */
	return talk->fd >= 0 && connect(talk->fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static void hang_up(struct talk *talk)
{
	if (talk->fd >= 0)
		close(talk->fd);
}

/* Reads on until the words came, whatever stands around them; servers greet in their own way. */
static bool expect(struct talk *talk, const char *wanted)
{
	for (;;) {
		if (memmem(talk->text, talk->heard, wanted, strlen(wanted)) != NULL) {
			talk->heard = 0;
			return true;
		}
		struct pollfd wait = {.fd = talk->fd, .events = POLLIN};
		int64_t left_ms = talk->until_ms - lb_host_now_ms();
		if (left_ms <= 0 || talk->heard == sizeof(talk->text) || lb_host_poll(&wait, (int)left_ms) <= 0)
			return false;
		ssize_t count = recv(talk->fd, talk->text + talk->heard, sizeof(talk->text) - talk->heard, 0);
		if (count <= 0)
			return false;
		talk->heard += (size_t)count;
	}
}

static bool say(struct talk *talk, const char *verb, const char *text)
{
	char line[LINE_BYTES];
	int size = snprintf(line, sizeof(line), "%s%s%s\r\n", verb, text[0] != '\0' ? " " : "", text);

	return size < (int)sizeof(line) && send(talk->fd, line, (size_t)size, MSG_NOSIGNAL) == size;
}

static bool telnet_asks(int port, int time_ms)
{
	struct talk talk;
	bool asked = dial(&talk, port, time_ms) && expect(&talk, "Login as: ");

	hang_up(&talk);
	return asked;
}

/* Still there after that time, and answers? */
static bool lasts(struct talk *talk, int lasts_ms)
{
	struct pollfd wait = {.fd = talk->fd, .events = POLLIN};

	return lb_host_poll(&wait, lasts_ms) == 0 && say(talk, "NOOP", "") && expect(talk, "200");
}

/* Whoever is logged in to FTP for a while can replace or delete the scripts, and needs no REPL for it. */
static bool ftp_lets_in(int port, const char *user, const char *password, int time_ms, int lasts_ms)
{
	struct talk talk;
	bool in = dial(&talk, port, time_ms) && expect(&talk, "220") && say(&talk, "USER", user) && expect(&talk, "331") &&
	          say(&talk, "PASS", password) && expect(&talk, "230") && lasts(&talk, lasts_ms);

	hang_up(&talk);
	return in;
}

enum lb_check_radio lb_check_radio(const cJSON *net, int time_ms, int lasts_ms)
{
	const char *user = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(net, "user"));
	const char *password = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(net, "password"));
	int telnet = (int)lb_json_number(net, "telnet");
	int ftp = (int)lb_json_number(net, "ftp");

	if (telnet == 0 || ftp == 0 || user == NULL || password == NULL)
		return LB_CHECK_RADIO_OFF;
	bool in = telnet_asks(telnet, time_ms) && ftp_lets_in(ftp, user, password, time_ms, lasts_ms);
	return in ? LB_CHECK_RADIO_ANSWERS : LB_CHECK_RADIO_SILENT;
}
