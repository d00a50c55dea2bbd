#include "tests/unit/ftp_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ENOENT_ERROR = 2, EIO_ERROR = 5, EEXIST_ERROR = 17, EISDIR_ERROR = 21, ENOSPC_ERROR = 28, ENOTEMPTY_ERROR = 39 };

static bool fails(struct world *world)
{
	world->calls++;
	world->failed |= world->calls == world->fail_at;
	return world->calls == world->fail_at;
}

int lb_ftp_world_find(const struct world *world, const char *path)
{
	for (int i = 0; i < NODES; i++)
		if (world->nodes[i].used && strcmp(world->nodes[i].path, path) == 0)
			return i;
	return NO_NODE;
}

static int make(struct world *world, const char *path, bool is_folder)
{
	for (int i = 0; i < NODES; i++) {
		if (world->nodes[i].used)
			continue;
		memset(&world->nodes[i], 0, sizeof(world->nodes[i]));
		world->nodes[i].used = true;
		world->nodes[i].is_folder = is_folder;
		world->nodes[i].modified_s = 951782400;
		strcpy(world->nodes[i].path, path);
		return i;
	}
	fail_msg("too many files");
	return NO_NODE;
}

static int host_stat(void *ctx, const char *path, struct lb_ftp_info *info)
{
	struct world *world = ctx;
	const int node = lb_ftp_world_find(world, path);

	if (fails(world))
		return -EIO_ERROR;
	if (node == NO_NODE)
		return -ENOENT_ERROR;
	*info = (struct lb_ftp_info){world->nodes[node].is_folder, world->nodes[node].size_bytes,
	                             world->nodes[node].modified_s};
	return 0;
}

/* As on FAT: even seconds. */
static int host_set_time(void *ctx, const char *path, uint32_t modified_s)
{
	struct world *world = ctx;
	const int node = lb_ftp_world_find(world, path);

	if (fails(world))
		return -EIO_ERROR;
	assert_int_not_equal(node, NO_NODE);
	assert_false(world->nodes[node].is_folder);
	assert_int_not_equal(world->nodes[node].modified_s, modified_s);
	world->nodes[node].modified_s = modified_s & ~1u;
	return 0;
}

static int host_open(void *ctx, enum lb_ftp_file file, const char *path, enum lb_ftp_how how)
{
	struct world *world = ctx;
	int node = lb_ftp_world_find(world, path);

	assert_int_equal(world->open[file], FILE_IS_CLOSED);
	if (fails(world))
		return -EIO_ERROR;
	if (node != NO_NODE && world->nodes[node].is_folder)
		return -EISDIR_ERROR;
	if (node == NO_NODE && how == LB_FTP_READ)
		return -ENOENT_ERROR;
	if (node == NO_NODE)
		node = make(world, path, false);
	if (how == LB_FTP_CREATE)
		world->nodes[node].size_bytes = 0;
	world->open[file] = node;
	world->at[file] = how == LB_FTP_APPEND ? world->nodes[node].size_bytes : 0;
	return 0;
}

static int host_seek(void *ctx, enum lb_ftp_file file, uint32_t offset)
{
	struct world *world = ctx;

	if (fails(world))
		return -EIO_ERROR;
	world->at[file] = offset;
	return 0;
}

static int host_read(void *ctx, enum lb_ftp_file file, void *data, size_t size)
{
	struct world *world = ctx;
	const struct node *node = &world->nodes[world->open[file]];
	const size_t left = node->size_bytes - world->at[file];
	const size_t count = size < left ? size : left;

	assert_int_not_equal(world->open[file], FILE_IS_CLOSED);
	if (fails(world))
		return -EIO_ERROR;
	memcpy(data, node->bytes + world->at[file], count);
	world->at[file] += (uint32_t)count;
	return (int)count;
}

static int host_write(void *ctx, enum lb_ftp_file file, const void *data, size_t size)
{
	struct world *world = ctx;
	struct node *node = &world->nodes[world->open[file]];

	assert_int_not_equal(world->open[file], FILE_IS_CLOSED);
	if (fails(world))
		return -EIO_ERROR;
	if (world->at[file] + size > NODE_BYTES)
		return -ENOSPC_ERROR;
	memcpy(node->bytes + world->at[file], data, size);
	world->at[file] += (uint32_t)size;
	node->size_bytes = world->at[file];
	return 0;
}

static int host_close(void *ctx, enum lb_ftp_file file)
{
	struct world *world = ctx;
	const bool was_open = world->open[file] != FILE_IS_CLOSED;

	world->open[file] = FILE_IS_CLOSED;
	return was_open && fails(world) ? -EIO_ERROR : 0;
}

static int host_remove(void *ctx, const char *path)
{
	struct world *world = ctx;
	const int node = lb_ftp_world_find(world, path);

	if (fails(world))
		return -EIO_ERROR;
	if (node == NO_NODE)
		return -ENOENT_ERROR;
	world->nodes[node].used = false;
	return 0;
}

static int host_rename(void *ctx, const char *from, const char *to)
{
	struct world *world = ctx;
	const int node = lb_ftp_world_find(world, from), old = lb_ftp_world_find(world, to);

	if (fails(world))
		return -EIO_ERROR;
	if (node == NO_NODE)
		return -ENOENT_ERROR;
	if (old != NO_NODE)
		world->nodes[old].used = false;
	strcpy(world->nodes[node].path, to);
	return 0;
}

static int host_make_folder(void *ctx, const char *path)
{
	struct world *world = ctx;

	if (fails(world))
		return -EIO_ERROR;
	if (lb_ftp_world_find(world, path) != NO_NODE)
		return -EEXIST_ERROR;
	make(world, path, true);
	return 0;
}

static bool is_in(const char *path, const char *folder)
{
	const size_t size = strcmp(folder, "/") == 0 ? 0 : strlen(folder);

	return strcmp(path, "/") != 0 && strncmp(path, folder, size) == 0 && path[size] == '/' &&
	       strchr(path + size + 1, '/') == NULL;
}

static int host_remove_folder(void *ctx, const char *path)
{
	struct world *world = ctx;

	for (int i = 0; i < NODES; i++)
		if (world->nodes[i].used && is_in(world->nodes[i].path, path))
			return -ENOTEMPTY_ERROR;
	return host_remove(ctx, path);
}

static int host_list(void *ctx, const char *path)
{
	struct world *world = ctx;

	if (fails(world))
		return -EIO_ERROR;
	if (lb_ftp_world_find(world, path) == NO_NODE)
		return -ENOENT_ERROR;
	strcpy(world->listed, path);
	world->next = 0;
	return 0;
}

static int host_next(void *ctx, char *name, struct lb_ftp_info *info)
{
	struct world *world = ctx;

	if (fails(world))
		return -EIO_ERROR;
	for (; world->next < NODES; world->next++) {
		const struct node *node = &world->nodes[world->next];

		if (!node->used || !is_in(node->path, world->listed))
			continue;
		strcpy(name, strrchr(node->path, '/') + 1);
		*info = (struct lb_ftp_info){node->is_folder, node->size_bytes, node->modified_s};
		world->next++;
		return 1;
	}
	return 0;
}

static void host_list_end(void *ctx)
{
	struct world *world = ctx;

	world->listed[0] = '\0';
}

static void host_hang_up(void *ctx)
{
	struct world *world = ctx;

	world->listening = world->connected = false;
}

static int host_listen(void *ctx, uint32_t *ip, uint16_t *port)
{
	struct world *world = ctx;

	if (fails(world))
		return -EIO_ERROR;
	assert_false(world->connected);
	world->listening = true;
	*ip = 0x7F000001;
	*port = 0x1234;
	return 0;
}

static const struct lb_ftp_host host = {
	host_stat,   host_set_time,    host_open,          host_seek, host_read, host_write,    host_close,  host_remove,
	host_rename, host_make_folder, host_remove_folder, host_list, host_next, host_list_end, host_listen, host_hang_up,
};
static const struct lb_login login = {"me", "secret"};

void lb_ftp_world_open(struct world *world)
{
	memset(world, 0, sizeof(*world));
	for (int i = 0; i < LB_FTP_FILES; i++)
		world->open[i] = FILE_IS_CLOSED;
	make(world, "/", true);
	make(world, "/flash", true);
	make(world, "/flash/lib", true);
	const int node = make(world, "/flash/a.py", false);

	memcpy(world->nodes[node].bytes, "0123456789", 10);
	world->nodes[node].size_bytes = 10;
	world->now_ms = UINT32_MAX - 100; /* wraps soon */
	lb_ftp_open(&world->ftp, &host, world, &login, world->now_ms);
}
