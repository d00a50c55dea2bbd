/* The hardware process's messages to the running CPU, and who receives them. */
#ifndef LB_VIRTUAL_INBOX_H
#define LB_VIRTUAL_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/hw/net.h"
#include "hardware/wire.h"

/* The receivers. Called with interrupts masked. */
struct lb_inbox_receivers {
	void (*pin)(unsigned pin, bool level); /* the outside changed it */
	void (*scanned)(unsigned count);
	void (*card)(uint32_t generation, int file); /* -1: there is no card. The file is the callee's. */
	void (*wave)(unsigned count);
	void (*bus_done)(uint32_t error, uint32_t count);
	void (*routed)(int error, struct lb_net_address address); /* 0 or a negative errno */
};

void lb_inbox_init(const struct lb_inbox_receivers *receivers);
/* A vector (interrupt.h). */
void lb_inbox_interrupt(void);
/* Sends a message and waits, with interrupts masked, for the answer to it; its receiver has it then. Only for questions
 * that the hardware answers at once. */
void lb_inbox_ask(enum wire_message question, enum wire_message answer);
/* The same with a question that has fields. */
void lb_inbox_ask_with(const uint8_t *question, size_t size_bytes, enum wire_message answer);

#endif
