/* littlefs' assertions, and what becomes of a file system in which one fails.
 *
 * An image in flash or on a card may be damaged, or made to do harm: littlefs holds much of what it reads there by
 * assertions alone. One that fails unmounts the file system and raises OSError(EIO): what littlefs has in RAM is not to
 * be trusted any more, so every later call with it ends in EIO too, before it does anything. lfs2.c is built with this
 * header in front (see Makefile, patch-littlefs).
 */
#ifndef LB_STORE_LFS_GUARD_H
#define LB_STORE_LFS_GUARD_H

#include <stdbool.h>

struct lfs2;
struct lfs2_config;

/* An assertion failed, in this line of lfs2.c. */
_Noreturn void lb_lfs_guard_failed(struct lfs2 *lfs, int line);
/* What every public function of littlefs asks first: 0, or LFS2_ERR_IO after a failure. */
int lb_lfs_guard_enter(const struct lfs2_config *config);
/* Before each of its reads, cached ones too: false when one call has made more of them than any honest one needs. */
bool lb_lfs_guard_goes_on(void);

#undef LFS2_NO_ASSERT /* a flag of MicroPython's build */
#define LFS2_ASSERT(test) ((test) ? (void)0 : lb_lfs_guard_failed(lfs2, __LINE__))

#endif
