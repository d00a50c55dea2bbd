/* os.mkfs(path), os.fsformat(path): MicroPython's os module asks here for names that it has not. */
#include <string.h>

#include "firmware/net/servers.h"
#include "firmware/store/storage.h"
#include "py/objmodule.h"
#include "py/runtime.h"

static mp_obj_t os_mkfs(mp_obj_t path)
{
	int error;

	if (strcmp(mp_obj_str_get_str(path), "/flash") != 0)
		mp_raise_ValueError(MP_ERROR_TEXT("only '/flash' can be formatted"));
	lb_servers_release_files();
	error = lb_storage_format();
	if (error != 0)
		mp_raise_OSError(error);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(os_mkfs_obj, os_mkfs);

void lb_os_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
void lb_os_attr(mp_obj_t self, qstr attr, mp_obj_t *dest)
{
	(void)self;
	if (dest[0] == MP_OBJ_NULL && (attr == MP_QSTR_mkfs || attr == MP_QSTR_fsformat))
		dest[0] = MP_OBJ_FROM_PTR(&os_mkfs_obj);
}

extern const mp_obj_module_t mp_module_os;
MP_REGISTER_MODULE_DELEGATION(mp_module_os, lb_os_attr);
