#include "firmware/python/machine_pin.h"

#include "extmod/modmachine.h"
#include "extmod/virtpin.h"
#include "firmware/io/irq.h"
#include "firmware/python/pin_id.h"
#include "py/runtime.h"

enum { EDGE_BOTH = LB_IRQ_FALLING | LB_IRQ_RISING, NO_VALUE = -1 };

struct pin {
	mp_obj_base_t base;
	uint8_t number;
	qstr name;
};

#define PIN_OBJECT(name, alias, pull, adc) {{&lb_machine_pin_type}, LB_PIN_##name, MP_QSTR_##name},
static const struct pin pins[LB_PIN_COUNT] = {LB_PINOUT(PIN_OBJECT)};

#define MODULE_NAME(name, alias, pull, adc) {MP_ROM_QSTR(MP_QSTR_##name), MP_ROM_PTR(&pins[LB_PIN_##name])},
static const mp_rom_map_elem_t module_names_table[] = {LB_PINOUT(MODULE_NAME)};
static MP_DEFINE_CONST_DICT(module_names, module_names_table);
static MP_DEFINE_CONST_OBJ_TYPE(module_names_type, MP_QSTR_module, MP_TYPE_FLAG_NONE, locals_dict, &module_names);

#define BOARD_NAME(name, alias, pull, adc) {MP_ROM_QSTR(MP_QSTR_##alias), MP_ROM_PTR(&pins[LB_PIN_##name])},
static const mp_rom_map_elem_t board_names_table[] = {LB_PINOUT(BOARD_NAME)};
static MP_DEFINE_CONST_DICT(board_names, board_names_table);
static MP_DEFINE_CONST_OBJ_TYPE(board_names_type, MP_QSTR_exp_board, MP_TYPE_FLAG_NONE, locals_dict, &board_names);

/* How each pin is set up; at first as after a reset. */
#define RESET_SETUP(name, alias, pull, adc) {LB_PIN_IN, LB_PULL_##pull, false},
static struct {
	uint8_t mode;
	uint8_t pull;
	bool level;
} setup[LB_PIN_COUNT] = {LB_PINOUT(RESET_SETUP)};

/* --- interrupts --- */

static struct lb_irq *irq_set(const struct pin *pin, mp_obj_t handler, mp_obj_t argument, mp_int_t trigger, bool hard)
{
	if (trigger < 0 || trigger > EDGE_BOTH)
		mp_raise_ValueError(MP_ERROR_TEXT("trigger: Pin.IRQ_FALLING, Pin.IRQ_RISING or both"));
	struct lb_irq *irq = lb_irq_make(LB_IRQ_PIN + pin->number, MP_OBJ_FROM_PTR(pin));

	lb_irq_set(irq, handler, argument, (mp_uint_t)trigger, hard);
	return irq;
}

/* --- objects --- */

mp_obj_t lb_machine_pin_object(unsigned number)
{
	return MP_OBJ_FROM_PTR(&pins[number]);
}

static unsigned find_by_name(const char *name)
{
	const int number = lb_pinout_find(name);

	if (number < 0)
		mp_raise_msg_varg(&mp_type_ValueError,
		                  MP_ERROR_TEXT("no pin '%s': there are " LB_PINOUT_NAMES " and their G names"), name);
	return (unsigned)number;
}

unsigned lb_machine_pin_number(mp_obj_t pin)
{
	if (mp_obj_is_type(pin, &lb_machine_pin_type))
		return ((const struct pin *)MP_OBJ_TO_PTR(pin))->number;
	if (mp_obj_is_str(pin))
		return find_by_name(mp_obj_str_get_str(pin));
	const int number = lb_pin_id_find(mp_obj_get_int(pin));

	if (number < 0)
		mp_raise_msg_varg(&mp_type_ValueError, MP_ERROR_TEXT("pin numbers are 0 to %d"), LB_PIN_COUNT - 1);
	return (unsigned)number;
}

static void write_level(const struct pin *pin, bool level)
{
	setup[pin->number].level = level;
	lb_periph_pin_write(pin->number, level);
}

static void configure(const struct pin *pin, mp_int_t mode, mp_int_t pull)
{
	if (mode < LB_PIN_IN || mode > LB_PIN_OPEN_DRAIN)
		mp_raise_ValueError(MP_ERROR_TEXT("mode: Pin.IN, Pin.OUT or Pin.OPEN_DRAIN"));
	if (pull < LB_PULL_NONE || pull > LB_PULL_DOWN)
		mp_raise_ValueError(MP_ERROR_TEXT("pull: None, Pin.PULL_UP or Pin.PULL_DOWN"));
	setup[pin->number].mode = (uint8_t)mode;
	setup[pin->number].pull = (uint8_t)pull;
	lb_periph_pin_config(pin->number, (enum lb_pin_mode)mode, (enum lb_pin_pull)pull);
}

void lb_machine_pin_set_input(unsigned number, enum lb_pin_pull pull)
{
	configure(&pins[number], LB_PIN_IN, (mp_int_t)pull);
}

void lb_machine_pin_configure(unsigned number, enum lb_pin_mode mode, enum lb_pin_pull pull)
{
	configure(&pins[number], (mp_int_t)mode, (mp_int_t)pull);
}

void lb_machine_pin_write(unsigned number, bool level)
{
	write_level(&pins[number], level);
}

static void pin_print(const mp_print_t *print, mp_obj_t self_obj, mp_print_kind_t kind)
{
	static const char *const modes[] = {"IN", "OUT", "OPEN_DRAIN"};
	static const char *const pulls[] = {"None", "Pin.PULL_UP", "Pin.PULL_DOWN"};
	const struct pin *self = MP_OBJ_TO_PTR(self_obj);

	(void)kind;
	mp_printf(print, "Pin('%q', mode=Pin.%s, pull=%s)", self->name, modes[setup[self->number].mode],
	          pulls[setup[self->number].pull]);
}

/* init(mode, pull, *, value): what is None stays, but the pull goes with the mode. */
static void init_helper(const struct pin *self, size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_mode, ARG_pull, ARG_value, ARG_drive, ARG_hold };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_mode, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_pull, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_value, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		/* Taken, and without effect: there is nothing that they could change here. */
		{MP_QSTR_drive, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_hold, MP_ARG_KW_ONLY | MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
	mp_int_t mode = setup[self->number].mode;
	mp_int_t pull = LB_PULL_NONE;

	mp_arg_parse_all(n_args, pos_args, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	if (args[ARG_mode].u_obj != mp_const_none)
		mode = mp_obj_get_int(args[ARG_mode].u_obj);
	if (args[ARG_pull].u_obj != mp_const_none)
		pull = mp_obj_get_int(args[ARG_pull].u_obj);
	if (args[ARG_value].u_obj != mp_const_none)
		write_level(self, mp_obj_is_true(args[ARG_value].u_obj));
	configure(self, mode, pull);
}

/* Declared in extmod/virtpin.h. */
mp_obj_t mp_pin_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	(void)type;
	mp_arg_check_num(n_args, n_kw, 1, MP_OBJ_FUN_ARGS_MAX, true);
	const struct pin *self = &pins[lb_machine_pin_number(args[0])];
	mp_map_t kw_args;

	if (n_args > 1 || n_kw > 0) {
		mp_map_init_fixed_table(&kw_args, n_kw, args + n_args);
		init_helper(self, n_args - 1, args + 1, &kw_args);
	}
	return MP_OBJ_FROM_PTR(self);
}

static mp_obj_t pin_init(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args)
{
	init_helper(MP_OBJ_TO_PTR(args[0]), n_args - 1, args + 1, kw_args);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(pin_init_obj, 1, pin_init);

static mp_obj_t pin_call(mp_obj_t self_obj, size_t n_args, size_t n_kw, const mp_obj_t *args)
{
	const struct pin *self = MP_OBJ_TO_PTR(self_obj);

	mp_arg_check_num(n_args, n_kw, 0, 1, false);
	if (n_args == 0)
		return MP_OBJ_NEW_SMALL_INT(lb_periph_pin_read(self->number));
	write_level(self, mp_obj_is_true(args[0]));
	return mp_const_none;
}

static mp_obj_t pin_value(size_t n_args, const mp_obj_t *args)
{
	return pin_call(args[0], n_args - 1, 0, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pin_value_obj, 1, 2, pin_value);

static mp_obj_t pin_on(mp_obj_t self)
{
	write_level(MP_OBJ_TO_PTR(self), true);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_on_obj, pin_on);

static mp_obj_t pin_off(mp_obj_t self)
{
	write_level(MP_OBJ_TO_PTR(self), false);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_off_obj, pin_off);

static mp_obj_t pin_toggle(mp_obj_t self_obj)
{
	const struct pin *self = MP_OBJ_TO_PTR(self_obj);

	write_level(self, !setup[self->number].level);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_toggle_obj, pin_toggle);

static mp_obj_t pin_id(mp_obj_t self_obj)
{
	const struct pin *self = MP_OBJ_TO_PTR(self_obj);

	return MP_OBJ_NEW_QSTR(self->name);
}
static MP_DEFINE_CONST_FUN_OBJ_1(pin_id_obj, pin_id);

static mp_obj_t pin_mode(size_t n_args, const mp_obj_t *args)
{
	const struct pin *self = MP_OBJ_TO_PTR(args[0]);

	if (n_args == 1)
		return MP_OBJ_NEW_SMALL_INT(setup[self->number].mode);
	configure(self, mp_obj_get_int(args[1]), setup[self->number].pull);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pin_mode_obj, 1, 2, pin_mode);

static mp_obj_t pin_pull(size_t n_args, const mp_obj_t *args)
{
	const struct pin *self = MP_OBJ_TO_PTR(args[0]);
	const uint8_t now = setup[self->number].pull;

	if (n_args == 1)
		return now == LB_PULL_NONE ? mp_const_none : MP_OBJ_NEW_SMALL_INT(now);
	configure(self, setup[self->number].mode, args[1] == mp_const_none ? LB_PULL_NONE : mp_obj_get_int(args[1]));
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(pin_pull_obj, 1, 2, pin_pull);

/* irq(handler=None, trigger=IRQ_FALLING | IRQ_RISING, hard=False) */
static mp_obj_t pin_irq(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_handler, ARG_trigger, ARG_hard };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_handler, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_trigger, MP_ARG_INT, {.u_int = EDGE_BOTH}},
		{MP_QSTR_hard, MP_ARG_BOOL, {.u_bool = false}},
	};
	const struct pin *self = MP_OBJ_TO_PTR(pos_args[0]);
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];
	struct lb_irq *irq = lb_irq_get(LB_IRQ_PIN + self->number);

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	if (irq == NULL || n_args > 1 || kw_args->used > 0)
		irq = irq_set(self, args[ARG_handler].u_obj, pos_args[0], args[ARG_trigger].u_int, args[ARG_hard].u_bool);
	return MP_OBJ_FROM_PTR(irq);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(pin_irq_obj, 1, pin_irq);

/* callback(trigger, handler=None, arg=None): Pycom's; the handler gets arg, or the pin. */
static mp_obj_t pin_callback(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_trigger, ARG_handler, ARG_arg };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_trigger, MP_ARG_REQUIRED | MP_ARG_INT, {.u_int = 0}},
		{MP_QSTR_handler, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
		{MP_QSTR_arg, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_NONE}},
	};
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const mp_obj_t arg = args[ARG_arg].u_obj;

	irq_set(MP_OBJ_TO_PTR(pos_args[0]), args[ARG_handler].u_obj, arg == mp_const_none ? pos_args[0] : arg,
	        args[ARG_trigger].u_int, false);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(pin_callback_obj, 1, pin_callback);

static mp_uint_t pin_ioctl(mp_obj_t self_obj, mp_uint_t request, uintptr_t arg, int *errcode)
{
	const struct pin *self = MP_OBJ_TO_PTR(self_obj);

	(void)errcode;
	switch (request) {
	case MP_PIN_READ: return lb_periph_pin_read(self->number);
	case MP_PIN_WRITE: write_level(self, arg != 0); return 0;
	default: return (mp_uint_t)-1;
	}
}

static const mp_pin_p_t pin_protocol = {.ioctl = pin_ioctl};

static const mp_rom_map_elem_t pin_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_init), MP_ROM_PTR(&pin_init_obj)},
	{MP_ROM_QSTR(MP_QSTR_value), MP_ROM_PTR(&pin_value_obj)},
	{MP_ROM_QSTR(MP_QSTR_on), MP_ROM_PTR(&pin_on_obj)},
	{MP_ROM_QSTR(MP_QSTR_off), MP_ROM_PTR(&pin_off_obj)},
	{MP_ROM_QSTR(MP_QSTR_toggle), MP_ROM_PTR(&pin_toggle_obj)},
	{MP_ROM_QSTR(MP_QSTR_id), MP_ROM_PTR(&pin_id_obj)},
	{MP_ROM_QSTR(MP_QSTR_mode), MP_ROM_PTR(&pin_mode_obj)},
	{MP_ROM_QSTR(MP_QSTR_pull), MP_ROM_PTR(&pin_pull_obj)},
	{MP_ROM_QSTR(MP_QSTR_irq), MP_ROM_PTR(&pin_irq_obj)},
	{MP_ROM_QSTR(MP_QSTR_callback), MP_ROM_PTR(&pin_callback_obj)},
	{MP_ROM_QSTR(MP_QSTR_module), MP_ROM_PTR(&module_names_type)},
	{MP_ROM_QSTR(MP_QSTR_exp_board), MP_ROM_PTR(&board_names_type)},
	{MP_ROM_QSTR(MP_QSTR_IN), MP_ROM_INT(LB_PIN_IN)},
	{MP_ROM_QSTR(MP_QSTR_OUT), MP_ROM_INT(LB_PIN_OUT)},
	{MP_ROM_QSTR(MP_QSTR_OPEN_DRAIN), MP_ROM_INT(LB_PIN_OPEN_DRAIN)},
	{MP_ROM_QSTR(MP_QSTR_PULL_UP), MP_ROM_INT(LB_PULL_UP)},
	{MP_ROM_QSTR(MP_QSTR_PULL_DOWN), MP_ROM_INT(LB_PULL_DOWN)},
	{MP_ROM_QSTR(MP_QSTR_IRQ_FALLING), MP_ROM_INT(LB_IRQ_FALLING)},
	{MP_ROM_QSTR(MP_QSTR_IRQ_RISING), MP_ROM_INT(LB_IRQ_RISING)},
};
static MP_DEFINE_CONST_DICT(pin_locals, pin_locals_table);

MP_DEFINE_CONST_OBJ_TYPE(lb_machine_pin_type, MP_QSTR_Pin, MP_TYPE_FLAG_NONE, make_new, mp_pin_make_new, print,
                         pin_print, call, pin_call, protocol, &pin_protocol, locals_dict, &pin_locals);
