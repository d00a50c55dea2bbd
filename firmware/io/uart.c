#include "firmware/io/uart.h"

#include <stdatomic.h>
#include <string.h>

#include "firmware/io/alarms.h"
#include "firmware/io/console.h"
#include "core/hw/periph.h"
#include "extmod/misc.h"
#include "extmod/modmachine.h"
#include "firmware/io/irq.h"
#include "firmware/io/rescue.h"
#include "py/mphal.h"
#include "py/mpstate.h"
#include "py/runtime.h"

enum {
	RING_BYTES = 4096, /* more than MICROPY_REPL_STDIN_BUFFER_MAX, so that raw paste never has to wait */
	CTRL_C = 3,
	IDLE_BITS = 30,
	US_PER_S = 1000000,
};

struct uart {
	struct lb_uart_settings settings;
	volatile bool terminal;    /* the REPL listens here */
	volatile bool held_back;   /* the ring was full: the board keeps bytes */
	_Atomic uint32_t written;  /* count of bytes ever put into the ring; by the interrupt */
	_Atomic uint32_t consumed; /* by the main program */
	uint8_t ring[RING_BYTES];
};

static struct uart uarts[LB_UART_COUNT];
static struct _machine_uart_obj_t objects[LB_UART_COUNT] = {
	{{&machine_uart_type}, 0},
	{{&machine_uart_type}, 1},
	{{&machine_uart_type}, 2},
};
static const struct lb_uart_settings default_settings = {
	.baudrate = 115200,
	.bits = 8,
	.parity = LB_PARITY_NONE,
	.stop = 1,
};

/* --- interrupt context --- */

static void on_idle(void *ctx)
{
	lb_irq_call(LB_IRQ_UART + *(const unsigned *)ctx, LB_UART_RX_IDLE);
}

/* Idle is a line on which three characters could have come and did not. */
static void note_received(unsigned port)
{
	static const unsigned ports[LB_UART_COUNT] = {0, 1, 2};
	const struct lb_uart_settings *settings = &uarts[port].settings;
	const uint64_t idle_us = IDLE_BITS * US_PER_S / settings->baudrate;
	const struct lb_irq *irq = lb_irq_get(LB_IRQ_UART + port);
	union {
		const unsigned *in;
		void *out;
	} ctx = {.in = &ports[port]}; /* on_idle only reads it */

	lb_irq_call(LB_IRQ_UART + port, LB_UART_RX);
	if (irq != NULL && (irq->trigger & LB_UART_RX_IDLE) != 0)
		lb_periph_alarm(LB_ALARM_UART + port, idle_us, on_idle, ctx.out);
}

/* While Python code runs, a full ring loses bytes, so that the interrupt character behind them still gets through, as
 * it would from a chip's UART. Otherwise the sender is held back and nothing is lost. */
static size_t receive(unsigned port, const uint8_t *data, size_t size_bytes)
{
	struct uart *uart = &uarts[port];
	const int interrupt = uart->terminal ? mp_interrupt_char : -1;
	uint32_t written = atomic_load_explicit(&uart->written, memory_order_relaxed);
	size_t i;

	if (uart->terminal)
		lb_console_note_input();
	for (i = 0; i < size_bytes; i++) {
		if (uart->terminal && lb_console_is_rescue(data[i], interrupt)) {
			lb_rescue_start();
			continue;
		}
		if (data[i] == interrupt) {
			mp_sched_keyboard_interrupt();
			continue;
		}
		if (written - atomic_load_explicit(&uart->consumed, memory_order_acquire) == RING_BYTES) {
			if (interrupt >= 0)
				continue;
			uart->held_back = true;
			break;
		}
		uart->ring[written++ % RING_BYTES] = data[i];
	}
	if (written != atomic_load_explicit(&uart->written, memory_order_relaxed)) {
		atomic_store_explicit(&uart->written, written, memory_order_release);
		note_received(port);
	}
	return i;
}

/* --- main program --- */

void lb_uart_init(void)
{
	lb_uart_start(0, &default_settings);
	for (unsigned port = 0; port < LB_UART_COUNT; port++)
		lb_periph_serial_on_receive(port, receive);
}

struct _machine_uart_obj_t *lb_uart_object(unsigned port)
{
	return &objects[port];
}

/* Refused is what no UART of a module in the field can do. */
bool lb_uart_start(unsigned port, const struct lb_uart_settings *settings)
{
	if (settings->baudrate < 300 || settings->baudrate > 4000000 || settings->bits < 5 || settings->bits > 8 ||
	    settings->parity > LB_PARITY_NONE || settings->stop < 1 || settings->stop > 2)
		return false;
	static const uint8_t parities[] = {[LB_PARITY_NONE] = 0, [LB_PARITY_EVEN] = 1, [LB_PARITY_ODD] = 2};
	const struct lb_serial_config config = {
		.baud = settings->baudrate,
		.bits = settings->bits,
		.parity = parities[settings->parity],
		.stop = settings->stop,
	};

	uarts[port].settings = *settings;
	lb_periph_serial_config(port, &config);
	lb_periph_serial_enable(port, true);
	return true;
}

void lb_uart_stop(unsigned port)
{
	struct uart *uart = &uarts[port];

	lb_periph_serial_enable(port, false);
	atomic_store(&uart->consumed, atomic_load(&uart->written));
}

bool lb_uart_is_on(unsigned port)
{
	return lb_periph_serial_enabled(port);
}

bool lb_uart_is_terminal(unsigned port)
{
	return uarts[port].terminal && lb_uart_is_on(port);
}

const struct lb_uart_settings *lb_uart_settings(unsigned port)
{
	return &uarts[port].settings;
}

size_t lb_uart_available(unsigned port)
{
	const struct uart *uart = &uarts[port];

	return atomic_load_explicit(&uart->written, memory_order_acquire) -
	       atomic_load_explicit(&uart->consumed, memory_order_relaxed);
}

/* What lies before `consumed` in the ring is done with. */
static void release(unsigned port, uint32_t consumed)
{
	struct uart *uart = &uarts[port];

	atomic_store_explicit(&uart->consumed, consumed, memory_order_release);
	if (uart->held_back && lb_uart_available(port) <= RING_BYTES / 2) {
		uart->held_back = false;
		lb_periph_serial_resume(port);
	}
}

size_t lb_uart_read(unsigned port, uint8_t *data, size_t size_bytes)
{
	struct uart *uart = &uarts[port];
	const size_t available = lb_uart_available(port);
	uint32_t consumed = atomic_load_explicit(&uart->consumed, memory_order_relaxed);
	const size_t count = size_bytes < available ? size_bytes : available;

	for (size_t i = 0; i < count; i++)
		data[i] = uart->ring[consumed++ % RING_BYTES];
	release(port, consumed);
	return count;
}

void lb_uart_write(unsigned port, const void *data, size_t size_bytes)
{
	lb_periph_serial_write(port, data, size_bytes);
}

bool lb_uart_interrupt_waiting(void)
{
	uint8_t byte;

	while (uarts[0].terminal && lb_uart_read(0, &byte, 1) == 1)
		if (byte == CTRL_C)
			return true;
	return false;
}

/* What was typed before the Ctrl-C goes with it. */
bool lb_uart_interrupt_typed_ahead(void)
{
	for (unsigned port = 0; port < LB_UART_COUNT; port++) {
		const struct uart *uart = &uarts[port];
		const uint32_t written = atomic_load_explicit(&uart->written, memory_order_acquire);
		uint32_t at = atomic_load_explicit(&uart->consumed, memory_order_relaxed);

		if (!uart->terminal)
			continue;
		while (at != written && uart->ring[at % RING_BYTES] != CTRL_C)
			at++;
		if (at == written)
			continue;
		release(port, at + 1);
		return true;
	}
	return false;
}

bool lb_uart_is_coming(uint8_t byte)
{
	for (unsigned port = 0; port < LB_UART_COUNT; port++)
		if (lb_uart_is_terminal(port) && lb_periph_serial_holds(port, byte))
			return true;
	return false;
}

/* --- UART.irq() --- */

struct _mp_irq_obj_t *lb_uart_irq_object(unsigned port)
{
	return &lb_irq_make(LB_IRQ_UART + port, MP_OBJ_FROM_PTR(&objects[port]))->base;
}

void lb_uart_irq(unsigned port, mp_obj_t handler, mp_uint_t events, bool hard)
{
	const mp_obj_t uart = MP_OBJ_FROM_PTR(&objects[port]);
	struct lb_irq *irq = lb_irq_make(LB_IRQ_UART + port, uart);

	if ((events & ~(mp_uint_t)(LB_UART_RX | LB_UART_RX_IDLE)) != 0)
		mp_raise_ValueError(MP_ERROR_TEXT("trigger: UART.IRQ_RX, UART.IRQ_RXIDLE or both"));
	lb_irq_set(irq, handler, uart, events, hard);
}

void lb_uart_detach(void)
{
	const uint32_t state = lb_periph_irq_save();

	lb_irq_forget(LB_IRQ_UART, LB_UART_COUNT);
	for (unsigned port = 0; port < LB_UART_COUNT; port++)
		lb_periph_alarm(LB_ALARM_UART + port, 0, NULL, NULL);
	lb_periph_irq_restore(state);
}

/* --- slots of os.dupterm --- */

static bool wants_terminal; /* a slot was filled when a script changed one last */

static bool has_terminal(void)
{
	for (size_t slot = 0; slot < MICROPY_PY_OS_DUPTERM; slot++)
		if (MP_STATE_VM(dupterm_objs[slot]) != MP_OBJ_NULL)
			return true;
	return false;
}

static void note_terminals(void)
{
	wants_terminal = has_terminal();
	for (unsigned port = 0; port < LB_UART_COUNT; port++) {
		bool terminal = false;

		for (size_t slot = 0; slot < MICROPY_PY_OS_DUPTERM; slot++)
			terminal |= MP_STATE_VM(dupterm_objs[slot]) == MP_OBJ_FROM_PTR(&objects[port]);
		uarts[port].terminal = terminal;
	}
}

void lb_uart_default_terminal(void)
{
	for (size_t slot = 0; slot < MICROPY_PY_OS_DUPTERM; slot++)
		MP_STATE_VM(dupterm_objs[slot]) = MP_OBJ_NULL;
	MP_STATE_VM(dupterm_objs[0]) = MP_OBJ_FROM_PTR(&objects[0]);
	note_terminals();
}

bool lb_uart_all_terminals_are_uarts(void)
{
	for (size_t slot = 0; slot < MICROPY_PY_OS_DUPTERM; slot++) {
		const mp_obj_t stream = MP_STATE_VM(dupterm_objs[slot]);

		if (stream != MP_OBJ_NULL && !mp_os_dupterm_is_builtin_stream(stream))
			return false;
	}
	return true;
}

void lb_uart_repair_terminal(void)
{
	if (wants_terminal && !has_terminal())
		lb_uart_default_terminal();
}

bool mp_os_dupterm_is_builtin_stream(mp_const_obj_t stream)
{
	return mp_obj_is_type(stream, &machine_uart_type);
}

void mp_os_dupterm_stream_detached_attached(mp_obj_t detached, mp_obj_t attached)
{
	(void)detached;
	(void)attached;
	note_terminals();
}
