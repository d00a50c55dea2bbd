/* The host's own clock, which no module's clock factor changes. */
#ifndef LB_CLIENT_HOST_TIME_H
#define LB_CLIENT_HOST_TIME_H

#include <poll.h>
#include <stdint.h>

/* Since some moment of the past; it never goes back. */
int64_t lb_host_now_ms(void);
/* Returns earlier when a signal comes. */
void lb_host_pause_ms(int time_ms);
/* poll(2) of one descriptor that goes on after a signal. */
int lb_host_poll(struct pollfd *wait, int time_ms);

#endif
