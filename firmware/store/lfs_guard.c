#include "firmware/store/lfs_guard.h"

#include <stdint.h>

#include "extmod/vfs.h"
#include "extmod/vfs_lfs.h"
#include "lib/littlefs/lfs2.h"
#include "py/gc.h"
#include "py/mperrno.h"
#include "py/runtime.h"

enum { FLAG_FAILED = 0x8000 }; /* in mp_vfs_blockdev_t.flags, of which MicroPython uses the low bits */

/* A first write after a power cut looks for the parent of each folder in all others: some 10 million reads in a /flash
 * of 2 MB that is full of folders. So many as here are some seconds. */
enum { MAX_READS = 100000000 };

static uint32_t reads; /* in this call */

static mp_vfs_blockdev_t *device_of(const struct lfs2_config *config)
{
	return config->context;
}

int lb_lfs_guard_enter(const struct lfs2_config *config)
{
	reads = 0;
	return (device_of(config)->flags & FLAG_FAILED) != 0 ? LFS2_ERR_IO : 0;
}

bool lb_lfs_guard_goes_on(void)
{
	return ++reads < MAX_READS;
}

/* The object that littlefs' state lies in; its structure is vfs_lfs.c's own. */
static bool contains(mp_obj_t object, const void *state)
{
	const uintptr_t start = (uintptr_t)MP_OBJ_TO_PTR(object);

	return mp_obj_is_type(object, &mp_type_vfs_lfs2) && (uintptr_t)state - start < gc_nbytes(MP_OBJ_TO_PTR(object));
}

static mp_vfs_mount_t *mount_of(const void *state)
{
	mp_vfs_mount_t *mount = MP_STATE_VM(vfs_mount_table);

	while (mount != NULL && !contains(mount->obj, state))
		mount = mount->next;
	return mount;
}

/* First it is dead, then it is gone, then it is told: what prints may be the user's code, and look into files. */
_Noreturn void lb_lfs_guard_failed(struct lfs2 *lfs, int line)
{
	const mp_vfs_mount_t *mount = mount_of(lfs);

	device_of(lfs->cfg)->flags |= FLAG_FAILED;
	if (mount != NULL) {
		mp_vfs_umount(mount->obj);
		mp_printf(
			MP_PYTHON_PRINTER,
			"%s: its file system is damaged (littlefs, line %d). It is unmounted, and nothing more is written to it.\n",
			mount->str, line);
	}
	mp_raise_OSError(MP_EIO);
}
