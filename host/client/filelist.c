#include "host/client/filelist.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reading {
	struct lb_filelist *list;
	void (*on_folder)(void *ctx, const char *host);
	void *ctx;
};

static bool make_room(struct lb_filelist *list)
{
	if (list->count < list->room)
		return true;
	size_t room = list->room == 0 ? 64 : 2 * list->room;
	struct lb_filelist_entry *entries = realloc(list->entries, room * sizeof(*entries));
	if (entries == NULL)
		return false;
	list->entries = entries;
	list->room = room;
	return true;
}

/* Size, inode and time are enough to see later that a file has changed. */
static bool visit(struct lb_tree *tree)
{
	struct reading *reading = tree->ctx;
	bool is_folder = lb_tree_is_folder(tree);

	if (is_folder && reading->on_folder != NULL)
		reading->on_folder(reading->ctx, tree->host);
	if (!make_room(reading->list))
		return lb_tree_refuse(tree, "out of memory");
	struct lb_filelist_entry *entry = &reading->list->entries[reading->list->count++];
	*entry = (struct lb_filelist_entry){.is_folder = is_folder};
	memcpy(entry->path, tree->path, sizeof(entry->path));
	if (!is_folder) {
		entry->size_bytes = tree->info.st_size;
		entry->inode = tree->info.st_ino;
		entry->changed = tree->info.st_mtim;
	}
	return true;
}

static int compare(const void *a, const void *b)
{
	const struct lb_filelist_entry *one = a, *other = b;

	return strcmp(one->path, other->path);
}

bool lb_filelist_read(struct lb_filelist *list, const char *folder, void (*on_folder)(void *ctx, const char *host),
                      void *ctx, char reason[LB_TREE_REASON_BYTES])
{
	struct reading reading = {list, on_folder, ctx};
	struct lb_tree tree = {.visit = visit, .ctx = &reading, .reason = reason};

	list->count = 0;
	if (on_folder != NULL)
		on_folder(ctx, folder);
	if (!lb_tree_walk(&tree, folder)) {
		list->count = 0;
		return false;
	}
	if (list->count > 0)
		qsort(list->entries, list->count, sizeof(list->entries[0]), compare);
	return true;
}

void lb_filelist_free(struct lb_filelist *list)
{
	free(list->entries);
	*list = (struct lb_filelist){.count = 0};
}

static const struct lb_filelist_entry *find(const struct lb_filelist *list, const struct lb_filelist_entry *entry)
{
	return list->count == 0 ? NULL : bsearch(entry, list->entries, list->count, sizeof(list->entries[0]), compare);
}

bool lb_filelist_has(const struct lb_filelist *list, const struct lb_filelist_entry *entry)
{
	const struct lb_filelist_entry *found = find(list, entry);

	return found != NULL && found->is_folder == entry->is_folder;
}

bool lb_filelist_has_same(const struct lb_filelist *list, const struct lb_filelist_entry *entry)
{
	const struct lb_filelist_entry *found = find(list, entry);

	return found != NULL && found->is_folder == entry->is_folder && found->size_bytes == entry->size_bytes &&
	       found->inode == entry->inode && found->changed.tv_sec == entry->changed.tv_sec &&
	       found->changed.tv_nsec == entry->changed.tv_nsec;
}
