/* `lifeboat run` */
#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/commands/rig.h"
#include "host/commands/commands.h"
#include "host/commands/environment.h"
#include "host/commands/fs_load.h"
#include "host/commands/hardware.h"
#include "host/commands/profile.h"
#include "host/commands/profile_guess.h"
#include "host/commands/run_program.h"
#include "host/commands/run_watch.h"
#include "host/commands/trust.h"
#include "host/terminal/attach.h"

enum { HEADLESS, CLOCK, FLASH, WATCH, REFLASH, PORT, LISTEN, TAKEOVER, AS, RTC, BIND, TRUST, ENVIRONMENT };

enum { CLOCK_MAX = 20, BANNER_BYTES = 2 * PATH_MAX + 128 };

/* DIR and -d are two ways to say the same, so they must. */
static bool choose_folder(const struct lb_args *args, const char **dir)
{
	*dir = args->word_count > 0 ? args->words[0] : args->dir;
	if (args->word_count > 0 && args->dir_given && strcmp(args->dir, *dir) != 0) {
		lb_args_wrong("run was given two folders, %s and %s: name one", *dir, args->dir);
		return false;
	}
	if ((*dir)[0] == '\0') {
		lb_args_wrong("the name of a module's folder cannot be empty");
		return false;
	}
	return true;
}

/* The hardware process would refuse the same, but later and in its own words. */
static bool check_port(const char *port, const char *listen, bool takeover)
{
	struct in6_addr address;
	long number;

	if (port != NULL && !lb_args_whole_number("--port", port, 0, UINT16_MAX, &number))
		return false;
	if (takeover && port == NULL) {
		lb_args_wrong("--takeover is about the port of --port: add --port N");
		return false;
	}
	if (listen == NULL)
		return true;
	if (port == NULL) {
		lb_args_wrong("--listen says where --port listens: add --port N");
		return false;
	}
	if (inet_pton(AF_INET, listen, &address) != 1 && inet_pton(AF_INET6, listen, &address) != 1) {
		lb_args_wrong("--listen takes an IPv4 or IPv6 address of this host in numbers, not '%s'", listen);
		return false;
	}
	return true;
}

static bool check_bind(const char *bind)
{
	struct in_addr address;

	if (bind == NULL || inet_pton(AF_INET, bind, &address) == 1)
		return true;
	lb_args_wrong("--bind takes an IPv4 address of this host in numbers, not '%s'", bind);
	return false;
}

/* Those that the hardware process has too. */
static void pass_options(const struct lb_args *args, struct lb_hardware_options *options)
{
	static const struct {
		int place;
		const char *name;
		bool is_flag;
	} passed[] = {
		{CLOCK, "--clock", false},   {REFLASH, "--reflash", true},   {PORT, "--port", false},
		{LISTEN, "--listen", false}, {TAKEOVER, "--takeover", true}, {RTC, "--rtc", false},
		{BIND, "--bind", false},
	};

	for (size_t i = 0; i < sizeof(passed) / sizeof(passed[0]); i++)
		if (args->values[passed[i].place] != NULL)
			lb_hardware_add(options, passed[i].name, passed[i].is_flag ? NULL : args->values[passed[i].place]);
}

/* All options are judged before a folder or a module is made. */
static bool choose_options(const struct lb_args *args, struct lb_hardware_options *options)
{
	const char *clock = args->values[CLOCK], *rtc = args->values[RTC];
	static struct lb_environment environment;
	char reason[LB_TREE_REASON_BYTES];
	long number;

	if (rtc != NULL && strcmp(rtc, "host") != 0 && strcmp(rtc, "unset") != 0) {
		lb_args_wrong("--rtc takes host or unset, not '%s'", rtc);
		return false;
	}
	if (!choose_folder(args, &options->dir) || !check_bind(args->values[BIND]) ||
	    !check_port(args->values[PORT], args->values[LISTEN], args->values[TAKEOVER] != NULL) ||
	    (clock != NULL && !lb_args_whole_number("--clock", clock, 1, CLOCK_MAX, &number)) ||
	    !lb_environment_read(args, ENVIRONMENT, &environment))
		return false;
	if (!lb_environment_name_pins(&environment, args->values[AS], reason)) {
		lb_args_wrong("%s", reason);
		return false;
	}
	pass_options(args, options);
	lb_environment_pass(&environment, options);
	return true;
}

static void make_banner(const struct lb_hardware_options *options, const char *board, bool menu, char *text,
                        size_t size_bytes)
{
	snprintf(text, size_bytes, "Lifeboat " LB_VERSION " · virtual module in %s%s%s · uart0 %s/uart0%s\n", options->dir,
	         board != NULL ? " as " : "", board != NULL ? board : "", options->dir, menu ? " · Ctrl-] menu" : "");
}

static bool is_background(void)
{
	return isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) != getpgrp();
}

static enum lb_exit run_headless(const struct lb_hardware_options *options, const char *board)
{
	char banner[BANNER_BYTES];

	make_banner(options, board, false, banner, sizeof(banner));
	lb_hardware_become(options, banner);
	return lb_args_failed("cannot start the hardware process: %s", strerror(errno));
}

static enum lb_exit report_end(const struct lb_hardware *hardware, enum lb_attach_end end, const char *dir)
{
	bool in_order = hardware->ended && WIFEXITED(hardware->status) && WEXITSTATUS(hardware->status) == 0;

	if (end != LB_ATTACH_STOPPED)
		return LB_EXIT_DONE;
	if (in_order) {
		fprintf(stderr, "lifeboat: the module in %s was stopped\n", dir);
		return LB_EXIT_DONE;
	}
	return lb_args_failed("the hardware of the module in %s ended unexpectedly: its folder has a log", dir);
}

/* The module's folder is all that a later `lifeboat repl` needs. */
static enum lb_exit leave(struct lb_hardware *hardware, const char *dir)
{
	if (!lb_hardware_leave(hardware)) {
		lb_hardware_end(hardware);
		return lb_args_failed("the module in %s could not be left running: %s", dir, strerror(errno));
	}
	printf("lifeboat: the module in %s goes on: 'lifeboat repl' attaches to it, 'lifeboat stop' ends it\n", dir);
	return LB_EXIT_DONE;
}

/* The terminal, with the helper of --watch beside it where that was asked for. */
static enum lb_attach_end attach_watched(struct lb_attach *attach, struct lb_run_watch *watch, int life_fd)
{
	if (watch != NULL && !lb_run_watch_start(watch, life_fd)) {
		snprintf(attach->reason, sizeof(attach->reason), "cannot watch %.300s: %s", watch->folder, strerror(errno));
		return LB_ATTACH_FAILED;
	}
	if (watch != NULL)
		attach->notes_fd = watch->notes_fd;
	enum lb_attach_end end = lb_attach_run(attach, true);
	if (watch != NULL)
		lb_run_watch_end(watch);
	return end;
}

/* Signals are held before the module starts, so that one that comes early still ends it in order. */
static enum lb_exit run_attached(const struct lb_hardware_options *options, const char *board,
                                 struct lb_run_watch *watch)
{
	static struct lb_attach attach;
	struct lb_hardware hardware;
	enum lb_exit ran = LB_EXIT_DONE;
	char banner[BANNER_BYTES];
	int error;

	make_banner(options, board, isatty(STDIN_FILENO) && isatty(STDOUT_FILENO), banner, sizeof(banner));
	lb_attach_hold_signals();
	if (!lb_hardware_start(&hardware, options, &error))
		return error == 0 ? LB_EXIT_FAILED : lb_args_failed("cannot start the hardware process: %s", strerror(error));
	/* At once: what the module sends before somebody is attached is lost. */
	bool opened = lb_attach_open_module(&attach, options->dir);
	attach.leaves_input = watch == NULL;
	/* What a program prints is all that goes to its reader. */
	lb_hardware_print_ready(watch == NULL && lb_attach_has_input() ? stderr : stdout, banner, hardware.url);
	enum lb_attach_end end = opened ? attach_watched(&attach, watch, hardware.life_fd) : LB_ATTACH_FAILED;
	if (end == LB_ATTACH_INPUT)
		ran = lb_run_program(options->dir, board != NULL);
	if (end == LB_ATTACH_LEFT || end == LB_ATTACH_SIGNAL || end == LB_ATTACH_INPUT)
		lb_client_stop(&attach.control); /* if it does not, it is ended below */
	lb_attach_close(&attach);
	if (end == LB_ATTACH_DETACHED)
		return leave(&hardware, options->dir);
	lb_hardware_end(&hardware);
	if (end == LB_ATTACH_FAILED)
		return lb_args_failed("%s", attach.reason);
	if (end == LB_ATTACH_INPUT)
		return ran;
	return report_end(&hardware, end, options->dir);
}

static bool load(struct lb_hardware_options *options, const char *folder)
{
	char reason[LB_TREE_REASON_BYTES];

	options->files_fd = lb_fs_load_make(options->dir, folder, NULL, 0, reason);
	if (options->files_fd < 0)
		lb_args_failed("%s", reason);
	return options->files_fd >= 0;
}

/* What --watch wants: a folder to watch, and this process. */
static bool check_watch(const struct lb_args *args)
{
	if (args->values[WATCH] == NULL)
		return true;
	if (args->values[FLASH] == NULL)
		lb_args_wrong("--watch says that a folder is watched: add --flash FOLDER");
	else if (args->values[HEADLESS] != NULL)
		lb_args_wrong("--watch shows what the scripts print, --headless shows nothing: name one");
	return args->values[FLASH] != NULL && args->values[HEADLESS] == NULL;
}

/* By check's firmware, which takes a board's profile from the trace that it is given. */
static bool stand_in(struct lb_hardware_options *options, const char *board, char trace[LB_PROFILE_TRACE_BYTES],
                     char *reason)
{
	if (!lb_profile_make_trace(board, trace, reason))
		return false;
	options->variant = "-check";
	lb_hardware_add(options, "--reflash", NULL);
	lb_hardware_add(options, "--trace", trace);
	return true;
}

/* Whatever may be refused comes before the module starts. */
static enum lb_exit run(const struct lb_args *args)
{
	struct lb_hardware_options options = {.count = 0};
	const char *folder = args->values[FLASH];
	struct lb_run_watch watch = {.folder = folder, .notes_fd = -1};
	char reason[LB_TREE_REASON_BYTES], trace[LB_PROFILE_TRACE_BYTES];
	const char *board = args->values[AS];

	if (!choose_options(args, &options) || !check_watch(args) ||
	    (board != NULL && !lb_args_one_of("--as", board, lb_profile_names)))
		return LB_EXIT_USAGE;
	if (board != NULL && !stand_in(&options, board, trace, reason))
		return lb_args_failed("%s", reason);
	watch.dir = options.dir;
	enum lb_exit trusted = lb_trust_choose(args, TRUST, args->values[REFLASH] != NULL || board != NULL, &options);
	if (trusted != LB_EXIT_DONE)
		return trusted;
	/* Before it is loaded: what changes meanwhile is then seen as a change. */
	if (args->values[WATCH] != NULL && !lb_filelist_read(&watch.loaded, folder, NULL, NULL, reason))
		return lb_args_failed("%s", reason);
	if (folder != NULL && !load(&options, folder))
		return LB_EXIT_FAILED;
	if (args->values[HEADLESS] != NULL)
		return run_headless(&options, board);
	if (is_background())
		return lb_args_failed("run in the background has no terminal to show the REPL: add --headless");
	return run_attached(&options, board, args->values[WATCH] != NULL ? &watch : NULL);
}

const struct lb_command lb_cmd_run = {
	.name = "run",
	.usage = "[DIR] [--headless] [--clock N] [--flash FOLDER [--watch]] [--reflash] [--port N [--listen ADDR] "
			 "[--takeover]] [--as BOARD] [--bind ADDR] [--trust FILE]... " LB_ENVIRONMENT_USAGE,
	.summary = "boot the module; a terminal gets its REPL",
	.help =
		"Boots the virtual module in the folder DIR, which is made when there is none, and attaches this\n"
		"terminal to its REPL. Ctrl-] (or Ctrl-X) opens a menu in the bottom line; there, one key each:\n"
		"r presses the reset switch, s puts P12 to 3V3 and lets it go, g does so with G23 and GND, p pulls\n"
		"the plug and puts it in, Esc closes the menu, q powers off and quits, l leaves the module running\n"
		"without a terminal, z suspends this command as Ctrl-Z does elsewhere (the module goes on), Ctrl-X\n"
		"sends Ctrl-X to the module. In a pipe, standard input is one program: it runs at the module's prompt, values\n"
		"of expressions are shown as there, an uncaught error is exit 1, and the module is powered off. An empty\n"
		"one runs none: as soon as the module is at its REPL and was silent for half a second, it is powered off.\n",
	.example = "lifeboat run blinker --clock 4",
	.options = {[HEADLESS] = {"--headless", NULL, "no REPL here: runs until 'lifeboat stop', SIGTERM or SIGINT"},
                [CLOCK] = {"--clock", "N", "the module's clock runs N times (1 to 20) faster"},
                [FLASH] = {"--flash", "FOLDER",
                           "first copies FOLDER's files into /flash, past whatever scripts are there, as a safe\n"
                           "boot would; files of the same names are replaced, others kept. Names that begin\n"
                           "with a dot, and __pycache__, are left out"},
                [WATCH] = {"--watch", NULL,
                           "then every change in FOLDER that is saved comes to the module, removed files too, and\n"
                           "its scripts start anew: by a soft reset, or, when they cannot be interrupted, by a safe\n"
                           "boot and a reset"},
                [REFLASH] = {"--reflash", NULL, "writes this build's image into the factory slot"},
                [PORT] = {"--port", "N",
                          "uart0 is on TCP port N of 127.0.0.1 too, by RFC 2217 or as plain bytes; 0: any free port,\n"
                          "which 'lifeboat status' shows"},
                [LISTEN] = {"--listen", "ADDR",
                            "that port is on this address of the host: whoever reaches it controls the module"},
                [TAKEOVER] = {"--takeover", NULL,
                              "a client of another host, too, gets that port when the one before has closed its\n"
                              "sending side or was silent for 15 s"},
                [AS] = {"--as", "BOARD",
                        "stands in for a board with its stock firmware, as 'lifeboat check --as' does: pycom, esp32,\n"
                        "esp8266 or pico-w; by check's image, which is written into the factory slot (--reflash\n"
                        "alone gives the normal one back)"},
                [RTC] = {"--rtc", "CLOCK",
                         "the real-time clock at each power-on: 'host' is the host's, 'unset', as without this, is\n"
                         "2000-01-01, which no certificate's time can be held against"},
                [BIND] = {"--bind", "ADDR",
                          "the ports that scripts open are on this IPv4 address of the host, not on 127.0.0.1 alone:\n"
                          "whoever reaches it reaches them; 0.0.0.0: on all. Telnet and FTP stay where they are"},
                [TRUST] = {"--trust", "FILE",
                           "a module that is made now, or anew by --reflash, runs what this key signed, too (PEM,\n"
                           "private or public; again and again); your development key is one of them by itself"},
                LB_ENVIRONMENT_OPTIONS(ENVIRONMENT)},
	.many = LB_ENVIRONMENT_MANY(ENVIRONMENT) | 1u << TRUST,
	.words_max = 1,
	.run = run,
};
