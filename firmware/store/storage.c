#include "firmware/store/storage.h"

#include <string.h>

#include "core/base/error.h"
#include "core/flashmap/flashfs.h"
#include "extmod/modmachine.h"
#include "extmod/vfs.h"
#include "extmod/vfs_lfs.h"
#include "firmware/store/flashdev.h"
#include "py/builtin.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "py/stream.h"
#include "firmware/io/bootinfo.h"
#include "firmware/store/settings.h"

static const struct {
	qstr path;
	const char *text;
} fresh_files[] = {
	{MP_QSTR__slash_flash_slash_boot_dot_py, "# boot.py: runs first at every start, before main.py\n"},
	{MP_QSTR__slash_flash_slash_main_dot_py, "# main.py: your program goes here\n"},
};

/* Calls work(arg), prints nothing; 0, or the errno of the OSError that it raised (EIO for any other exception). */
static int protected(void (*work)(void))
{
	nlr_buf_t nlr;

	if (nlr_push(&nlr) == 0) {
		work();
		nlr_pop();
		return 0;
	}
	const mp_obj_t raised = MP_OBJ_FROM_PTR(nlr.ret_val);
	mp_obj_t value = mp_const_none;

	if (mp_obj_is_subclass_fast(MP_OBJ_FROM_PTR(mp_obj_get_type(raised)), MP_OBJ_FROM_PTR(&mp_type_OSError)))
		value = mp_obj_exception_get_value(raised);
	return mp_obj_is_small_int(value) ? (int)MP_OBJ_SMALL_INT_VALUE(value) : MP_EIO;
}

static void lfs_args(mp_obj_t args[5])
{
	args[0] = lb_flashdev_new();
	args[1] = MP_OBJ_NEW_QSTR(MP_QSTR_readsize);
	args[2] = MP_OBJ_NEW_SMALL_INT(LB_FLASHFS_READ_BYTES);
	args[3] = MP_OBJ_NEW_QSTR(MP_QSTR_progsize);
	args[4] = MP_OBJ_NEW_SMALL_INT(LB_FLASHFS_PROGRAM_BYTES);
}

static void mount(void)
{
	mp_obj_t args[5];
	mp_map_t no_keywords;

	lfs_args(args);
	mp_map_init(&no_keywords, 0);
	mp_obj_t vfs_args[2] = {
		mp_call_function_n_kw(MP_OBJ_FROM_PTR(&mp_type_vfs_lfs2), 1, 2, args),
		MP_OBJ_NEW_QSTR(MP_QSTR__slash_flash),
	};
	mp_vfs_mount(2, vfs_args, &no_keywords);
}

static void unmount(void)
{
	mp_vfs_umount(MP_OBJ_NEW_QSTR(MP_QSTR__slash_flash));
}

static void enter(void)
{
	mp_vfs_chdir(MP_OBJ_NEW_QSTR(MP_QSTR__slash_flash));
}

static void make_lfs(void)
{
	mp_obj_t args[5];

	lfs_args(args);
	mp_call_function_n_kw(mp_load_attr(MP_OBJ_FROM_PTR(&mp_type_vfs_lfs2), MP_QSTR_mkfs), 1, 2, args);
}

static int set_mark(uint32_t formatting)
{
	switch (lb_settings_set(LB_SETTING_FORMATTING, formatting)) {
	case LB_OK: return 0;
	case LB_ERR_BOUNDS: return MP_ENOSPC; /* nvs is full */
	default: return MP_EIO;
	}
}

/* The mark in the settings stands from before the first erase to after the last write. Without it nothing is erased: a
 * format that was cut would be no blank flash, and never be finished. If it does not go again, that is told: the next
 * start would format once more. */
static int format_and_mount(void)
{
	int error;

	error = set_mark(1);
	if (error != 0)
		return error;
	if (lb_flashdev_erase() != LB_OK)
		return MP_EIO;
	error = protected(make_lfs);
	if (error != 0)
		return error;
	error = protected(mount);
	return error == 0 ? set_mark(0) : error;
}

/* --- the start --- */

static bool is_there(qstr path)
{
	return mp_import_stat(qstr_str(path)) != MP_IMPORT_STAT_NO_EXIST;
}

static void write_file(qstr path, const char *text)
{
	mp_obj_t args[2] = {MP_OBJ_NEW_QSTR(path), MP_OBJ_NEW_QSTR(MP_QSTR_w)};
	const mp_obj_t file = mp_call_function_n_kw(MP_OBJ_FROM_PTR(&mp_builtin_open_obj), 2, 0, args);

	mp_stream_write(file, text, strlen(text), MP_STREAM_RW_WRITE);
	mp_stream_close(file);
}

static void write_missing_files(void)
{
	for (size_t i = 0; i < MP_ARRAY_SIZE(fresh_files); i++)
		if (!is_there(fresh_files[i].path))
			write_file(fresh_files[i].path, fresh_files[i].text);
	if (!is_there(MP_QSTR__slash_flash_slash_lib))
		mp_vfs_mkdir(MP_OBJ_NEW_QSTR(MP_QSTR__slash_flash_slash_lib));
}

static bool format_was_cut(void)
{
	return lb_settings_get(LB_SETTING_FORMATTING) != 0;
}

/* Formats what is blank and what a cut format left, and nothing else: damage may be mended by whoever knows how. */
static int mount_or_format(void)
{
	const int error = format_was_cut() ? MP_ENODEV : protected(mount);

	if (error == 0 || (!format_was_cut() && !lb_flashdev_is_blank()))
		return error;
	return format_and_mount();
}

/* A safe boot changes nothing unasked: it formats nothing and writes no missing files. What a cut format left it mounts
 * if it can, for whoever wants to save something. */
bool lb_storage_start(void)
{
	const bool safe = lb_bootinfo_is_safe();

	if (!lb_flashdev_exists())
		return false;
	if ((safe ? protected(mount) : mount_or_format()) != 0)
		return false;
	protected(enter);
	if (safe)
		return true;
	const int error = protected(write_missing_files);

	if (error != 0)
		mp_printf(MP_PYTHON_PRINTER, "/flash: boot.py, main.py or lib is missing and could not be made (error %d).\n",
		          error);
	return true;
}

void lb_storage_explain(bool mounted)
{
	const bool cut = lb_flashdev_exists() && format_was_cut();

	if (mounted && !cut)
		return;
	if (!lb_flashdev_exists())
		mp_print_str(MP_PYTHON_PRINTER, "This module has no partition for /flash.\n");
	else if (cut)
		mp_printf(MP_PYTHON_PRINTER, "/flash was being formatted when the power failed%s. A normal boot formats it.\n",
		          mounted ? "" : " and does not mount");
	else if (lb_flashdev_is_blank())
		mp_print_str(MP_PYTHON_PRINTER, "/flash is blank and does not mount. A normal boot formats it.\n");
	else
		mp_print_str(MP_PYTHON_PRINTER, "/flash does not mount: its file system is damaged. Nothing was changed.\n");
	if (lb_flashdev_exists())
		mp_print_str(MP_PYTHON_PRINTER, "To erase it and begin anew: import os; os.mkfs('/flash')\n");
}

static int format(void)
{
	int error;

	if (!lb_flashdev_exists())
		return MP_ENODEV;
	error = set_mark(1); /* as long as the old file system is there */
	if (error != 0)
		return error;
	protected(unmount);
	error = format_and_mount();
	if (error == 0)
	protected(enter);
	return error;
}

/* A format calls into the VM, where a finaliser may want to format too. */
int lb_storage_format(void)
{
	static volatile bool formatting;
	int error;

	if (formatting)
		return MP_EBUSY;
	formatting = true;
	error = format();
	formatting = false;
	return error;
}
