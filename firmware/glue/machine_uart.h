/* Compiled inside extmod/machine_uart.c: the Python face of uart.c. */
#include "py/mperrno.h"
#include "py/stream.h"
#include "firmware/python/machine_pin.h"
#include "py/mphal.h"
#include "firmware/io/console.h"
#include "firmware/io/uart.h"

#define MICROPY_PY_MACHINE_UART_CLASS_CONSTANTS                                  \
	{MP_ROM_QSTR(MP_QSTR_IRQ_RX), MP_ROM_INT(LB_UART_RX)},                       \
		{MP_ROM_QSTR(MP_QSTR_IRQ_RXIDLE), MP_ROM_INT(LB_UART_RX_IDLE)},          \
		{MP_ROM_QSTR(MP_QSTR_RX_ANY), MP_ROM_INT(LB_UART_RX)},                   \
		{MP_ROM_QSTR(MP_QSTR_readall), MP_ROM_PTR(&uart_readall_obj)},           \
		{MP_ROM_QSTR(MP_QSTR_wait_tx_done), MP_ROM_PTR(&uart_wait_tx_done_obj)}, \
		{MP_ROM_QSTR(MP_QSTR_ODD), MP_ROM_INT(LB_PARITY_ODD)},                   \
		{MP_ROM_QSTR(MP_QSTR_EVEN), MP_ROM_INT(LB_PARITY_EVEN)},

enum { UART_MOST_TIMEOUT_CHARACTERS = 1000 };

/* A program that reads the console itself is one that Ctrl-F is data for. */
static void uart_note_read(const machine_uart_obj_t *self)
{
	if (lb_uart_is_terminal(self->port))
		lb_console_note_read();
}

/* Pycom's: all that is there, or None. */
static mp_obj_t uart_readall(mp_obj_t self_obj)
{
	const machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_obj);
	vstr_t bytes;

	uart_note_read(self);
	if (lb_uart_available(self->port) == 0)
		return mp_const_none;
	vstr_init_len(&bytes, lb_uart_available(self->port));
	bytes.len = lb_uart_read(self->port, (uint8_t *)bytes.buf, bytes.len);
	return mp_obj_new_bytes_from_vstr(&bytes);
}
static MP_DEFINE_CONST_FUN_OBJ_1(uart_readall_obj, uart_readall);

/* wait_tx_done(ms): what was written is the line's at once. */
static mp_obj_t uart_wait_tx_done(mp_obj_t self, mp_obj_t timeout_ms)
{
	(void)self;
	mp_obj_get_int(timeout_ms);
	return mp_const_true;
}
static MP_DEFINE_CONST_FUN_OBJ_2(uart_wait_tx_done_obj, uart_wait_tx_done);

static void mp_machine_uart_print(const mp_print_t *print, mp_obj_t self_obj, mp_print_kind_t kind)
{
	machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_obj);
	const struct lb_uart_settings *now = lb_uart_settings(self->port);

	(void)kind;
	mp_printf(print, "UART(%u, baudrate=%u, bits=%u, parity=", self->port, now->baudrate, now->bits);
	if (now->parity == LB_PARITY_NONE)
		mp_print_str(print, "None");
	else
		mp_printf(print, "%u", now->parity);
	mp_printf(print, ", stop=%u, timeout=%u, timeout_char=%u)", now->stop, now->timeout_ms, now->timeout_char_ms);
}

/* Pycom's (TX, RX) or (TX, RX, RTS, CTS), of which any may be None: the line does not lead over pins here, so that they
 * are only checked. */
static void uart_check_pins(mp_obj_t pins)
{
	mp_obj_t *items = NULL;
	size_t count = 0;

	if (pins != mp_const_none)
		mp_obj_get_array(pins, &count, &items);
	if (count != 0 && count != 2 && count != 4)
		mp_raise_ValueError(MP_ERROR_TEXT("pins: (TX, RX) or (TX, RX, RTS, CTS)"));
	for (size_t i = 0; i < count; i++)
		if (items[i] != mp_const_none)
			lb_machine_pin_number(items[i]);
}

/* Pycom's timeout_chars, the time of so many characters, in whole milliseconds, rounded up. */
static void uart_wait_for_characters(struct lb_uart_settings *settings, mp_int_t characters)
{
	const uint64_t bits = 1u + settings->bits + (settings->parity != LB_PARITY_NONE) + settings->stop;

	if (characters < 1 || characters > UART_MOST_TIMEOUT_CHARACTERS)
		mp_raise_ValueError(MP_ERROR_TEXT("timeout_chars: 1 to 1000"));
	settings->timeout_ms =
		(uint32_t)(((uint64_t)characters * bits * 1000 + settings->baudrate - 1) / settings->baudrate);
	settings->timeout_char_ms = settings->timeout_ms;
}

static void mp_machine_uart_init_helper(machine_uart_obj_t *self, size_t n_args, const mp_obj_t *pos_args,
                                        mp_map_t *kw_args)
{
	enum {
		ARG_baudrate,
		ARG_bits,
		ARG_parity,
		ARG_stop,
		ARG_timeout,
		ARG_timeout_char,
		ARG_timeout_chars,
		ARG_pins,
		ARG_tx,
		ARG_rx,
		ARG_rx_buffer_size
	};
	static const mp_arg_t allowed[] = {
		{MP_QSTR_baudrate, MP_ARG_INT, {.u_int = 115200}},
		{MP_QSTR_bits, MP_ARG_INT, {.u_int = 8}},
		{MP_QSTR_parity, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_stop, MP_ARG_INT, {.u_int = 1}},
		{MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_timeout_char, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_timeout_chars, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_pins, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_tx, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_rx, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_rx_buffer_size, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}}, /* the rings have their size */
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const mp_obj_t parity = args[ARG_parity].u_obj;

	if (args[ARG_timeout].u_int < 0 || args[ARG_timeout_char].u_int < 0)
		mp_raise_ValueError(MP_ERROR_TEXT("timeouts: 0 ms or more"));
	mp_obj_t lines[2] = {args[ARG_tx].u_obj, args[ARG_rx].u_obj};

	uart_check_pins(args[ARG_pins].u_obj);
	uart_check_pins(mp_obj_new_tuple(2, lines));
	struct lb_uart_settings wanted = {
		.baudrate = (uint32_t)args[ARG_baudrate].u_int,
		.bits = (uint8_t)args[ARG_bits].u_int,
		.parity = (uint8_t)(parity == mp_const_none ? LB_PARITY_NONE : mp_obj_get_int(parity)),
		.stop = (uint8_t)args[ARG_stop].u_int,
		.timeout_ms = (uint32_t)args[ARG_timeout].u_int,
		.timeout_char_ms = (uint32_t)args[ARG_timeout_char].u_int,
	};
	if (args[ARG_timeout_chars].u_int != 0 && wanted.baudrate != 0)
		uart_wait_for_characters(&wanted, args[ARG_timeout_chars].u_int);
	if (!lb_uart_start(self->port, &wanted))
		mp_raise_ValueError(MP_ERROR_TEXT("baudrate 300 to 4000000, bits 5 to 8, parity None, 0 or 1, stop 1 or 2"));
}

static mp_obj_t mp_machine_uart_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	(void)type;
	mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
	const mp_int_t port = mp_obj_get_int(args[0]);

	if (port < 0 || port >= LB_UART_COUNT)
		mp_raise_ValueError(MP_ERROR_TEXT("there are UART 0, 1 and 2"));
	machine_uart_obj_t *self = lb_uart_object((unsigned)port);
	mp_map_t kw_args;

	/* UART(0) alone names the running console; it must not reset its settings. */
	if (n_args > 1 || n_kw > 0 || !lb_uart_is_on(self->port)) {
		mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
		mp_machine_uart_init_helper(self, n_args - 1, args + 1, &kw_args);
	}
	return MP_OBJ_FROM_PTR(self);
}

static void mp_machine_uart_deinit(machine_uart_obj_t *self)
{
	lb_uart_stop(self->port);
}

static mp_int_t mp_machine_uart_any(machine_uart_obj_t *self)
{
	uart_note_read(self);
	return (mp_int_t)lb_uart_available(self->port);
}

static bool mp_machine_uart_txdone(machine_uart_obj_t *self)
{
	(void)self;
	return true;
}

static mp_uint_t mp_machine_uart_read(mp_obj_t self_obj, void *data, mp_uint_t size, int *errcode)
{
	machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_obj);
	const struct lb_uart_settings *settings = lb_uart_settings(self->port);
	mp_uint_t timeout_ms = settings->timeout_ms;
	mp_uint_t start_ms = mp_hal_ticks_ms();
	mp_uint_t got = 0;

	uart_note_read(self);
	for (;;) {
		const mp_uint_t count = lb_uart_read(self->port, (uint8_t *)data + got, size - got);

		got += count;
		if (count != 0) {
			timeout_ms = settings->timeout_char_ms;
			start_ms = mp_hal_ticks_ms();
		}
		const mp_uint_t waited_ms = mp_hal_ticks_ms() - start_ms;

		if (got == size || waited_ms >= timeout_ms)
			break;
		mp_event_wait_ms(timeout_ms - waited_ms);
	}
	if (got == 0 && size != 0) {
		*errcode = MP_EAGAIN;
		return MP_STREAM_ERROR;
	}
	return got;
}

static mp_irq_obj_t *mp_machine_uart_irq(machine_uart_obj_t *self, bool any_args, mp_arg_val_t *args)
{
	if (any_args)
		lb_uart_irq(self->port, args[MP_IRQ_ARG_INIT_handler].u_obj, (mp_uint_t)args[MP_IRQ_ARG_INIT_trigger].u_int,
		            args[MP_IRQ_ARG_INIT_hard].u_bool);
	return lb_uart_irq_object(self->port);
}

static mp_uint_t mp_machine_uart_write(mp_obj_t self_obj, const void *data, mp_uint_t size, int *errcode)
{
	machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_obj);

	(void)errcode;
	lb_uart_write(self->port, data, size);
	return size;
}

static mp_uint_t mp_machine_uart_ioctl(mp_obj_t self_obj, mp_uint_t request, uintptr_t arg, int *errcode)
{
	machine_uart_obj_t *self = MP_OBJ_TO_PTR(self_obj);

	if (request == MP_STREAM_POLL && (arg & MP_STREAM_POLL_RD) != 0)
		uart_note_read(self);
	if (request == MP_STREAM_POLL)
		return (lb_uart_available(self->port) != 0 ? arg & MP_STREAM_POLL_RD : 0) | (arg & MP_STREAM_POLL_WR);
	if (request == MP_STREAM_FLUSH || request == MP_STREAM_CLOSE)
		return 0;
	*errcode = MP_EINVAL;
	return MP_STREAM_ERROR;
}
