/* A module's folder: what makes one, the lock that keeps a second hardware process out, and what a crashed run left.
 *
 * Failures are told to the person in one line (lb_log_report), and then -1 is returned.
 */
#ifndef HARDWARE_PROCESS_FOLDER_H
#define HARDWARE_PROCESS_FOLDER_H

#include <limits.h>
#include <stdint.h>

#include "core/hw/periph.h"

struct lb_folder {
	char path[PATH_MAX]; /* absolute */
	int fd;
	int lock_fd; /* the CPU inherits it, so the folder stays locked while either process lives */
};

/* Makes the folder if there is none, refuses one that is something else's, locks it, opens the log, and removes what a
 * crashed run left. An existing folder is a module's when it holds flash.bin, or nothing but files that we make. */
int lb_folder_open(struct lb_folder *folder, const char *path);

/* The module's unique id, made at random the first time and kept in `id`. */
int lb_folder_unique_id(const struct lb_folder *folder, uint8_t id[LB_UNIQUE_ID_BYTES]);

struct lb_folder_part {
	const void *data;
	uint32_t size_bytes;
};

/* Writes a file of the folder in such a way that a crash leaves the old one or the new one. */
int lb_folder_write_file(const struct lb_folder *folder, const char *name, const void *data, uint32_t size_bytes);
/* The same of parts that follow each other. */
int lb_folder_write_parts(const struct lb_folder *folder, const char *name, const struct lb_folder_part *parts,
                          size_t count);

/* Puts the link `name` to target in place of what link there was. */
int lb_folder_link(const struct lb_folder *folder, const char *name, const char *target);
/* Removes a link or socket of ours. */
void lb_folder_remove(const struct lb_folder *folder, const char *name);

#endif
