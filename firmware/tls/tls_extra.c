/* What MicroPython's tls module has besides: for ssl.py, which is the socket's owner for the time of a handshake. */
#include "firmware/net/nic.h"
#include "py/objmodule.h"
#include "py/runtime.h"

/* timeout(socket[, ms]): the socket's timeout as nic.h has it, and sets it. */
static mp_obj_t tls_timeout(size_t count, const mp_obj_t *args)
{
	int32_t *timeout_ms = lb_nic_timeout(args[0]);
	int32_t before_ms;

	if (timeout_ms == NULL)
		mp_raise_TypeError(MP_ERROR_TEXT("not a socket"));
	before_ms = *timeout_ms;
	if (count == 2)
		*timeout_ms = (int32_t)mp_obj_get_int(args[1]);
	return mp_obj_new_int(before_ms);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(tls_timeout_obj, 1, 2, tls_timeout);

void lb_tls_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
void lb_tls_attr(mp_obj_t self, qstr attr, mp_obj_t *dest)
{
	(void)self;
	if (attr == MP_QSTR_timeout && dest[0] == MP_OBJ_NULL)
		dest[0] = MP_OBJ_FROM_PTR(&tls_timeout_obj);
}

extern const mp_obj_module_t mp_module_tls;
MP_REGISTER_MODULE_DELEGATION(mp_module_tls, lb_tls_attr);
