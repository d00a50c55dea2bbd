#include "hardware/process/clock.h"

#include <time.h>

enum { NS_PER_MS = 1000000 };

uint64_t lb_clock_host_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

uint64_t lb_clock_host_date_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000u + (uint64_t)now.tv_nsec / 1000u;
}

uint64_t lb_clock_module_ns(const struct lb_clock *clock)
{
	return (lb_clock_host_ns() - clock->reset_ns) * clock->factor;
}

uint64_t lb_clock_module_ms(const struct lb_clock *clock)
{
	return lb_clock_module_ns(clock) / NS_PER_MS;
}

uint64_t lb_clock_host_ms(const struct lb_clock *clock, uint64_t module_ms)
{
	return module_ms / clock->factor + (module_ms % clock->factor != 0);
}
