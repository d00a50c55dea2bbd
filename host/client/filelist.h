/* What is in a folder at one moment, and what has changed since another. The lists own memory until they are freed. */
#ifndef LB_CLIENT_FILELIST_H
#define LB_CLIENT_FILELIST_H

#include <stdbool.h>
#include <stddef.h>

#include "host/client/tree.h"

struct lb_filelist_entry {
	char path[LB_TREE_PATH_BYTES]; /* below the folder: "/lib/a.py" */
	bool is_folder;
	off_t size_bytes; /* these three of a file alone */
	ino_t inode;
	struct timespec changed;
};

/* Sorted by path, so that a folder comes before what is in it. Zeroed before the first use. */
struct lb_filelist {
	struct lb_filelist_entry *entries;
	size_t count;
	size_t room;
};

/* Reads the folder anew. on_folder, which may be NULL, is called for it and for each folder in it before it is read.
 * False after one line in reason: the list is empty. */
bool lb_filelist_read(struct lb_filelist *list, const char *folder, void (*on_folder)(void *ctx, const char *host),
                      void *ctx, char reason[LB_TREE_REASON_BYTES]);
void lb_filelist_free(struct lb_filelist *list);

/* Is there such a file or folder in the other list, of the same kind? */
bool lb_filelist_has(const struct lb_filelist *list, const struct lb_filelist_entry *entry);
/* The same with the same content, as far as size and times say. */
bool lb_filelist_has_same(const struct lb_filelist *list, const struct lb_filelist_entry *entry);

#endif
