/* What happens while scripts run, written into the trace: each instruction, errors, devices that are waited for, the
 * heap. The linker gives us the calls named __wrap_ in place of the functions of that name (see firmware/Makefile). */
#include <stdio.h>
#include <string.h>

#include "core/hw/periph.h"
#include "firmware/check/standin.h"
#include "firmware/check/tracecode.h"
#include "firmware/check/traceask.h"
#include "firmware/check/tracecut.h"
#include "firmware/check/tracehook.h"
#include "firmware/check/tracethread.h"
#include "firmware/check/tracing.h"
#include "firmware/io/bootinfo.h"
#include "py/bc.h"
#include "py/builtin.h"
#include "py/gc.h"
#include "py/objexcept.h"
#include "py/objfun.h"
#include "py/objmodule.h"
#include "py/runtime.h"
#include "shared/runtime/pyexec.h"

/* The linker leads calls of NAME to __wrap_NAME here; __real_NAME is the function. Both are as its header says. */
#define CALL(name) __typeof__(name) __real_##name, __wrap_##name
CALL(mp_execute_bytecode);
CALL(mp_load_attr);
CALL(mp_load_method);
CALL(mp_import_from);
CALL(mp_obj_exception_add_traceback);
CALL(lb_script_after_exec);
CALL(pyexec_file_if_exists);
CALL(lb_bootinfo_note_soft_reset);
CALL(lb_bootinfo_init);
CALL(gc_init);
CALL(gc_collect);
CALL(lb_periph_deepsleep);

enum {
	STANDIN_BYTES = 192 << 10, /* of the heap, for what a board that is stood in for has in its image */
	SAMPLE_BYTES = 16384,
	SAMPLES = 16, /* then twice as seldom, and so on, up to a sixteenth of the heap */
	TEXT_BYTES = 160,
};

/* Of the thread that runs Python. */
static struct lb_tracethread_own own = {.function = LB_TRACECODE_NONE};

static struct {
	uint32_t script;   /* 1 boot.py, 2 main.py, 0 neither */
	uint64_t start_us; /* module time since the reset, when the firmware started */
	mp_obj_t base;     /* of the attribute that was looked up last */
	const void *exceptions[LB_TRACE_ERRORS];
	const byte *heap, *heap_end;
	size_t standin_bytes; /* of the heap, in use before the scripts */
	size_t collections;
	bool busy; /* printing an exception, which may run code */
} hook;

/* --- instructions and frames --- */

static uint64_t nowhere;
struct lb_tracehook_now lb_tracehook_now = {.at = &nowhere};

static struct lb_trace_frame *top_frame(void)
{
	struct lb_trace *trace = lb_tracing();
	const uint32_t depth = trace->depth < LB_TRACE_FRAMES ? trace->depth : LB_TRACE_FRAMES;

	return &trace->frames[depth > 0 ? depth - 1 : 0];
}

static uint32_t offset_now(void)
{
	const struct lb_trace_frame *frame = top_frame();

	return (uint32_t)(frame->now - frame->code);
}

static void show_where(uintptr_t seen)
{
	own.seen = lb_tracehook_now.seen = seen;
	lb_tracehook_now.at = lb_tracing()->depth > 0 ? &top_frame()->now : &nowhere;
}

static void on_another_thread(void)
{
	show_where(own.seen);
}

static void note_heap(void)
{
	struct lb_trace *trace = lb_tracing();
	gc_info_t info;

	gc_info(&info);
	info.used -= info.used < hook.standin_bytes ? info.used : hook.standin_bytes;
	if (info.used > trace->heap_peak_bytes && !lb_bootinfo_is_safe())
		trace->heap_peak_bytes = (uint32_t)info.used;
}

/* A frame of its own for each call, so that a module that is killed within one shows where every caller was. */
static void enter(const byte *code)
{
	struct lb_trace *trace = lb_tracing();
	const uint32_t number = lb_tracecode_find(code);

	own.function = number;
	trace->depth++;
	*top_frame() = (struct lb_trace_frame){
		.function = number == LB_TRACECODE_NONE ? 0 : number + 1,
		.code = (uintptr_t)code,
		.now = (uintptr_t)code,
	};
	show_where(0);
	if (number == LB_TRACECODE_NONE)
		return;
	const struct lb_trace_function *function = &trace->function[number];
	show_where((uintptr_t)(trace->seen + function->seen_at) - (uintptr_t)code);
	if (function->instructions > 0 &&
	    !trace->seen[function->seen_at + trace->instruction[function->instructions_at].offset])
		note_heap();
}

/* Around the VM: frames are balanced however the code ends, and a generator that has yielded stays known as waiting. */
mp_vm_return_kind_t __wrap_mp_execute_bytecode(mp_code_state_t *state, volatile mp_obj_t inject)
{
	struct lb_trace *trace = lb_tracing();
	const uint32_t function = own.function;
	const uintptr_t seen = lb_tracehook_now.seen;

	enter(state->fun_bc->bytecode);
	const mp_vm_return_kind_t kind = __real_mp_execute_bytecode(state, inject);
	if (own.function != LB_TRACECODE_NONE)
		trace->function[own.function].suspended = kind == MP_VM_RETURN_YIELD ? offset_now() + 1 : 0;
	own.function = function;
	if (trace->depth > 0)
		trace->depth--;
	show_where(seen);
	return kind;
}

/* --- attributes, and devices --- */

/* Which bus or radio a script asks: an error or a wait right after that is for want of what is connected there. */
static void note_method(mp_obj_t object, qstr method)
{
	switch (mp_obj_get_type(object)->name) {
	case MP_QSTR_I2C:
	case MP_QSTR_SoftI2C:
		if (method == MP_QSTR_scan)
			lb_traceask_bus(LB_TRACE_I2C);
		else if (method != MP_QSTR_init)
			lb_traceask_device(LB_TRACE_I2C);
		break;
	case MP_QSTR_SPI:
	case MP_QSTR_SoftSPI:
		if (method != MP_QSTR_init && method != MP_QSTR_write)
			lb_traceask_device(LB_TRACE_SPI);
		break;
	case MP_QSTR_UART:
		if (method == MP_QSTR_any || method == MP_QSTR_read || method == MP_QSTR_readline || method == MP_QSTR_readinto)
			lb_traceask_device(LB_TRACE_UART);
		break;
	case MP_QSTR_WLAN:
		if (method == MP_QSTR_isconnected)
			lb_traceask_device(LB_TRACE_WIFI);
		break;
	default: break;
	}
}

static void must_be_there(qstr attr, const mp_obj_t *dest)
{
	if (dest[0] == MP_OBJ_NULL)
		mp_raise_msg_varg(&mp_type_AttributeError, MP_ERROR_TEXT("no attribute '%q' on this board"), attr);
}

mp_obj_t __wrap_mp_load_attr(mp_obj_t base, qstr attr)
{
	mp_obj_t dest[2];

	hook.base = base;
	lb_traceask_count_lookup();
	if (!lb_standin_load(base, attr, dest))
		return __real_mp_load_attr(base, attr);
	must_be_there(attr, dest);
	return dest[1] == MP_OBJ_NULL ? dest[0] : mp_obj_new_bound_meth(dest[0], dest[1]);
}

void __wrap_mp_load_method(mp_obj_t base, qstr attr, mp_obj_t *dest)
{
	hook.base = base;
	lb_traceask_count_lookup();
	note_method(base, attr);
	if (!lb_standin_load(base, attr, dest))
		__real_mp_load_method(base, attr, dest);
	else
		must_be_there(attr, dest);
}

mp_obj_t __wrap_mp_import_from(mp_obj_t module, qstr name)
{
	mp_obj_t dest[2];

	hook.base = module;
	if (!lb_standin_load(module, name, dest))
		return __real_mp_import_from(module, name);
	if (dest[0] == MP_OBJ_NULL)
		mp_raise_msg_varg(&mp_type_ImportError, MP_ERROR_TEXT("can't import name %q"), name);
	return dest[0];
}

/* --- errors --- */

static bool is_built_in(const void *object)
{
	const byte *at = object;

	return at < hook.heap || at >= hook.heap_end;
}

/* Of a module or type that is part of the firmware; 0 of one that a script made. */
static uint32_t name_of_base(mp_obj_t base)
{
	if (base == MP_OBJ_NULL)
		return 0;
	if (mp_obj_is_type(base, &mp_type_module)) {
		const mp_obj_module_t *module = MP_OBJ_TO_PTR(base);
		const mp_map_elem_t *name =
			mp_map_lookup(&module->globals->map, MP_OBJ_NEW_QSTR(MP_QSTR___name__), MP_MAP_LOOKUP);

		return name != NULL && (is_built_in(module) || lb_standin_made(base)) ?
		           lb_tracing_text(mp_obj_str_get_str(name->value)) :
		           0;
	}
	const mp_obj_type_t *type = mp_obj_is_type(base, &mp_type_type) ? MP_OBJ_TO_PTR(base) : mp_obj_get_type(base);
	return is_built_in(type) || lb_standin_made(base) ? lb_tracing_qstr(type->name) : 0;
}

struct line {
	char *text;
	size_t used, room;
};

static void add_to_line(void *line_ptr, const char *text, size_t size_bytes)
{
	struct line *line = line_ptr;
	const size_t left = line->room - 1 - line->used;
	const size_t count = size_bytes < left ? size_bytes : left;

	memcpy(line->text + line->used, text, count);
	line->used += count;
	line->text[line->used] = '\0';
}

/* An exception is printed by code of its own, if it has any: that may fail. */
static void print_exception(mp_obj_t exception, bool whole, char *text, size_t room)
{
	struct line line = {.text = text, .room = room};
	const mp_print_t print = {&line, add_to_line};
	nlr_buf_t nlr;

	text[0] = '\0';
	if (hook.busy)
		return;
	hook.busy = true;
	if (nlr_push(&nlr) == 0) {
		if (whole)
			mp_obj_print_exception(&print, exception);
		else
			mp_obj_print_helper(&print, exception, PRINT_STR);
		nlr_pop();
	}
	hook.busy = false;
}

/* One entry for an error that comes again and again: a loop that catches it must not fill the table. */
static struct lb_trace_error *find_error(const struct lb_trace_error *wanted)
{
	struct lb_trace *trace = lb_tracing();

	for (uint32_t i = 0; i < trace->errors; i++) {
		struct lb_trace_error *error = &trace->error[i];

		if (error->file == wanted->file && error->line == wanted->line && error->type == wanted->type)
			return error;
	}
	/* The last one may be what ends a script, so the last place is its. */
	if (trace->errors < LB_TRACE_ERRORS)
		trace->errors++;
	trace->error[trace->errors - 1] = *wanted;
	return &trace->error[trace->errors - 1];
}

/* Memory of an exception that is gone may be another's. */
static void note_exception(const struct lb_trace_error *error, mp_obj_t exception)
{
	const void *object = MP_OBJ_TO_PTR(exception);

	for (size_t i = 0; i < LB_TRACE_ERRORS; i++)
		if (hook.exceptions[i] == object)
			hook.exceptions[i] = NULL;
	hook.exceptions[error - lb_tracing()->error] = object;
}

/* All that tells a missing name from an error of the script's own is at hand here alone, where it is raised. */
static void note_error(mp_obj_t exception, qstr file, size_t line)
{
	struct lb_trace *trace = lb_tracing();
	char text[TEXT_BYTES];
	struct lb_trace_error wanted = {
		.file = lb_tracing_file(file),
		.line = (uint32_t)line,
		.function = own.function == LB_TRACECODE_NONE ? 0 : own.function + 1,
		.offset = offset_now(),
		.type = lb_tracing_text(mp_obj_get_type_str(exception)),
		.device = lb_traceask_device_just_before(),
	};
	if (wanted.device != 0)
		wanted.place = trace->used_place[wanted.device - 1];
	struct lb_trace_error *error = find_error(&wanted);

	trace->now_us = lb_periph_micros();
	error->count++;
	error->device = wanted.device;
	error->place = wanted.place;
	note_exception(error, exception);
	if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(exception)),
	                            MP_OBJ_FROM_PTR(&mp_type_AttributeError)) ||
	    mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(exception)), MP_OBJ_FROM_PTR(&mp_type_ImportError)))
		error->base = name_of_base(hook.base);
	if (error->count > 1)
		return;
	print_exception(exception, false, text, sizeof(text));
	error->text = lb_tracing_text(text);
}

static bool is_of_interest(mp_obj_t exception)
{
	const mp_obj_t type = MP_OBJ_FROM_PTR(mp_obj_get_type(exception));

	return mp_obj_is_subclass_fast(type, MP_OBJ_FROM_PTR(&mp_type_Exception)) &&
	       !mp_obj_is_subclass_fast(type, MP_OBJ_FROM_PTR(&mp_type_StopIteration));
}

/* Is the place the first of a script's that the exception leaves? What a stand-in does within is not the script's. */
static bool is_first_of_script(const size_t *values, size_t count, qstr file)
{
	enum { VALUES_EACH = 3 };

	for (size_t i = 0; i < count; i += VALUES_EACH)
		if (!lb_standin_has_file(values[i]))
			return false;
	return !lb_standin_has_file(file);
}

/* Called for each function that an exception leaves, the innermost first. */
void __wrap_mp_obj_exception_add_traceback(mp_obj_t self, qstr file, size_t line, qstr block)
{
	size_t count, *values;

	mp_obj_exception_get_traceback(self, &count, &values);
	if (is_first_of_script(values, count, file) && !hook.busy && is_of_interest(self))
		note_error(self, file, line);
	__real_mp_obj_exception_add_traceback(self, file, line, block);
}

/* --- scripts --- */

static struct lb_trace_script *script(void)
{
	return lb_tracing()->in_script != 0 ? &lb_tracing()->scripts[lb_tracing()->in_script - 1] : NULL;
}

static bool is_a(mp_obj_t exception, const mp_obj_type_t *type)
{
	return mp_obj_exception_match(exception, MP_OBJ_FROM_PTR(type));
}

/* Marks the error as the one that ended the script; false: it was not noted. */
static bool blame(mp_obj_t exception)
{
	struct lb_trace *trace = lb_tracing();
	bool found = false;

	for (uint32_t i = 0; i < trace->errors; i++)
		if (hook.exceptions[i] == MP_OBJ_TO_PTR(exception)) {
			trace->error[i].script = trace->in_script;
			found = true;
		}
	return found;
}

/* How a script ended. Ctrl-C is not its end: check itself sends that. */
static void note_end(mp_obj_t exception)
{
	struct lb_trace *trace = lb_tracing();

	if (is_a(exception, &mp_type_KeyboardInterrupt))
		return;
	if (is_a(exception, &mp_type_SystemExit)) {
		script()->end = LB_TRACE_EXITED;
		return;
	}
	script()->end = LB_TRACE_RAISED;
	if (!blame(exception)) {
		/* It came before there was any code to run: no memory to compile it. */
		note_error(
			exception,
			trace->in_script == 1 ? MP_QSTR__slash_flash_slash_boot_dot_py : MP_QSTR__slash_flash_slash_main_dot_py, 0);
		blame(exception);
	}
	print_exception(exception, true, script()->traceback, sizeof(script()->traceback));
}

void __wrap_lb_script_after_exec(void *raised, int *result)
{
	__real_lb_script_after_exec(raised, result);
	if (raised != NULL && lb_tracing()->in_script != 0)
		note_end(MP_OBJ_FROM_PTR(raised));
}

static void start_standin(void)
{
	gc_info_t info;

	lb_standin_start();
	if (!lb_standin_is_on())
		return;
	__real_gc_collect();
	gc_info(&info);
	hook.standin_bytes = info.used;
	lb_tracing()->depth = 0;
}

/* Begins the trace of boot.py or main.py anew and ends it: what ran adds up over the runs, how it ended does not. */
int __wrap_pyexec_file_if_exists(const char *path)
{
	lb_tracing()->in_script = strcmp(path, "/flash/boot.py") == 0 ? 1 : 2;
	own.function = LB_TRACECODE_NONE;
	lb_tracing()->depth = 0;
	show_where(0);
	for (uint32_t i = 0; i < lb_tracing()->functions; i++)
		lb_tracing()->function[i].suspended = 0;
	script()->traceback[0] = '\0';
	script()->end = LB_TRACE_NEVER;
	if (lb_tracing()->in_script == 1)
		start_standin();
	if (mp_import_stat(path) == MP_IMPORT_STAT_FILE) {
		script()->runs++;
		script()->end = LB_TRACE_RUNS;
	}
	const int result = __real_pyexec_file_if_exists(path);
	if (script()->end == LB_TRACE_RUNS)
		script()->end = LB_TRACE_ENDED;
	lb_tracing()->in_script = 0;
	gc_collect();
	return result;
}

void __wrap_lb_bootinfo_note_soft_reset(void)
{
	lb_tracing()->soft_resets++;
	__real_lb_bootinfo_note_soft_reset();
}

/* The firmware's first call that is not the board's. */
void __wrap_lb_bootinfo_init(void)
{
	__real_lb_bootinfo_init();
	lb_tracing_init();
	lb_tracecut_init();
	lb_tracethread_init(&own, on_another_thread);
	hook.start_us = lb_periph_micros();
}

void __wrap_lb_periph_deepsleep(uint64_t sleep_ms, uint32_t wake_high_mask, uint32_t wake_low_mask)
{
	enum { US_PER_MS = 1000 };
	struct lb_trace *trace = lb_tracing();

	trace->sleeps++;
	trace->endless_sleeps += sleep_ms == 0;
	trace->awake_us += lb_periph_micros() - hook.start_us;
	trace->asleep_us += sleep_ms * US_PER_MS;
	__real_lb_periph_deepsleep(sleep_ms, wake_high_mask, wake_low_mask);
}

/* --- the heap --- */

/* Collected often at first, so that small programs are measured well, and seldom later, so that large ones are fast. */
static void set_threshold(void)
{
	const size_t size_bytes = (size_t)(hook.heap_end - hook.heap);
	const size_t least = SAMPLE_BYTES << hook.collections / SAMPLES;
	const size_t bytes = least < size_bytes / 16 && hook.collections / SAMPLES < 8 ? least : size_bytes / 16;

	MP_STATE_MEM(gc_alloc_threshold) = bytes / MICROPY_BYTES_PER_GC_BLOCK;
}

void __wrap_gc_init(void *start, void *end)
{
	struct lb_trace *trace = lb_tracing();
	byte *heap = start;
	const size_t kept_bytes = lb_standin_is_on() ? STANDIN_BYTES : 0;
	const size_t most_bytes = (size_t)((byte *)end - heap);
	size_t heap_bytes = trace->heap_bytes != 0 && !lb_bootinfo_is_safe() ? trace->heap_bytes + kept_bytes : most_bytes;

	if (heap_bytes > most_bytes)
		heap_bytes = most_bytes;
	end = heap + heap_bytes;
	hook.heap = start;
	hook.heap_end = end;
	hook.standin_bytes = kept_bytes;
	trace->heap_size_bytes = (uint32_t)heap_bytes - (uint32_t)kept_bytes;
	__real_gc_init(start, end);
	set_threshold();
}

void __wrap_gc_collect(void)
{
	__real_gc_collect();
	note_heap();
	hook.collections++;
	set_threshold();
}
