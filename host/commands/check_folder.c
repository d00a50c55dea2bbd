#define _GNU_SOURCE /* nftw's flags */
#include "host/commands/check_folder.h"

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { DESCRIPTORS = 16 };

/* nftw gives its visitor no context. */
static struct {
	size_t folder_bytes;
	char found[LB_AUDIT_TEXT_BYTES / 2];
} search;

static bool is_script(const char *name)
{
	return strcmp(name, "boot.py") == 0 || strcmp(name, "main.py") == 0;
}

static int visit(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	size_t used = strlen(search.found);

	(void)info;
	if (kind == FTW_F && is_script(path + where->base))
		snprintf(search.found + used, sizeof(search.found) - used, "%s%s", used > 0 ? ", " : "",
		         path + search.folder_bytes + 1);
	return 0;
}

static bool has(const char *folder, const char *name)
{
	char path[PATH_MAX];

	return snprintf(path, sizeof(path), "%s/%s", folder, name) < (int)sizeof(path) && access(path, F_OK) == 0;
}

void lb_check_folder_note(const char *folder, struct lb_audit *audit)
{
	char top[PATH_MAX];
	char text[LB_AUDIT_TEXT_BYTES];

	if (has(folder, "boot.py") || has(folder, "main.py"))
		return;
	snprintf(top, sizeof(top), "%s", folder);
	for (size_t size = strlen(top); size > 1 && top[size - 1] == '/'; size--)
		top[size - 1] = '\0';
	search.folder_bytes = strlen(top);
	search.found[0] = '\0';
	nftw(top, visit, DESCRIPTORS, FTW_PHYS);
	snprintf(text, sizeof(text), "no boot.py and no main.py at the folder's top%s%s",
	         search.found[0] != '\0' ? "; there is " : "", search.found);
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
