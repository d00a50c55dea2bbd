/* A TCP port of this host to listen on: addresses in, a socket and words for people out. */
#ifndef HARDWARE_PROCESS_LISTENER_H
#define HARDWARE_PROCESS_LISTENER_H

#include <stdbool.h>

enum { LB_LISTENER_TEXT_BYTES = 64 };

struct lb_listener {
	int fd;           /* non-blocking, listening */
	bool is_loopback; /* only this host reaches it */
	/* "127.0.0.1:2217" or "[::1]:2217": where a client on this host finds it. */
	char text[LB_LISTENER_TEXT_BYTES];
};

/* address is IPv4 or IPv6 in numbers; port 0 is any that is free. 0, or a negative errno; -EINVAL: no address. */
int lb_listener_open(struct lb_listener *listener, const char *address, int port);

/* One connection of those that wait, non-blocking and kept alive, or negative. */
int lb_listener_accept(int fd);
/* Is the host at the other end of a connection gone without a word? */
bool lb_listener_is_gone(int connection);
/* Has the other end shut down its sending side, so that nothing more can come of it? */
bool lb_listener_is_half_closed(int connection);
/* Does the connection come from this host, by a loopback address? */
bool lb_listener_is_local(int connection);

#endif
