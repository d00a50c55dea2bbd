#include "host/image/fs_image.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/flashmap/flashfs.h"

/* What firmware/patch-littlefs makes littlefs ask for (firmware/store/lfs_guard.h). */
static jmp_buf damaged;
static uint32_t reads; /* in this call */

enum { MAX_READS = 100000000 };

#define LFS2_ASSERT(test) ((test) ? (void)0 : longjmp(damaged, 1))
#define lb_lfs_guard_enter(cfg) ((void)(cfg), reads = 0, 0)
#define lb_lfs_guard_goes_on() (++reads < MAX_READS)

/* What it would print is said in other words by whoever asked. */
#define LFS2_NO_DEBUG
#define LFS2_NO_WARN
#define LFS2_NO_ERROR

/* Its source is included as system headers, whose warnings are not ours. */
#include <lfs2_util.c>

#include <guarded_lfs2.c>

enum {
	BLOCK_BYTES = 4096, /* a sector */
	CACHE_BYTES = 4 * LB_FLASHFS_READ_BYTES,
	LOOKAHEAD_BYTES = 32,
	ERASE_CYCLES = 100, /* of metadata before it moves */
	TIME_ATTRIBUTE = 1, /* these four as extmod/vfs_lfsx.c and vfs_lfs.c have them */
	TIME_BYTES = 8,
};

static lfs2_t lfs;
static struct lfs2_config config;
static uint8_t read_cache[CACHE_BYTES], program_cache[CACHE_BYTES], file_cache[CACHE_BYTES];
static uint32_t lookahead[LOOKAHEAD_BYTES / 4];

static uint8_t *place(const struct lfs2_config *c, lfs2_block_t block, lfs2_off_t offset)
{
	const struct lb_fs_image *image = c->context;

	return image->bytes + (size_t)block * BLOCK_BYTES + offset;
}

static int read_block(const struct lfs2_config *c, lfs2_block_t block, lfs2_off_t offset, void *data, lfs2_size_t size)
{
	memcpy(data, place(c, block, offset), size);
	return 0;
}

static int program_block(const struct lfs2_config *c, lfs2_block_t block, lfs2_off_t offset, const void *data,
                         lfs2_size_t size)
{
	memcpy(place(c, block, offset), data, size);
	return 0;
}

static int erase_block(const struct lfs2_config *c, lfs2_block_t block)
{
	memset(place(c, block, 0), 0xFF, BLOCK_BYTES);
	return 0;
}

static int sync_block(const struct lfs2_config *c)
{
	(void)c;
	return 0;
}

static bool refuse(struct lb_fs_image *image, const char *why)
{
	snprintf(image->reason, sizeof(image->reason), "%s", why);
	return false;
}

/* Of what a call of littlefs returned. */
static bool judge(struct lb_fs_image *image, int result)
{
	if (result >= 0)
		return true;
	switch (result) {
	case LFS2_ERR_NOSPC: return refuse(image, "does not fit into the module's /flash");
	case LFS2_ERR_ISDIR: return refuse(image, "a folder of the module's /flash has this name");
	case LFS2_ERR_NOTDIR:
	case LFS2_ERR_EXIST: return refuse(image, "a file of the module's /flash has this name");
	case LFS2_ERR_NAMETOOLONG: return refuse(image, "the name is too long");
	default: return refuse(image, "the module's /flash is damaged");
	}
}

static bool is_blank(const struct lb_fs_image *image)
{
	for (uint32_t i = 0; i < image->size_bytes; i++)
		if (image->bytes[i] != 0xFF)
			return false;
	return true;
}

bool lb_fs_image_mount(struct lb_fs_image *image)
{
	config = (struct lfs2_config){
		.context = image,
		.read = read_block,
		.prog = program_block,
		.erase = erase_block,
		.sync = sync_block,
		.read_size = LB_FLASHFS_READ_BYTES,
		.prog_size = LB_FLASHFS_PROGRAM_BYTES,
		.block_size = BLOCK_BYTES,
		.block_count = image->size_bytes / BLOCK_BYTES,
		.block_cycles = ERASE_CYCLES,
		.cache_size = CACHE_BYTES,
		.lookahead_size = LOOKAHEAD_BYTES,
		.read_buffer = read_cache,
		.prog_buffer = program_cache,
		.lookahead_buffer = lookahead,
	};
	if (setjmp(damaged) != 0)
		return judge(image, LFS2_ERR_CORRUPT);
	int result = is_blank(image) ? lfs2_format(&lfs, &config) : 0;
	return judge(image, result == 0 ? lfs2_mount(&lfs, &config) : result);
}

bool lb_fs_image_make_folder(struct lb_fs_image *image, const char *path)
{
	struct lfs2_info info;

	if (setjmp(damaged) != 0)
		return judge(image, LFS2_ERR_CORRUPT);
	int result = lfs2_mkdir(&lfs, path);
	if (result == LFS2_ERR_EXIST && lfs2_stat(&lfs, path, &info) == 0 && info.type == LFS2_TYPE_DIR)
		return true;
	return judge(image, result);
}

static int write_file(const char *path, const void *data, size_t size_bytes, const uint8_t time[TIME_BYTES])
{
	uint8_t stamp[TIME_BYTES];
	struct lfs2_attr attribute = {.type = TIME_ATTRIBUTE, .buffer = stamp, .size = TIME_BYTES};
	struct lfs2_file_config how = {.buffer = file_cache, .attrs = &attribute, .attr_count = 1};
	lfs2_file_t file;

	int result = lfs2_file_opencfg(&lfs, &file, path, LFS2_O_WRONLY | LFS2_O_CREAT | LFS2_O_TRUNC, &how);
	if (result < 0)
		return result;
	memcpy(stamp, time, TIME_BYTES); /* opening has read the old one into it */
	lfs2_ssize_t written = lfs2_file_write(&lfs, &file, data, (lfs2_size_t)size_bytes);
	result = lfs2_file_close(&lfs, &file);
	return written < 0 ? (int)written : result;
}

bool lb_fs_image_write(struct lb_fs_image *image, const char *path, const void *data, size_t size_bytes,
                       uint64_t modified_ns)
{
	uint8_t time[TIME_BYTES];

	for (unsigned i = 0; i < TIME_BYTES; i++)
		time[i] = (uint8_t)(modified_ns >> (8 * i));
	if (setjmp(damaged) != 0)
		return judge(image, LFS2_ERR_CORRUPT);
	return judge(image, write_file(path, data, size_bytes, time));
}

bool lb_fs_image_unmount(struct lb_fs_image *image)
{
	if (setjmp(damaged) != 0)
		return judge(image, LFS2_ERR_CORRUPT);
	return judge(image, lfs2_unmount(&lfs));
}
