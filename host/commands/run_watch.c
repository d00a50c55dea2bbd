#define _GNU_SOURCE /* pipe2 */
#include "host/commands/run_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/client/host_time.h"
#include "host/client/upload.h"
#include "host/commands/rig.h"
#include "host/commands/stop.h"
#include "host/image/board_kinds.h"
#include "host/terminal/attach.h"

enum {
	SETTLE_MS = 30, /* editors write, rename and remove within moments: what counts is how it ends */
	SETTLE_MAX_MS = 300,
	ENTER_MS = 400,  /* a script that can be interrupted is by then */
	START_MS = 3000, /* a module that has just been reset reaches its script */
	RETRY_MS = 500,  /* a folder that is gone, or a module without power, may come back */
	NAMES_SHOWN = 3,
	TEXT_BYTES = 1024,
};

#define MEANT_EVENTS (IN_CLOSE_WRITE | IN_MOVE | IN_CREATE | IN_DELETE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB)

struct watcher {
	const char *dir;
	const char *folder;
	int inotify_fd;
	bool pending; /* the folder or the module is not there: it is tried again */
	struct lb_rig rig;
	struct lb_filelist on_module;
	struct lb_filelist here;
	char told[TEXT_BYTES + 64]; /* what was wrong last: it is said once */
	char reason[LB_TREE_REASON_BYTES];
};

/* --- what it says --- */

static void say(const char *text)
{
	fprintf(stderr, "[watch: %s]\n", text);
}

static void say_once(struct watcher *watcher, const char *text)
{
	if (strcmp(watcher->told, text) == 0)
		return;
	snprintf(watcher->told, sizeof(watcher->told), "%s", text);
	say(text);
}

static void note(enum lb_attach_note note)
{
	fputc((int)note, stderr);
}

/* "main.py, lib/a.py and 7 more written" after what is there already. */
static void describe(char *text, const struct lb_filelist *of, const struct lb_filelist *other, const char *verb,
                     bool (*is_in)(const struct lb_filelist *, const struct lb_filelist_entry *))
{
	size_t used = strlen(text), count = 0;

	for (size_t i = 0; i < of->count; i++)
		if (!is_in(other, &of->entries[i]) && count++ < NAMES_SHOWN)
			used +=
				(size_t)snprintf(text + used, TEXT_BYTES - used, "%s%s", used > 0 ? ", " : "", of->entries[i].path + 1);
	if (count > NAMES_SHOWN)
		used += (size_t)snprintf(text + used, TEXT_BYTES - used, " and %zu more", count - NAMES_SHOWN);
	if (count > 0)
		snprintf(text + used, TEXT_BYTES - used, " %s", verb);
}

/* --- the module --- */

/* Until its scripts run, or its prompt is there. */
static bool await_start(struct watcher *watcher)
{
	const char *phase = watcher->rig.view.phase;

	if (!lb_rig_poll(&watcher->rig, 0))
		return false;
	if (strcmp(phase, "off") == 0 || strcmp(phase, "loader") == 0) {
		say_once(watcher, "the module is off or in bootloader mode: what changed is brought to it later");
		watcher->pending = true;
		return false;
	}
	if (strcmp(phase, "sleep") != 0)
		lb_rig_wait(&watcher->rig, "script", "repl", START_MS);
	return true;
}

/* Into the raw REPL. *safe: it took a safe boot. */
static bool get_in(struct watcher *watcher, bool *safe)
{
	struct lb_rig *rig = &watcher->rig;

	*safe = false;
	if (!await_start(watcher))
		return false;
	note(LB_ATTACH_NOTE_HOLD);
	if (!lb_view_is_in(&rig->view, "sleep") && lb_repl_enter(&rig->port, ENTER_MS) == 0)
		return true;
	*safe = true;
	say("the script cannot be interrupted: safe boot");
	if (lb_rig_safe_boot(rig) && lb_repl_enter(&rig->port, LB_RIG_BOOT_MS) == 0)
		return true;
	note(LB_ATTACH_NOTE_RELEASE);
	say_once(watcher, "nothing could be written: not even a safe boot came to its REPL");
	return false;
}

/* What went first, and what is in a folder before it, for a file may have become a folder; then what is new. */
static bool bring(struct watcher *watcher)
{
	const struct lb_port *port = &watcher->rig.port;
	bool good = true;

	for (size_t i = watcher->on_module.count; good && i-- > 0;)
		if (!lb_filelist_has(&watcher->here, &watcher->on_module.entries[i]))
			good = lb_upload_remove(port, watcher->on_module.entries[i].path, watcher->reason);
	for (size_t i = 0; good && i < watcher->here.count; i++) {
		const struct lb_filelist_entry *entry = &watcher->here.entries[i];
		char host[PATH_MAX];

		if (lb_filelist_has_same(&watcher->on_module, entry))
			continue;
		snprintf(host, sizeof(host), "%.*s%s", PATH_MAX - LB_TREE_PATH_BYTES - 1, watcher->folder, entry->path);
		good = entry->is_folder ? lb_upload_make_folder(port, entry->path, watcher->reason) :
		                          lb_upload_file(port, host, entry->path, watcher->reason);
	}
	return good;
}

/* The scripts start anew, whatever was written: what is not there they will say. */
static void start_again(struct watcher *watcher, bool safe)
{
	note(LB_ATTACH_NOTE_PROMPT);
	if (safe)
		lb_rig_reset(&watcher->rig);
	else
		watcher->rig.port.send(watcher->rig.port.ctx, "\x02\x04", 2);
}

/* What cannot be written, for want of room perhaps, is not tried again before the next change: each try stops the
 * scripts. */
static bool deliver(struct watcher *watcher, const char *what)
{
	char text[TEXT_BYTES + 64];
	bool safe;

	if (!get_in(watcher, &safe))
		return false;
	int64_t start_ms = lb_host_now_ms();
	bool brought = bring(watcher);
	if (brought)
		snprintf(text, sizeof(text), "%s in %.2f s: %s", what, (double)(lb_host_now_ms() - start_ms) / 1000.0,
		         safe ? "reset" : "soft reset");
	else
		snprintf(text, sizeof(text), "%.900s", watcher->reason);
	if (brought)
		say(text);
	else
		say_once(watcher, text);
	start_again(watcher, safe);
	return brought;
}

/* --- the folder --- */

static void watch_folder(void *ctx, const char *host)
{
	struct watcher *watcher = ctx;

	inotify_add_watch(watcher->inotify_fd, host, MEANT_EVENTS | IN_ONLYDIR);
}

static void drop_events(const struct watcher *watcher)
{
	char data[4096];

	while (read(watcher->inotify_fd, data, sizeof(data)) > 0)
		;
}

static bool poll_events(const struct watcher *watcher, int time_ms)
{
	struct pollfd wait = {.fd = watcher->inotify_fd, .events = POLLIN};
	bool came = poll(&wait, 1, time_ms) > 0;

	drop_events(watcher);
	return came;
}

/* Until something has changed and nothing more does for a moment. */
static void await_change(const struct watcher *watcher)
{
	if (!poll_events(watcher, watcher->pending ? RETRY_MS : -1))
		return;
	int64_t until_ms = lb_host_now_ms() + SETTLE_MAX_MS;
	while (lb_host_now_ms() < until_ms && poll_events(watcher, SETTLE_MS))
		;
}

static void swap(struct lb_filelist *a, struct lb_filelist *b)
{
	const struct lb_filelist kept = *a;

	*a = *b;
	*b = kept;
}

/* Said before the scripts are stopped for it. */
static bool is_too_large(struct watcher *watcher)
{
	const off_t room_bytes = lb_board_kinds_here()->flashmap->part[LB_PART_FS].size_bytes;
	off_t bytes = 0;

	for (size_t i = 0; i < watcher->here.count; i++)
		bytes += watcher->here.entries[i].size_bytes;
	if (bytes <= room_bytes)
		return false;
	snprintf(watcher->reason, sizeof(watcher->reason), "%.300s does not fit into /flash: %jd KiB, it has %jd KiB",
	         watcher->folder, (intmax_t)bytes / 1024, (intmax_t)room_bytes / 1024);
	say_once(watcher, watcher->reason);
	return true;
}

/* What the folder is now, to the module. */
static void follow(struct watcher *watcher)
{
	char what[TEXT_BYTES] = "";

	watcher->pending = false;
	if (!lb_filelist_read(&watcher->here, watcher->folder, watch_folder, watcher, watcher->reason)) {
		say_once(watcher, watcher->reason);
		watcher->pending = true;
		return;
	}
	describe(what, &watcher->here, &watcher->on_module, "written", lb_filelist_has_same);
	describe(what, &watcher->on_module, &watcher->here, "removed", lb_filelist_has);
	if (what[0] == '\0' || is_too_large(watcher))
		return;
	if (!lb_rig_join(&watcher->rig, watcher->dir, watcher->reason)) {
		say_once(watcher, watcher->reason);
		return;
	}
	bool done = deliver(watcher, what);
	lb_rig_part(&watcher->rig);
	if (!done)
		return;
	watcher->told[0] = '\0';
	swap(&watcher->on_module, &watcher->here);
}

/* A process of its own: the terminal goes on while a folder is compared, and it ends with the terminal, however that
 * ends. */
_Noreturn static void run_child(struct lb_run_watch *watch, int notes_fd, pid_t parent)
{
	static struct watcher watcher;
	sigset_t none;

	lb_stop_catch_signals();
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent || dup2(notes_fd, STDERR_FILENO) < 0)
		_exit(0);
	setvbuf(stderr, NULL, _IONBF, 0);
	watcher = (struct watcher){.dir = watch->dir, .folder = watch->folder, .on_module = watch->loaded};
	watcher.rig.stop = &lb_stop_signal;
	watcher.inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (watcher.inotify_fd < 0) {
		snprintf(watcher.reason, sizeof(watcher.reason), "changes cannot be seen: %s", strerror(errno));
		say(watcher.reason);
		_exit(0);
	}
	/* The first time at once: something may have changed since the folder was loaded. */
	while (lb_stop_signal == 0) {
		follow(&watcher);
		if (lb_stop_signal == 0)
			await_change(&watcher);
	}
	_exit(0);
}

bool lb_run_watch_start(struct lb_run_watch *watch, int life_fd)
{
	int notes[2];
	pid_t parent = getpid();

	if (pipe2(notes, O_CLOEXEC | O_NONBLOCK) != 0)
		return false;
	fcntl(notes[1], F_SETFL, 0);
	watch->pid = fork();
	if (watch->pid == 0) {
		close(life_fd);
		run_child(watch, notes[1], parent);
	}
	close(notes[1]);
	watch->notes_fd = notes[0];
	lb_filelist_free(&watch->loaded);
	return watch->pid > 0;
}

void lb_run_watch_end(struct lb_run_watch *watch)
{
	if (watch->pid <= 0)
		return;
	kill(watch->pid, SIGTERM);
	while (waitpid(watch->pid, NULL, 0) < 0 && errno == EINTR)
		;
	watch->pid = 0;
}
