/* The CPU as a process: started with the file descriptors of hardware/wire.h, ended by SIGKILL, which is what taking
 * its power or pulling its reset line is. It dies with the hardware process.
 */
#ifndef HARDWARE_PROCESS_CPU_H
#define HARDWARE_PROCESS_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <uv.h>

#include "hardware/process/stream.h"
#include "hardware/wire.h"

struct lb_cpu {
	uv_loop_t *loop;
	const char *bootloader; /* path of the program */
	pid_t pid;              /* 0: there is none */
	int messages_fd;
	struct lb_stream *messages;
	uv_signal_t child_signal;
	/* A message of the CPU, with its kind as byte 0. */
	void (*on_message)(void *ctx, const uint8_t *message, size_t size_bytes);
	/* It ended without lb_cpu_kill, with this status of wait(2); its messages were all given before. */
	void (*on_death)(void *ctx, int wait_status);
	void *ctx;
};

/* 0, or a negative errno. */
int lb_cpu_init(struct lb_cpu *cpu, uv_loop_t *loop);
/* Starts it. fds, by enum wire_fd, are the caller's; -1 is none, and WIRE_FD_MESSAGES is made here. 0, or a negative
 * errno. */
int lb_cpu_start(struct lb_cpu *cpu, const int fds[WIRE_FD_END]);
/* Ends it and waits for its end; takes the messages that it had sent before. Nothing when there is none. */
void lb_cpu_kill(struct lb_cpu *cpu);
/* Sends a message; it is lost when the CPU has far too many unread ones, for the hardware never waits. */
void lb_cpu_send(struct lb_cpu *cpu, const uint8_t *message, size_t size_bytes);
/* The same with a file descriptor, which stays the caller's; -1: none. */
void lb_cpu_send_file(struct lb_cpu *cpu, const uint8_t *message, size_t size_bytes, int file);
void lb_cpu_close(struct lb_cpu *cpu);

#endif
