/* A folder's files, copied into the /flash of a running module. What fails is one line in the caller's reason. */
#ifndef LB_CLIENT_UPLOAD_H
#define LB_CLIENT_UPLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "host/client/repl.h"

enum {
	LB_UPLOAD_REASON_BYTES = LB_PORT_REASON_BYTES,
	LB_UPLOAD_FILES_MAX = 1000,
	LB_UPLOAD_DEPTH_MAX = 8,    /* folders in folders */
	LB_UPLOAD_PATH_BYTES = 200, /* of a file below /flash */
};

/* Would the folder's files fit into a /flash of so many bytes? Names that begin with a dot, and __pycache__, are left
 * out everywhere. False also when something cannot be read, is no file or folder, or is beyond the limits above. */
bool lb_upload_check(const char *folder, size_t flash_bytes, char reason[LB_UPLOAD_REASON_BYTES]);
/* Copies them, binary exact, by the raw REPL, which it enters and leaves; files of the same name are replaced. */
bool lb_upload_folder(const struct lb_port *port, const char *folder, char reason[LB_UPLOAD_REASON_BYTES]);

#endif
