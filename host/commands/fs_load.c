#define _GNU_SOURCE /* memfd_create */
#include "host/commands/fs_load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "host/image/board_kinds.h"
#include "host/image/fs_image.h"

enum { NS_PER_S = 1000000000 };

struct load {
	struct lb_fs_image image;
	uint64_t folder_bytes;
	uint64_t date_ns;
};

static struct lb_region region(void)
{
	return lb_board_kinds_here()->flashmap->part[LB_PART_FS];
}

static bool too_large(const struct lb_tree *tree, const struct load *load)
{
	snprintf(tree->reason, LB_TREE_REASON_BYTES, "%.300s: the files do not fit into /flash, which has %u KiB",
	         tree->host, (unsigned)(load->image.size_bytes / 1024));
	return false;
}

/* All of a file that is not larger than it was a moment ago; NULL with errno. */
static void *read_file(const struct lb_tree *tree, size_t *size_bytes)
{
	FILE *file = fopen(tree->host, "rbe");
	void *data = file != NULL ? malloc((size_t)tree->info.st_size + 1) : NULL;

	if (data != NULL) {
		*size_bytes = fread(data, 1, (size_t)tree->info.st_size, file);
		if (ferror(file) != 0) {
			free(data);
			data = NULL;
		}
	}
	int error = errno;
	if (file != NULL)
		fclose(file);
	errno = error;
	return data;
}

/* A folder that is too large is refused by its size before littlefs is full, which would say less. */
static bool visit(struct lb_tree *tree)
{
	struct load *load = tree->ctx;
	const struct timespec *modified = &tree->info.st_mtim;
	size_t size_bytes;

	if (lb_tree_is_folder(tree))
		return lb_fs_image_make_folder(&load->image, tree->path) || lb_tree_refuse(tree, load->image.reason);
	load->folder_bytes += (uint64_t)tree->info.st_size;
	if (load->folder_bytes > load->image.size_bytes)
		return too_large(tree, load);
	void *data = read_file(tree, &size_bytes);
	if (data == NULL)
		return lb_tree_refuse(tree, strerror(errno));
	uint64_t own_ns = (uint64_t)modified->tv_sec * NS_PER_S + (uint64_t)modified->tv_nsec;
	bool written =
		lb_fs_image_write(&load->image, tree->path, data, size_bytes, load->date_ns != 0 ? load->date_ns : own_ns);
	free(data);
	return written || lb_tree_refuse(tree, load->image.reason);
}

/* By its name alone, at the top. */
static bool add(struct lb_tree *tree, const char *file)
{
	const char *slash = strrchr(file, '/');
	const char *name = slash != NULL ? slash + 1 : file;

	if (snprintf(tree->host, sizeof(tree->host), "%s", file) >= (int)sizeof(tree->host) ||
	    snprintf(tree->path, sizeof(tree->path), "/%s", name) >= (int)sizeof(tree->path))
		return lb_tree_refuse(tree, "the name is too long");
	if (stat(file, &tree->info) != 0)
		return lb_tree_refuse(tree, strerror(errno));
	return S_ISREG(tree->info.st_mode) ? visit(tree) : lb_tree_refuse(tree, "not a file");
}

/* What the module has: nothing, when it is new. */
static bool read_partition(const char *dir, const struct lb_fs_image *image, char *reason)
{
	char name[PATH_MAX];

	memset(image->bytes, 0xFF, image->size_bytes);
	if (dir == NULL)
		return true;
	if (snprintf(name, sizeof(name), "%s/flash.bin", dir) >= (int)sizeof(name)) {
		snprintf(reason, LB_TREE_REASON_BYTES, "%.300s: the name is too long", dir);
		return false;
	}
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return true;
	ssize_t got = fd < 0 ? -1 : pread(fd, image->bytes, image->size_bytes, (off_t)region().offset);
	if (got != (ssize_t)image->size_bytes)
		snprintf(reason, LB_TREE_REASON_BYTES, "%.300s cannot be read: %s", name,
		         got < 0 ? strerror(errno) : "it is too short");
	if (fd >= 0)
		close(fd);
	return got == (ssize_t)image->size_bytes;
}

/* Into what the module has already, so that its other files stay. */
static bool fill(struct load *load, const char *dir, const char *folder, const char *const *added, char *reason)
{
	struct lb_tree tree = {.visit = visit, .ctx = load, .reason = reason};

	if (!read_partition(dir, &load->image, reason))
		return false;
	if (!lb_fs_image_mount(&load->image)) {
		snprintf(reason, LB_TREE_REASON_BYTES, "nothing can be copied to %.300s: %s", dir, load->image.reason);
		return false;
	}
	if (!lb_tree_walk(&tree, folder))
		return false;
	for (; added != NULL && *added != NULL; added++)
		if (!add(&tree, *added))
			return false;
	if (!lb_fs_image_unmount(&load->image))
		snprintf(reason, LB_TREE_REASON_BYTES, "%.300s: %s", folder, load->image.reason);
	return reason[0] == '\0';
}

int lb_fs_load_make(const char *dir, const char *folder, const char *const *added, uint64_t date_ns,
                    char reason[LB_TREE_REASON_BYTES])
{
	struct load load = {.date_ns = date_ns, .image = {.size_bytes = region().size_bytes}};
	int fd = memfd_create("lifeboat-files", MFD_CLOEXEC);

	reason[0] = '\0';
	load.image.bytes = malloc(load.image.size_bytes);
	bool filled = load.image.bytes != NULL && fd >= 0 && fill(&load, dir, folder, added, reason);
	if (filled && write(fd, load.image.bytes, load.image.size_bytes) != (ssize_t)load.image.size_bytes)
		filled = false;
	if (!filled && reason[0] == '\0')
		snprintf(reason, LB_TREE_REASON_BYTES, "%.300s cannot be copied: %s", folder, strerror(errno));
	free(load.image.bytes);
	if (filled)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}
