/* flash.bin under a module that runs: it is the module's alone, but a person's file too. Whoever else writes to it,
 * replaces it or removes it is reported at once, and each CPU starts with the file that has the name then.
 *
 * The CPU's own writes go through a mapping, and are not seen here.
 */
#ifndef HARDWARE_PROCESS_FLASHWATCH_H
#define HARDWARE_PROCESS_FLASHWATCH_H

#include <stdbool.h>
#include <uv.h>

#include "hardware/process/folder.h"

struct lb_flashwatch {
	const struct lb_folder *folder;
	int flash_fd; /* of the file that the next CPU gets */
	int notify_fd;
	uv_poll_t poll;
	bool changed; /* by somebody else, since the last CPU was started */
	bool cut;     /* it is not whole, and that was reported */
};

/* From now on flash_fd is the watch's to close. A host that cannot watch files is no reason to fail. */
void lb_flashwatch_open(struct lb_flashwatch *watch, uv_loop_t *loop, const struct lb_folder *folder, int flash_fd);
/* Before each CPU; false, after one line, while the file has not the size of a flash, for a CPU would crash on it. */
bool lb_flashwatch_renew(struct lb_flashwatch *watch);
void lb_flashwatch_close(struct lb_flashwatch *watch);

#endif
