#include "hardware/process/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 512 };
static const char NAME[] = "log";
static const char OLD_NAME[] = "log.old";

static struct {
	int folder_fd;
	int fd;
} log_file = {-1, -1};

int lb_log_open(int folder_fd)
{
	int fd = openat(folder_fd, NAME, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	log_file.folder_fd = folder_fd;
	log_file.fd = fd;
	return 0;
}

int lb_log_fd(void)
{
	return log_file.fd;
}

static void move_when_long(void)
{
	struct stat info;

	if (fstat(log_file.fd, &info) != 0 || info.st_size < LB_LOG_MOVE_BYTES)
		return;
	if (renameat(log_file.folder_fd, NAME, log_file.folder_fd, OLD_NAME) != 0)
		return;
	int old_fd = log_file.fd;
	if (lb_log_open(log_file.folder_fd) == 0)
		close(old_fd);
}

/* In one write, so that lines of two writers never mix. */
static void write_line(const char *format, va_list arguments)
{
	char line[LINE_BYTES];
	struct timespec now;
	struct tm parts;

	if (log_file.fd < 0)
		return;
	move_when_long();
	clock_gettime(CLOCK_REALTIME, &now);
	localtime_r(&now.tv_sec, &parts);
	size_t used = strftime(line, sizeof(line), "%Y-%m-%d %H:%M:%S", &parts);
	used += (size_t)snprintf(line + used, sizeof(line) - used, ".%03ld ", now.tv_nsec / 1000000);
	int text = vsnprintf(line + used, sizeof(line) - used, format, arguments);
	if (text > 0)
		used += (size_t)text;
	if (used > sizeof(line) - 1)
		used = sizeof(line) - 1;
	line[used++] = '\n';
	/* A log that cannot be written must not stop the module. */
	ssize_t written = write(log_file.fd, line, used);
	(void)written;
}

void lb_log(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(format, arguments);
	va_end(arguments);
}

/* To the log and, since a person may sit there, to standard error. */
void lb_log_report(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_line(format, arguments);
	va_end(arguments);

	/* Somebody's terminal may be in raw mode, at a prompt. */
	bool terminal = isatty(STDERR_FILENO) != 0;
	fputs(terminal ? "\rlifeboat: " : "lifeboat: ", stderr);
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputs(terminal ? "\r\n" : "\n", stderr);
}
