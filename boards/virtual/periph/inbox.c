#include "boards/virtual/periph/inbox.h"

#include <poll.h>
#include <unistd.h>

#include "boards/virtual/common/bus.h"
#include "core/base/bytes.h"
#include "core/hw/periph.h"

static const struct lb_inbox_receivers *to;

void lb_inbox_init(const struct lb_inbox_receivers *receivers)
{
	to = receivers;
}

/* The kind of the message that was received, 0 when there was none. End of file ends the program in here. */
static uint8_t receive(void)
{
	uint8_t message[WIRE_MESSAGE_BYTES];
	int file;
	const size_t size_bytes = lb_bus_receive_file(message, &file);

	if (size_bytes == 0)
		return 0;
	if (message[0] == WIRE_CARD_FILE && size_bytes >= 5) {
		to->card(lb_load32le(message + 1), file);
		return message[0];
	}
	if (file != -1)
		close(file);
	if (message[0] == WIRE_PIN_CHANGED && size_bytes >= 3)
		to->pin(message[1], message[2] != 0);
	else if (message[0] == WIRE_SCANNED && size_bytes >= 2)
		to->scanned(message[1]);
	else if (message[0] == WIRE_ROUTED && size_bytes >= 11)
		to->routed(-(int)lb_load32le(message + 1),
		           (struct lb_net_address){.ip = lb_load32le(message + 5), .port = lb_load16le(message + 9)});
	else if (message[0] == WIRE_WAVE && size_bytes >= 2)
		to->wave(message[1]);
	else if (message[0] == WIRE_BUS_DONE && size_bytes >= 9)
		to->bus_done(lb_load32le(message + 1), lb_load32le(message + 5));
	return message[0];
}

void lb_inbox_interrupt(void)
{
	while (receive() != 0)
		;
}

void lb_inbox_ask(enum wire_message question, enum wire_message answer)
{
	lb_inbox_ask_with((uint8_t[]){(uint8_t)question}, 1, answer);
}

void lb_inbox_ask_with(const uint8_t *question, size_t size_bytes, enum wire_message answer)
{
	const uint32_t state = lb_periph_irq_save();
	uint8_t kind;

	lb_bus_send(question, size_bytes);
	while ((kind = receive()) != answer) {
		struct pollfd messages = {.fd = WIRE_FD_MESSAGES, .events = POLLIN};

		if (kind == 0)
			poll(&messages, 1, -1);
	}
	lb_periph_irq_restore(state);
}
