/* In place of firmware/threads, for a board that has no threads: everything is the main thread's. */
#include "core/hw/thread.h"
#include "firmware/threads/threads.h"
#include "py/runtime.h"

/* --- of core/hw/thread.h what io/gil.c calls, if the board has not got it all the same --- */

#define UNLESS_THE_BOARDS __attribute__((weak))

UNLESS_THE_BOARDS unsigned lb_thread_self(void)
{
	return 0;
}

UNLESS_THE_BOARDS void lb_thread_wake(unsigned number)
{
	(void)number;
}

UNLESS_THE_BOARDS bool lb_thread_pause(uint32_t wait_ms)
{
	(void)wait_ms;
	return true;
}

UNLESS_THE_BOARDS void lb_thread_resume(unsigned number)
{
	(void)number;
}

/* --- of threads.h what life/ calls --- */

bool lb_threads_end(void)
{
	return true;
}

void lb_threads_mark(void)
{
}

/* --- the module --- */

static mp_obj_t refuse(void)
{
	mp_raise_msg(&mp_type_ImportError, MP_ERROR_TEXT("this board has no threads"));
}
static MP_DEFINE_CONST_FUN_OBJ_0(refuse_obj, refuse);

static const mp_rom_map_elem_t thread_globals_table[] = {
	{MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR__thread)},
	{MP_ROM_QSTR(MP_QSTR___init__), MP_ROM_PTR(&refuse_obj)},
};
static MP_DEFINE_CONST_DICT(thread_globals, thread_globals_table);

extern const mp_obj_module_t lb_threadless_module;
const mp_obj_module_t lb_threadless_module = {
	.base = {&mp_type_module},
	.globals = (mp_obj_dict_t *)&thread_globals,
};

MP_REGISTER_MODULE(MP_QSTR__thread, lb_threadless_module);
