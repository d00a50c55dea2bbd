/* How /flash lies in the fs partition: littlefs 2 over all of it, a block a sector, with the cache and the inline files
 * that MicroPython's extmod/vfs_lfsx.c makes of these two sizes. Firmware and host make the same file system. */
#ifndef LB_FLASHMAP_FLASHFS_H
#define LB_FLASHMAP_FLASHFS_H

enum {
	LB_FLASHFS_READ_BYTES = 64, /* times 4 is littlefs' cache: a page of the flash */
	LB_FLASHFS_PROGRAM_BYTES = 32,
};

#endif
