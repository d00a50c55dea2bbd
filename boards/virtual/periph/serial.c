#include <string.h>
#include <sys/socket.h>

#include "boards/virtual/common/bus.h"
#include "boards/virtual/periph/irq.h"
#include "core/base/assert.h"
#include "core/hw/periph.h"

enum { PORT_COUNT = 2, KEPT_BYTES = 1 << 14 };

struct port {
	lb_serial_rx_fn *handler;
	size_t start; /* kept[start] to kept[end - 1] were received and not yet taken by the handler */
	size_t end;
	uint8_t kept[KEPT_BYTES];
};

static struct port ports[PORT_COUNT];
static const enum wire_fd uarts[PORT_COUNT] = { WIRE_FD_UART0, WIRE_FD_UART1 };

static void compact(struct port *port)
{
	memmove(port->kept, port->kept + port->start, port->end - port->start);
	port->end -= port->start;
	port->start = 0;
}

/* Takes bytes from the line; returns whether there were any. When `kept` is full they stay in the socket, which holds
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
	lb_irq_note();
	taken = port->handler(number, port->kept + port->start, port->end - port->start);
	LB_ASSERT(taken <= port->end - port->start);
	port->start += taken;
	return taken > 0;
}

static void deliver(unsigned number)
{
	if (ports[number].handler == NULL)
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

void lb_periph_serial_write(unsigned number, const void *data, size_t size_bytes)
{
	LB_ASSERT(number < PORT_COUNT);
	lb_bus_stream(uarts[number], data, size_bytes);
}
