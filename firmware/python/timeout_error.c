#include "firmware/python/timeout_error.h"

#include "py/mperrno.h"
#include "py/objexcept.h"
#include "py/runtime.h"

/* MicroPython spells the number out for OSError itself alone: "[Errno 110] ETIMEDOUT". */
static void print_error(const mp_print_t *print, mp_obj_t self_obj, mp_print_kind_t kind)
{
	mp_obj_exception_t as_os_error = *(const mp_obj_exception_t *)MP_OBJ_TO_PTR(self_obj);

	if (kind == PRINT_EXC || kind == PRINT_REPR)
		mp_print_str(print, "TimeoutError");
	as_os_error.base.type = &mp_type_OSError;
	mp_obj_exception_print(print, MP_OBJ_FROM_PTR(&as_os_error), kind | PRINT_EXC_SUBCLASS);
}

MP_DEFINE_CONST_OBJ_TYPE(lb_timeout_error_type, MP_QSTR_TimeoutError, MP_TYPE_FLAG_NONE, make_new,
                         mp_obj_exception_make_new, print, print_error, attr, mp_obj_exception_attr, parent,
                         &mp_type_OSError);

_Noreturn void lb_timeout_error_raise(int error)
{
	mp_raise_type_arg(error == MP_ETIMEDOUT ? &lb_timeout_error_type : &mp_type_OSError, MP_OBJ_NEW_SMALL_INT(error));
}
