#include "host/client/host_time.h"

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
