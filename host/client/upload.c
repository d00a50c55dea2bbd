#include "host/client/upload.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/client/waiting.h"

enum {
	CHUNK_BYTES = 1024,
	BLOCK_BYTES = 4096, /* what littlefs gives a file at the least */
	CODE_BYTES = LB_RAWREPL_LITERAL_BYTES(CHUNK_BYTES) + 64,
	STEP_MS = 20000, /* a chunk may have to wait for sectors to be erased */
};

/* --- a walk through the folder --- */

struct walk {
	char *reason;
	const struct lb_port *port; /* NULL: it only measures */
	size_t bytes;               /* in whole blocks */
	unsigned files;
	char host[PATH_MAX];
	char path[LB_UPLOAD_PATH_BYTES]; /* below /flash, "" or "/lib/a.py" */
};

static bool refuse(struct walk *walk, const char *what)
{
	snprintf(walk->reason, LB_UPLOAD_REASON_BYTES, "%.300s: %s", walk->host, what);
	return false;
}

static bool execute(struct walk *walk, const char *code)
{
	struct lb_rawrepl answer;

	lb_waiting_start("the module to write a file", STEP_MS);
	int result = lb_repl_run(walk->port, code, &answer, STEP_MS);
	lb_waiting_end();
	if (result != 0)
		return refuse(walk, "the module's REPL does not answer");
	if (answer.traceback[0] == '\0')
		return true;
	const char *error = lb_rawrepl_error(&answer);
	bool full = strstr(error, "ENOSPC") != NULL || strstr(error, "] 28") != NULL || strcmp(error, "OSError: 28") == 0;
	return refuse(walk, full ? "does not fit into the module's /flash" : error);
}

/* before, the path as an expression, after. */
static bool execute_for_path(struct walk *walk, const char *before, const char *after)
{
	char literal[LB_RAWREPL_LITERAL_BYTES(LB_UPLOAD_PATH_BYTES)];
	char code[sizeof(literal) + 128];

	lb_rawrepl_literal(walk->path, strlen(walk->path), literal);
	snprintf(code, sizeof(code), "%s'/flash'+%s.decode()%s", before, literal, after);
	return execute(walk, code);
}

static bool copy_content(struct walk *walk, FILE *file)
{
	char data[CHUNK_BYTES];
	char code[CODE_BYTES];
	size_t size;

	while ((size = fread(data, 1, sizeof(data), file)) > 0) {
		size_t used = (size_t)snprintf(code, sizeof(code), "f.write(");
		used += lb_rawrepl_literal(data, size, code + used);
		snprintf(code + used, sizeof(code) - used, ")");
		if (!execute(walk, code))
			return false;
	}
	return ferror(file) == 0 ? execute(walk, "f.close()\ndel f") : refuse(walk, strerror(errno));
}

static bool copy_file(struct walk *walk)
{
	FILE *file = fopen(walk->host, "rbe");

	if (file == NULL)
		return refuse(walk, strerror(errno));
	bool copied = execute_for_path(walk, "f=open(", ",'wb')") && copy_content(walk, file);
	fclose(file);
	return copied;
}

static bool visit_file(struct walk *walk, const struct stat *info)
{
	walk->bytes += ((size_t)info->st_size + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
	if (++walk->files > LB_UPLOAD_FILES_MAX)
		return refuse(walk, "too many files, a module takes 1000");
	if (access(walk->host, R_OK) != 0)
		return refuse(walk, strerror(errno));
	return walk->port == NULL || copy_file(walk);
}

static bool visit(struct walk *walk, unsigned depth);

static bool visit_folder(struct walk *walk, unsigned depth)
{
	if (depth > LB_UPLOAD_DEPTH_MAX)
		return refuse(walk, "folders in folders in folders, more than 8");
	if (walk->port != NULL &&
	    !execute_for_path(walk, "import uos\ntry:\n uos.mkdir(", ")\nexcept OSError as e:\n if e.errno!=17:raise"))
		return false;
	return visit(walk, depth);
}

/* Both paths grow by the name and shrink again, so that a walk of any depth needs one buffer each. */
static bool visit_entry(struct walk *walk, const char *name, unsigned depth)
{
	size_t host_size = strlen(walk->host);
	size_t path_size = strlen(walk->path);
	struct stat info;

	size_t host_room = sizeof(walk->host) - host_size;
	size_t path_room = sizeof(walk->path) - path_size;
	if (snprintf(walk->host + host_size, host_room, "/%s", name) >= (int)host_room ||
	    snprintf(walk->path + path_size, path_room, "/%s", name) >= (int)path_room)
		return refuse(walk, "the name is too long");
	bool good;
	if (stat(walk->host, &info) != 0)
		good = refuse(walk, strerror(errno));
	else if (S_ISDIR(info.st_mode))
		good = visit_folder(walk, depth + 1);
	else if (S_ISREG(info.st_mode))
		good = visit_file(walk, &info);
	else
		good = refuse(walk, "neither a file nor a folder");
	walk->host[host_size] = '\0';
	walk->path[path_size] = '\0';
	return good;
}

static int is_taken(const struct dirent *entry)
{
	return entry->d_name[0] != '.' && strcmp(entry->d_name, "__pycache__") != 0;
}

/* In the order of the names, so that the same folder always makes the same file system. */
static bool visit(struct walk *walk, unsigned depth)
{
	struct dirent **entries;
	int count = scandir(walk->host, &entries, is_taken, alphasort);
	bool good = count >= 0 || refuse(walk, strerror(errno));

	for (int i = 0; i < count; i++) {
		good = good && visit_entry(walk, entries[i]->d_name, depth);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return good;
}

static bool start(struct walk *walk, const char *folder, char *reason)
{
	walk->reason = reason;
	reason[0] = '\0';
	return snprintf(walk->host, sizeof(walk->host), "%s", folder) < (int)sizeof(walk->host) ||
	       refuse(walk, "the name is too long");
}

bool lb_upload_check(const char *folder, size_t flash_bytes, char reason[LB_UPLOAD_REASON_BYTES])
{
	struct walk walk = {.port = NULL};

	if (!start(&walk, folder, reason) || !visit(&walk, 0))
		return false;
	if (walk.bytes <= flash_bytes)
		return true;
	snprintf(reason, LB_UPLOAD_REASON_BYTES, "%.300s: %zu KiB do not fit into /flash, which has %zu KiB", folder,
	         walk.bytes / 1024, flash_bytes / 1024);
	return false;
}

bool lb_upload_folder(const struct lb_port *port, const char *folder, char reason[LB_UPLOAD_REASON_BYTES])
{
	struct walk walk = {.port = port};

	if (!start(&walk, folder, reason))
		return false;
	lb_waiting_start("the REPL to answer", STEP_MS);
	int result = lb_repl_enter(port, STEP_MS);
	lb_waiting_end();
	if (result != 0)
		return refuse(&walk, "cannot be copied: the module's REPL does not answer");
	bool copied = visit(&walk, 0);
	lb_repl_leave(port); /* whether it still listens or not */
	return copied;
}
