/* sys.path, ps1 and ps2: what MicroPython's sys module calls for them (see Makefile). */
#include "py/objmodule.h"

void lb_sys_attr(qstr attr, mp_obj_t *dest, const uint16_t *keys, mp_obj_t *values);

/* They may be replaced and not deleted: import follows sys.path without asking whether it is there. */
void lb_sys_attr(qstr attr, mp_obj_t *dest, const uint16_t *keys, mp_obj_t *values)
{
	if (dest[0] == MP_OBJ_NULL || dest[1] != MP_OBJ_NULL)
		mp_module_generic_attr(attr, dest, keys, values);
}
