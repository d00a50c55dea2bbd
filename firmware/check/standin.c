/* The linker leads calls by which code finds pins, attributes, files and modules here first (see firmware/Makefile). */
#include "firmware/check/standin.h"

#include <string.h>

#include "core/hw/periph.h"
#include "core/hw/pinout.h"
#include "firmware/check/traceask.h"
#include "firmware/check/tracing.h"
#include "firmware/python/program.h"
#include "firmware/io/bootinfo.h"
#include "firmware/python/pin_id.h"
#include "py/builtin.h"
#include "py/compile.h"
#include "py/gc.h"
#include "py/lexer.h"
#include "py/mperrno.h"
#include "py/objlist.h"
#include "py/objmodule.h"
#include "py/runtime.h"

#define CALL(name) __typeof__(name) __real_##name, __wrap_##name
CALL(mp_vfs_import_stat);
CALL(mp_lexer_new_from_file);
CALL(mp_load_method_maybe);
CALL(mp_load_method_protected);
CALL(mp_import_all);
CALL(mp_module_get_builtin);
CALL(gc_collect_start);
CALL(lb_pinout_find);
CALL(lb_pin_id_find);

#define FOLDER LB_STANDIN_FOLDER "/"

enum { TARGETS = 48, NAMES = 1024, PINS = 64, HIDDEN = 16, NO_PIN = -1 };

/* Names over a built-in module's or class's; the values are of the VM that runs. */
static struct {
	mp_obj_t target[TARGETS];
	mp_obj_t names[TARGETS]; /* a dict each */
	size_t count;
	uint8_t known[NAMES]; /* by a name's number: may it be in one of them? */
} over;

/* Built-in modules that the board has not. */
static struct {
	qstr module[HIDDEN];
	size_t count;
} hidden;

/* The board's pins: those that are told, and the others below `numbers` as they come. */
static struct {
	struct {
		qstr name; /* MP_QSTRnull: it has only a number */
		long number;
		int pin;
	} told[PINS];
	size_t count;
	long numbers;
	uint32_t used; /* pins by bits */
} board;

/* --- the profile's files --- */

bool lb_standin_is_on(void)
{
	return lb_tracing()->profile[0] != '\0' && !lb_bootinfo_is_safe();
}

/* Its text; NULL: there is none. is_folder: are there files below it? */
static const char *find_file(const char *name, bool *is_folder)
{
	const size_t size = strlen(name);
	const char *at = lb_tracing()->profile;

	*is_folder = false;
	while (*at != '\0') {
		const char *text = at + strlen(at) + 1;

		if (strcmp(at, name) == 0)
			return text;
		*is_folder = *is_folder || (strncmp(at, name, size) == 0 && at[size] == '/');
		at = text + strlen(text) + 1;
	}
	return NULL;
}

static bool is_in_folder(const char *path)
{
	return strncmp(path, FOLDER, sizeof(FOLDER) - 1) == 0 && lb_standin_is_on();
}

/* What start and board.py do is for us alone, and no module of the board's. */
static bool is_ours(const char *name)
{
	return strcmp(name, "start.py") == 0 || strcmp(name, "board.py") == 0;
}

mp_import_stat_t __wrap_mp_vfs_import_stat(const char *path)
{
	bool is_folder;

	if (!is_in_folder(path))
		return __real_mp_vfs_import_stat(path);
	if (find_file(path + sizeof(FOLDER) - 1, &is_folder) != NULL)
		return is_ours(path + sizeof(FOLDER) - 1) ? MP_IMPORT_STAT_NO_EXIST : MP_IMPORT_STAT_FILE;
	return is_folder ? MP_IMPORT_STAT_DIR : MP_IMPORT_STAT_NO_EXIST;
}

mp_lexer_t *__wrap_mp_lexer_new_from_file(qstr filename)
{
	const char *path = qstr_str(filename);
	bool is_folder;
	const char *text = is_in_folder(path) ? find_file(path + sizeof(FOLDER) - 1, &is_folder) : NULL;

	return text != NULL ? mp_lexer_new_from_str_len(filename, text, strlen(text), 0) :
	                      __real_mp_lexer_new_from_file(filename);
}

bool lb_standin_has_file(qstr name)
{
	return strncmp(qstr_str(name), FOLDER, sizeof(FOLDER) - 1) == 0;
}

static bool is_of_profile(mp_obj_t module)
{
	mp_obj_t file;

	if (!mp_obj_is_type(module, &mp_type_module))
		return false;
	const mp_map_elem_t *found =
		mp_map_lookup(&mp_obj_module_get_globals(module)->map, MP_OBJ_NEW_QSTR(MP_QSTR___file__), MP_MAP_LOOKUP);
	file = found != NULL ? found->value : MP_OBJ_NULL;
	return file != MP_OBJ_NULL && mp_obj_is_str(file) &&
	       strncmp(mp_obj_str_get_str(file), FOLDER, sizeof(FOLDER) - 1) == 0;
}

/* A class knows the name of the module that it was made in. */
bool lb_standin_made(mp_obj_t object)
{
	if (!lb_standin_is_on())
		return false;
	if (mp_obj_is_type(object, &mp_type_module))
		return is_of_profile(object);
	const mp_obj_type_t *type = mp_obj_is_type(object, &mp_type_type) ? MP_OBJ_TO_PTR(object) : mp_obj_get_type(object);
	if (!MP_OBJ_TYPE_HAS_SLOT(type, locals_dict))
		return false;
	const mp_map_elem_t *name = mp_map_lookup(&MP_OBJ_TYPE_GET_SLOT(type, locals_dict)->map,
	                                          MP_OBJ_NEW_QSTR(MP_QSTR___module__), MP_MAP_LOOKUP);
	const mp_map_elem_t *module =
		name != NULL ? mp_map_lookup(&MP_STATE_VM(mp_loaded_modules_dict).map, name->value, MP_MAP_LOOKUP) : NULL;

	return module != NULL && is_of_profile(module->value);
}

/* --- names over others --- */

static const mp_map_elem_t *find_over(mp_obj_t target, qstr name)
{
	const mp_map_elem_t *found = NULL;

	for (size_t i = 0; i < over.count && found == NULL; i++) {
		mp_obj_dict_t *names = MP_OBJ_TO_PTR(over.names[i]);

		if (over.target[i] == target)
			found = mp_map_lookup(&names->map, MP_OBJ_NEW_QSTR(name), MP_MAP_LOOKUP);
	}
	return found;
}

bool lb_standin_load(mp_obj_t base, qstr name, mp_obj_t *dest)
{
	const bool is_object = !mp_obj_is_type(base, &mp_type_type) && !mp_obj_is_type(base, &mp_type_module);

	if (!over.known[name % NAMES])
		return false;
	const mp_obj_type_t *type = mp_obj_get_type(base);
	const mp_map_elem_t *found = find_over(is_object ? MP_OBJ_FROM_PTR(type) : base, name);

	if (found == NULL)
		return false;
	dest[0] = found->value;
	dest[1] = MP_OBJ_NULL;
	if (found->value == MP_OBJ_FROM_PTR(&mp_const_notimplemented_obj))
		dest[0] = MP_OBJ_NULL;
	if (is_object && dest[0] != MP_OBJ_NULL)
		mp_convert_member_lookup(base, type, found->value, dest);
	return true;
}

void __wrap_mp_load_method_maybe(mp_obj_t object, qstr name, mp_obj_t *dest)
{
	if (!lb_standin_load(object, name, dest))
		__real_mp_load_method_maybe(object, name, dest);
}

void __wrap_mp_load_method_protected(mp_obj_t object, qstr name, mp_obj_t *dest, bool catch_all)
{
	if (!lb_standin_load(object, name, dest))
		__real_mp_load_method_protected(object, name, dest, catch_all);
}

void __wrap_mp_import_all(mp_obj_t module)
{
	__real_mp_import_all(module);
	for (size_t i = 0; i < over.count; i++) {
		const mp_obj_dict_t *names = MP_OBJ_TO_PTR(over.names[i]);

		for (size_t n = 0; over.target[i] == module && n < names->map.alloc; n++)
			if (mp_map_slot_is_filled(&names->map, n) &&
			    names->map.table[n].value != MP_OBJ_FROM_PTR(&mp_const_notimplemented_obj))
				mp_store_name(mp_obj_str_get_qstr(names->map.table[n].key), names->map.table[n].value);
	}
}

mp_obj_t __wrap_mp_module_get_builtin(qstr name, bool extensible)
{
	for (size_t i = 0; i < hidden.count; i++)
		if (hidden.module[i] == name)
			return MP_OBJ_NULL;
	return __real_mp_module_get_builtin(name, extensible);
}

/* The names are reached by nothing else that is collected. */
void __wrap_gc_collect_start(void)
{
	__real_gc_collect_start();
	gc_collect_root((void **)over.names, over.count);
	gc_collect_root((void **)over.target, over.count);
}

/* --- pins --- */

static int find_told(qstr name, long number)
{
	for (size_t i = 0; i < board.count; i++)
		if (name != MP_QSTRnull ? board.told[i].name == name :
		                          board.told[i].name == MP_QSTRnull && board.told[i].number == number)
			return board.told[i].pin;
	return NO_PIN;
}

/* From the last pin down, since programs count up from the first. */
static int next_free(void)
{
	for (int pin = LB_PIN_COUNT - 1; pin >= 0; pin--)
		if ((board.used >> pin & 1) == 0)
			return pin;
	return LB_PIN_COUNT - 1;
}

static void tell_pin(qstr name, long number, int pin)
{
	if (board.count == PINS)
		return;
	board.told[board.count].name = name;
	board.told[board.count].number = number;
	board.told[board.count++].pin = pin;
	board.used |= 1u << pin;
}

int __wrap_lb_pin_id_find(long number)
{
	if (!lb_standin_is_on() || board.numbers == 0)
		return __real_lb_pin_id_find(number);
	if (find_told(MP_QSTRnull, number) == NO_PIN && number >= 0 && number < board.numbers)
		tell_pin(MP_QSTRnull, number, next_free());
	return find_told(MP_QSTRnull, number);
}

int __wrap_lb_pinout_find(const char *name)
{
	if (!lb_standin_is_on() || board.numbers == 0)
		return __real_lb_pinout_find(name);
	return find_told(qstr_from_str(name), 0);
}

/* --- the module _board --- */

/* over(target, names): a module's or class's names, which come before its own; NotImplemented: it has none of that
 * name. */
static mp_obj_t board_over(mp_obj_t target, mp_obj_t names)
{
	const mp_obj_dict_t *dict = MP_OBJ_TO_PTR(names);

	if (over.count == TARGETS || !mp_obj_is_type(names, &mp_type_dict))
		mp_raise_ValueError(NULL);
	over.target[over.count] = target;
	over.names[over.count++] = names;
	for (size_t i = 0; i < dict->map.alloc; i++)
		if (mp_map_slot_is_filled(&dict->map, i))
			over.known[mp_obj_str_get_qstr(dict->map.table[i].key) % NAMES] = 1;
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(board_over_obj, board_over);

/* under(object, name): what is below such a name. */
static mp_obj_t board_under(mp_obj_t object, mp_obj_t name)
{
	mp_obj_t dest[2];

	__real_mp_load_method_maybe(object, mp_obj_str_get_qstr(name), dest);
	if (dest[0] == MP_OBJ_NULL)
		mp_raise_msg(&mp_type_AttributeError, NULL);
	return dest[1] == MP_OBJ_NULL ? dest[0] : mp_obj_new_bound_meth(dest[0], dest[1]);
}
static MP_DEFINE_CONST_FUN_OBJ_2(board_under_obj, board_under);

/* pin(number or name, 'P5') */
static mp_obj_t board_pin(mp_obj_t id, mp_obj_t pin)
{
	const bool is_name = mp_obj_is_str(id);

	tell_pin(is_name ? mp_obj_str_get_qstr(id) : MP_QSTRnull, is_name ? 0 : mp_obj_get_int(id),
	         __real_lb_pinout_find(mp_obj_str_get_str(pin)));
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_2(board_pin_obj, board_pin);

/* pins(count): from now on only the board's, numbers below count. */
static mp_obj_t board_pins(mp_obj_t count)
{
	board.numbers = mp_obj_get_int(count);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(board_pins_obj, board_pins);

/* hide(module): the board has none of that name. */
static mp_obj_t board_hide(mp_obj_t name)
{
	if (hidden.count < HIDDEN)
		hidden.module[hidden.count++] = mp_obj_str_get_qstr(name);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(board_hide_obj, board_hide);

/* text(name) of a file of the profile, None when there is none. */
static mp_obj_t board_text(mp_obj_t name)
{
	bool is_folder;
	const char *text = find_file(mp_obj_str_get_str(name), &is_folder);

	return text != NULL ? mp_obj_new_str_from_cstr(text) : mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(board_text_obj, board_text);

/* gap(text): the script asked for what nothing here can answer. */
static mp_obj_t board_gap(mp_obj_t text)
{
	lb_traceask_gap(mp_obj_str_get_str(text));
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(board_gap_obj, board_gap);

/* wire(): the script asks a sensor on a pin of its own. */
static mp_obj_t board_wire(void)
{
	lb_traceask_device(LB_TRACE_WIRE);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(board_wire_obj, board_wire);

/* retained([bytes]): what RTC.memory() keeps until the power goes. */
static mp_obj_t board_retained(size_t n_args, const mp_obj_t *args)
{
	struct lb_trace *trace = lb_tracing();
	mp_buffer_info_t data;

	if (n_args == 0)
		return mp_obj_new_bytes(trace->retained, trace->retained_bytes);
	mp_get_buffer_raise(args[0], &data, MP_BUFFER_READ);
	if (data.len > LB_TRACE_RETAINED_BYTES)
		mp_raise_ValueError(MP_ERROR_TEXT("buffer too long"));
	memcpy(trace->retained, data.buf, data.len);
	trace->retained_bytes = (uint32_t)data.len;
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(board_retained_obj, 0, 1, board_retained);

static void make_module(void)
{
	static const struct {
		const char *name;
		const void *function;
	} functions[] = {
		{"over", &board_over_obj},    {"under", &board_under_obj},       {"pin", &board_pin_obj},
		{"pins", &board_pins_obj},    {"text", &board_text_obj},         {"gap", &board_gap_obj},
		{"wire", &board_wire_obj},    {"retained", &board_retained_obj}, {"hide", &board_hide_obj},
		{"run", &lb_program_run_obj},
	};
	const mp_obj_t module = mp_obj_new_module(qstr_from_str("_board"));

	for (size_t i = 0; i < MP_ARRAY_SIZE(functions); i++)
		mp_obj_dict_store(MP_OBJ_FROM_PTR(mp_obj_module_get_globals(module)),
		                  MP_OBJ_NEW_QSTR(qstr_from_str(functions[i].name)), MP_OBJ_FROM_PTR(functions[i].function));
}

/* --- start --- */

/* In a namespace of its own. */
static void run_start(const char *text)
{
	const qstr name = qstr_from_str(FOLDER "start.py");
	mp_obj_t globals = mp_obj_new_dict(0);

	mp_obj_dict_store(globals, MP_OBJ_NEW_QSTR(MP_QSTR___name__), MP_OBJ_NEW_QSTR(qstr_from_str("_start")));
	mp_lexer_t *lexer = mp_lexer_new_from_str_len(name, text, strlen(text), 0);
	mp_parse_compile_execute(lexer, MP_PARSE_FILE_INPUT, globals, globals);
}

/* A profile that does not start is a gap: nothing that follows is as on that board. */
void lb_standin_start(void)
{
	bool is_folder;
	nlr_buf_t nlr;

	memset(&over, 0, sizeof(over));
	memset(&board, 0, sizeof(board));
	memset(&hidden, 0, sizeof(hidden));
	if (!lb_standin_is_on())
		return;
	if (lb_bootinfo_down()->cause == LB_CAUSE_POWER_ON && !lb_bootinfo_is_soft())
		lb_tracing()->retained_bytes = 0;
	if (nlr_push(&nlr) == 0) {
		const char *text = find_file("start.py", &is_folder);

		make_module();
		if (text == NULL)
			mp_raise_OSError(MP_ENOENT);
		run_start(text);
		nlr_pop();
		return;
	}
	mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val));
	lb_traceask_gap("the board's profile did not start");
}
