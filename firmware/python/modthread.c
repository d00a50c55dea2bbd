/* The _thread module. Locks need nothing of the board: one thread at a time looks at them. */
#include <math.h>
#include <string.h>

#include "core/hw/periph.h"
#include "firmware/io/gil.h"
#include "firmware/life/guard.h"
#include "firmware/threads/threads.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"

enum { STACK_MOST_BYTES = 1 << 20, US_PER_S = 1000000, US_PER_MS = 1000 };

/* --- locks --- */

struct lock {
	mp_obj_base_t base;
	bool locked;
};

static const mp_obj_type_t lock_type;

static mp_obj_t allocate_lock(void)
{
	struct lock *self = mp_obj_malloc(struct lock, &lock_type);

	self->locked = false;
	return MP_OBJ_FROM_PTR(self);
}
static MP_DEFINE_CONST_FUN_OBJ_0(allocate_lock_obj, allocate_lock);

/* Where no other thread runs, nobody would release it: in a finaliser, a hard handler, a block device's method, or with
 * interrupts masked. */
static void refuse_deadlock(void)
{
	if (!lb_gil_may_change())
		mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("a lock cannot be waited for here: no other thread runs"));
}

static uint32_t whole_ms(uint64_t time_us)
{
	const uint64_t time_ms = time_us / US_PER_MS + 1;

	return time_ms < UINT32_MAX ? (uint32_t)time_ms : UINT32_MAX;
}

/* Ctrl-C ends it in the main thread, and a soft reset in all others. */
static bool wait_for(struct lock *self, uint64_t limit_us)
{
	const uint64_t start_us = lb_periph_micros();

	while (self->locked) {
		const uint64_t waited_us = lb_periph_micros() - start_us;

		mp_handle_pending(true);
		if (!self->locked)
			break;
		if (waited_us >= limit_us)
			return false;
		if (limit_us == UINT64_MAX)
			refuse_deadlock();
		lb_threads_await(self, whole_ms(limit_us - waited_us));
	}
	return true;
}

/* A negative time is for ever. */
static uint64_t limit_of(mp_obj_t timeout)
{
	const mp_float_t limit_s = mp_obj_get_float(timeout);

	if (isnan(limit_s))
		mp_raise_ValueError(MP_ERROR_TEXT("a timeout is a number of seconds"));
	if (limit_s < 0 || limit_s * US_PER_S >= (mp_float_t)INT64_MAX)
		return UINT64_MAX;
	return (uint64_t)(limit_s * US_PER_S);
}

/* acquire(waitflag=1, timeout=-1): timeout in seconds. */
static mp_obj_t lock_acquire(size_t n_args, const mp_obj_t *pos_args, mp_map_t *kw_args)
{
	enum { ARG_waitflag, ARG_timeout };
	static const mp_arg_t allowed[] = {
		{MP_QSTR_waitflag, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_TRUE}},
		{MP_QSTR_timeout, MP_ARG_OBJ, {.u_rom_obj = MP_ROM_INT(-1)}},
	};
	struct lock *self = MP_OBJ_TO_PTR(pos_args[0]);
	mp_arg_val_t args[MP_ARRAY_SIZE(allowed)];

	mp_arg_parse_all(n_args - 1, pos_args + 1, kw_args, MP_ARRAY_SIZE(allowed), allowed, args);
	const bool wait = mp_obj_is_true(args[ARG_waitflag].u_obj);
	const uint64_t limit_us = limit_of(args[ARG_timeout].u_obj);

	if (!wait && limit_us != UINT64_MAX)
		mp_raise_ValueError(MP_ERROR_TEXT("a timeout is for a call that waits"));
	if (!wait_for(self, wait ? limit_us : 0))
		return mp_const_false;
	self->locked = true;
	return mp_const_true;
}
static MP_DEFINE_CONST_FUN_OBJ_KW(lock_acquire_obj, 1, lock_acquire);

static mp_obj_t lock_release(mp_obj_t self_obj)
{
	struct lock *self = MP_OBJ_TO_PTR(self_obj);

	if (!self->locked)
		mp_raise_msg(&mp_type_RuntimeError, MP_ERROR_TEXT("the lock is not locked"));
	self->locked = false;
	lb_threads_wake(self);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(lock_release_obj, lock_release);

static mp_obj_t lock_locked(mp_obj_t self_obj)
{
	const struct lock *self = MP_OBJ_TO_PTR(self_obj);

	return mp_obj_new_bool(self->locked);
}
static MP_DEFINE_CONST_FUN_OBJ_1(lock_locked_obj, lock_locked);

static mp_obj_t lock_exit(size_t n_args, const mp_obj_t *args)
{
	(void)n_args;
	return lock_release(args[0]);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(lock_exit_obj, 4, 4, lock_exit);

static const mp_rom_map_elem_t lock_locals_table[] = {
	{MP_ROM_QSTR(MP_QSTR_acquire), MP_ROM_PTR(&lock_acquire_obj)},
	{MP_ROM_QSTR(MP_QSTR_release), MP_ROM_PTR(&lock_release_obj)},
	{MP_ROM_QSTR(MP_QSTR_locked), MP_ROM_PTR(&lock_locked_obj)},
	{MP_ROM_QSTR(MP_QSTR___enter__), MP_ROM_PTR(&lock_acquire_obj)},
	{MP_ROM_QSTR(MP_QSTR___exit__), MP_ROM_PTR(&lock_exit_obj)},
};
static MP_DEFINE_CONST_DICT(lock_locals, lock_locals_table);
static MP_DEFINE_CONST_OBJ_TYPE(lock_type, MP_QSTR_lock, MP_TYPE_FLAG_NONE, locals_dict, &lock_locals);

/* --- threads --- */

struct call {
	mp_obj_t function;
	size_t n_args, n_kw;
	mp_obj_t args[];
};

static void print_function(const mp_print_t *print, mp_obj_t function)
{
	mp_obj_print_helper(print, function, PRINT_REPR);
	mp_print_str(print, "\n");
}

/* What texts do is the user's code. */
static void show(struct call *call, mp_obj_t exception)
{
	mp_print_str(MP_PYTHON_PRINTER, "Unhandled exception in thread started by ");
	lb_guard_show(print_function, MP_PYTHON_PRINTER, call->function);
	lb_guard_show(mp_obj_print_exception, MP_PYTHON_PRINTER, exception);
}

/* Two guards: what the first one caught is shown within the second, since printing runs code too. */
static void run(mp_obj_t call_ptr)
{
	struct call *call = MP_OBJ_TO_PTR(call_ptr);
	nlr_buf_t outer, nlr;

	if (nlr_push(&outer) != 0)
		return;
	if (nlr_push(&nlr) == 0) {
		mp_call_function_n_kw(call->function, call->n_args, call->n_kw, call->args);
		nlr_pop();
	} else if (!mp_obj_exception_match(MP_OBJ_FROM_PTR(nlr.ret_val), MP_OBJ_FROM_PTR(&mp_type_SystemExit))) {
		show(call, MP_OBJ_FROM_PTR(nlr.ret_val));
	}
	nlr_pop();
}

/* Keywords behind the others, name and value in turn. */
static void copy_keywords(struct call *call, const mp_map_t *map)
{
	mp_obj_t *to = call->args + call->n_args;

	for (size_t i = 0; map != NULL && i < map->alloc; i++)
		if (mp_map_slot_is_filled(map, i)) {
			*to++ = map->table[i].key;
			*to++ = map->table[i].value;
		}
}

/* start_new_thread(function, args[, kwargs]) */
static mp_obj_t start_new_thread(size_t n_args, const mp_obj_t *args)
{
	const mp_map_t *keywords = NULL;
	size_t count;
	mp_obj_t *items;

	mp_obj_get_array(args[1], &count, &items);
	if (!mp_obj_is_callable(args[0]))
		mp_raise_TypeError(MP_ERROR_TEXT("start_new_thread(function, args): what it is given is no function"));
	if (n_args == 3 && !mp_obj_is_dict_or_ordereddict(args[2]))
		mp_raise_TypeError(MP_ERROR_TEXT("keyword arguments come in a dict"));
	if (n_args == 3)
		keywords = mp_obj_dict_get_map(args[2]);
	const size_t n_kw = keywords != NULL ? keywords->used : 0;
	struct call *call = m_new_obj_var(struct call, args, mp_obj_t, count + 2 * n_kw);

	call->function = args[0];
	call->n_args = count;
	call->n_kw = n_kw;
	memcpy(call->args, items, count * sizeof(items[0]));
	copy_keywords(call, keywords);
	const int number = lb_threads_start(run, MP_OBJ_FROM_PTR(call));

	if (number < 0)
		mp_raise_msg(&mp_type_OSError, MP_ERROR_TEXT("no more threads"));
	return MP_OBJ_NEW_SMALL_INT(number + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(start_new_thread_obj, 2, 3, start_new_thread);

static mp_obj_t thread_exit(void)
{
	mp_raise_type(&mp_type_SystemExit);
}
static MP_DEFINE_CONST_FUN_OBJ_0(thread_exit_obj, thread_exit);

/* Never 0. */
static mp_obj_t get_ident(void)
{
	return MP_OBJ_NEW_SMALL_INT(lb_threads_self() + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_0(get_ident_obj, get_ident);

/* stack_size([bytes]): returns what it was. */
static mp_obj_t stack_size(size_t n_args, const mp_obj_t *args)
{
	const mp_int_t wanted = n_args == 0 ? 0 : mp_obj_get_int(args[0]);

	if (wanted < 0 || wanted > STACK_MOST_BYTES)
		mp_raise_ValueError(MP_ERROR_TEXT("stack_size: 0 to 1048576 bytes"));
	return mp_obj_new_int_from_uint(lb_threads_set_stack((size_t)wanted));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(stack_size_obj, 0, 1, stack_size);

static const mp_rom_map_elem_t thread_globals_table[] = {
	{MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__thread)},
	{MP_ROM_QSTR(MP_QSTR_LockType), MP_ROM_PTR(&lock_type)},
	{MP_ROM_QSTR(MP_QSTR_get_ident), MP_ROM_PTR(&get_ident_obj)},
	{MP_ROM_QSTR(MP_QSTR_stack_size), MP_ROM_PTR(&stack_size_obj)},
	{MP_ROM_QSTR(MP_QSTR_start_new_thread), MP_ROM_PTR(&start_new_thread_obj)},
	{MP_ROM_QSTR(MP_QSTR_exit), MP_ROM_PTR(&thread_exit_obj)},
	{MP_ROM_QSTR(MP_QSTR_allocate_lock), MP_ROM_PTR(&allocate_lock_obj)},
};
static MP_DEFINE_CONST_DICT(thread_globals, thread_globals_table);

/* py/modthread.c registers a module of this name; ours is linked in its place. */
extern const mp_obj_module_t mp_module_thread;
const mp_obj_module_t mp_module_thread = {
	.base = {&mp_type_module},
	.globals = (mp_obj_dict_t *)&thread_globals,
};
