#include "tests/unit/still_bus.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "boards/virtual/common/bus.h"
#include "boards/virtual/periph/wireline.h"

enum { NS_PER_S = 1000000000, NS_PER_US = 1000 };

void lb_bus_fail(const char *what)
{
	fail_msg("%s", what);
	abort();
}

uint64_t lb_bus_host_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t lb_bus_host_span_ns(uint64_t module_us)
{
	return module_us * NS_PER_US;
}

uint64_t lb_bus_micros(void)
{
	return lb_bus_host_ns() / NS_PER_US;
}

/* No sensor is on any pin. */
void lb_wireline_wait(uint64_t wait_us)
{
	(void)wait_us;
}

void still_bus_open(void)
{
	const int nothing = open("/dev/null", O_RDWR);

	for (int fd = WIRE_FD_MESSAGES; fd < WIRE_FD_END; fd++)
		if (fcntl(fd, F_GETFD) == -1)
			dup2(nothing, fd);
}
