#include "host/commands/check_folder.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/client/tree.h"

enum { FOUND_BYTES = LB_AUDIT_TEXT_BYTES / 2 };

static bool is_script(const char *name)
{
	return strcmp(name, "boot.py") == 0 || strcmp(name, "main.py") == 0;
}

static bool visit(struct lb_tree *tree)
{
	char *found = tree->ctx;
	size_t used = strlen(found);

	if (!lb_tree_is_folder(tree) && is_script(strrchr(tree->path, '/') + 1))
		snprintf(found + used, FOUND_BYTES - used, "%s%s", used > 0 ? ", " : "", tree->path + 1);
	return true;
}

static bool has(const char *folder, const char *name)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/%s", folder, name) < (int)sizeof(path) && access(path, F_OK) == 0;
}

void lb_check_folder_note(const char *folder, struct lb_audit *audit)
{
	char found[FOUND_BYTES] = "", text[LB_AUDIT_TEXT_BYTES], reason[LB_TREE_REASON_BYTES];
	struct lb_tree tree = {.visit = visit, .ctx = found, .reason = reason};

	if (has(folder, "boot.py") || has(folder, "main.py"))
		return;
	lb_tree_walk(&tree, folder);
	snprintf(text, sizeof(text), "no boot.py and no main.py at the folder's top%s%s",
	         found[0] != '\0' ? "; there is " : "", found);
	lb_audit_add(audit, LB_AUDIT_UNSEEN, "", 0, text);
}

void lb_check_folder_keep_own(const char *folder, struct lb_audit *audit)
{
	size_t kept = 0;

	for (size_t i = 0; i < audit->file_count; i++)
		if (has(folder, audit->files[i].name))
			audit->files[kept++] = audit->files[i];
	audit->file_count = kept;
}
