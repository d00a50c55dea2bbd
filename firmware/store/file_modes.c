/* What vfs_lfs.c calls in place of littlefs' read and write (see Makefile). littlefs leaves it to an assertion that a
 * file is open for what is done with it; a user's mistake must raise OSError instead, as on other file systems. */
#include "lib/littlefs/lfs2.h"

lfs2_ssize_t lb_lfs2_file_read(lfs2_t *lfs, lfs2_file_t *file, void *data, lfs2_size_t size_bytes);
lfs2_ssize_t lb_lfs2_file_write(lfs2_t *lfs, lfs2_file_t *file, const void *data, lfs2_size_t size_bytes);

lfs2_ssize_t lb_lfs2_file_read(lfs2_t *lfs, lfs2_file_t *file, void *data, lfs2_size_t size_bytes)
{
	return (file->flags & LFS2_O_RDONLY) == 0 ? LFS2_ERR_BADF : lfs2_file_read(lfs, file, data, size_bytes);
}

lfs2_ssize_t lb_lfs2_file_write(lfs2_t *lfs, lfs2_file_t *file, const void *data, lfs2_size_t size_bytes)
{
	return (file->flags & LFS2_O_WRONLY) == 0 ? LFS2_ERR_BADF : lfs2_file_write(lfs, file, data, size_bytes);
}
