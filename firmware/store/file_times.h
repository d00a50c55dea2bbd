/* Modification times that are given instead of taken from the clock, for FTP's MFMT. */
#ifndef LB_STORE_FILE_TIMES_H
#define LB_STORE_FILE_TIMES_H

#include <stdint.h>

/* Gives an existing file this time, in seconds since 1970; FAT keeps even seconds from 1980 on. 0, or a negative errno:
 * a folder, read only, a time that the file system cannot hold, a file system without times. Also raises OSError. */
int lb_file_times_set(const char *path, uint32_t modified_s);
/* What vfs_lfs.c stamps files with, in place of mp_hal_time_ns (see Makefile): the clock, but for the call above. */
uint64_t lb_file_times_now_ns(void);

#endif
