#include "firmware/net/ftp_files.h"

#include <string.h>

#include "extmod/vfs.h"
#include "firmware/store/file_times.h"
#include "py/builtin.h"
#include "py/mperrno.h"
#include "py/runtime.h"
#include "py/stream.h"

/* For each session its two files and its listing. */
enum { LISTING = LB_FTP_FILES, OBJECTS };
MP_REGISTER_ROOT_POINTER(mp_obj_t lb_ftp_objects[12]);
_Static_assert(LB_FTP_SESSIONS *OBJECTS == 12, "the root pointers above");

/* What each of them lies on, MP_OBJ_NULL for the list of file systems; only ever compared. */
static mp_obj_t mounts[LB_FTP_SESSIONS][OBJECTS];
/* For lb_ftp_files_open of another session: who writes where. */
static const struct lb_ftp_files *writers[LB_FTP_SESSIONS];

static mp_obj_t *object_of(const struct lb_ftp_files *files, unsigned which)
{
	return &MP_STATE_VM(lb_ftp_objects)[files->session * OBJECTS + which];
}

/* --- calls that may raise --- */

struct call {
	struct lb_ftp_files *files;
	const char *path;
	const char *to;
	unsigned which;
	enum lb_ftp_how how;
	uint32_t offset;
	uint32_t modified_s;
	void *data;
	size_t size_bytes;
	struct lb_ftp_info *info;
	char *name;
	int result;
};

/* A Ctrl-C that came meanwhile is meant for the program. */
static int error_of(mp_obj_t raised)
{
	mp_obj_t value = mp_const_none;

	if (mp_obj_exception_match(raised, MP_OBJ_FROM_PTR(&mp_type_KeyboardInterrupt)))
		mp_sched_keyboard_interrupt();
	if (mp_obj_exception_match(raised, MP_OBJ_FROM_PTR(&mp_type_MemoryError)))
		return -MP_ENOMEM;
	if (mp_obj_exception_match(raised, MP_OBJ_FROM_PTR(&mp_type_OSError)))
		value = mp_obj_exception_get_value(raised);
	return mp_obj_is_small_int(value) && MP_OBJ_SMALL_INT_VALUE(value) > 0 ? -(int)MP_OBJ_SMALL_INT_VALUE(value) :
	                                                                         -MP_EIO;
}

static int protected(void (*work)(struct call *), struct call *call)
{
	nlr_buf_t nlr;

	if (nlr_push(&nlr) != 0)
		return error_of(MP_OBJ_FROM_PTR(nlr.ret_val));
	call->result = 0;
	work(call);
	nlr_pop();
	return call->result;
}

static mp_obj_t text(const char *path)
{
	return mp_obj_new_str_from_cstr(path);
}

/* --- about a path --- */

static void do_stat(struct call *call)
{
	mp_obj_t *items;

	mp_obj_get_array_fixed_n(mp_vfs_stat(text(call->path)), 10, &items);
	call->info->is_folder = (mp_obj_get_int(items[0]) & MP_S_IFDIR) != 0;
	call->info->size_bytes = call->info->is_folder ? 0 : (uint32_t)mp_obj_get_int_truncated(items[6]);
	call->info->modified_s = (uint32_t)mp_obj_get_int_truncated(items[8]);
}

int lb_ftp_files_stat(void *files, const char *path, struct lb_ftp_info *info)
{
	return protected(do_stat, &(struct call){.files = files, .path = path, .info = info});
}

static void do_remove(struct call *call)
{
	mp_vfs_remove(text(call->path));
}

int lb_ftp_files_remove(void *files, const char *path)
{
	return protected(do_remove, &(struct call){.files = files, .path = path});
}

static void do_rename(struct call *call)
{
	mp_vfs_rename(text(call->path), text(call->to));
}

int lb_ftp_files_rename(void *files, const char *from, const char *to)
{
	return protected(do_rename, &(struct call){.files = files, .path = from, .to = to});
}

static void do_make_folder(struct call *call)
{
	mp_vfs_mkdir(text(call->path));
}

int lb_ftp_files_make_folder(void *files, const char *path)
{
	return protected(do_make_folder, &(struct call){.files = files, .path = path});
}

static void do_remove_folder(struct call *call)
{
	mp_vfs_rmdir(text(call->path));
}

int lb_ftp_files_remove_folder(void *files, const char *path)
{
	return protected(do_remove_folder, &(struct call){.files = files, .path = path});
}

/* --- files --- */

static mp_obj_t mount_of(const char *path)
{
	const char *rest;
	const mp_vfs_mount_t *mount = mp_vfs_lookup_path(path, &rest);

	return mount == MP_VFS_NONE || mount == MP_VFS_ROOT ? MP_OBJ_NULL : mount->obj;
}

static bool is_mounted(mp_obj_t file_system)
{
	for (const mp_vfs_mount_t *mount = MP_STATE_VM(vfs_mount_table); mount != NULL; mount = mount->next)
		if (mount->obj == file_system)
			return true;
	return false;
}

static bool is_written_by_another(const struct lb_ftp_files *files, const char *path)
{
	for (unsigned i = 0; i < LB_FTP_SESSIONS; i++)
		if (writers[i] != NULL && writers[i] != files && strcmp(writers[i]->written, path) == 0)
			return true;
	return false;
}

static void do_set_time(struct call *call)
{
	call->result = lb_file_times_set(call->path, call->modified_s);
}

/* The time of a file that another session writes would be overwritten at its end. */
int lb_ftp_files_set_time(void *files, const char *path, uint32_t modified_s)
{
	if (is_written_by_another(files, path))
		return -MP_EBUSY;
	return protected(do_set_time, &(struct call){.files = files, .path = path, .modified_s = modified_s});
}

static void do_open(struct call *call)
{
	static const qstr modes[] = {
		[LB_FTP_READ] = MP_QSTR_rb, [LB_FTP_CREATE] = MP_QSTR_wb, [LB_FTP_APPEND] = MP_QSTR_ab};
	mp_obj_t args[2] = {text(call->path), MP_OBJ_NEW_QSTR(modes[call->how])};

	*object_of(call->files, call->which) = mp_vfs_open(2, args, (mp_map_t *)&mp_const_empty_map);
	mounts[call->files->session][call->which] = mount_of(call->path);
}

int lb_ftp_files_open(void *files_ptr, enum lb_ftp_file file, const char *path, enum lb_ftp_how how)
{
	struct lb_ftp_files *files = files_ptr;
	int error;

	if (is_written_by_another(files, path))
		return -MP_EBUSY;
	error = protected(do_open, &(struct call){.files = files, .which = file, .path = path, .how = how});
	if (error == 0 && how != LB_FTP_READ) {
		strcpy(files->written, path);
		writers[files->session] = files;
	}
	return error;
}

static void do_io(struct call *call, mp_uint_t (*io)(mp_obj_t, void *, mp_uint_t, int *))
{
	const mp_obj_t object = *object_of(call->files, call->which);
	mp_uint_t done;
	int error = 0;

	if (object == MP_OBJ_NULL || !is_mounted(mounts[call->files->session][call->which])) {
		call->result = -MP_ENODEV;
		return;
	}
	done = io(object, call->data, call->size_bytes, &error);
	call->result = done == MP_STREAM_ERROR ? -error : (int)done;
}

static mp_uint_t read_some(mp_obj_t object, void *data, mp_uint_t size_bytes, int *error)
{
	return mp_get_stream(object)->read(object, data, size_bytes, error);
}

static void do_read(struct call *call)
{
	do_io(call, read_some);
}

int lb_ftp_files_read(void *files, enum lb_ftp_file file, void *data, size_t size_bytes)
{
	return protected(do_read, &(struct call){.files = files, .which = file, .data = data, .size_bytes = size_bytes});
}

static mp_uint_t write_all(mp_obj_t object, void *data, mp_uint_t size_bytes, int *error)
{
	const mp_uint_t done = mp_get_stream(object)->write(object, data, size_bytes, error);

	if (done != MP_STREAM_ERROR && done < size_bytes) {
		*error = MP_ENOSPC;
		return MP_STREAM_ERROR;
	}
	return done == MP_STREAM_ERROR ? done : 0;
}

static void do_write(struct call *call)
{
	do_io(call, write_all);
}

int lb_ftp_files_write(void *files, enum lb_ftp_file file, const void *data, size_t size_bytes)
{
	return protected(
		do_write,
		&(struct call){.files = files, .which = file, .data = (void *)(uintptr_t)data, .size_bytes = size_bytes});
}

static mp_uint_t seek(mp_obj_t object, void *data, mp_uint_t offset, int *error)
{
	struct mp_stream_seek_t where = {.offset = (mp_off_t)offset, .whence = MP_SEEK_SET};

	(void)data;
	return mp_get_stream(object)->ioctl(object, MP_STREAM_SEEK, (uintptr_t)&where, error);
}

static void do_seek(struct call *call)
{
	do_io(call, seek);
}

int lb_ftp_files_seek(void *files, enum lb_ftp_file file, uint32_t offset)
{
	return protected(do_seek, &(struct call){.files = files, .which = file, .size_bytes = offset});
}

static mp_uint_t close_file(mp_obj_t object, void *data, mp_uint_t size_bytes, int *error)
{
	(void)data;
	(void)size_bytes;
	return mp_get_stream(object)->ioctl(object, MP_STREAM_CLOSE, 0, error);
}

static void do_close(struct call *call)
{
	do_io(call, close_file);
}

int lb_ftp_files_close(void *files_ptr, enum lb_ftp_file file)
{
	struct lb_ftp_files *files = files_ptr;
	int error;

	if (file == LB_FTP_FILE)
		files->written[0] = '\0';
	if (*object_of(files, file) == MP_OBJ_NULL)
		return 0;
	error = protected(do_close, &(struct call){.files = files, .which = file});
	*object_of(files, file) = MP_OBJ_NULL;
	return error;
}

/* --- listings --- */

static void do_list(struct call *call)
{
	mp_obj_t path = text(call->path);

	*object_of(call->files, LISTING) = mp_vfs_ilistdir(1, &path);
	mounts[call->files->session][LISTING] = mount_of(call->path);
}

/* The list of a file is that file. */
int lb_ftp_files_list(void *files_ptr, const char *path)
{
	struct lb_ftp_files *files = files_ptr;
	struct lb_ftp_info info;
	int error = lb_ftp_files_stat(files, path, &info);

	files->single[0] = '\0';
	if (error != 0)
		return error;
	strcpy(files->folder, strcmp(path, "/") == 0 ? "" : path);
	if (!info.is_folder) {
		strcpy(files->single, strrchr(path, '/') + 1);
		*strrchr(files->folder, '/') = '\0';
		return 0;
	}
	return protected(do_list, &(struct call){.files = files, .path = path});
}

/* One entry of the listing as ilistdir has it; its time is asked for afterwards, outside of the iteration. */
static void do_next(struct call *call)
{
	const mp_obj_t listing = *object_of(call->files, LISTING);
	const mp_obj_t mount = mounts[call->files->session][LISTING];
	mp_obj_t entry = MP_OBJ_STOP_ITERATION;
	mp_obj_t *items;
	size_t count, name_bytes;
	const char *name;

	if (mount != MP_OBJ_NULL && !is_mounted(mount)) {
		call->result = -MP_ENODEV;
		return;
	}
	if (listing != MP_OBJ_NULL)
		entry = mp_iternext(listing);
	if (entry == MP_OBJ_STOP_ITERATION)
		return;
	mp_obj_get_array(entry, &count, &items);
	name = mp_obj_str_get_data(items[0], &name_bytes);
	if (name_bytes >= LB_FTP_PATH_BYTES)
		name_bytes = LB_FTP_PATH_BYTES - 1;
	memcpy(call->name, name, name_bytes);
	call->name[name_bytes] = '\0';
	call->info->is_folder = (mp_obj_get_int(items[1]) & MP_S_IFDIR) != 0;
	call->info->size_bytes = count > 3 ? (uint32_t)mp_obj_get_int_truncated(items[3]) : 0;
	call->info->modified_s = 0;
	call->result = 1;
}

/* A listing knows no times, so each entry is asked for; one that is gone by then is shown as the listing had it. */
int lb_ftp_files_next(void *files_ptr, char *name, struct lb_ftp_info *info)
{
	struct lb_ftp_files *files = files_ptr;
	char path[LB_FTP_PATH_BYTES];
	struct lb_ftp_info more;
	int got = 1;

	if (files->single[0] != '\0') {
		memset(info, 0, sizeof(*info));
		strcpy(name, files->single);
		files->single[0] = '\0';
	} else {
		got = protected(do_next, &(struct call){.files = files, .name = name, .info = info});
	}
	if (got != 1 || strlen(files->folder) + 1 + strlen(name) >= sizeof(path))
		return got;
	strcat(strcat(strcpy(path, files->folder), "/"), name);
	if (lb_ftp_files_stat(files, path, &more) == 0)
		*info = more;
	return 1;
}

void lb_ftp_files_list_end(void *files_ptr)
{
	struct lb_ftp_files *files = files_ptr;

	files->single[0] = '\0';
	*object_of(files, LISTING) = MP_OBJ_NULL;
}
