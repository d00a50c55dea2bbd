#define _GNU_SOURCE /* memfd_create */
#include "host/commands/trust.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/base/error.h"
#include "host/commands/image_judge.h"
#include "host/image/board_kinds.h"
#include "host/image/key.h"

#define SHARE "../share/lifeboat/"

struct keys {
	struct lb_image_key list[LB_HANDOFF_KEYS_MAX];
	size_t count;
};

void lb_trust_encode(const struct lb_image_key *keys, size_t count, uint8_t part[LB_HANDOFF_KEYS_SPACE])
{
	uint8_t block[LB_HANDOFF_SPACE] = {0};

	lb_handoff_put_keys(block, keys, count);
	memcpy(part, block + LB_HANDOFF_KEYS_OFFSET, LB_HANDOFF_KEYS_SPACE);
}

/* The keys that the bootloader was built with; false where it trusts no others. */
static bool read_compiled(struct keys *keys)
{
	uint8_t block[LB_HANDOFF_SPACE] = {0};
	char name[NAME_MAX], path[PATH_MAX];

	snprintf(name, sizeof(name), "%s.keys", lb_board_kinds_here()->name);
	if (!lb_hardware_find_beside(SHARE, name, path))
		return false;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool whole = read(fd, block + LB_HANDOFF_KEYS_OFFSET, LB_HANDOFF_KEYS_SPACE) == LB_HANDOFF_KEYS_SPACE;
	close(fd);
	return whole && lb_handoff_get_keys(block, keys->list, &keys->count) == LB_OK;
}

static enum lb_exit add(struct keys *all, struct keys *added, const char *path, const struct lb_image_key *key)
{
	size_t before = all->count;

	if (!lb_handoff_add_key(all->list, &all->count, key)) {
		return lb_args_failed("%s is one key too many: a bootloader trusts %d, and this one was built with %zu", path,
		                      (int)LB_HANDOFF_KEYS_MAX, all->count - added->count);
	}
	if (all->count > before)
		added->list[added->count++] = *key;
	return LB_EXIT_DONE;
}

static enum lb_exit add_file(struct keys *all, struct keys *added, const char *path)
{
	struct lb_image_key key;
	int result = lb_key_load_public(path, &key);

	return result == LB_OK ? add(all, added, path, &key) : lb_image_judge_explain_key(path, result);
}

/* Who has none makes a module without it. */
static enum lb_exit add_development_key(struct keys *all, struct keys *added)
{
	char path[LB_KEY_PATH_BYTES];

	if (lb_key_default_path(path) != LB_OK || access(path, F_OK) != 0)
		return LB_EXIT_DONE;
	return add_file(all, added, path);
}

static enum lb_exit add_given(const struct lb_args *args, size_t place, struct keys *all, struct keys *added)
{
	enum lb_exit exit = LB_EXIT_DONE;

	for (size_t i = 0; i < args->many_count && exit == LB_EXIT_DONE; i++)
		if (args->many[i].place == place)
			exit = add_file(all, added, args->many[i].text);
	return exit;
}

static bool is_made(const char *dir)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/flash.bin", dir) < (int)sizeof(path) && access(path, F_OK) == 0;
}

enum lb_exit lb_trust_choose(const struct lb_args *args, size_t place, bool reflash,
                             struct lb_hardware_options *options)
{
	struct keys all = {.count = 0}, added = {.count = 0};
	bool given = args->values[place] != NULL;

	if (!read_compiled(&all))
		return given ?
		           lb_args_failed("this lifeboat's bootloader trusts the keys that it was built with and no others: "
		                          "make RUNTIME_KEYS=1 builds one that takes --trust") :
		           LB_EXIT_DONE;
	if (is_made(options->dir) && !reflash)
		return given ? lb_args_failed("%s is a module already, and keeps the keys that it was made with: --reflash "
		                              "makes it anew",
		                              options->dir) :
		               LB_EXIT_DONE;
	enum lb_exit exit = add_development_key(&all, &added);
	if (exit == LB_EXIT_DONE)
		exit = add_given(args, place, &all, &added);
	if (exit != LB_EXIT_DONE)
		return exit;
	uint8_t part[LB_HANDOFF_KEYS_SPACE];
	lb_trust_encode(added.list, added.count, part);
	options->keys_fd = memfd_create("keys", MFD_CLOEXEC);
	if (options->keys_fd < 0 || write(options->keys_fd, part, sizeof(part)) != (ssize_t)sizeof(part))
		return lb_args_failed("cannot hand over the keys: %s", strerror(errno));
	return LB_EXIT_DONE;
}
