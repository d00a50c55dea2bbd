#define _GNU_SOURCE /* nftw's flags, mkdtemp, SEEK_DATA */
#include "host/commands/check_place.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { DESCRIPTORS = 16, COPY_BYTES = 65536 };

bool lb_check_place_make(char path[PATH_MAX])
{
	const char *temporary = getenv("TMPDIR");

	snprintf(path, PATH_MAX, "%s/lifeboat-check-XXXXXX",
	         temporary != NULL && temporary[0] != '\0' ? temporary : "/tmp");
	return mkdtemp(path) != NULL;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info;
	(void)kind;
	(void)where;
	return remove(path);
}

void lb_check_place_remove(const char *path)
{
	nftw(path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}

/* From one hole to the next. */
static bool copy_data(int from, int to, off_t at, off_t end)
{
	static char data[COPY_BYTES];

	while (at < end) {
		size_t most = end - at < COPY_BYTES ? (size_t)(end - at) : COPY_BYTES;
		ssize_t count = pread(from, data, most, at);
		if (count <= 0 || pwrite(to, data, (size_t)count, at) != count)
			return false;
		at += count;
	}
	return true;
}

static bool copy_open(int from, int to)
{
	struct stat info;
	off_t at = 0, end;

	if (fstat(from, &info) != 0)
		return false;
	if (!S_ISREG(info.st_mode)) {
		errno = S_ISDIR(info.st_mode) ? EISDIR : EINVAL;
		return false;
	}
	while ((at = lseek(from, at, SEEK_DATA)) >= 0) {
		end = lseek(from, at, SEEK_HOLE);
		if (end < 0 || !copy_data(from, to, at, end))
			return false;
		at = end;
	}
	return errno == ENXIO && ftruncate(to, info.st_size) == 0;
}

bool lb_check_place_copy(const char *from, const char *to)
{
	int from_fd = open(from, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	int to_fd = from_fd >= 0 ? open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
	bool copied = to_fd >= 0 && copy_open(from_fd, to_fd);
	int error = errno;

	if (from_fd >= 0)
		close(from_fd);
	if (to_fd >= 0)
		close(to_fd);
	errno = error;
	return copied;
}
