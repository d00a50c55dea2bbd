/* A walk through a folder whose files are meant for a module's /flash.
 *
 * Names that begin with a dot, and __pycache__, are left out everywhere. The order is that of the names, so that the
 * same folder always makes the same file system.
 */
#ifndef LB_CLIENT_TREE_H
#define LB_CLIENT_TREE_H

#include <limits.h>
#include <stdbool.h>
#include <sys/stat.h>

#include "host/client/port.h"

enum {
	LB_TREE_REASON_BYTES = LB_PORT_REASON_BYTES,
	LB_TREE_DEPTH_MAX = 8,    /* folders in folders */
	LB_TREE_PATH_BYTES = 200, /* of a file below /flash */
};

struct lb_tree {
	/* Set by the caller. For each file and folder, a folder before what is in it; false ends the walk. */
	bool (*visit)(struct lb_tree *tree);
	void *ctx;
	char *reason; /* LB_TREE_REASON_BYTES */
	/* --- of what is visited --- */
	struct stat info;              /* a folder's or a regular file's */
	char host[PATH_MAX];           /* its name on this machine */
	char path[LB_TREE_PATH_BYTES]; /* and below /flash: "/lib/a.py" */
};

/* False with one line in reason: a visit's, or about what cannot be read, is no file or folder, or is beyond the
 * limits. */
bool lb_tree_walk(struct lb_tree *tree, const char *folder);
/* "its name on this machine: what" as the reason; false, for a visit to return. */
bool lb_tree_refuse(struct lb_tree *tree, const char *what);
bool lb_tree_is_folder(const struct lb_tree *tree);

#endif
