#include "host/client/waiting.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

enum { LINE_BYTES = 512, COLUMNS = 79 };

/* There is one stderr and one timer, so there is one wait. */
static struct {
	unsigned depth;
	char line[LINE_BYTES];
	char said[LINE_BYTES];
} waiting;

/* On a terminal the line goes over a progress bar, which is drawn again below it. */
static void on_alarm(int number)
{
	int error = errno;

	(void)number;
	if (strcmp(waiting.line, waiting.said) != 0) {
		memcpy(waiting.said, waiting.line, sizeof(waiting.said));
		if (write(STDERR_FILENO, waiting.line, strlen(waiting.line)) < 0)
			waiting.said[0] = '\0';
	}
	errno = error;
}

static void set_timer(long time_ms)
{
	const struct itimerval timer = {.it_value = {time_ms / 1000, time_ms % 1000 * 1000}};

	setitimer(ITIMER_REAL, &timer, NULL);
}

void lb_waiting_start(const char *what, long most_ms)
{
	const struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
	bool terminal = isatty(STDERR_FILENO) != 0;
	char limit[40] = "for as long as it takes";
	char text[LINE_BYTES - COLUMNS];

	if (waiting.depth++ > 0)
		return;
	if (most_ms > 0)
		snprintf(limit, sizeof(limit), "%ld s at most", (most_ms + 999) / 1000);
	snprintf(text, sizeof(text), "lifeboat: waits for %.300s, %s", what, limit);
	snprintf(waiting.line, sizeof(waiting.line), "%s%-*s\n", terminal ? "\r" : "", terminal ? COLUMNS : 0, text);
	sigaction(SIGALRM, &action, NULL);
	set_timer(LB_WAITING_QUIET_MS);
}

void lb_waiting_end(void)
{
	if (--waiting.depth == 0)
		set_timer(0);
}
