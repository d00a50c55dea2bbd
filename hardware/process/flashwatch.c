#include "hardware/process/flashwatch.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hardware/process/flashfile.h"
#include "hardware/process/log.h"

static const char NAME[] = "flash.bin";

static void watch_file(struct lb_flashwatch *watch)
{
	char path[32];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", watch->flash_fd);
	inotify_add_watch(watch->notify_fd, path, IN_MODIFY);
}

static bool is_about_flash(const struct inotify_event *event)
{
	return event->mask == IN_MODIFY || (event->len > 0 && strcmp(event->name, NAME) == 0);
}

/* Whatever came, without waiting. */
static void read_events(struct lb_flashwatch *watch)
{
	_Alignas(struct inotify_event) char buffer[sizeof(struct inotify_event) + NAME_MAX + 1];
	bool changed = false;
	ssize_t got;

	while ((got = read(watch->notify_fd, buffer, sizeof(buffer))) > 0) {
		for (ssize_t at = 0; at < got;) {
			const struct inotify_event *event = (const void *)(buffer + at);
			changed |= is_about_flash(event);
			at += (ssize_t)(sizeof(*event) + event->len);
		}
	}
	if (changed && !watch->changed)
		lb_log_report("another program changed %s/%s: the module reads it anew at its next reset", watch->folder->path,
		              NAME);
	watch->changed |= changed;
}

static void on_events(uv_poll_t *poll, int status, int events)
{
	(void)status;
	(void)events;
	read_events(poll->data);
}

void lb_flashwatch_open(struct lb_flashwatch *watch, uv_loop_t *loop, const struct lb_folder *folder, int flash_fd)
{
	*watch = (struct lb_flashwatch){.folder = folder, .flash_fd = flash_fd};
	watch->notify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watch->notify_fd < 0)
		return;
	inotify_add_watch(watch->notify_fd, folder->path, IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE);
	watch_file(watch);
	uv_poll_init(loop, &watch->poll, watch->notify_fd);
	watch->poll.data = watch;
	uv_poll_start(&watch->poll, UV_READABLE, on_events);
}

/* Another file has the name: it is the flash from now on, if it can be one. */
static void reopen(struct lb_flashwatch *watch)
{
	struct stat mine, named;

	if (fstatat(watch->folder->fd, NAME, &named, 0) != 0) {
		lb_log_report("%s/%s is gone: the module goes on with it until it is stopped", watch->folder->path, NAME);
		return;
	}
	if (fstat(watch->flash_fd, &mine) == 0 && mine.st_ino == named.st_ino && mine.st_dev == named.st_dev)
		return;
	int fd = lb_flashfile_reopen(watch->folder);
	if (fd < 0)
		return;
	close(watch->flash_fd);
	watch->flash_fd = fd;
	watch_file(watch);
}

bool lb_flashwatch_renew(struct lb_flashwatch *watch)
{
	struct stat info;

	read_events(watch);
	if (watch->changed)
		reopen(watch);
	watch->changed = false;
	bool whole = fstat(watch->flash_fd, &info) == 0 && info.st_size == LB_FLASHFILE_BYTES;
	if (!whole && !watch->cut)
		lb_log_report("%s/%s has %lld bytes and not %d: the module starts again when it is whole", watch->folder->path,
		              NAME, (long long)info.st_size, LB_FLASHFILE_BYTES);
	watch->cut = !whole;
	return whole;
}

void lb_flashwatch_close(struct lb_flashwatch *watch)
{
	close(watch->flash_fd);
	if (watch->notify_fd < 0)
		return;
	uv_close((uv_handle_t *)&watch->poll, NULL);
	close(watch->notify_fd);
}
