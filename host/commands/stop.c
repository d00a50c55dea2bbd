#include "host/commands/stop.h"

#include <stddef.h>

volatile sig_atomic_t lb_stop_signal;

static void on_signal(int number)
{
	lb_stop_signal = number;
}

void lb_stop_catch_signals(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
	const struct sigaction action = {.sa_handler = on_signal};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}
