#include "host/commands/image_flash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/commands/fs_load.h"
#include "host/image/board_kinds.h"
#include "host/image/nvs_image.h"

/* 2000-01-01: what a module's clock says that was never set. */
#define DATE_OF_NONE_S 946684800u
#define NS_PER_S 1000000000u

static uint64_t date_ns(void)
{
	const char *epoch = getenv("SOURCE_DATE_EPOCH");
	const unsigned long long date_s = epoch != NULL ? strtoull(epoch, NULL, 10) : 0;

	return (date_s != 0 ? date_s : DATE_OF_NONE_S) * NS_PER_S;
}

static enum lb_exit add_files(const char *folder, uint8_t *flash, struct lb_region region)
{
	char reason[LB_TREE_REASON_BYTES];
	int fd = lb_fs_load_make(NULL, folder, NULL, date_ns(), reason);

	if (fd < 0)
		return lb_args_failed("%s", reason);
	ssize_t got = pread(fd, flash + region.offset, region.size_bytes, 0);
	close(fd);
	return got == (ssize_t)region.size_bytes ? LB_EXIT_DONE : lb_args_failed("%s cannot be copied", folder);
}

static enum lb_exit add_values(const char *path, uint8_t *flash, struct lb_region region)
{
	char reason[LB_NVS_IMAGE_REASON_BYTES];
	struct lb_image_file file;

	if (lb_image_file_read(path, &file) != LB_EXIT_DONE)
		return LB_EXIT_FAILED;
	bool made =
		lb_nvs_image_make((const char *)file.bytes, file.size_bytes, flash + region.offset, region.size_bytes, reason);
	free(file.bytes);
	return made ? LB_EXIT_DONE : lb_args_failed("%s: %s", path, reason);
}

static enum lb_exit fill(const struct lb_image_flash *parts, const struct lb_image_file *image, uint8_t *flash)
{
	const struct lb_region *part = lb_board_kinds_here()->flashmap->part;
	const struct lb_region factory = part[LB_PART_FACTORY];
	enum lb_exit exit = LB_EXIT_DONE;

	if (image->size_bytes > factory.size_bytes) {
		return lb_args_failed("the image has %zu bytes and the factory slot only %u", image->size_bytes,
		                      (unsigned)factory.size_bytes);
	}
	memcpy(flash + factory.offset, image->bytes, image->size_bytes);
	if (parts->files != NULL)
		exit = add_files(parts->files, flash, part[LB_PART_FS]);
	if (exit == LB_EXIT_DONE && parts->nvs != NULL)
		exit = add_values(parts->nvs, flash, part[LB_PART_NVS]);
	return exit;
}

enum lb_exit lb_image_flash_make(const struct lb_image_flash *parts, const struct lb_image_file *image)
{
	const uint32_t size_bytes = lb_board_kinds_here()->flash_bytes;
	uint8_t *flash = malloc(size_bytes);

	if (flash == NULL)
		return lb_args_failed("no memory for a flash of %u bytes", (unsigned)size_bytes);
	memset(flash, 0xFF, size_bytes);
	enum lb_exit exit = fill(parts, image, flash);
	if (exit == LB_EXIT_DONE)
		exit = lb_image_file_write(parts->out, flash, size_bytes);
	free(flash);
	return exit;
}
