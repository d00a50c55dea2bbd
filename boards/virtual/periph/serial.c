#define LB_ASSERT_FILE 15
#include <string.h>
#include <sys/socket.h>

#include "boards/virtual/common/bus.h"
#include "boards/virtual/periph/interrupt.h"
#include "boards/virtual/periph/serial.h"
#include "core/base/assert.h"
#include "core/hw/periph.h"

enum { PORT_COUNT = 3, KEPT_BYTES = 1 << 14 };

struct port {
	bool on;
	struct lb_serial_config config;
	lb_serial_rx_fn *handler;
	size_t start; /* kept[start] to kept[end - 1] were received and not yet taken by the handler */
	size_t end;
	uint8_t kept[KEPT_BYTES];
};

static struct port ports[PORT_COUNT] = {
	{.on = true, .config = {.baud = 115200, .bits = 8, .stop = 1}},
	{.config = {.baud = 115200, .bits = 8, .stop = 1}},
	{.config = {.baud = 115200, .bits = 8, .stop = 1}},
};
static const enum wire_fd uarts[PORT_COUNT] = {WIRE_FD_UART0, WIRE_FD_UART1, WIRE_FD_UART2};

static void compact(struct port *port)
{
	memmove(port->kept, port->kept + port->start, port->end - port->start);
	port->end -= port->start;
	port->start = 0;
}

/* A port that is off takes its bytes too, for the line must not hold the sender back, and forgets them. */
static void lose_input(unsigned number)
{
	uint8_t lost[512];

	ports[number].start = ports[number].end = 0;
	while (recv((int)uarts[number], lost, sizeof(lost), MSG_DONTWAIT) > 0)
		;
}

/* Receives from the line; returns whether there was anything. When `kept` is full they stay in the socket, which holds
 * the sender back. */
static bool fill(unsigned number)
{
	struct port *port = &ports[number];
	ssize_t got;

	if (port->handler == NULL)
		return false;
	if (port->start == port->end || port->end == KEPT_BYTES)
		compact(port);
	if (port->end == KEPT_BYTES)
		return false;
	got = recv((int)uarts[number], port->kept + port->end, KEPT_BYTES - port->end, MSG_DONTWAIT);
	if (got <= 0)
		return false;
	port->end += (size_t)got;
	return true;
}

/* Returns whether the handler took any. */
static bool offer(unsigned number)
{
	struct port *port = &ports[number];
	size_t taken;

	if (port->start == port->end)
		return false;
	lb_interrupt_note();
	taken = port->handler(number, port->kept + port->start, port->end - port->start);
	LB_ASSERT(taken <= port->end - port->start);
	port->start += taken;
	return taken > 0;
}

static void deliver(unsigned number)
{
	if (ports[number].handler == NULL || !ports[number].on)
		return;
	do {
		while (offer(number))
			;
	} while (ports[number].start == ports[number].end && fill(number));
}

/* Offers also what was refused before: a Ctrl-C may be among it, which the handler takes out once it looks for one. */
void lb_serial_interrupt(void)
{
	for (unsigned number = 0; number < PORT_COUNT; number++) {
		if (!ports[number].on) {
			lose_input(number);
			continue;
		}
		fill(number);
		deliver(number);
	}
}

void lb_periph_serial_on_receive(unsigned number, lb_serial_rx_fn *handler)
{
	const uint32_t state = lb_periph_irq_save();

	LB_ASSERT(number < PORT_COUNT);
	ports[number].handler = handler;
	deliver(number);
	lb_periph_irq_restore(state);
}

void lb_periph_serial_resume(unsigned number)
{
	const uint32_t state = lb_periph_irq_save();

	LB_ASSERT(number < PORT_COUNT);
	deliver(number);
	lb_periph_irq_restore(state);
}

/* A handler may be at work on what is kept, so nothing is moved: what comes when it is full is not seen. */
bool lb_periph_serial_holds(unsigned number, uint8_t byte)
{
	struct port *port = &ports[number];
	const size_t room = KEPT_BYTES - port->end;
	const ssize_t got = room == 0 ? 0 : recv((int)uarts[number], port->kept + port->end, room, MSG_DONTWAIT);

	if (got > 0)
		port->end += (size_t)got;
	return memchr(port->kept + port->start, byte, port->end - port->start) != NULL;
}

void lb_periph_serial_write(unsigned number, const void *data, size_t size_bytes)
{
	LB_ASSERT(number < PORT_COUNT);
	if (ports[number].on)
		lb_bus_stream(uarts[number], data, size_bytes);
}

void lb_periph_serial_config(unsigned number, const struct lb_serial_config *config)
{
	LB_ASSERT(number < PORT_COUNT && config->bits >= 5 && config->bits <= 9 && config->parity <= 2);
	ports[number].config = *config;
}

/* Both ways what arrived before is lost: in the one it comes too late, in the other it came to a port that was off. */
void lb_periph_serial_enable(unsigned number, bool on)
{
	const uint32_t state = lb_periph_irq_save();

	LB_ASSERT(number < PORT_COUNT);
	if (ports[number].on != on)
		lose_input(number);
	ports[number].on = on;
	lb_periph_irq_restore(state);
}

bool lb_periph_serial_enabled(unsigned number)
{
	LB_ASSERT(number < PORT_COUNT);
	return ports[number].on;
}
