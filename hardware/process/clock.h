/* Time: the host's monotonic clock, and the module's, which runs a whole number of times faster. */
#ifndef HARDWARE_PROCESS_CLOCK_H
#define HARDWARE_PROCESS_CLOCK_H

#include <stdint.h>

enum { LB_CLOCK_FACTOR_MAX = 20 };

struct lb_clock {
	unsigned factor;   /* 1 to LB_CLOCK_FACTOR_MAX */
	uint64_t reset_ns; /* host time of the last reset: module time 0 */
};

/* CLOCK_MONOTONIC in nanoseconds. */
uint64_t lb_clock_host_ns(void);
/* CLOCK_REALTIME in microseconds since 1970. */
uint64_t lb_clock_host_date_us(void);
/* Module time since the last reset. */
uint64_t lb_clock_module_ns(const struct lb_clock *clock);
uint64_t lb_clock_module_ms(const struct lb_clock *clock);
/* How many milliseconds of the host pass while module_ms pass in the module, rounded up. */
uint64_t lb_clock_host_ms(const struct lb_clock *clock, uint64_t module_ms);

#endif
