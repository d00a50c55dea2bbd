#define _GNU_SOURCE /* for what only Linux has */
#include "hardware/process/pty.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "hardware/process/log.h"

/* Makes the slave as new. Order: what is on its way to the slave, then what has arrived there. */
static int clean_slave(struct lb_pty *pty)
{
	struct termios settings;
	int fd = open(pty->path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	ioctl(fd, TIOCNXCL);
	if (tcgetattr(fd, &settings) == 0) {
		cfmakeraw(&settings);
		cfsetspeed(&settings, B115200);
		tcsetattr(fd, TCSANOW, &settings);
	}
	tcflush(pty->master_fd, TCOFLUSH);
	tcflush(fd, TCIFLUSH);
	close(fd);
	return 0;
}

/* inotify on the slave is how opening and closing are seen; the master reports only the last close. */
static int make_pair(struct lb_pty *pty)
{
	pty->master_fd = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (pty->master_fd < 0)
		return -errno;
	if (grantpt(pty->master_fd) != 0 || unlockpt(pty->master_fd) != 0)
		return -errno;
	int result = ptsname_r(pty->master_fd, pty->path, sizeof(pty->path));
	if (result != 0)
		return -result;
	/* From the first close on, the master hangs up while nobody has the slave open. */
	result = clean_slave(pty);
	if (result != 0)
		return result;
	pty->watch = inotify_add_watch(pty->watch_fd, pty->path, IN_OPEN | IN_CLOSE);
	return pty->watch < 0 ? -errno : 0;
}

static void on_watch(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	lb_pty_refresh(poll->data);
}

int lb_pty_open(struct lb_pty *pty, uv_loop_t *loop, const struct lb_pty_calls *calls, void *ctx)
{
	memset(pty, 0, sizeof(*pty));
	pty->loop = loop;
	pty->calls = calls;
	pty->ctx = ctx;
	pty->watch_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (pty->watch_fd < 0)
		return -errno;
	int result = make_pair(pty);
	if (result != 0)
		return result;
	result = uv_poll_init(loop, &pty->watch_poll, pty->watch_fd);
	if (result != 0)
		return result;
	pty->watch_poll.data = pty;
	return uv_poll_start(&pty->watch_poll, UV_READABLE, on_watch);
}

void lb_pty_close(struct lb_pty *pty)
{
	uv_close((uv_handle_t *)&pty->watch_poll, NULL);
	close(pty->watch_fd);
	close(pty->master_fd);
}

static bool somebody_has_it_open(const struct lb_pty *pty)
{
	struct pollfd master = {.fd = pty->master_fd, .events = POLLIN};

	return poll(&master, 1, 0) >= 0 && (master.revents & POLLHUP) == 0;
}

/* A client may be gone already and have left bytes: they are for the CPU all the same. */
static bool has_input(const struct lb_pty *pty)
{
	struct pollfd master = {.fd = pty->master_fd, .events = POLLIN};

	return poll(&master, 1, 0) > 0 && (master.revents & POLLIN) != 0;
}

/* How many clients more there are by the events that wait. */
static int count_changes(const struct lb_pty *pty)
{
	_Alignas(struct inotify_event) char events[4096];
	int change = 0;
	ssize_t got;
	while ((got = read(pty->watch_fd, events, sizeof(events))) > 0) {
		const char *at = events;
		while (at < events + got) {
			const struct inotify_event *event = (const void *)at;
			if (event->wd == pty->watch && (event->mask & IN_OPEN) != 0)
				change++;
			if (event->wd == pty->watch && (event->mask & IN_CLOSE) != 0)
				change--;
			at += sizeof(*event) + event->len;
		}
	}
	return change;
}

static void set_count(struct lb_pty *pty, int count)
{
	int least = pty->open ? 1 : 0;
	unsigned now = (unsigned)(pty->open && count > least ? count : least);

	if (now == pty->open_count)
		return;
	pty->open_count = now;
	pty->calls->on_count(pty->ctx, now);
}

void lb_pty_refresh(struct lb_pty *pty)
{
	int count = (int)pty->open_count + count_changes(pty);
	bool opened = !pty->open && (somebody_has_it_open(pty) || has_input(pty));

	pty->open = pty->open || opened;
	set_count(pty, count);
	if (!opened)
		return;
	int fd = fcntl(pty->master_fd, F_DUPFD_CLOEXEC, 0);
	if (fd >= 0)
		pty->calls->on_open(pty->ctx, fd);
	else
		pty->open = false;
}

/* For a client that took the slave for itself and thereby keeps even us from cleaning it. */
static void renew(struct lb_pty *pty)
{
	inotify_rm_watch(pty->watch_fd, pty->watch);
	close(pty->master_fd);
	int result = make_pair(pty);
	if (result != 0)
		lb_log("no new pty: %s", strerror(-result));
	pty->calls->on_moved(pty->ctx);
}

void lb_pty_hung_up(struct lb_pty *pty)
{
	pty->open = false;
	set_count(pty, 0);
	if (!somebody_has_it_open(pty) && clean_slave(pty) != 0)
		renew(pty);
	lb_pty_refresh(pty);
}
