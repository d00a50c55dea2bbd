/* os.mkfs(path), os.fsformat(path), os.getfree(path), os.unmount(path): MicroPython's os module asks here for
 * names that it has not. */
#include <string.h>

#include "extmod/vfs.h"
#include "firmware/net/servers.h"
#include "firmware/python/names.h"
#include "firmware/store/storage.h"
#include "py/objmodule.h"
#include "py/runtime.h"

enum { BYTES_PER_KIB = 1024, STATVFS_FRAGMENT_BYTES = 1, STATVFS_FREE = 4 };

/* Pycom's scripts write the folder with a slash behind it, too. */
static bool is_flash(const char *path)
{
	return strcmp(path, "/flash") == 0 || strcmp(path, "/flash/") == 0;
}

static mp_obj_t os_mkfs(mp_obj_t path)
{
	int error;

	if (!is_flash(mp_obj_str_get_str(path)))
		mp_raise_ValueError(MP_ERROR_TEXT("only '/flash' can be formatted"));
	lb_servers_release_files();
	error = lb_storage_format();
	if (error != 0)
		mp_raise_OSError(error);
	return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(os_mkfs_obj, os_mkfs);

/* In KiB, as Pycom has it. */
static mp_obj_t os_getfree(mp_obj_t path)
{
	const mp_obj_t statvfs = mp_vfs_statvfs(path);
	mp_obj_t *fields;
	size_t count;

	mp_obj_get_array(statvfs, &count, &fields);
	const mp_int_t free_bytes = mp_obj_get_int(fields[STATVFS_FRAGMENT_BYTES]) * mp_obj_get_int(fields[STATVFS_FREE]);

	return mp_obj_new_int(free_bytes / BYTES_PER_KIB);
}
static MP_DEFINE_CONST_FUN_OBJ_1(os_getfree_obj, os_getfree);

static const mp_rom_map_elem_t names_table[] = {
	{MP_ROM_QSTR(MP_QSTR_mkfs), MP_ROM_PTR(&os_mkfs_obj)},
	{MP_ROM_QSTR(MP_QSTR_fsformat), MP_ROM_PTR(&os_mkfs_obj)},
	{MP_ROM_QSTR(MP_QSTR_getfree), MP_ROM_PTR(&os_getfree_obj)},
	{MP_ROM_QSTR(MP_QSTR_unmount), MP_ROM_PTR(&mp_vfs_umount_obj)},
};
static MP_DEFINE_CONST_DICT(names, names_table);

void lb_os_attr(mp_obj_t self, qstr attr, mp_obj_t *dest);
void lb_os_attr(mp_obj_t self, qstr attr, mp_obj_t *dest)
{
	(void)self;
	if (dest[0] == MP_OBJ_NULL)
		lb_names_load(&names, MP_OBJ_NULL, attr, dest);
}

extern const mp_obj_module_t mp_module_os;
MP_REGISTER_MODULE_DELEGATION(mp_module_os, lb_os_attr);
