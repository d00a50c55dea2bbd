/* Work with the raw REPL on uart0 of a running module, and a folder's files copied into its /flash.
 *
 * What fails is told by one line in the caller's reason. A signal that a handler of the caller takes ends a wait, as a
 * failure.
 */
#ifndef LB_CLIENT_UPLOAD_H
#define LB_CLIENT_UPLOAD_H

#include <stdbool.h>
#include <stddef.h>

#include "host/client/rawrepl.h"

enum {
	LB_UPLOAD_REASON_BYTES = 512,
	LB_UPLOAD_FILES_MAX = 1000,
	LB_UPLOAD_DEPTH_MAX = 8,    /* folders in folders */
	LB_UPLOAD_PATH_BYTES = 200, /* of a file below /flash */
};

/* The pty of uart0 of the module in dir, in raw mode and non-blocking; negative with errno. The caller closes it. */
int lb_upload_open(const char *dir);
/* All of it, waiting for room at most time_ms. */
bool lb_upload_write(int uart_fd, const char *data, size_t size_bytes, int time_ms);

/* Interrupts what runs and enters the raw REPL. */
bool lb_upload_enter(int uart_fd, int time_ms);
/* Awaits what repl awaits: an announcement, an answer. */
bool lb_upload_receive(int uart_fd, struct lb_rawrepl *repl, int time_ms);
/* Runs code in the raw REPL; true when an answer came, which may be a traceback. */
bool lb_upload_execute(int uart_fd, const char *code, struct lb_rawrepl *answer, int time_ms);
/* The same for code of any length, by raw paste. */
bool lb_upload_paste(int uart_fd, const char *code, struct lb_rawrepl *answer, int time_ms);

/* Would the folder's files fit into a /flash of so many bytes? Names that begin with a dot, and __pycache__, are left
 * out everywhere. False also when something cannot be read, is no file or folder, or is beyond the limits above. */
bool lb_upload_check(const char *folder, size_t flash_bytes, char reason[LB_UPLOAD_REASON_BYTES]);
/* Copies them, binary exact, by the raw REPL, which it enters and leaves; files of the same name are replaced. */
bool lb_upload_folder(int uart_fd, const char *folder, char reason[LB_UPLOAD_REASON_BYTES]);

#endif
