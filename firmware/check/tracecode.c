/* The linker gives us two calls of MicroPython's (see firmware/Makefile): its compiler has made a function's code, and
 * a module's code is about to become a function, with all names known. */
#include "firmware/check/tracecode.h"

#include <string.h>

#include "firmware/check/standin.h"
#include "firmware/check/tracing.h"
#include "py/bc.h"
#include "py/bc0.h"
#include "py/emitglue.h"
#include "py/gc.h"

/* The linker leads calls of NAME to __wrap_NAME here; __real_NAME is the function. Both are as its header says. */
#define CALL(name) __typeof__(name) __real_##name, __wrap_##name
CALL(mp_emit_glue_assign_bytecode);
CALL(mp_emit_glue_assign_native);
CALL(mp_make_function_from_proto_fun);

enum { SLOTS = 4 * LB_TRACE_FUNCTIONS, PENDING = LB_TRACE_FUNCTIONS, CODE_MAX = UINT16_MAX, LONGEST_TEXT = 64 };

static struct {
	const byte *code;
	uint32_t function;
} known[SLOTS];

static mp_raw_code_t *pending[PENDING]; /* compiled since the last module; native ones too */
static size_t pending_count;

/* --- which code is which --- */

static size_t slot_of(const byte *code)
{
	size_t at = ((uintptr_t)code >> 4) * 2654435761u % SLOTS;

	while (known[at].code != NULL && known[at].code != code)
		at = (at + 1) % SLOTS;
	return at;
}

uint32_t lb_tracecode_find(const byte *code)
{
	const size_t at = slot_of(code);

	return known[at].code == code ? known[at].function : LB_TRACECODE_NONE;
}

/* Memory of code that is gone is used for other code: the newest counts. Never more than half full: the rest of a long
 * session's code is not followed. */
static void remember(const byte *code, uint32_t function)
{
	static size_t used;
	const size_t at = slot_of(code);

	if (known[at].code == NULL && used == SLOTS / 2) {
		lb_tracing()->full = 1;
		return;
	}
	used += known[at].code == NULL;
	known[at].code = code;
	known[at].function = function;
}

/* --- a function's head --- */

struct head {
	uint32_t file, name;
	const byte *line_info, *line_info_top, *start, *end;
};

static void read_head(const byte *code, const mp_module_constants_t *constants, struct head *head)
{
	const byte *ip = code;

	MP_BC_PRELUDE_SIG_DECODE(ip);
	MP_BC_PRELUDE_SIZE_DECODE(ip);
	head->line_info_top = ip + n_info;
	head->start = ip + n_info + n_cell;
	head->end = code + gc_nbytes(code);
	head->name = lb_tracing_qstr(constants->qstr_table[mp_decode_uint_value(ip)]);
	head->file = lb_tracing_file(constants->qstr_table[0]);
	for (size_t i = 0; i < 1 + n_pos_args + n_kwonly_args; i++)
		ip = mp_decode_uint_skip(ip);
	head->line_info = ip;
}

/* --- instructions --- */

/* By opcode; what is not here is LB_TRACE_OTHER, or in one of the ranges below. */
static const uint8_t kinds[256] = {
	[MP_BC_LOAD_NAME] = LB_TRACE_NAME,
	[MP_BC_LOAD_GLOBAL] = LB_TRACE_NAME,
	[MP_BC_LOAD_ATTR] = LB_TRACE_ATTRIBUTE,
	[MP_BC_LOAD_METHOD] = LB_TRACE_METHOD,
	[MP_BC_LOAD_SUPER_METHOD] = LB_TRACE_METHOD,
	[MP_BC_LOAD_FAST_N] = LB_TRACE_LOCAL,
	[MP_BC_LOAD_DEREF] = LB_TRACE_LOCAL,
	[MP_BC_STORE_NAME] = LB_TRACE_STORE,
	[MP_BC_STORE_GLOBAL] = LB_TRACE_STORE,
	[MP_BC_STORE_ATTR] = LB_TRACE_STORE,
	[MP_BC_STORE_FAST_N] = LB_TRACE_STORE_LOCAL,
	[MP_BC_STORE_DEREF] = LB_TRACE_STORE_LOCAL,
	[MP_BC_LOAD_CONST_SMALL_INT] = LB_TRACE_INT,
	[MP_BC_LOAD_CONST_FALSE] = LB_TRACE_FALSE,
	[MP_BC_LOAD_CONST_NONE] = LB_TRACE_NONE,
	[MP_BC_LOAD_CONST_STRING] = LB_TRACE_STRING,
	[MP_BC_CALL_FUNCTION] = LB_TRACE_CALL,
	[MP_BC_CALL_FUNCTION_VAR_KW] = LB_TRACE_CALL,
	[MP_BC_CALL_METHOD] = LB_TRACE_CALL,
	[MP_BC_CALL_METHOD_VAR_KW] = LB_TRACE_CALL,
	[MP_BC_MAKE_FUNCTION] = LB_TRACE_MAKE,
	[MP_BC_MAKE_FUNCTION_DEFARGS] = LB_TRACE_MAKE,
	[MP_BC_MAKE_CLOSURE] = LB_TRACE_MAKE,
	[MP_BC_MAKE_CLOSURE_DEFARGS] = LB_TRACE_MAKE,
	[MP_BC_IMPORT_NAME] = LB_TRACE_IMPORT,
	[MP_BC_IMPORT_FROM] = LB_TRACE_IMPORT_FROM,
	[MP_BC_JUMP] = LB_TRACE_JUMP,
	[MP_BC_UNWIND_JUMP] = LB_TRACE_JUMP,
	[MP_BC_POP_EXCEPT_JUMP] = LB_TRACE_JUMP,
	[MP_BC_POP_JUMP_IF_TRUE] = LB_TRACE_BRANCH,
	[MP_BC_POP_JUMP_IF_FALSE] = LB_TRACE_BRANCH,
	[MP_BC_JUMP_IF_TRUE_OR_POP] = LB_TRACE_BRANCH,
	[MP_BC_JUMP_IF_FALSE_OR_POP] = LB_TRACE_BRANCH,
	[MP_BC_FOR_ITER] = LB_TRACE_ITERATE,
	[MP_BC_SETUP_WITH] = LB_TRACE_HANDLER,
	[MP_BC_SETUP_EXCEPT] = LB_TRACE_HANDLER,
	[MP_BC_SETUP_FINALLY] = LB_TRACE_HANDLER,
	[MP_BC_RETURN_VALUE] = LB_TRACE_RETURN,
	[MP_BC_RAISE_LAST] = LB_TRACE_RAISE,
	[MP_BC_RAISE_OBJ] = LB_TRACE_RAISE,
	[MP_BC_RAISE_FROM] = LB_TRACE_RAISE,
	[MP_BC_YIELD_VALUE] = LB_TRACE_YIELD,
	[MP_BC_YIELD_FROM] = LB_TRACE_YIELD,
	[MP_BC_POP_TOP] = LB_TRACE_POP,
};

/* Opcodes that carry a small number in themselves. */
static bool decode_multi(byte opcode, struct lb_trace_instruction *into)
{
	if (opcode >= MP_BC_STORE_FAST_MULTI && opcode < MP_BC_STORE_FAST_MULTI + MP_BC_STORE_FAST_MULTI_NUM) {
		into->kind = LB_TRACE_STORE_LOCAL;
		into->argument = opcode - MP_BC_STORE_FAST_MULTI;
	} else if (opcode >= MP_BC_LOAD_FAST_MULTI && opcode < MP_BC_LOAD_FAST_MULTI + MP_BC_LOAD_FAST_MULTI_NUM) {
		into->kind = LB_TRACE_LOCAL;
		into->argument = opcode - MP_BC_LOAD_FAST_MULTI;
	} else if (opcode >= MP_BC_LOAD_CONST_SMALL_INT_MULTI &&
	           opcode < MP_BC_LOAD_CONST_SMALL_INT_MULTI + MP_BC_LOAD_CONST_SMALL_INT_MULTI_NUM) {
		into->kind = LB_TRACE_INT;
		into->argument =
			(uint32_t)(opcode - MP_BC_LOAD_CONST_SMALL_INT_MULTI - MP_BC_LOAD_CONST_SMALL_INT_MULTI_EXCESS);
	}
	return opcode >= MP_BC_LOAD_CONST_SMALL_INT_MULTI;
}

/* Forward from behind the operand, or either way, with an excess. */
static const byte *decode_label(byte opcode, const byte *ip, const byte *code, struct lb_trace_instruction *into)
{
	const bool is_signed = opcode <= MP_BC_POP_JUMP_IF_FALSE;
	const bool is_long = (ip[0] & 0x80) != 0;
	const int32_t distance = is_long ? (ip[0] & 0x7f) | ip[1] << 7 : ip[0];

	ip += is_long ? 2 : 1;
	into->argument = (uint32_t)(ip - code + distance - (is_signed ? (is_long ? 0x4000 : 0x40) : 0));
	return ip;
}

/* A small int's first byte has its sign. */
static uint32_t decode_int(const byte *ip)
{
	uint32_t number = (ip[0] & 0x40) != 0 ? UINT32_MAX : 0;

	do {
		number = number << 7 | (*ip & 0x7f);
	} while ((*ip++ & 0x80) != 0);
	return number;
}

/* A text that is too long to be a name. */
static void decode_object(mp_obj_t object, struct lb_trace_instruction *into)
{
	into->argument = 0;
	if ((!mp_obj_is_str(object) && !mp_obj_is_type(object, &mp_type_bytes)) ||
	    strlen(mp_obj_str_get_str(object)) >= LONGEST_TEXT)
		return;
	into->kind = LB_TRACE_STRING;
	into->argument = lb_tracing_text(mp_obj_str_get_str(object));
}

/* Returns where the next one begins. */
static const byte *decode(const byte *ip, const byte *code, const mp_module_constants_t *constants,
                          struct lb_trace_instruction *into)
{
	const byte opcode = *ip++;
	const unsigned format = MP_BC_FORMAT(opcode);
	const byte *operand = ip;

	*into = (struct lb_trace_instruction){.offset = (uint16_t)(operand - 1 - code), .kind = kinds[opcode]};
	if (decode_multi(opcode, into))
		return ip;
	if (format == MP_BC_FORMAT_OFFSET)
		ip = decode_label(opcode, ip, code, into);
	else if (format == MP_BC_FORMAT_QSTR || format == MP_BC_FORMAT_VAR_UINT)
		ip = mp_decode_uint_skip(ip);
	if (format == MP_BC_FORMAT_QSTR)
		into->argument = lb_tracing_qstr(constants->qstr_table[mp_decode_uint_value(operand)]);
	else if (format == MP_BC_FORMAT_VAR_UINT)
		into->argument =
			opcode == MP_BC_LOAD_CONST_SMALL_INT ? decode_int(operand) : (uint32_t)mp_decode_uint_value(operand);
	if (opcode == MP_BC_LOAD_CONST_OBJ)
		decode_object(constants->obj_table[into->argument], into);
	if (format != MP_BC_FORMAT_QSTR && (opcode & MP_BC_MASK_EXTRA_BYTE) == 0)
		ip++;
	return ip;
}

static uint32_t number_of_child(const mp_raw_code_t *code, uint32_t index);

/* Up to the end of the code's memory, whose rest is 0: no opcode. */
static void list_instructions(const mp_raw_code_t *raw, const struct head *head, const mp_module_constants_t *constants,
                              struct lb_trace_function *function)
{
	struct lb_trace *trace = lb_tracing();
	const byte *code = raw->fun_data;
	uint16_t line = 0;

	function->instructions_at = trace->instructions;
	for (const byte *ip = head->start; ip < head->end && *ip >= MP_BC_BASE_QSTR_O;) {
		if (trace->instructions == LB_TRACE_INSTRUCTIONS) {
			trace->full = 1;
			break;
		}
		struct lb_trace_instruction *into = &trace->instruction[trace->instructions++];
		const size_t offset = (size_t)(ip - head->start);

		ip = decode(ip, code, constants, into);
		into->line = (uint16_t)mp_bytecode_get_source_line(head->line_info, head->line_info_top, offset);
		into->starts = into->line != line;
		line = into->line;
		if (into->kind == LB_TRACE_MAKE)
			into->argument = number_of_child(raw, into->argument);
	}
	function->instructions = trace->instructions - function->instructions_at;
	function->line = function->instructions > 0 ? trace->instruction[function->instructions_at].line : 0;
}

/* --- functions --- */

static bool is_native(const mp_raw_code_t *raw)
{
	return raw->kind != MP_CODE_BYTECODE;
}

/* The same as one that was compiled before, by this CPU or another? */
static uint32_t find_again(const struct lb_trace_function *wanted)
{
	const struct lb_trace *trace = lb_tracing();

	for (uint32_t i = 0; i < trace->functions; i++) {
		const struct lb_trace_function *function = &trace->function[i];

		if (function->file == wanted->file && function->name == wanted->name && function->parent == wanted->parent &&
		    function->ordinal == wanted->ordinal && function->code_bytes == wanted->code_bytes &&
		    function->native == wanted->native)
			return i;
	}
	return LB_TRACECODE_NONE;
}

static uint32_t add(const struct lb_trace_function *wanted)
{
	struct lb_trace *trace = lb_tracing();

	if (trace->functions == LB_TRACE_FUNCTIONS || trace->seen_bytes + wanted->code_bytes > LB_TRACE_SEEN_BYTES) {
		trace->full = 1;
		return LB_TRACECODE_NONE;
	}
	trace->function[trace->functions] = *wanted;
	trace->function[trace->functions].seen_at = trace->seen_bytes;
	trace->seen_bytes += wanted->code_bytes;
	return trace->functions++;
}

struct place {
	uint32_t parent, ordinal;
};

/* Those that a function makes are listed after it, so that the list of instructions of each is in one piece; but it
 * names them by number, so they are entered first. */
static uint32_t enter(const mp_raw_code_t *raw, const mp_module_constants_t *constants, struct place place,
                      struct head *head, bool *is_new)
{
	struct lb_trace_function wanted = {.parent = place.parent, .ordinal = place.ordinal, .native = is_native(raw)};

	if (!wanted.native) {
		if (gc_nbytes(raw->fun_data) > CODE_MAX) {
			lb_tracing()->full = 1;
			*is_new = false;
			return LB_TRACECODE_NONE;
		}
		if (lb_standin_has_file(constants->qstr_table[0])) {
			remember(raw->fun_data, LB_TRACECODE_NONE);
			*is_new = false;
			return LB_TRACECODE_NONE;
		}
		read_head(raw->fun_data, constants, head);
		wanted.file = head->file;
		wanted.name = head->name;
		wanted.code_bytes = (uint32_t)(head->end - (const byte *)raw->fun_data);
	}
	uint32_t number = find_again(&wanted);
	if (number == LB_TRACECODE_NONE)
		number = add(&wanted);
	/* A CPU that ended in the middle of a list has left none. */
	*is_new = number != LB_TRACECODE_NONE && lb_tracing()->function[number].instructions == 0;
	if (!wanted.native && number != LB_TRACECODE_NONE)
		remember(raw->fun_data, number);
	return number;
}

static bool is_pending(const mp_raw_code_t *raw)
{
	for (size_t i = 0; i < pending_count; i++)
		if (pending[i] == raw)
			return true;
	return false;
}

static uint32_t child_numbers[LB_TRACE_FUNCTIONS]; /* by place in pending */

static uint32_t number_of_child(const mp_raw_code_t *code, uint32_t index)
{
	for (size_t i = 0; i < pending_count; i++)
		if (code->children != NULL && pending[i] == code->children[index])
			return child_numbers[i];
	return 0;
}

static void note_number(const mp_raw_code_t *raw, uint32_t number)
{
	for (size_t i = 0; i < pending_count; i++)
		if (pending[i] == raw)
			child_numbers[i] = number == LB_TRACECODE_NONE ? 0 : number + 1;
}

/* How many functions a function makes is written nowhere but in the size of the list's memory; its rest is zero. */
static size_t count_children(const mp_raw_code_t *raw)
{
	size_t count = 0;

	if (raw->children == NULL || is_native(raw))
		return 0;
	const size_t most = gc_nbytes(raw->children) / sizeof(raw->children[0]);
	while (count < most && raw->children[count] != NULL && is_pending(raw->children[count]))
		count++;
	return count;
}

static void list(const mp_raw_code_t *raw, const mp_module_constants_t *constants, struct place place)
{
	struct head head = {.file = 0};
	bool is_new;
	const uint32_t number = enter(raw, constants, place, &head, &is_new);
	const size_t children = count_children(raw);

	note_number(raw, number);
	if (number == LB_TRACECODE_NONE)
		return;
	for (size_t i = 0; i < children; i++)
		list(raw->children[i], constants, (struct place){number + 1, (uint32_t)i});
	if (is_new && !is_native(raw))
		list_instructions(raw, &head, constants, &lb_tracing()->function[number]);
}

/* --- what the linker sends here --- */

static void await_names(mp_raw_code_t *raw)
{
	if (pending_count < PENDING)
		pending[pending_count++] = raw;
	else
		lb_tracing()->full = 1;
}

void __wrap_mp_emit_glue_assign_bytecode(mp_raw_code_t *rc, const byte *code, mp_raw_code_t **children,
                                         uint16_t scope_flags)
{
	__real_mp_emit_glue_assign_bytecode(rc, code, children, scope_flags);
	await_names(rc);
}

void __wrap_mp_emit_glue_assign_native(mp_raw_code_t *rc, mp_raw_code_kind_t kind, const void *fun_data,
                                       mp_uint_t fun_len, mp_raw_code_t **children, uint16_t scope_flags,
                                       uint32_t asm_n_pos_args, uint32_t asm_type_sig)
{
	__real_mp_emit_glue_assign_native(rc, kind, fun_data, fun_len, children, scope_flags, asm_n_pos_args, asm_type_sig);
	await_names(rc);
}

/* A compilation that failed left functions behind, whose memory may be others' by now: only those that the module
 * itself reaches count, and of two with the same place the newer one is the same place. */
mp_obj_t __wrap_mp_make_function_from_proto_fun(mp_proto_fun_t proto_fun, const mp_module_context_t *context,
                                                const mp_obj_t *def_args)
{
	if (pending_count > 0 && !mp_proto_fun_is_bytecode(proto_fun) && is_pending(proto_fun)) {
		list(proto_fun, &context->constants, (struct place){0, 0});
		pending_count = 0;
	}
	return __real_mp_make_function_from_proto_fun(proto_fun, context, def_args);
}
