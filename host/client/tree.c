#include "host/client/tree.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool lb_tree_refuse(struct lb_tree *tree, const char *what)
{
	snprintf(tree->reason, LB_TREE_REASON_BYTES, "%.300s: %s", tree->host, what);
	return false;
}

bool lb_tree_is_folder(const struct lb_tree *tree)
{
	return S_ISDIR(tree->info.st_mode);
}

static bool walk(struct lb_tree *tree, unsigned depth);

static bool visit_named(struct lb_tree *tree, unsigned depth)
{
	if (stat(tree->host, &tree->info) != 0)
		return lb_tree_refuse(tree, strerror(errno));
	if (!S_ISREG(tree->info.st_mode) && !lb_tree_is_folder(tree))
		return lb_tree_refuse(tree, "neither a file nor a folder");
	if (!lb_tree_is_folder(tree))
		return tree->visit(tree);
	if (depth == LB_TREE_DEPTH_MAX)
		return lb_tree_refuse(tree, "folders in folders in folders, more than 8");
	return tree->visit(tree) && walk(tree, depth + 1);
}

/* Both paths grow by the name and shrink again, so that a walk of any depth needs one buffer each. */
static bool visit_entry(struct lb_tree *tree, const char *name, unsigned depth)
{
	size_t host_size = strlen(tree->host);
	size_t path_size = strlen(tree->path);
	size_t host_room = sizeof(tree->host) - host_size;
	size_t path_room = sizeof(tree->path) - path_size;

	if (snprintf(tree->host + host_size, host_room, "/%s", name) >= (int)host_room ||
	    snprintf(tree->path + path_size, path_room, "/%s", name) >= (int)path_room)
		return lb_tree_refuse(tree, "the name is too long");
	bool good = visit_named(tree, depth);
	tree->host[host_size] = '\0';
	tree->path[path_size] = '\0';
	return good;
}

static int is_meant(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strcmp(entry->d_name, "__pycache__") != 0;
}

static bool walk(struct lb_tree *tree, unsigned depth)
{
	struct dirent **entries;
	int count = scandir(tree->host, &entries, is_meant, alphasort);
	bool good = count >= 0 || lb_tree_refuse(tree, strerror(errno));

	for (int i = 0; i < count; i++) {
		good = good && visit_entry(tree, entries[i]->d_name, depth);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return good;
}

bool lb_tree_walk(struct lb_tree *tree, const char *folder)
{
	tree->reason[0] = '\0';
	tree->path[0] = '\0';
	if (snprintf(tree->host, sizeof(tree->host), "%s", folder) >= (int)sizeof(tree->host))
		return lb_tree_refuse(tree, "the name is too long");
	return walk(tree, 0);
}
