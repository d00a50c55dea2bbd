/* What vfs_lfs.c calls in place of littlefs' read and write (see Makefile). littlefs leaves it to an assertion that a
 * file is open for what is done with it; a user's mistake must raise OSError instead, as on other file systems. So must
 * a file that os.mkfs has ended. */
#include "extmod/vfs.h"
#include "firmware/store/flashdev.h"
#include "lib/littlefs/lfs2.h"
#include "py/mperrno.h"

lfs2_ssize_t lb_lfs2_file_read(lfs2_t *lfs, lfs2_file_t *file, void *data, lfs2_size_t size_bytes);
lfs2_ssize_t lb_lfs2_file_write(lfs2_t *lfs, lfs2_file_t *file, const void *data, lfs2_size_t size_bytes);

/* What is in a cache could still be read after os.mkfs, and written as far as the cache. */
static bool is_formatted_away(const lfs2_t *lfs)
{
	const mp_vfs_blockdev_t *device = lfs->cfg->context;

	return lb_flashdev_is_dead(device->readblocks[1]);
}

lfs2_ssize_t lb_lfs2_file_read(lfs2_t *lfs, lfs2_file_t *file, void *data, lfs2_size_t size_bytes)
{
	if (is_formatted_away(lfs))
		return -MP_ENODEV;
	return (file->flags & LFS2_O_RDONLY) == 0 ? LFS2_ERR_BADF : lfs2_file_read(lfs, file, data, size_bytes);
}

lfs2_ssize_t lb_lfs2_file_write(lfs2_t *lfs, lfs2_file_t *file, const void *data, lfs2_size_t size_bytes)
{
	if (is_formatted_away(lfs))
		return -MP_ENODEV;
	return (file->flags & LFS2_O_WRONLY) == 0 ? LFS2_ERR_BADF : lfs2_file_write(lfs, file, data, size_bytes);
}
