#include "host/commands/image_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/error.h"

enum { MAX_FILE_BYTES = 64 << 20 };

enum lb_exit lb_image_file_read(const char *path, struct lb_image_file *file)
{
	FILE *from = fopen(path, "rb");

	if (from == NULL)
		return lb_args_failed("cannot open %s: %s", path, strerror(errno));
	file->bytes = malloc(MAX_FILE_BYTES + 1);
	file->size_bytes = file->bytes != NULL ? fread(file->bytes, 1, MAX_FILE_BYTES + 1, from) : 0;
	bool failed = file->bytes == NULL || ferror(from) != 0;
	int cause = errno;
	fclose(from);
	if (!failed && file->size_bytes > 0 && file->size_bytes <= MAX_FILE_BYTES)
		return LB_EXIT_DONE;
	free(file->bytes);
	file->bytes = NULL;
	if (failed)
		return lb_args_failed("cannot read %s: %s", path, strerror(cause));
	return lb_args_failed(file->size_bytes == 0 ? "%s is empty" : "%s is larger than 64 MiB", path);
}

static int file_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	const struct lb_image_file *file = ctx;

	memcpy(data, file->bytes + offset, size_bytes);
	return LB_OK;
}

struct lb_image_source lb_image_file_source(struct lb_image_file *file)
{
	return (struct lb_image_source){file_read, file, (uint32_t)file->size_bytes, NULL};
}

static int flash_read(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	const struct lb_image_file *file = ctx;

	if (offset > file->size_bytes || size_bytes > file->size_bytes - offset)
		return LB_ERR_BOUNDS;
	return file_read(ctx, offset, data, size_bytes);
}

struct lb_flash lb_image_file_flash(struct lb_image_file *file, const struct lb_board_kind *kind)
{
	return (struct lb_flash){
		.read = flash_read,
		.ctx = file,
		.size_bytes = (uint32_t)file->size_bytes,
		.sector_bytes = kind->sector_bytes,
		.program_bytes = kind->program_bytes,
	};
}

/* Under another name first: what is cut off must not leave half an image under the final one. */
enum lb_exit lb_image_file_write(const char *path, const uint8_t *bytes, size_t size_bytes)
{
	char temporary[PATH_MAX];
	int length = snprintf(temporary, sizeof(temporary), "%s.new", path);
	FILE *file = length < (int)sizeof(temporary) ? fopen(temporary, "wb") : NULL;

	if (file == NULL)
		return lb_args_failed("cannot create %s: %s", path, strerror(errno));
	bool written = fwrite(bytes, 1, size_bytes, file) == size_bytes;
	if (fclose(file) != 0 || !written || rename(temporary, path) != 0) {
		int cause = errno;

		unlink(temporary);
		return lb_args_failed("cannot write %s: %s", path, strerror(cause));
	}
	return LB_EXIT_DONE;
}
