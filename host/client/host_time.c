#include "host/client/host_time.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

int64_t lb_host_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000) + now.tv_nsec / 1000000;
}

void lb_host_pause_ms(int time_ms)
{
	const struct timespec pause = {.tv_sec = time_ms / 1000, .tv_nsec = time_ms % 1000 * 1000000L};

	nanosleep(&pause, NULL);
}

int lb_host_poll(struct pollfd *wait, int time_ms)
{
	int64_t until_ms = lb_host_now_ms() + time_ms;
	int count, left_ms = time_ms;

	do {
		count = poll(wait, 1, left_ms);
		if (time_ms >= 0 && until_ms - lb_host_now_ms() < left_ms)
			left_ms = until_ms > lb_host_now_ms() ? (int)(until_ms - lb_host_now_ms()) : 0;
	} while (count < 0 && errno == EINTR);
	return count;
}
