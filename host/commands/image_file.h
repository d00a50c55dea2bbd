/* Files with images, or with a whole flash, for the commands that read and write them. */
#ifndef LB_COMMANDS_IMAGE_FILE_H
#define LB_COMMANDS_IMAGE_FILE_H

#include "core/flashmap/board_kind.h"
#include "core/hw/flash.h"
#include "core/image/image.h"
#include "host/commands/args.h"

struct lb_image_file {
	uint8_t *bytes; /* to be freed */
	size_t size_bytes;
};

/* The whole file, of at most 64 MiB; else one line on stderr. */
enum lb_exit lb_image_file_read(const char *path, struct lb_image_file *file);
/* All of it or nothing: what is cut off leaves the file that was there before. */
enum lb_exit lb_image_file_write(const char *path, const uint8_t *bytes, size_t size_bytes);
/* file must outlive the source. */
struct lb_image_source lb_image_file_source(struct lb_image_file *file);
/* A flash to be read, or a piece of one, with that board's geometry. file must outlive it. */
struct lb_flash lb_image_file_flash(struct lb_image_file *file, const struct lb_board_kind *kind);

#endif
