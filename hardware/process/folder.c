#include "hardware/process/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "hardware/process/log.h"

/* What may lie in a folder without flash.bin, when the very first run was cut short. */
static const char *const OURS[] = {".", "..", "lock", "log", "log.old", "id", "keys", "air.json"};
/* What belongs to a run, or to a write that was cut. */
static const char *const VOLATILE[] = {
	"control", "uart0", "uart1", "uart2", "uart0.new", "uart1.new", "uart2.new", "flash.bin.new", "id.new", "keys.new",
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
enum { LOCK_TRY_MS = 20, LOCK_TRIES = 100 };

static bool is_in(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}

static bool is_ours(const char *name)
{
	return is_in(name, OURS, COUNT(OURS)) || is_in(name, VOLATILE, COUNT(VOLATILE));
}

/* A folder with something else in it is refused, so that a slip in --dir fills nobody's home with files. */
static int check_contents(const struct lb_folder *folder)
{
	if (faccessat(folder->fd, "flash.bin", F_OK, 0) == 0)
		return 0;
	int fd = openat(folder->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *entries = fd < 0 ? NULL : fdopendir(fd);
	if (entries == NULL) {
		lb_log_report("cannot read %s: %s", folder->path, strerror(errno));
		return -1;
	}
	struct dirent *entry;
	do
		entry = readdir(entries);
	while (entry != NULL && is_ours(entry->d_name));
	if (entry != NULL)
		lb_log_report("%s is no module (it has no flash.bin) and not empty: name another folder", folder->path);
	closedir(entries);
	return entry == NULL ? 0 : -1;
}

/* The process that says in the lock file that it holds the lock; 0 when it says nothing. */
static pid_t lock_holder(int lock_fd)
{
	char text[16] = "";
	ssize_t got = pread(lock_fd, text, sizeof(text) - 1, 0);

	return got > 0 ? (pid_t)strtol(text, NULL, 10) : 0;
}

/* When the hardware process that locked the folder was killed, its CPU holds the lock for a moment longer. */
static int acquire_lock(const struct lb_folder *folder)
{
	const struct timespec pause = {.tv_nsec = LOCK_TRY_MS * 1000000L};

	for (int i = 0; flock(folder->lock_fd, LOCK_EX | LOCK_NB) != 0; i++) {
		pid_t holder = lock_holder(folder->lock_fd);
		bool holder_died = holder > 0 && kill(holder, 0) != 0 && errno == ESRCH;
		if (!holder_died || i == LOCK_TRIES) {
			lb_log_report("%s is in use by another lifeboat (process %d): stop that one first", folder->path,
			              (int)holder);
			return -1;
		}
		nanosleep(&pause, NULL);
	}
	char text[16];
	int text_bytes = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(folder->lock_fd, 0) != 0 || pwrite(folder->lock_fd, text, (size_t)text_bytes, 0) != text_bytes) {
		lb_log_report("cannot write %s/lock: %s", folder->path, strerror(errno));
		return -1;
	}
	return 0;
}

/* Each way to fail has words of its own: the folder is the first thing that a user gets wrong. */
static int enter(struct lb_folder *folder, const char *path)
{
	if (mkdir(path, 0700) != 0 && errno != EEXIST) {
		lb_log_report("cannot make the folder %s: %s", path, strerror(errno));
		return -1;
	}
	folder->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->fd < 0) {
		lb_log_report("cannot open the folder %s: %s", path, strerror(errno));
		return -1;
	}
	if (realpath(path, folder->path) == NULL || faccessat(folder->fd, ".", W_OK | X_OK, 0) != 0) {
		lb_log_report("cannot write in the folder %s: %s", path, strerror(errno));
		return -1;
	}
	return 0;
}

/* What a run that was killed left behind is removed once the lock says that the run is over. */
int lb_folder_open(struct lb_folder *folder, const char *path)
{
	if (enter(folder, path) != 0 || check_contents(folder) != 0)
		return -1;
	folder->lock_fd = openat(folder->fd, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (folder->lock_fd < 0) {
		lb_log_report("cannot open %s/lock: %s", folder->path, strerror(errno));
		return -1;
	}
	if (acquire_lock(folder) != 0)
		return -1;
	int result = lb_log_open(folder->fd);
	if (result != 0) {
		lb_log_report("cannot open %s/log: %s", folder->path, strerror(-result));
		return -1;
	}
	for (size_t i = 0; i < COUNT(VOLATILE); i++)
		lb_folder_remove(folder, VOLATILE[i]);
	return 0;
}

static int write_all(int fd, const uint8_t *bytes, uint32_t size_bytes)
{
	for (uint32_t done = 0; done < size_bytes;) {
		ssize_t wrote = write(fd, bytes + done, size_bytes - done);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return -1;
		done += (uint32_t)wrote;
	}
	return 0;
}

static bool write_parts(int fd, const struct lb_folder_part *parts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (write_all(fd, parts[i].data, parts[i].size_bytes) != 0)
			return false;
	return fsync(fd) == 0;
}

/* By another name first, so that a reader never finds half a file. */
int lb_folder_write_parts(const struct lb_folder *folder, const char *name, const struct lb_folder_part *parts,
                          size_t count)
{
	char new_name[64];

	snprintf(new_name, sizeof(new_name), "%s.new", name);
	int fd = openat(folder->fd, new_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool written = fd >= 0 && write_parts(fd, parts, count);
	written = written && renameat(folder->fd, new_name, folder->fd, name) == 0;
	if (!written)
		lb_log_report("cannot write %s/%s: %s", folder->path, name, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (!written)
		unlinkat(folder->fd, new_name, 0);
	return written ? 0 : -1;
}

int lb_folder_write_file(const struct lb_folder *folder, const char *name, const void *data, uint32_t size_bytes)
{
	struct lb_folder_part whole = {data, size_bytes};

	return lb_folder_write_parts(folder, name, &whole, 1);
}

static int parse_id(const char *text, uint8_t id[LB_UNIQUE_ID_BYTES])
{
	unsigned bytes[LB_UNIQUE_ID_BYTES];
	int used = 0;
	int count =
		sscanf(text, "%2x%2x%2x%2x%2x%2x%n", &bytes[0], &bytes[1], &bytes[2], &bytes[3], &bytes[4], &bytes[5], &used);

	if (count != LB_UNIQUE_ID_BYTES || used != 2 * LB_UNIQUE_ID_BYTES || strcmp(text + used, "\n") != 0)
		return -1;
	for (int i = 0; i < LB_UNIQUE_ID_BYTES; i++)
		id[i] = (uint8_t)bytes[i];
	return 0;
}

static int make_id(const struct lb_folder *folder, uint8_t id[LB_UNIQUE_ID_BYTES])
{
	char text[2 * LB_UNIQUE_ID_BYTES + 2];

	if (getrandom(id, LB_UNIQUE_ID_BYTES, 0) != LB_UNIQUE_ID_BYTES) {
		lb_log_report("no random numbers: %s", strerror(errno));
		return -1;
	}
	/* It also serves as a MAC address: locally administered, for one station. */
	id[0] = (uint8_t)((id[0] & 0xFC) | 0x02);
	for (size_t i = 0; i < LB_UNIQUE_ID_BYTES; i++)
		snprintf(text + 2 * i, sizeof(text) - 2 * i, "%02x\n", id[i]);
	return lb_folder_write_file(folder, "id", text, sizeof(text) - 1);
}

/* Made once and kept: a copied folder is the same module. */
int lb_folder_unique_id(const struct lb_folder *folder, uint8_t id[LB_UNIQUE_ID_BYTES])
{
	char text[64] = "";
	int fd = openat(folder->fd, "id", O_RDONLY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return make_id(folder, id);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	if (got < 0 || parse_id(text, id) != 0) {
		lb_log_report("%s/id is not 12 hexadecimal digits: remove it, and the module gets a new one", folder->path);
		return -1;
	}
	return 0;
}

int lb_folder_link(const struct lb_folder *folder, const char *name, const char *target)
{
	char new_name[64];

	snprintf(new_name, sizeof(new_name), "%s.new", name);
	lb_folder_remove(folder, new_name);
	if (symlinkat(target, folder->fd, new_name) != 0 || renameat(folder->fd, new_name, folder->fd, name) != 0) {
		lb_log_report("cannot make the link %s/%s: %s", folder->path, name, strerror(errno));
		return -1;
	}
	return 0;
}

void lb_folder_remove(const struct lb_folder *folder, const char *name)
{
	unlinkat(folder->fd, name, 0);
}
