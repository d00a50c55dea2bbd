/* A UART: bytes between the CPU and everybody who has the port open, by its pty, by TCP or by the control socket.
 *
 * All of them get what the CPU sends, from the moment they came; without any, it is dropped. What any of them sends
 * goes to the CPU, and nowhere while there is no CPU. The CPU is held up while a client has more than
 * LB_UARTHUB_HIGH_BYTES to read and reads some of it; one that read nothing for LB_UARTHUB_STALL_MS loses what waits
 * for it, and holds nobody up until it reads again. Towards the CPU the clients are held up, so no byte of theirs is
 * lost either.
 */
#ifndef LB_PROCESS_UARTHUB_H
#define LB_PROCESS_UARTHUB_H

#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "hardware/process/events.h"
#include "hardware/process/folder.h"
#include "hardware/process/pty.h"
#include "hardware/process/stream.h"

enum {
	LB_UARTHUB_COUNT = 3,
	LB_UARTHUB_HIGH_BYTES = 64 * 1024, /* more is waiting for somebody: the sender is held up */
	LB_UARTHUB_LOW_BYTES = 16 * 1024,  /* less for everybody: it goes on */
	/* Of the host. A pty takes bytes again only after most of the 64 KiB that the kernel keeps were read, which takes a
	 * program that reads byte by byte, as MicroPython's tools do, a second. */
	LB_UARTHUB_STALL_MS = 2000,
	LB_UARTHUB_NAME_BYTES = 16,
};

struct lb_uarthub_client;

/* What stands between the UART and a client that does not speak in plain bytes. None of it but `receive` may detach the
 * client. */
struct lb_uarthub_coder {
	/* The UART sent these. */
	void (*send)(void *ctx, const uint8_t *bytes, size_t size_bytes);
	/* How much of what was sent has not been taken; and forget it, for the client does not take it. */
	size_t (*waiting_bytes)(const void *ctx);
	void (*drop)(void *ctx);
	/* These came on the client's stream; what of it is for the UART goes to lb_uarthub_type. */
	void (*receive)(void *ctx, const uint8_t *bytes, size_t size_bytes);
	/* The stream took bytes; lb_uarthub_drained is for the callee to call. */
	void (*on_drained)(void *ctx);
	/* The client went away. Its stream is closed. */
	void (*on_gone)(void *ctx);
};

struct lb_uarthub {
	unsigned port;
	char name[LB_UARTHUB_NAME_BYTES]; /* of the link in the folder: "uart0" */
	uv_loop_t *loop;
	const struct lb_folder *folder;
	const struct lb_events *events;
	struct lb_stream *cpu; /* NULL: there is none */
	struct lb_uarthub_client *clients;
	struct lb_pty pty;
	uv_timer_t stall_timer;
	/* A simulated device on the line hears what the CPU sends, too; NULL: there is none. */
	void (*on_heard)(void *ctx, const uint8_t *bytes, size_t size_bytes);
	void *device_ctx;
};

/* Makes the pty and its link. 0, or -1 after telling the person. */
int lb_uarthub_open(struct lb_uarthub *uart, unsigned port, uv_loop_t *loop, const struct lb_folder *folder,
                    const struct lb_events *events);
/* Removes the link and ends all clients. */
void lb_uarthub_close(struct lb_uarthub *uart);

/* Connects a new CPU. Returns its end of the line, to be closed once the CPU has it, or a negative errno. */
int lb_uarthub_connect_cpu(struct lb_uarthub *uart);
/* After the CPU's end: takes what it had still sent, and drops what it had not taken. */
void lb_uarthub_disconnect_cpu(struct lb_uarthub *uart);

/* Makes a control connection a client, which sent these bytes already. The stream is the UART's from now on. */
void lb_uarthub_attach(struct lb_uarthub *uart, struct lb_stream *stream, const uint8_t *bytes, size_t size_bytes);

/* Makes a stream a client by way of a coder. The stream is the UART's from now on, but the coder writes to it. NULL,
 * and the stream closed, when there is no memory for it. */
struct lb_uarthub_client *lb_uarthub_attach_coded(struct lb_uarthub *uart, struct lb_stream *stream,
                                                  const struct lb_uarthub_coder *coder, void *ctx);
/* The client sends bytes to the CPU. */
void lb_uarthub_type(struct lb_uarthub_client *client, const uint8_t *bytes, size_t size_bytes);
/* The simulated device does. What a CPU does not read is lost when too much of it waits, as on a real line. */
void lb_uarthub_speak(struct lb_uarthub *uart, const uint8_t *bytes, size_t size_bytes);
/* The client took bytes. */
void lb_uarthub_drained(struct lb_uarthub_client *client);
/* Sends the client away; its coder's on_gone is called. */
void lb_uarthub_detach(struct lb_uarthub_client *client);

#endif
