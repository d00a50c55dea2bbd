#include "host/client/host_time.h"
#include "host/client/upload.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

enum {
	CHUNK_BYTES = 1024,
	BLOCK_BYTES = 4096, /* what littlefs gives a file at the least */
	CODE_BYTES = LB_RAWREPL_LITERAL_BYTES(CHUNK_BYTES) + 64,
	STEP_MS = 20000, /* a chunk may have to wait for sectors to be erased */
};

/* --- the raw REPL --- */

int lb_upload_open(const char *dir)
{
	char path[PATH_MAX];
	struct termios settings;

	if (snprintf(path, sizeof(path), "%s/uart0", dir) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	int fd = open(path, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	if (fd >= 0 && tcgetattr(fd, &settings) == 0) {
		cfmakeraw(&settings);
		tcsetattr(fd, TCSANOW, &settings);
	}
	return fd;
}

static bool wait_for(int fd, short events, int64_t until_ms)
{
	struct pollfd wait = {.fd = fd, .events = events};
	int64_t left_ms = until_ms - lb_host_now_ms();

	return left_ms > 0 && poll(&wait, 1, (int)left_ms) > 0 && (wait.revents & events) != 0;
}

bool lb_upload_write(int uart_fd, const char *data, size_t size_bytes, int time_ms)
{
	int64_t until_ms = lb_host_now_ms() + time_ms;

	for (size_t sent = 0; sent < size_bytes;) {
		if (!wait_for(uart_fd, POLLOUT, until_ms))
			return false;
		ssize_t count = write(uart_fd, data + sent, size_bytes - sent);
		if (count < 0 && errno != EAGAIN)
			return false;
		sent += count > 0 ? (size_t)count : 0;
	}
	return true;
}

/* One read's worth. */
static bool read_some(int uart_fd, struct lb_rawrepl *repl, int64_t until_ms)
{
	char data[1024];

	if (!wait_for(uart_fd, POLLIN, until_ms))
		return false;
	ssize_t count = read(uart_fd, data, sizeof(data));
	if (count == 0 || (count < 0 && errno != EAGAIN))
		return false;
	lb_rawrepl_parse(repl, data, count > 0 ? (size_t)count : 0);
	return true;
}

bool lb_upload_receive(int uart_fd, struct lb_rawrepl *repl, int time_ms)
{
	int64_t until_ms = lb_host_now_ms() + time_ms;

	while (repl->state != LB_RAWREPL_DONE)
		if (!read_some(uart_fd, repl, until_ms))
			return false;
	return true;
}

bool lb_upload_enter(int uart_fd, int time_ms)
{
	struct lb_rawrepl repl;

	lb_rawrepl_await_entry(&repl);
	return lb_upload_write(uart_fd, "\r\x03\x03\x01", 4, time_ms) && lb_upload_receive(uart_fd, &repl, time_ms);
}

bool lb_upload_execute(int uart_fd, const char *code, struct lb_rawrepl *answer, int time_ms)
{
	lb_rawrepl_await_answer(answer);
	return lb_upload_write(uart_fd, code, strlen(code), time_ms) && lb_upload_write(uart_fd, "\x04", 1, time_ms) &&
	       lb_upload_receive(uart_fd, answer, time_ms);
}

/* As far as the windows allow; at the end all is sent, or the module has ended the paste. */
static bool send_windows(int uart_fd, const char *code, struct lb_rawrepl *answer, int time_ms)
{
	int64_t until_ms = lb_host_now_ms() + time_ms;
	size_t left = strlen(code);

	while (left > 0 && answer->state <= LB_RAWREPL_FLOW) {
		size_t piece = left < answer->room ? left : answer->room;

		if (piece == 0 && !read_some(uart_fd, answer, until_ms))
			return false;
		if (!lb_upload_write(uart_fd, code, piece, time_ms))
			return false;
		answer->room -= piece;
		code += piece;
		left -= piece;
	}
	return true;
}

bool lb_upload_paste(int uart_fd, const char *code, struct lb_rawrepl *answer, int time_ms)
{
	lb_rawrepl_await_paste(answer);
	return lb_upload_write(uart_fd, LB_RAWREPL_PASTE_BEGIN, strlen(LB_RAWREPL_PASTE_BEGIN), time_ms) &&
	       send_windows(uart_fd, code, answer, time_ms) && lb_upload_write(uart_fd, "\x04", 1, time_ms) &&
	       lb_upload_receive(uart_fd, answer, time_ms);
}

/* --- a walk through the folder --- */

struct walk {
	char *reason;
	int uart_fd;  /* of a copy */
	bool copies;  /* else it only measures */
	size_t bytes; /* in whole blocks */
	unsigned files;
	char host[PATH_MAX];
	char path[LB_UPLOAD_PATH_BYTES]; /* below /flash, "" or "/lib/a.py" */
};

static bool refuse(struct walk *walk, const char *what)
{
	snprintf(walk->reason, LB_UPLOAD_REASON_BYTES, "%.300s: %s", walk->host, what);
	return false;
}

static bool execute(struct walk *walk, const char *code)
{
	struct lb_rawrepl answer;

	if (!lb_upload_execute(walk->uart_fd, code, &answer, STEP_MS))
		return refuse(walk, "the module's REPL does not answer");
	if (answer.traceback[0] == '\0')
		return true;
	const char *error = lb_rawrepl_error(&answer);
	bool full = strstr(error, "ENOSPC") != NULL || strstr(error, "] 28") != NULL || strcmp(error, "OSError: 28") == 0;
	return refuse(walk, full ? "does not fit into the module's /flash" : error);
}

/* before, the path as an expression, after. */
static bool execute_for_path(struct walk *walk, const char *before, const char *after)
{
	char literal[LB_RAWREPL_LITERAL_BYTES(LB_UPLOAD_PATH_BYTES)];
	char code[sizeof(literal) + 128];

	lb_rawrepl_literal(walk->path, strlen(walk->path), literal);
	snprintf(code, sizeof(code), "%s'/flash'+%s.decode()%s", before, literal, after);
	return execute(walk, code);
}

static bool copy_content(struct walk *walk, FILE *file)
{
	char data[CHUNK_BYTES];
	char code[CODE_BYTES];
	size_t size;

	while ((size = fread(data, 1, sizeof(data), file)) > 0) {
		size_t used = (size_t)snprintf(code, sizeof(code), "f.write(");
		used += lb_rawrepl_literal(data, size, code + used);
		snprintf(code + used, sizeof(code) - used, ")");
		if (!execute(walk, code))
			return false;
	}
	return ferror(file) == 0 ? execute(walk, "f.close()\ndel f") : refuse(walk, strerror(errno));
}

static bool copy_file(struct walk *walk)
{
	FILE *file = fopen(walk->host, "rbe");

	if (file == NULL)
		return refuse(walk, strerror(errno));
	bool copied = execute_for_path(walk, "f=open(", ",'wb')") && copy_content(walk, file);
	fclose(file);
	return copied;
}

static bool visit_file(struct walk *walk, const struct stat *info)
{
	walk->bytes += ((size_t)info->st_size + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
	if (++walk->files > LB_UPLOAD_FILES_MAX)
		return refuse(walk, "too many files, a module takes 1000");
	if (access(walk->host, R_OK) != 0)
		return refuse(walk, strerror(errno));
	return !walk->copies || copy_file(walk);
}

static bool visit(struct walk *walk, unsigned depth);

static bool visit_folder(struct walk *walk, unsigned depth)
{
	if (depth > LB_UPLOAD_DEPTH_MAX)
		return refuse(walk, "folders in folders in folders, more than 8");
	if (walk->copies &&
	    !execute_for_path(walk, "import os\ntry:\n os.mkdir(", ")\nexcept OSError as e:\n if e.errno!=17:raise"))
		return false;
	return visit(walk, depth);
}

static bool visit_entry(struct walk *walk, const char *name, unsigned depth)
{
	size_t host_size = strlen(walk->host);
	size_t path_size = strlen(walk->path);
	struct stat info;

	size_t host_room = sizeof(walk->host) - host_size;
	size_t path_room = sizeof(walk->path) - path_size;
	if (snprintf(walk->host + host_size, host_room, "/%s", name) >= (int)host_room ||
	    snprintf(walk->path + path_size, path_room, "/%s", name) >= (int)path_room)
		return refuse(walk, "the name is too long");
	bool good;
	if (stat(walk->host, &info) != 0)
		good = refuse(walk, strerror(errno));
	else if (S_ISDIR(info.st_mode))
		good = visit_folder(walk, depth + 1);
	else if (S_ISREG(info.st_mode))
		good = visit_file(walk, &info);
	else
		good = refuse(walk, "neither a file nor a folder");
	walk->host[host_size] = '\0';
	walk->path[path_size] = '\0';
	return good;
}

static int is_taken(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strcmp(entry->d_name, "__pycache__") != 0;
}

/* In the order of the names, so that the same folder always makes the same file system. */
static bool visit(struct walk *walk, unsigned depth)
{
	struct dirent **entries;
	int count = scandir(walk->host, &entries, is_taken, alphasort);
	bool good = count >= 0 || refuse(walk, strerror(errno));

	for (int i = 0; i < count; i++) {
		good = good && visit_entry(walk, entries[i]->d_name, depth);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return good;
}

static bool begin(struct walk *walk, const char *folder, char *reason)
{
	walk->reason = reason;
	reason[0] = '\0';
	return snprintf(walk->host, sizeof(walk->host), "%s", folder) < (int)sizeof(walk->host) ||
	       refuse(walk, "the name is too long");
}

bool lb_upload_check(const char *folder, size_t flash_bytes, char reason[LB_UPLOAD_REASON_BYTES])
{
	struct walk walk = {.copies = false};

	if (!begin(&walk, folder, reason) || !visit(&walk, 0))
		return false;
	if (walk.bytes <= flash_bytes)
		return true;
	snprintf(reason, LB_UPLOAD_REASON_BYTES, "%.300s: %zu KiB do not fit into /flash, which has %zu KiB", folder,
	         walk.bytes / 1024, flash_bytes / 1024);
	return false;
}

bool lb_upload_folder(int uart_fd, const char *folder, char reason[LB_UPLOAD_REASON_BYTES])
{
	struct walk walk = {.copies = true, .uart_fd = uart_fd};

	if (!begin(&walk, folder, reason))
		return false;
	if (!lb_upload_enter(uart_fd, STEP_MS))
		return refuse(&walk, "cannot be copied: the module's REPL does not answer");
	bool copied = visit(&walk, 0);
	lb_upload_write(uart_fd, "\x02", 1, STEP_MS); /* a module that does not take it is past caring */
	return copied;
}
