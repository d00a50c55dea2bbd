/* A folder's files (host/client/tree.h) as the fs partition that a module is started with. */
#ifndef LB_COMMANDS_FS_LOAD_H
#define LB_COMMANDS_FS_LOAD_H

#include "host/client/tree.h"

/* Files from elsewhere, for the top of /flash; NULL ends them. */
enum { LB_FS_LOAD_ADDED = 32 };

/* Made at once on this machine: files of the same names are replaced, others kept. dir: the module's folder; NULL, or
 * one without a flash.bin: a new module. added: see above; NULL: none. date_ns: every file's, since 1970; 0: its own.
 * Returns a descriptor of the partition's bytes, which the caller closes and struct lb_hardware_options takes; -1 after
 * one line in reason. */
int lb_fs_load_make(const char *dir, const char *folder, const char *const *added, uint64_t date_ns,
                    char reason[LB_TREE_REASON_BYTES]);

#endif
