#define _GNU_SOURCE /* nftw's flags, mkdtemp */
#include "host/commands/check_place.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

enum { DESCRIPTORS = 16 };

bool lb_check_place_make(char path[PATH_MAX])
{
	const char *temporary = getenv("TMPDIR");

	snprintf(path, PATH_MAX, "%s/lifeboat-check-XXXXXX",
	         temporary != NULL && temporary[0] != '\0' ? temporary : "/tmp");
	return mkdtemp(path) != NULL;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info;
	(void)kind;
	(void)where;
	return remove(path);
}

void lb_check_place_remove(const char *path)
{
	nftw(path, remove_one, DESCRIPTORS, FTW_DEPTH | FTW_PHYS);
}
