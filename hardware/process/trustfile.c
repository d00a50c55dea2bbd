#define _GNU_SOURCE /* memfd_create, seals */
#include "hardware/process/trustfile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/error.h"
#include "hardware/process/log.h"

static const char NAME[] = "keys";

static bool keep(const struct lb_folder *folder, int new_fd)
{
	uint8_t part[LB_HANDOFF_KEYS_SPACE];

	if (new_fd < 0)
		return unlinkat(folder->fd, NAME, 0) == 0 || errno == ENOENT;
	bool whole = pread(new_fd, part, sizeof(part), 0) == (ssize_t)sizeof(part);
	close(new_fd);
	return whole && lb_folder_write_file(folder, NAME, part, sizeof(part)) == 0;
}

/* False where the file is there and cannot be read as one of ours. No file is no keys. */
static bool load(struct lb_trustfile *trust, const struct lb_folder *folder, uint8_t part[LB_HANDOFF_KEYS_SPACE])
{
	uint8_t block[LB_HANDOFF_SPACE] = {0};
	int fd = openat(folder->fd, NAME, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return errno == ENOENT;
	bool whole = pread(fd, part, LB_HANDOFF_KEYS_SPACE, 0) == LB_HANDOFF_KEYS_SPACE;
	close(fd);
	memcpy(block + LB_HANDOFF_KEYS_OFFSET, part, LB_HANDOFF_KEYS_SPACE);
	return whole && lb_handoff_get_keys(block, trust->keys, &trust->count) == LB_OK;
}

/* The file may change while the module runs, and this does not. */
static bool seal(struct lb_trustfile *trust, const uint8_t part[LB_HANDOFF_KEYS_SPACE])
{
	trust->fd = memfd_create("keys", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	return trust->fd >= 0 && write(trust->fd, part, LB_HANDOFF_KEYS_SPACE) == LB_HANDOFF_KEYS_SPACE &&
	       fcntl(trust->fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) == 0;
}

bool lb_trustfile_open(struct lb_trustfile *trust, const struct lb_folder *folder, int new_fd, bool is_new)
{
	uint8_t part[LB_HANDOFF_KEYS_SPACE];

	*trust = (struct lb_trustfile){.fd = -1};
	if (is_new && !keep(folder, new_fd)) {
		lb_log_report("cannot write %s/%s: %s", folder->path, NAME, strerror(errno));
		return false;
	}
	if (!load(trust, folder, part)) {
		lb_log_report("%s/%s cannot be read as keys: --reflash makes it anew", folder->path, NAME);
		return false;
	}
	if (trust->count == 0 || seal(trust, part))
		return true;
	lb_log_report("cannot hand over the keys: %s", strerror(errno));
	return false;
}
