#include "host/client/upload.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "host/client/waiting.h"

enum {
	CHUNK_BYTES = 1024,
	CODE_BYTES = LB_RAWREPL_LITERAL_BYTES(CHUNK_BYTES) + 64,
	STEP_MS = 20000, /* a chunk may have to wait for sectors to be erased */
};

/* What is copied, and where: the name is for the reason. */
struct copy {
	const struct lb_port *port;
	const char *name;
	const char *path;
	char *reason;
};

static bool refuse(const struct copy *copy, const char *what)
{
	snprintf(copy->reason, LB_UPLOAD_REASON_BYTES, "%.300s: %s", copy->name, what);
	return false;
}

static bool execute(const struct copy *copy, const char *code)
{
	struct lb_rawrepl answer;

	lb_waiting_start("the module to write a file", STEP_MS);
	int result = lb_repl_run(copy->port, code, &answer, STEP_MS);
	lb_waiting_end();
	if (result != 0)
		return refuse(copy, "the module's REPL does not answer");
	if (answer.traceback[0] == '\0')
		return true;
	const char *error = lb_rawrepl_error(&answer);
	bool full = strstr(error, "ENOSPC") != NULL || strstr(error, "] 28") != NULL || strcmp(error, "OSError: 28") == 0;
	return refuse(copy, full ? "does not fit into the module's /flash" : error);
}

/* before, the path as an expression, after. */
static bool execute_for_path(const struct copy *copy, const char *before, const char *after)
{
	char literal[LB_RAWREPL_LITERAL_BYTES(LB_TREE_PATH_BYTES)];
	char code[sizeof(literal) + 192];

	lb_rawrepl_literal(copy->path, strlen(copy->path), literal);
	snprintf(code, sizeof(code), "%s'/flash'+%s.decode()%s", before, literal, after);
	return execute(copy, code);
}

static bool copy_content(const struct copy *copy, FILE *file)
{
	char data[CHUNK_BYTES];
	char code[CODE_BYTES];
	size_t size;

	while ((size = fread(data, 1, sizeof(data), file)) > 0) {
		size_t used = (size_t)snprintf(code, sizeof(code), "f.write(");
		used += lb_rawrepl_literal(data, size, code + used);
		snprintf(code + used, sizeof(code) - used, ")");
		if (!execute(copy, code))
			return false;
	}
	return ferror(file) == 0 ? execute(copy, "f.close()\ndel f") : refuse(copy, strerror(errno));
}

bool lb_upload_file(const struct lb_port *port, const char *host, const char *path, char *reason)
{
	const struct copy copy = {port, host, path, reason};
	FILE *file = fopen(host, "rbe");

	if (file == NULL)
		return refuse(&copy, strerror(errno));
	bool copied = execute_for_path(&copy, "f=open(", ",'wb')") && copy_content(&copy, file);
	fclose(file);
	return copied;
}

bool lb_upload_make_folder(const struct lb_port *port, const char *path, char *reason)
{
	const struct copy copy = {port, path + 1, path, reason};

	return execute_for_path(&copy, "import uos\ntry:\n uos.mkdir(", ")\nexcept OSError as e:\n if e.errno!=17:raise");
}

/* Not there is as good as removed; EACCES and ENOTEMPTY are littlefs' and FAT's words for a folder that is in use. */
bool lb_upload_remove(const struct lb_port *port, const char *path, char *reason)
{
	const struct copy copy = {port, path + 1, path, reason};

	return execute_for_path(&copy, "import uos\ntry:\n uos.remove(",
	                        ")\nexcept OSError as e:\n if e.errno not in(2,13,39):raise");
}
