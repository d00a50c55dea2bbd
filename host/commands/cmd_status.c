/* `lifeboat status` */
#include <stdio.h>

#include "host/client/port_open.h"
#include "host/client/repl.h"
#include "host/client/status.h"
#include "host/client/view.h"
#include "host/client/waiting.h"
#include "host/commands/commands.h"
#include "host/commands/module.h"
#include "host/commands/report.h"
#include "host/commands/stop.h"

enum { JSON, PORT, INTERRUPT };

enum { ANSWER_MS = 3000, IDLE_MS = 1500 };

static void print_json(const cJSON *status)
{
	char *text = cJSON_PrintUnformatted(status);

	printf("%s\n", text != NULL ? text : "{}");
	cJSON_free(text);
}

/* --- of a virtual module --- */

/* The reply to `status`, or NULL with LB_CLIENT_OK for a module that does not run. */
static int ask_status(const char *dir, cJSON **reply)
{
	struct lb_client client;
	int error = lb_client_open(&client, dir);

	*reply = NULL;
	if (error == LB_CLIENT_OK) {
		cJSON *request = lb_client_make_request("status");
		error = lb_client_request(&client, request, reply);
		cJSON_Delete(request);
	}
	lb_client_close(&client);
	if (error == LB_CLIENT_NOT_RUNNING || error == LB_CLIENT_GONE)
		return LB_CLIENT_OK;
	if (error != LB_CLIENT_OK)
		lb_module_explain(&client, error, dir);
	return error;
}

static enum lb_exit report_module(const char *dir, bool json)
{
	cJSON *reply;

	if (ask_status(dir, &reply) != LB_CLIENT_OK)
		return LB_EXIT_FAILED;
	cJSON *status = reply != NULL ? lb_status_compose(reply) : lb_status_stopped();
	if (json)
		print_json(status);
	else
		lb_report_print(status, dir, reply != NULL);
	cJSON_Delete(status);
	cJSON_Delete(reply);
	return LB_EXIT_DONE;
}

/* --- at a port --- */

static enum lb_exit explain(const char *name, int error)
{
	if (error == LB_PORT_STOPPED)
		return lb_args_failed("interrupted");
	return lb_args_failed("%s: %s", name, error == LB_PORT_GONE ? "the connection ended" : "the REPL does not answer");
}

/* The REPL is left as it was found: at its friendly prompt. */
static enum lb_exit report_port(const struct lb_port *port, const char *name, bool interrupt, bool json)
{
	struct lb_view view = {.clock = 1};
	cJSON *status = NULL;

	lb_waiting_start("the REPL to answer", 2 * ANSWER_MS);
	int result = interrupt ? lb_repl_enter(port, ANSWER_MS) : lb_repl_enter_idle(port, IDLE_MS);
	bool busy = result == LB_PORT_SILENT && !interrupt;
	if (result == 0)
		result = lb_view_ask(&view, port, ANSWER_MS, &status);
	lb_waiting_end();
	if (busy)
		return lb_args_failed("%s: no prompt answers: a program runs; --interrupt asks all the same", name);
	if (result != 0)
		return explain(name, result);
	lb_repl_leave(port);
	if (status == NULL)
		return lb_args_failed("%s: a REPL answers, but its firmware has no lifeboat.status()", name);
	if (json)
		print_json(status);
	else
		lb_report_print_port(status, name);
	cJSON_Delete(status);
	return LB_EXIT_DONE;
}

/* A virtual module is asked by its hardware, which needs no prompt; all others at theirs. */
static enum lb_exit run(const struct lb_args *args)
{
	bool json = args->values[JSON] != NULL, interrupt = args->values[INTERRUPT] != NULL;
	char reason[LB_PORT_REASON_BYTES];
	struct lb_port port;
	const char *name;

	if (!lb_args_port(args, args->values[PORT], &name))
		return LB_EXIT_USAGE;
	if (name == NULL && interrupt)
		return lb_args_wrong("--interrupt is for --port: the hardware of a virtual module answers at any time");
	if (name == NULL)
		return report_module(args->dir, json);
	lb_stop_catch_signals();
	if (!lb_port_open(&port, name, &lb_stop_signal, reason))
		return lb_args_failed("%s", reason);
	enum lb_exit exit = report_port(&port, lb_port_plain_name(name), interrupt, json);
	lb_port_close(&port);
	return exit;
}

const struct lb_command lb_cmd_status = {
	.name = "status",
	.usage = "[--json] [--port PORT [--interrupt]]",
	.summary = "what the module does, and why",
	.help = "Shows the power, the phase, which image was booted, how and why, the LED, the pins that are not as\n"
			"after a reset, the UARTs, the network and how to log in, the SD card, and the last error of a script.\n"
			"At a port the firmware itself is asked, at its idle prompt, and knows less.\n",
	.example = "lifeboat status --json",
	.options = {[JSON] = {"--json", NULL, "the same as one JSON object, for scripts"},
                [PORT] = LB_ARGS_PORT,
                [INTERRUPT] = {"--interrupt", NULL, "with --port: a program that runs is interrupted, and stays so"}},
	.run = run,
};
