#define _GNU_SOURCE /* for what only Linux has */
#include "hardware/process/cpu.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hardware/process/log.h"

enum { EXIT_NO_PROGRAM = 127, SPARE_FD = 64 };

static void on_bytes(void *ctx, const uint8_t *bytes, size_t size_bytes)
{
	struct lb_cpu *cpu = ctx;

	cpu->on_message(cpu->ctx, bytes, size_bytes);
}

/* The CPU closed its end; its death follows, or a reset. */
static void on_end(void *ctx)
{
	(void)ctx;
}

static const struct lb_stream_calls CALLS = {.on_bytes = on_bytes, .on_end = on_end, .on_broken = on_end};

/* The process is gone: what it had still said, then nothing of it is left. */
static void discard(struct lb_cpu *cpu)
{
	cpu->pid = 0;
	lb_stream_drain(cpu->messages);
	lb_stream_close(cpu->messages);
	cpu->messages = NULL;
}

static void on_child_signal(uv_signal_t *handle, int signal_number)
{
	struct lb_cpu *cpu = handle->data;
	int wait_status;

	(void)signal_number;
	if (cpu->pid == 0 || waitpid(cpu->pid, &wait_status, WNOHANG) != cpu->pid)
		return;
	discard(cpu);
	cpu->on_death(cpu->ctx, wait_status);
}

int lb_cpu_init(struct lb_cpu *cpu, uv_loop_t *loop)
{
	cpu->loop = loop;
	cpu->pid = 0;
	cpu->messages = NULL;
	uv_signal_init(loop, &cpu->child_signal);
	cpu->child_signal.data = cpu;
	return uv_signal_start(&cpu->child_signal, on_child_signal, SIGCHLD);
}

/* The CPU's standard streams: it has none but the log, for its last words. */
static void set_standard_streams(void)
{
	int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int words_fd = lb_log_fd() >= 0 ? lb_log_fd() : null_fd;

	dup2(null_fd, STDIN_FILENO);
	dup2(words_fd, STDOUT_FILENO);
	dup2(words_fd, STDERR_FILENO);
}

/* Moves each file descriptor to its number of the wire. Those are in the way of each other, so first all go aside. */
static int set_wire(const int fds[WIRE_FD_END])
{
	int aside[WIRE_FD_END];

	for (int i = WIRE_FD_FLASH; i < WIRE_FD_END; i++) {
		aside[i] = fds[i] < 0 ? -1 : fcntl(fds[i], F_DUPFD_CLOEXEC, SPARE_FD);
		if (fds[i] >= 0 && aside[i] < 0)
			return -1;
	}
	for (int i = WIRE_FD_FLASH; i < WIRE_FD_END; i++)
		if (aside[i] < 0)
			close(i);
		else if (dup2(aside[i], i) < 0)
			return -1;
	return close_range(WIRE_FD_END, ~0u, CLOSE_RANGE_CLOEXEC);
}

/* In the child: nothing of the hardware is left but the wire, and it dies with the hardware. */
static _Noreturn void become_cpu(const struct lb_cpu *cpu, const int fds[WIRE_FD_END], pid_t hardware)
{
	sigset_t none;

	if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != hardware)
		_exit(EXIT_NO_PROGRAM);
	setsid(); /* Ctrl-C in the hardware's terminal is not for the CPU */
	for (int number = 1; number < NSIG; number++)
		signal(number, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	set_standard_streams();
	if (set_wire(fds) == 0)
		execl(cpu->bootloader, cpu->bootloader, (char *)NULL);
	_exit(EXIT_NO_PROGRAM);
}

/* The other end of the messages is closed here, so that the CPU's death is an end of file. */
int lb_cpu_start(struct lb_cpu *cpu, const int fds[WIRE_FD_END])
{
	int ends[2], wire[WIRE_FD_END];
	pid_t hardware = getpid();

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
		return -errno;
	for (int i = 0; i < WIRE_FD_END; i++)
		wire[i] = fds[i];
	wire[WIRE_FD_MESSAGES] = ends[1];

	pid_t pid = fork();
	if (pid == 0)
		become_cpu(cpu, wire, hardware);
	int result = pid < 0 ? -errno : 0;
	close(ends[1]);
	if (result != 0) {
		close(ends[0]);
		return result;
	}
	cpu->pid = pid;
	cpu->messages_fd = ends[0];
	cpu->messages = lb_stream_open(cpu->loop, ends[0], &CALLS, cpu);
	if (cpu->messages == NULL) {
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		cpu->pid = 0;
		return -ENOMEM;
	}
	return 0;
}

void lb_cpu_kill(struct lb_cpu *cpu)
{
	if (cpu->pid == 0)
		return;
	kill(cpu->pid, SIGKILL);
	while (waitpid(cpu->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	discard(cpu);
}

void lb_cpu_send(struct lb_cpu *cpu, const uint8_t *message, size_t size_bytes)
{
	if (cpu->pid != 0)
		send(cpu->messages_fd, message, size_bytes, MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* As SCM_RIGHTS has it; the CPU gets a descriptor of its own, with the access that this one has. */
void lb_cpu_send_file(struct lb_cpu *cpu, const uint8_t *message, size_t size_bytes, int file)
{
	union {
		struct cmsghdr aligned;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.bytes = {0}};
	struct iovec body = {.iov_base = (void *)(uintptr_t)message, .iov_len = size_bytes};
	struct msghdr header = {.msg_iov = &body, .msg_iovlen = 1};

	if (cpu->pid == 0)
		return;
	if (file >= 0) {
		header.msg_control = &control;
		header.msg_controllen = sizeof(control);
		struct cmsghdr *part = CMSG_FIRSTHDR(&header);
		part->cmsg_level = SOL_SOCKET;
		part->cmsg_type = SCM_RIGHTS;
		part->cmsg_len = CMSG_LEN(sizeof(file));
		memcpy(CMSG_DATA(part), &file, sizeof(file));
	}
	sendmsg(cpu->messages_fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL);
}

void lb_cpu_close(struct lb_cpu *cpu)
{
	lb_cpu_kill(cpu);
	uv_close((uv_handle_t *)&cpu->child_signal, NULL);
}
