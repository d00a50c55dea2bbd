/* Files of this machine, copied into the /flash of a running module. What fails is one line in the caller's reason. */
#ifndef LB_CLIENT_UPLOAD_H
#define LB_CLIENT_UPLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "host/client/repl.h"
#include "host/client/tree.h"

enum { LB_UPLOAD_REASON_BYTES = LB_TREE_REASON_BYTES };

/* At the raw REPL: path is below /flash, host is the file's name here. A file of this name is replaced; a folder that
 * is there already is none the worse; one that is not empty is not removed. */
bool lb_upload_file(const struct lb_port *port, const char *host, const char *path, char *reason);
bool lb_upload_make_folder(const struct lb_port *port, const char *path, char *reason);
bool lb_upload_remove(const struct lb_port *port, const char *path, char *reason);

#endif
