/* Compiled inside extmod/machine_uart.c: the Python face of uart.c. */
#include "py/mperrno.h"
#include "py/mphal.h"
#include "firmware/io/uart.h"

#define MICROPY_PY_MACHINE_UART_CLASS_CONSTANTS                         \
	{MP_ROM_QSTR(MP_QSTR_IRQ_RX), MP_ROM_INT(LB_UART_RX)},              \
		{MP_ROM_QSTR(MP_QSTR_IRQ_RXIDLE), MP_ROM_INT(LB_UART_RX_IDLE)}, \
		{MP_ROM_QSTR(MP_QSTR_ODD), MP_ROM_INT(LB_PARITY_ODD)},          \
		{MP_ROM_QSTR(MP_QSTR_EVEN), MP_ROM_INT(LB_PARITY_EVEN)},

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

static void mp_machine_uart_init_helper(machine_uart_obj_t *self, size_t n_args, const mp_obj_t *pos_args,
                                        mp_map_t *kw_args)
{
	enum { ARG_baudrate, ARG_bits, ARG_parity, ARG_stop, ARG_timeout, ARG_timeout_char };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_baudrate, MP_ARG_INT, {.u_int = 115200}},
		{MP_QSTR_bits, MP_ARG_INT, {.u_int = 8}},
		{MP_QSTR_parity, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_stop, MP_ARG_INT, {.u_int = 1}},
		{MP_QSTR_timeout, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_timeout_char, MP_ARG_KW_ONLY | MP_ARG_INT, {.u_int = 0}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const mp_obj_t parity = args[ARG_parity].u_obj;

	if (args[ARG_timeout].u_int < 0 || args[ARG_timeout_char].u_int < 0)
		mp_raise_ValueError(MP_ERROR_TEXT("timeouts: 0 ms or more"));
	const struct lb_uart_settings wanted = {
		.baudrate = (uint32_t)args[ARG_baudrate].u_int,
		.bits = (uint8_t)args[ARG_bits].u_int,
		.parity = (uint8_t)(parity == mp_const_none ? LB_PARITY_NONE : mp_obj_get_int(parity)),
		.stop = (uint8_t)args[ARG_stop].u_int,
		.timeout_ms = (uint32_t)args[ARG_timeout].u_int,
		.timeout_char_ms = (uint32_t)args[ARG_timeout_char].u_int,
	};
	if (!lb_uart_start(self->port, &wanted))
		mp_raise_ValueError(MP_ERROR_TEXT("baudrate 300 to 4000000, bits 5 to 8, parity None, 0 or 1, stop 1 or 2"));
}

static mp_obj_t mp_machine_uart_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	(void)type;
	mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
	const mp_int_t port = mp_obj_get_int(args[0]);

	if (port < 0 || port >= LB_UART_COUNT)
		mp_raise_ValueError(MP_ERROR_TEXT("there are UART 0 and 1"));
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

	if (request == MP_STREAM_POLL)
		return (lb_uart_available(self->port) != 0 ? arg & MP_STREAM_POLL_RD : 0) | (arg & MP_STREAM_POLL_WR);
	if (request == MP_STREAM_FLUSH || request == MP_STREAM_CLOSE)
		return 0;
	*errcode = MP_EINVAL;
	return MP_STREAM_ERROR;
}
