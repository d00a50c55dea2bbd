#define _GNU_SOURCE /* memfd_create */
#include "host/commands/profile.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/hw/pinout.h"
#include "host/commands/hardware.h"
#include "host/commands/profile_guess.h"

enum { NAME_BYTES = 64 };

#define FOLDER "../share/lifeboat/profiles/"
#define COMMON "common"

struct load {
	char *profile;
	size_t used;
	char *reason;
};

static bool refuse(const struct load *load, const char *path, const char *what)
{
	snprintf(load->reason, LB_TREE_REASON_BYTES, "%.300s: %s", path, what);
	return false;
}

/* One byte stays free for the empty name at the end. */
static bool add_file(struct load *load, const char *path, const char *name)
{
	size_t room = LB_TRACE_PROFILE_BYTES - 1 - load->used, name_bytes = strlen(name) + 1;
	FILE *file = fopen(path, "rbe");

	if (file == NULL)
		return refuse(load, path, strerror(errno));
	size_t got = room > name_bytes ? fread(load->profile + load->used + name_bytes, 1, room - name_bytes, file) : room;
	fclose(file);
	if (name_bytes + got >= room)
		return refuse(load, path, "the profile is too large");
	memcpy(load->profile + load->used, name, name_bytes);
	load->used += name_bytes + got;
	load->profile[load->used++] = '\0';
	return true;
}

/* Has it been added, by the board before the common ones? */
static bool has(const struct load *load, const char *name)
{
	for (const char *at = load->profile; *at != '\0'; at += strlen(at) + 1, at += strlen(at) + 1)
		if (strcmp(at, name) == 0)
			return true;
	return false;
}

static bool find(const char *board, const char *name, char path[PATH_MAX])
{
	char more[2 * NAME_BYTES];

	snprintf(more, sizeof(more), "%s/%s", board, name);
	return lb_hardware_find_beside(FOLDER, more, path);
}

static bool add_named(struct load *load, const char *board, const char *name)
{
	char path[PATH_MAX];

	if (has(load, name))
		return true;
	return find(board, name, path) ? add_file(load, path, name) : refuse(load, name, strerror(errno));
}

/* The board's own files, in whatever order: their names differ. */
static bool add_folder(struct load *load, const char *board)
{
	char path[PATH_MAX];
	bool good = find(board, "", path);
	DIR *folder = good ? opendir(path) : NULL;

	if (folder == NULL)
		return refuse(load, path, strerror(errno));
	for (const struct dirent *entry; good && (entry = readdir(folder)) != NULL;)
		if (entry->d_name[0] != '.')
			good = add_named(load, board, entry->d_name);
	closedir(folder);
	return good;
}

/* "start.py", and a line each: "neopixel.py", "umqtt/simple.py". */
static bool add_common(struct load *load, const char *board)
{
	char path[PATH_MAX], line[NAME_BYTES];
	FILE *file = find(board, "modules", path) ? fopen(path, "re") : NULL;
	bool good = file != NULL || refuse(load, path, strerror(errno));

	good = good && add_named(load, COMMON, "start.py");
	while (good && fgets(line, sizeof(line), file) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		good = line[0] == '\0' || add_named(load, COMMON, line);
	}
	if (file != NULL)
		fclose(file);
	return good;
}

/* A line of pins.csv: "25,P6". */
static bool is_pin_line(char *line, const char *name, char pin[LB_PROFILE_PIN_BYTES])
{
	char *comma = strchr(line, ',');

	if (line[0] == '#' || comma == NULL)
		return false;
	*comma = '\0';
	snprintf(pin, LB_PROFILE_PIN_BYTES, "%.*s", (int)strcspn(comma + 1, ",\n"), comma + 1);
	return strcmp(line, name) == 0;
}

bool lb_profile_find_pin(const char *board, const char *name, char pin[LB_PROFILE_PIN_BYTES])
{
	char path[PATH_MAX], line[NAME_BYTES];
	bool has_table = strcmp(board, lb_profile_names[0]) != 0 && find(board, "pins.csv", path);
	FILE *file = has_table ? fopen(path, "re") : NULL;
	bool found = false;

	while (file != NULL && !found && fgets(line, sizeof(line), file) != NULL)
		found = is_pin_line(line, name, pin);
	if (file != NULL)
		fclose(file);
	const int own = found ? -1 : lb_pinout_find(name);
	if (own >= 0)
		snprintf(pin, LB_PROFILE_PIN_BYTES, "%s", lb_pinout_get((unsigned)own)->name);
	return found || own >= 0;
}

bool lb_profile_load(const char *name, char profile[LB_TRACE_PROFILE_BYTES], char reason[LB_TREE_REASON_BYTES])
{
	struct load load = {.profile = profile, .reason = reason};

	memset(profile, 0, LB_TRACE_PROFILE_BYTES);
	return strcmp(name, lb_profile_names[0]) == 0 || (add_folder(&load, name) && add_common(&load, name));
}

bool lb_profile_make_trace(const char *name, char path[LB_PROFILE_TRACE_BYTES], char reason[LB_TREE_REASON_BYTES])
{
	int fd = memfd_create("lifeboat-trace", 0);
	struct lb_trace *trace = MAP_FAILED;

	if (fd >= 0 && ftruncate(fd, sizeof(*trace)) == 0)
		trace = mmap(NULL, sizeof(*trace), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (trace == MAP_FAILED) {
		snprintf(reason, LB_TREE_REASON_BYTES, "no memory for a board's profile: %s", strerror(errno));
		return false;
	}
	trace->magic = LB_TRACE_MAGIC;
	bool loaded = lb_profile_load(name, trace->profile, reason);
	munmap(trace, sizeof(*trace));
	snprintf(path, LB_PROFILE_TRACE_BYTES, "/proc/self/fd/%d", fd);
	return loaded;
}
