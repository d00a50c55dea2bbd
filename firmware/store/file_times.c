#include "firmware/store/file_times.h"

#include <stdbool.h>

#include "extmod/vfs.h"
#include "extmod/vfs_fat.h"
#include "extmod/vfs_lfs.h"
#include "py/mperrno.h"
#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "shared/timeutils/timeutils.h"

enum { NS_PER_S = 1000000000, FAT_FIRST_YEAR = 1980, FAT_LAST_YEAR = 2107 };

static bool given;
static uint64_t given_ns;

uint64_t lb_file_times_now_ns(void)
{
	return given ? given_ns : mp_hal_time_ns();
}

static void back_to_the_clock(void *ctx)
{
	(void)ctx;
	given = false;
}

/* littlefs stamps a file that was open for writing, also when nothing was written to it. */
static int set_on_littlefs(const char *path, uint32_t modified_s)
{
	mp_obj_t args[2] = {mp_obj_new_str_from_cstr(path), MP_OBJ_NEW_QSTR(MP_QSTR_ab)};
	nlr_jump_callback_node_t node;

	given_ns = (uint64_t)modified_s * NS_PER_S;
	given = true;
	nlr_push_jump_callback(&node, back_to_the_clock);
	mp_stream_close(mp_vfs_open(2, args, (mp_map_t *)&mp_const_empty_map));
	nlr_pop_jump_callback(true);
	return 0;
}

static int set_on_fat(fs_user_mount_t *fat, const char *path, uint32_t modified_s)
{
	timeutils_struct_time_t tm;
	FILINFO info;
	FRESULT result;

	timeutils_seconds_since_epoch_to_struct_time(modified_s, &tm);
	if (tm.tm_year < FAT_FIRST_YEAR || tm.tm_year > FAT_LAST_YEAR)
		return -MP_EINVAL;
	info.fdate = (WORD)((tm.tm_year - FAT_FIRST_YEAR) << 9 | tm.tm_mon << 5 | tm.tm_mday);
	info.ftime = (WORD)(tm.tm_hour << 11 | tm.tm_min << 5 | tm.tm_sec / 2);
	result = f_utime(&fat->fatfs, path, &info);
	return -fresult_to_errno_table[result];
}

/* A folder has no time of its own on either, and opening for append would make a file that is not there. */
int lb_file_times_set(const char *path, uint32_t modified_s)
{
	const char *rest;
	const mp_vfs_mount_t *mount = mp_vfs_lookup_path(path, &rest);

	switch (mp_vfs_import_stat(path)) {
	case MP_IMPORT_STAT_NO_EXIST: return -MP_ENOENT;
	case MP_IMPORT_STAT_DIR: return -MP_EISDIR;
	case MP_IMPORT_STAT_FILE: break;
	}
	if (mount == MP_VFS_NONE || mount == MP_VFS_ROOT)
		return -MP_EPERM;
	if (mp_obj_is_type(mount->obj, &mp_type_vfs_lfs2))
		return set_on_littlefs(path, modified_s);
	if (mp_obj_is_type(mount->obj, &mp_fat_vfs_type))
		return set_on_fat(MP_OBJ_TO_PTR(mount->obj), rest, modified_s);
	return -MP_EPERM;
}
