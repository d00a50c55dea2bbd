/* A pseudo-terminal that programs of the host open as a serial port, and whether anybody has it open.
 *
 * The kernel tells the master by a hang-up when nobody has the slave open, and inotify when somebody opens or closes
 * it, so we keep no slave of our own open and never ask in a loop. The number of clients comes from inotify, which may
 * merge two opens into one: it is at least 1 while somebody has it open, and 0 otherwise. After the last close the
 * slave is as new: what the client had not read, its terminal settings and its exclusive use are gone.
 */
#ifndef HARDWARE_PROCESS_PTY_H
#define HARDWARE_PROCESS_PTY_H

#include <stdbool.h>
#include <uv.h>

enum { LB_PTY_PATH_BYTES = 64 };

struct lb_pty_calls {
	/* Somebody opened it. fd is the master, for the callee to close; end of file on it is told by lb_pty_hung_up. */
	void (*on_open)(void *ctx, int fd);
	void (*on_count)(void *ctx, unsigned open_count);
	/* The slave has another path now. */
	void (*on_moved)(void *ctx);
};

struct lb_pty {
	uv_loop_t *loop;
	const struct lb_pty_calls *calls;
	void *ctx;
	int master_fd;
	char path[LB_PTY_PATH_BYTES]; /* of the slave */
	int watch_fd;                 /* inotify */
	int watch;
	uv_poll_t watch_poll;
	bool open;
	unsigned open_count;
};

/* 0, or a negative errno. */
int lb_pty_open(struct lb_pty *pty, uv_loop_t *loop, const struct lb_pty_calls *calls, void *ctx);
void lb_pty_close(struct lb_pty *pty);
/* Takes notice now of what the kernel would tell soon. */
void lb_pty_refresh(struct lb_pty *pty);
/* The fd of on_open read end of file or an error, and was closed. */
void lb_pty_hung_up(struct lb_pty *pty);

#endif
