/* The fs partition of a module that does not run, as bytes in memory: its littlefs mounted, and files put into it.
 *
 * The littlefs is the firmware's own (MicroPython's lib/littlefs with firmware/patch-littlefs), so a partition that is
 * damaged, or made to do harm, ends in a refusal. One at a time: littlefs' state is the module's. Functions return
 * false after a line in reason; the bytes are to be dropped then.
 */
#ifndef LB_IMAGE_FS_IMAGE_H
#define LB_IMAGE_FS_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LB_FS_IMAGE_REASON_BYTES = 160 };

struct lb_fs_image {
	uint8_t *bytes; /* the caller's, size_bytes of them */
	uint32_t size_bytes;
	char reason[LB_FS_IMAGE_REASON_BYTES];
};

/* Formats what is blank; anything else must mount. */
bool lb_fs_image_mount(struct lb_fs_image *image);
/* A folder that is there already stays as it is. path: "/lib". */
bool lb_fs_image_make_folder(struct lb_fs_image *image, const char *path);
/* In place of what file there is; modified_ns: since 1970. */
bool lb_fs_image_write(struct lb_fs_image *image, const char *path, const void *data, size_t size_bytes,
                       uint64_t modified_ns);
/* After the last of these. */
bool lb_fs_image_unmount(struct lb_fs_image *image);

#endif
