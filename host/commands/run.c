#include <arpa/inet.h>
#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/flashmap/flashmap.h"
#include "host/commands/bench.h"
#include "host/commands/commands.h"
#include "host/commands/hardware.h"
#include "host/terminal/session.h"

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

static bool choose_port(const struct lb_args *args, struct lb_hardware_options *options)
{
	struct in6_addr address;
	long number;

	options->port = args->values[LB_RUN_PORT];
	options->listen = args->values[LB_RUN_LISTEN];
	if (options->port != NULL && !lb_args_whole_number("--port", options->port, 0, UINT16_MAX, &number))
		return false;
	if (options->listen == NULL)
		return true;
	if (options->port == NULL) {
		lb_args_wrong("--listen says where --port listens: add --port N");
		return false;
	}
	if (inet_pton(AF_INET, options->listen, &address) != 1 && inet_pton(AF_INET6, options->listen, &address) != 1) {
		lb_args_wrong("--listen takes an IPv4 or IPv6 address of this host in numbers, not '%s'", options->listen);
		return false;
	}
	return true;
}

static bool choose_options(const struct lb_args *args, struct lb_hardware_options *options)
{
	long clock;

	options->clock = args->values[LB_RUN_CLOCK];
	options->reflash = args->values[LB_RUN_REFLASH] != NULL;
	options->card = args->values[LB_RUN_SD];
	if (options->card != NULL && options->card[0] == '\0') {
		lb_args_wrong("--sd takes the name of a file: --sd FILE");
		return false;
	}
	return choose_folder(args, &options->dir) && choose_port(args, options) &&
	       (options->clock == NULL || lb_args_whole_number("--clock", options->clock, 1, CLOCK_MAX, &clock));
}

static void make_banner(const char *dir, bool menu, char *text, size_t size_bytes)
{
	snprintf(text, size_bytes, "Lifeboat " LB_VERSION " · virtual module in %s · uart0 %s/uart0%s\n", dir, dir,
	         menu ? " · Ctrl-] menu" : "");
}

static bool is_background(void)
{
	return isatty(STDIN_FILENO) && tcgetpgrp(STDIN_FILENO) != getpgrp();
}

static enum lb_exit run_headless(const struct lb_hardware_options *options)
{
	char banner[BANNER_BYTES];

	make_banner(options->dir, false, banner, sizeof(banner));
	lb_hardware_become(options, banner);
	return lb_args_failed("cannot start the hardware process: %s", strerror(errno));
}

static int attach(const char *dir, struct lb_client *uart, struct lb_client *control)
{
	int error = lb_client_open(uart, dir);

	if (error == LB_CLIENT_OK)
		error = lb_client_attach(uart);
	if (error == LB_CLIENT_OK)
		error = lb_client_open(control, dir);
	return error;
}

/* error 0: the session could not take the terminal, and errno says why. */
static enum lb_exit explain_failure(const struct lb_client *client, int error, const char *dir)
{
	if (error == LB_CLIENT_OK)
		return lb_args_failed("cannot use this terminal: %s", strerror(errno));
	return lb_commands_explain(client, error, dir);
}

static enum lb_exit report_end(const struct lb_hardware *hardware, enum lb_session_end end, const char *dir)
{
	bool in_order = hardware->ended && WIFEXITED(hardware->status) && WEXITSTATUS(hardware->status) == 0;

	if (end != LB_SESSION_STOPPED)
		return LB_EXIT_DONE;
	if (in_order) {
		fprintf(stderr, "lifeboat: the module in %s was stopped\n", dir);
		return LB_EXIT_DONE;
	}
	return lb_args_failed("the hardware of the module in %s ended unexpectedly: its folder has a log", dir);
}

static enum lb_exit run_attached(const struct lb_hardware_options *options)
{
	struct lb_hardware hardware;
	struct lb_client control = {.fd = -1};
	struct lb_client uart = {.fd = -1};
	enum lb_session_end end = LB_SESSION_FAILED;
	char banner[BANNER_BYTES];
	int error;

	make_banner(options->dir, isatty(STDIN_FILENO) && isatty(STDOUT_FILENO), banner, sizeof(banner));
	lb_session_hold_signals();
	if (!lb_hardware_start(&hardware, options, &error))
		return error == 0 ? LB_EXIT_FAILED : lb_args_failed("cannot start the hardware process: %s", strerror(error));
	/* At once: what the module sends before somebody is attached is lost. */
	error = attach(options->dir, &uart, &control);
	lb_hardware_print_ready(banner, hardware.url);
	if (error == LB_CLIENT_OK)
		end = lb_session_run(&uart, &control, true, &error);
	if (end == LB_SESSION_LEFT || end == LB_SESSION_SIGNAL)
		lb_client_stop(&control); /* if it does not, it is ended below */
	lb_client_close(&uart);
	lb_client_close(&control);
	lb_hardware_end(&hardware);
	if (end == LB_SESSION_FAILED)
		return explain_failure(uart.refusal[0] != '\0' ? &uart : &control, error, options->dir);
	return report_end(&hardware, end, options->dir);
}

/* Before the module's normal boot, by a short run of its own. */
static bool load(const char *dir, const char *folder)
{
	char reason[LB_UPLOAD_REASON_BYTES];

	if (lb_upload_check(folder, lb_flashmap_8mib.part[LB_PART_FS].size_bytes, reason) &&
	    lb_bench_load(dir, folder, reason))
		return true;
	if (reason[0] != '\0')
		lb_args_failed("%s", reason);
	return false;
}

enum lb_exit lb_run_command(const struct lb_args *args)
{
	struct lb_hardware_options options;

	if (!choose_options(args, &options))
		return LB_EXIT_USAGE;
	if (args->values[LB_RUN_FLASH] != NULL && !load(options.dir, args->values[LB_RUN_FLASH]))
		return LB_EXIT_FAILED;
	if (args->values[LB_RUN_HEADLESS] != NULL)
		return run_headless(&options);
	if (is_background())
		return lb_args_failed("run in the background has no terminal to show the REPL: add --headless");
	return run_attached(&options);
}

enum lb_exit lb_run_repl(const struct lb_args *args)
{
	struct lb_client control = {.fd = -1};
	struct lb_client uart = {.fd = -1};
	enum lb_session_end end = LB_SESSION_FAILED;
	int error = attach(args->dir, &uart, &control);

	if (error == LB_CLIENT_OK)
		end = lb_session_run(&uart, &control, false, &error);
	lb_client_close(&uart);
	lb_client_close(&control);
	if (end == LB_SESSION_FAILED)
		return explain_failure(&uart, error, args->dir);
	return end == LB_SESSION_STOPPED ? lb_commands_explain(&uart, LB_CLIENT_GONE, args->dir) : LB_EXIT_DONE;
}
