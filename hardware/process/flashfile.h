/* flash.bin: the module's flash as a file, made new with an image in its factory slot.
 *
 * The layout is core/flashmap's. Failures are told to the person in one line, and then -1 is returned.
 */
#ifndef HARDWARE_PROCESS_FLASHFILE_H
#define HARDWARE_PROCESS_FLASHFILE_H

#include <stdbool.h>
#include <stdint.h>

#include "hardware/process/folder.h"

enum { LB_FLASHFILE_BYTES = 8 * 1024 * 1024 };

/* Opens the folder's flash.bin for reading and writing; makes it if there is none. image_path is the file for the
 * factory slot, or NULL for a flash that is left as it is. An existing flash.bin is not changed: when its factory slot
 * holds something else than the image, the person is told so; only reflash writes it. files_fd, where it is not
 * negative, holds what the fs partition becomes, and is closed. Returns the file descriptor. */
int lb_flashfile_open(const struct lb_folder *folder, const char *image_path, bool reflash, int files_fd);
bool lb_flashfile_exists(const struct lb_folder *folder);
/* The same for one that is there, as it is. */
int lb_flashfile_reopen(const struct lb_folder *folder);

#endif
