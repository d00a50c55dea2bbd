/* `lifeboat wait` */
#include <stdio.h>
#include <string.h>

#include "host/client/host_time.h"
#include "host/client/json.h"
#include "host/client/port_open.h"
#include "host/client/repl.h"
#include "host/client/view.h"
#include "host/client/waiting.h"
#include "host/commands/commands.h"
#include "host/commands/module.h"
#include "host/commands/stop.h"

enum { TIMEOUT, PORT };

enum { RETRY_MS = 50, DEFAULT_MS = 30000 };

struct waiting {
	const char *dir;
	const char *phase;
	int64_t until_ms;
	struct lb_view view; /* phase "": there was no module to ask */
};

enum seen { SEEN_WANTED, SEEN_OTHER, SEEN_REFUSED };

static bool parse(struct waiting *waiting, const cJSON *message)
{
	if (message != NULL)
		lb_view_parse(&waiting->view, message);
	return message != NULL && lb_view_is_in(&waiting->view, waiting->phase);
}

/* Follows a running module until it is in the phase, the time is over or the hardware is gone.*/
static bool follow(struct waiting *waiting, struct lb_client *client)
{
	cJSON *reply;
	int error = lb_module_watch(client, "phase", &reply);

	bool reached = error == LB_CLIENT_OK && parse(waiting, reply);
	cJSON_Delete(reply);
	while (error == LB_CLIENT_OK && !reached) {
		int64_t left = waiting->until_ms - lb_host_now_ms();
		if (left <= 0)
			break;
		cJSON *event = lb_client_receive(client, (int)left, &error);
		reached = parse(waiting, event);
		cJSON_Delete(event);
	}
	return reached;
}

/* A module that is not there yet is no failure: it may come. */
static enum seen try_once(struct waiting *waiting)
{
	struct lb_client client;
	int error = lb_client_open(&client, waiting->dir);

	waiting->view.phase[0] = '\0';
	if (error == LB_CLIENT_OK) {
		bool reached = follow(waiting, &client);
		lb_client_close(&client);
		return reached ? SEEN_WANTED : SEEN_OTHER;
	}
	if (error == LB_CLIENT_NOT_RUNNING) {
		strcpy(waiting->view.phase, "off");
		return strcmp(waiting->phase, "off") == 0 ? SEEN_WANTED : SEEN_OTHER;
	}
	if (error != LB_CLIENT_DENIED)
		return SEEN_OTHER;
	lb_module_explain(&client, error, waiting->dir);
	return SEEN_REFUSED;
}

static enum lb_exit give_up(const struct waiting *waiting, long time_ms)
{
	double seconds = (double)time_ms / 1000.0;

	if (waiting->view.phase[0] == '\0')
		return lb_args_failed("after %g s there is no module in %s: 'lifeboat run' makes one", seconds, waiting->dir);
	return lb_args_failed("after %g s the module in %s is in phase %s, not %s: 'lifeboat status' says more", seconds,
	                      waiting->dir, waiting->view.phase, waiting->phase);
}

static enum lb_exit wait_module(const char *dir, const char *phase, long time_ms)
{
	struct waiting waiting = {.dir = dir, .phase = phase, .until_ms = lb_host_now_ms() + time_ms};

	for (;;) {
		enum seen seen = try_once(&waiting);
		if (seen != SEEN_OTHER)
			return seen == SEEN_WANTED ? LB_EXIT_DONE : LB_EXIT_FAILED;
		if (lb_host_now_ms() >= waiting.until_ms)
			return give_up(&waiting, time_ms);
		lb_host_pause_ms(RETRY_MS);
	}
}

/* --- at a port, where nothing is sent --- */

static enum lb_exit explain_port(const char *name, const char *phase, long time_ms, int error)
{
	switch (error) {
	case 0: return LB_EXIT_DONE;
	case LB_PORT_STOPPED: return lb_args_failed("interrupted");
	case LB_PORT_GONE: return lb_args_failed("%s: the connection ended", name);
	default:
		return lb_args_failed("after %g s nothing that came from %s shows phase %s: 'lifeboat status --port' asks",
		                      (double)time_ms / 1000.0, name, phase);
	}
}

static enum lb_exit wait_port(const char *name, const char *phase, long time_ms)
{
	char reason[LB_PORT_REASON_BYTES];
	bool repl = strcmp(phase, "repl") == 0;
	struct lb_port port;

	if (!repl && strcmp(phase, "script") != 0)
		return lb_args_wrong("at a port only repl and script show: the other phases say nothing there");
	lb_stop_catch_signals();
	if (!lb_port_open(&port, name, &lb_stop_signal, reason))
		return lb_args_failed("%s", reason);
	int result = repl ? lb_repl_await_prompt(&port, (int)time_ms) : lb_repl_await_script(&port, (int)time_ms);
	lb_port_close(&port);
	return explain_port(lb_port_plain_name(name), phase, time_ms, result);
}

/* The same wait for a module of this machine and for one at a port, and the same words while it lasts. */
static enum lb_exit run(const struct lb_args *args)
{
	static const char *const phases[] = {"off", "gate", "loader", "script", "repl", "sleep", NULL};
	const char *timeout = args->values[TIMEOUT];
	const char *name, *phase = args->words[0];
	long time_ms = DEFAULT_MS;
	char what[256];

	if (!lb_args_one_of("phase", phase, phases) || !lb_args_port(args, args->values[PORT], &name) ||
	    (timeout != NULL && !lb_args_seconds("--timeout", timeout, &time_ms)))
		return LB_EXIT_USAGE;
	snprintf(what, sizeof(what), "phase %s of the module %s %.200s", phase, name != NULL ? "at" : "in",
	         name != NULL ? lb_port_plain_name(name) : args->dir);
	lb_waiting_start(what, time_ms);
	enum lb_exit exit = name != NULL ? wait_port(name, phase, time_ms) : wait_module(args->dir, phase, time_ms);
	lb_waiting_end();
	return exit;
}

const struct lb_command lb_cmd_wait = {
	.name = "wait",
	.usage = "PHASE [--timeout S] [--port PORT]",
	.summary = "wait for off, gate, loader, script, repl or sleep",
	.help = "Returns as soon as the module is in the phase: off, gate (the safe-boot gate), loader (bootloader\n"
			"mode), script (start-up, boot.py, main.py), repl, sleep (deep sleep). The module need not be\n"
			"running yet, nor exist. At a port it only listens: repl shows by a prompt that comes, script by other\n"
			"output; an idle prompt that came before says nothing more, 'lifeboat status --port' asks it.\n",
	.example = "lifeboat wait repl --timeout 5",
	.options = {[TIMEOUT] = {"--timeout", "S", "fails after S seconds (default 30)"}, [PORT] = LB_ARGS_PORT},
	.words_min = 1,
	.words_max = 1,
	.run = run,
};
