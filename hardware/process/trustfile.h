/* The file `keys` in a module's folder: the keys that whoever made the module trusts, besides those that its bootloader
 * was built with. It has the bytes of the hand-off's part (docs/spec/handoff.md), LB_HANDOFF_KEYS_SPACE of them.
 *
 * Failures are told to the person in one line (lb_log_report), and then false is returned.
 */
#ifndef HARDWARE_PROCESS_TRUSTFILE_H
#define HARDWARE_PROCESS_TRUSTFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/handoff/handoff.h"
#include "hardware/process/folder.h"

struct lb_trustfile {
	struct lb_image_key keys[LB_HANDOFF_KEYS_MAX];
	size_t count;
	int fd; /* the same for the CPU, sealed against every change; -1: there are none */
};

/* A module that is made now, or anew, gets what new_fd has, and none where that is negative; another keeps its own.
 * new_fd is closed. */
bool lb_trustfile_open(struct lb_trustfile *trust, const struct lb_folder *folder, int new_fd, bool is_new);

#endif
