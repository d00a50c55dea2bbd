/* Files of this machine, copied into the /flash of a running module. What fails is one line in the caller's reason. */
#ifndef LB_CLIENT_UPLOAD_H
#define LB_CLIENT_UPLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "host/client/repl.h"
#include "host/client/tree.h"

enum {
	LB_UPLOAD_REASON_BYTES = LB_TREE_REASON_BYTES,
	LB_UPLOAD_FILES_MAX = 1000,
};

/* Would the folder's files (host/client/tree.h) fit into a /flash of so many bytes? */
bool lb_upload_check(const char *folder, size_t flash_bytes, char reason[LB_UPLOAD_REASON_BYTES]);
/* Copies them, binary exact, by the raw REPL, which it enters and leaves; files of the same name are replaced. */
bool lb_upload_folder(const struct lb_port *port, const char *folder, char reason[LB_UPLOAD_REASON_BYTES]);

/* One of them at the raw REPL: path is below /flash, host is the file's name here. A folder that is there already is
 * none the worse; one that is not empty stays. */
bool lb_upload_file(const struct lb_port *port, const char *host, const char *path, char *reason);
bool lb_upload_make_folder(const struct lb_port *port, const char *path, char *reason);
bool lb_upload_remove(const struct lb_port *port, const char *path, char *reason);

#endif
