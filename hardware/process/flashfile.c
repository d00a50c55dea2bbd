#include "hardware/process/flashfile.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.h"
#include "core/flashmap/flashmap.h"
#include "core/image/image.h"
#include "hardware/process/log.h"

static const char NAME[] = "flash.bin";
enum { VERSION_TEXT_BYTES = 48, ERASED_BYTES = 65536 };

struct bytes {
	uint8_t *data;
	uint32_t size_bytes;
};

static struct lb_region factory(void)
{
	return lb_flashmap_8mib.part[LB_PART_FACTORY];
}

static int read_source(void *ctx, uint32_t offset, void *data, uint32_t size_bytes)
{
	const struct bytes *bytes = ctx;

	memcpy(data, bytes->data + offset, size_bytes);
	return LB_OK;
}

/* "version 0.1.0", or what there is instead. */
static void describe(struct bytes bytes, char text[VERSION_TEXT_BYTES])
{
	struct lb_image_source source = {read_source, &bytes, bytes.size_bytes, NULL};
	struct lb_image_info info;
	enum lb_image_verdict verdict = lb_image_inspect(&source, &info);

	if (verdict != LB_IMAGE_GOOD)
		snprintf(text, VERSION_TEXT_BYTES, "no image (%s)", lb_image_verdict_text(verdict));
	else if (info.version.build == 0)
		snprintf(text, VERSION_TEXT_BYTES, "version %u.%u.%u", info.version.major, info.version.minor,
		         info.version.revision);
	else
		snprintf(text, VERSION_TEXT_BYTES, "version %u.%u.%u+%" PRIu32, info.version.major, info.version.minor,
		         info.version.revision, info.version.build);
}

static int read_all(int fd, struct bytes into)
{
	for (uint32_t done = 0; done < into.size_bytes;) {
		ssize_t got = pread(fd, into.data + done, into.size_bytes - done, (off_t)done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return -1;
		done += (uint32_t)got;
	}
	return 0;
}

/* The image file as a whole; data is malloc'd. */
static int read_image(const char *path, struct bytes *image)
{
	struct stat info;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &info) != 0) {
		lb_log_report("cannot open the image %s: %s", path, strerror(errno));
		return -1;
	}
	if (!S_ISREG(info.st_mode) || info.st_size == 0 || info.st_size > (off_t)factory().size_bytes) {
		lb_log_report("%s is no image for the factory slot, which takes 1 to %" PRIu32 " bytes", path,
		              factory().size_bytes);
		close(fd);
		return -1;
	}
	image->size_bytes = (uint32_t)info.st_size;
	image->data = malloc(image->size_bytes);
	int result = image->data == NULL ? -1 : read_all(fd, *image);
	if (result != 0)
		lb_log_report("cannot read the image %s", path);
	close(fd);
	return result;
}

static void put_image(uint8_t *flash, struct bytes image)
{
	memset(flash + factory().offset, 0xFF, factory().size_bytes);
	if (image.size_bytes != 0)
		memcpy(flash + factory().offset, image.data, image.size_bytes);
}

/* Erased sectors before and behind the image, out of one that is written again and again: 8 MiB that are filled first
 * and copied then cost more than all else that a new module does. */
static int create(const struct lb_folder *folder, struct bytes image)
{
	uint8_t erased[ERASED_BYTES];
	struct lb_folder_part parts[LB_FLASHFILE_BYTES / ERASED_BYTES + 2];
	size_t count = 0;

	memset(erased, 0xFF, sizeof(erased));
	for (uint32_t at = 0; at < LB_FLASHFILE_BYTES; at += parts[count++].size_bytes) {
		bool is_image = at == factory().offset && image.size_bytes != 0;
		uint32_t end = at < factory().offset ? factory().offset : LB_FLASHFILE_BYTES;
		uint32_t erased_bytes = end - at < ERASED_BYTES ? end - at : ERASED_BYTES;
		parts[count] = is_image ? (struct lb_folder_part){image.data, image.size_bytes} :
		                          (struct lb_folder_part){erased, erased_bytes};
	}
	return lb_folder_write_parts(folder, NAME, parts, count);
}

static int rewrite(const struct lb_folder *folder, uint8_t *flash, struct bytes image, const char *image_text)
{
	put_image(flash, image);
	if (lb_folder_write_file(folder, NAME, flash, LB_FLASHFILE_BYTES) != 0)
		return -1;
	lb_log_report("factory slot of %s written: %s", folder->path, image_text);
	return 0;
}

/* Holds the factory slot against the image, and says or does what follows. */
static int compare(const struct lb_folder *folder, int fd, struct bytes image, bool reflash)
{
	char old_text[VERSION_TEXT_BYTES], new_text[VERSION_TEXT_BYTES];
	struct bytes flash = {malloc(LB_FLASHFILE_BYTES), LB_FLASHFILE_BYTES};
	int result = 0;

	if (flash.data == NULL || read_all(fd, flash) != 0) {
		lb_log_report("cannot read %s/%s", folder->path, NAME);
		free(flash.data);
		return -1;
	}
	struct bytes slot = {flash.data + factory().offset, factory().size_bytes};
	if (memcmp(slot.data, image.data, image.size_bytes) != 0) {
		describe(slot, old_text);
		describe(image, new_text);
		if (reflash)
			result = rewrite(folder, flash.data, image, new_text);
		else
			lb_log_report("the factory slot holds %s%s, this one is %s: --reflash writes it",
			              strcmp(old_text, new_text) == 0 ? "another build, " : "", old_text, new_text);
	}
	free(flash.data);
	return result;
}

/* A file of another size is never cut or filled up: it may be somebody's data. */
int lb_flashfile_reopen(const struct lb_folder *folder)
{
	struct stat info;
	int fd = openat(folder->fd, NAME, O_RDWR | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &info) != 0) {
		lb_log_report("cannot open %s/%s: %s", folder->path, NAME, strerror(errno));
		return -1;
	}
	if (!S_ISREG(info.st_mode) || info.st_size != LB_FLASHFILE_BYTES) {
		lb_log_report(
			"%s/%s has %lld bytes and not %d: it is damaged, or not this module's; move it away to start anew",
			folder->path, NAME, (long long)info.st_size, LB_FLASHFILE_BYTES);
		close(fd);
		return -1;
	}
	return fd;
}

bool lb_flashfile_exists(const struct lb_folder *folder)
{
	return faccessat(folder->fd, NAME, F_OK, 0) == 0;
}

static int open_with_image(const struct lb_folder *folder, struct bytes image, bool reflash)
{
	if (!lb_flashfile_exists(folder))
		return create(folder, image) == 0 ? lb_flashfile_reopen(folder) : -1;
	int fd = lb_flashfile_reopen(folder);
	if (fd < 0 || image.size_bytes == 0)
		return fd;
	int result = compare(folder, fd, image, reflash);
	close(fd);
	return result == 0 ? lb_flashfile_reopen(folder) : -1; /* it may be a new file by now */
}

/* All or nothing, as ever: the file is replaced. */
static int put_files(const struct lb_folder *folder, int fd, int files_fd)
{
	struct lb_region region = lb_flashmap_8mib.part[LB_PART_FS];
	struct bytes flash = {malloc(LB_FLASHFILE_BYTES), LB_FLASHFILE_BYTES};
	int result = -1;

	if (flash.data != NULL && read_all(fd, flash) == 0 &&
	    read_all(files_fd, (struct bytes){flash.data + region.offset, region.size_bytes}) == 0)
		result = lb_folder_write_file(folder, NAME, flash.data, LB_FLASHFILE_BYTES);
	else
		lb_log_report("the files for %s/%s cannot be read", folder->path, NAME);
	free(flash.data);
	return result;
}

int lb_flashfile_open(const struct lb_folder *folder, const char *image_path, bool reflash, int files_fd)
{
	struct bytes image = {NULL, 0};
	int fd = -1;

	if (image_path == NULL || read_image(image_path, &image) == 0)
		fd = open_with_image(folder, image, reflash);
	free(image.data);
	if (fd < 0 || files_fd < 0)
		return fd;
	int result = put_files(folder, fd, files_fd);
	close(fd);
	close(files_fd);
	return result == 0 ? lb_flashfile_reopen(folder) : -1;
}
