#define _GNU_SOURCE /* pipe2 */
#include "host/commands/hardware.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/commands/args.h"
#include "host/client/host_time.h"
#include "host/client/waiting.h"
#include "host/image/board_kinds.h"

enum {
	START_MS = 30000, /* a new flash.bin is 8 MiB to write, on whatever disk */
	RETRY_MS = 2,
	END_MS = 5000, /* then SIGTERM, and a second later SIGKILL */
	FORCE_MS = 1000,
	ARGUMENTS_MAX = 16 + LB_HARDWARE_OPTIONS_MAX, /* the last is NULL */
};

#define READY "ready"
#define PROGRAM "../libexec/lifeboat/hardware"
#define BOOTLOADER "../libexec/lifeboat/bootloader-"
#define IMAGE "../share/lifeboat/"

bool lb_hardware_find_beside(const char *name, const char *more, char path[PATH_MAX])
{
	ssize_t size = readlink("/proc/self/exe", path, PATH_MAX);

	while (size > 0 && path[size - 1] != '/')
		size--;
	if (size <= 0 || (size_t)size + strlen(name) + strlen(more) >= PATH_MAX) {
		errno = ENAMETOOLONG;
		return false;
	}
	strcpy(stpcpy(path + size, name), more);
	return true;
}

void lb_hardware_add(struct lb_hardware_options *options, const char *name, const char *value)
{
	assert(options->count + 2 <= LB_HARDWARE_OPTIONS_MAX);
	options->words[options->count++] = name;
	if (value != NULL)
		options->words[options->count++] = value;
}

/* life_fd negative: it lives on without us. Returns only when it failed, with errno. */
static void execute(const struct lb_hardware_options *options, int ready_fd, int life_fd)
{
	const char *board = lb_board_kinds_here()->name;
	char image_name[NAME_MAX];
	char program[PATH_MAX];
	char bootloader[PATH_MAX];
	char image[PATH_MAX];
	char ready_text[16];
	char life_text[16];
	char files_text[16];
	char keys_text[16];

	snprintf(image_name, sizeof(image_name), "%s%s.img", board, options->variant != NULL ? options->variant : "");
	if (!lb_hardware_find_beside(PROGRAM, "", program) || !lb_hardware_find_beside(BOOTLOADER, board, bootloader) ||
	    !lb_hardware_find_beside(IMAGE, image_name, image))
		return;
	snprintf(ready_text, sizeof(ready_text), "%d", ready_fd);
	snprintf(life_text, sizeof(life_text), "%d", life_fd);
	const char *arguments[ARGUMENTS_MAX] = {
		program, "--dir", options->dir, "--bootloader", bootloader, "--image", image, "--ready-fd", ready_text,
	};
	size_t count = 9;
	memcpy(arguments + count, options->words, options->count * sizeof(options->words[0]));
	count += options->count;
	if (life_fd >= 0) {
		arguments[count++] = "--parent-fd";
		arguments[count++] = life_text;
		fcntl(life_fd, F_SETFD, 0);
	}
	if (options->files_fd > 0) {
		snprintf(files_text, sizeof(files_text), "%d", options->files_fd);
		arguments[count++] = "--files-fd";
		arguments[count++] = files_text;
		fcntl(options->files_fd, F_SETFD, 0);
	}
	if (options->keys_fd > 0) {
		snprintf(keys_text, sizeof(keys_text), "%d", options->keys_fd);
		arguments[count++] = "--keys-fd";
		arguments[count++] = keys_text;
		fcntl(options->keys_fd, F_SETFD, 0);
	}
	fcntl(ready_fd, F_SETFD, 0);
	/* execv takes char *const[], and does not write to the texts. */
	union {
		const char **in;
		char **out;
	} list = {.in = arguments};
	execv(program, list.out);
}

/* The hardware process writes a line when the module is ready, "ready" or "ready URL", and closes the pipe without one
 * when it fails. The line comes whole: it is shorter than what a pipe takes at once. */
static bool wait_ready(int ready_fd, int time_ms, char url[LB_HARDWARE_URL_BYTES])
{
	struct pollfd wait = {.fd = ready_fd, .events = POLLIN};
	char line[LB_HARDWARE_URL_BYTES + sizeof(READY)];

	lb_waiting_start("the hardware process to start", time_ms > 0 ? time_ms : 0);
	ssize_t size = lb_host_poll(&wait, time_ms) > 0 ? read(ready_fd, line, sizeof(line) - 1) : 0;
	lb_waiting_end();
	url[0] = '\0';
	if (size <= 0)
		return false;
	line[size] = '\0';
	line[strcspn(line, "\n")] = '\0';
	if (strncmp(line, READY " ", sizeof(READY)) == 0)
		snprintf(url, LB_HARDWARE_URL_BYTES, "%.*s", LB_HARDWARE_URL_BYTES - 1, line + sizeof(READY));
	return true;
}

void lb_hardware_print_ready(FILE *to, const char *line, const char *url)
{
	fputs(line, to);
	if (url[0] != '\0')
		fprintf(to, "uart0 is on TCP too: %s\n", url);
	fflush(to);
}

/* Prints the line when the module is ready, from a process of its own that is nobody's child. */
static bool announce_later(const int ready[2], const char *line)
{
	char url[LB_HARDWARE_URL_BYTES];
	pid_t child = fork();

	if (child > 0)
		return waitpid(child, NULL, 0) == child;
	if (child < 0)
		return false;
	if (fork() == 0) {
		close(ready[1]);
		if (wait_ready(ready[0], -1, url))
			lb_hardware_print_ready(stdout, line, url);
	}
	_exit(0);
}

void lb_hardware_become(const struct lb_hardware_options *options, const char *line)
{
	int ready[2];

	if (pipe2(ready, O_CLOEXEC) == 0 && announce_later(ready, line))
		execute(options, ready[1], -1);
}

/* In the child. A group of its own, because Ctrl-C in the terminal is for us: we end it in order. */
_Noreturn static void run_child(const struct lb_hardware_options *options, int ready_fd, int life_fd)
{
	sigset_t none;

	setpgid(0, 0);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execute(options, ready_fd, life_fd);
	lb_args_failed("cannot start the program " PROGRAM " beside this one: %s", strerror(errno));
	_exit(LB_EXIT_FAILED);
}

static bool has_ended(struct lb_hardware *hardware)
{
	if (!hardware->ended && waitpid(hardware->pid, &hardware->status, WNOHANG) == hardware->pid)
		hardware->ended = true;
	return hardware->ended;
}

static bool wait_end(struct lb_hardware *hardware, long time_ms)
{
	int64_t until = lb_host_now_ms() + time_ms;

	lb_waiting_start("the hardware process to end", time_ms);
	while (!has_ended(hardware) && lb_host_now_ms() < until)
		lb_host_pause_ms(RETRY_MS);
	lb_waiting_end();
	return hardware->ended;
}

/* Both ends are closed in programs that we start, unless execute says otherwise. */
static bool make_pipes(int ready[2], int life[2])
{
	if (pipe2(ready, O_CLOEXEC) != 0)
		return false;
	if (pipe2(life, O_CLOEXEC) == 0)
		return true;
	close(ready[0]);
	close(ready[1]);
	return false;
}

bool lb_hardware_start(struct lb_hardware *hardware, const struct lb_hardware_options *options, int *error)
{
	int ready[2];
	int life[2];

	*error = 0;
	if (!make_pipes(ready, life)) {
		*error = errno;
		return false;
	}
	*hardware = (struct lb_hardware){.pid = fork(), .life_fd = life[1]};
	if (hardware->pid == 0)
		run_child(options, ready[1], life[0]);
	*error = hardware->pid < 0 ? errno : 0;
	close(ready[1]);
	close(life[0]);
	bool is_ready = hardware->pid > 0 && wait_ready(ready[0], START_MS, hardware->url);
	close(ready[0]);
	if (is_ready)
		return true;
	if (hardware->pid > 0) {
		/* A process that failed has ended, or is about to, after saying why. */
		*error = wait_end(hardware, FORCE_MS) ? 0 : ETIMEDOUT;
		lb_hardware_end(hardware);
	} else {
		close(life[1]);
	}
	return false;
}

bool lb_hardware_leave(struct lb_hardware *hardware)
{
	bool told = write(hardware->life_fd, "", 1) == 1;

	if (told)
		close(hardware->life_fd);
	return told;
}

void lb_hardware_end(struct lb_hardware *hardware)
{
	close(hardware->life_fd);
	if (wait_end(hardware, END_MS))
		return;
	kill(hardware->pid, SIGTERM);
	if (wait_end(hardware, FORCE_MS))
		return;
	kill(hardware->pid, SIGKILL);
	wait_end(hardware, FORCE_MS);
}
