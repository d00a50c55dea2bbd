#include "host/commands/commands.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hw/pinout.h"
#include "host/commands/report.h"
#include "host/client/host_time.h"
#include "host/client/json.h"
#include "host/client/status.h"

enum lb_exit lb_commands_explain(const struct lb_client *client, int error, const char *dir)
{
	char text[LB_CLIENT_TEXT_BYTES];

	lb_client_explain(client, error, dir, text);
	return lb_args_failed("%s", text);
}

cJSON *lb_commands_request(const char *cmd)
{
	cJSON *request = cJSON_CreateObject();

	cJSON_AddStringToObject(request, "cmd", cmd);
	return request;
}

/* Opens a connection, sends one request (which it frees) and takes the reply. Returns an enum lb_client_error after
 * having explained it, with *reply NULL. */
static int ask_module(const char *dir, cJSON *request, cJSON **reply)
{
	struct lb_client client;
	int error = lb_client_open(&client, dir);

	*reply = NULL;
	if (error == LB_CLIENT_OK)
		error = lb_client_request(&client, request, reply);
	if (error != LB_CLIENT_OK)
		lb_commands_explain(&client, error, dir);
	lb_client_close(&client);
	cJSON_Delete(request);
	return error;
}

static enum lb_exit order_module(const char *dir, cJSON *request)
{
	cJSON *reply;
	int error = ask_module(dir, request, &reply);

	cJSON_Delete(reply);
	return error == LB_CLIENT_OK ? LB_EXIT_DONE : LB_EXIT_FAILED;
}

enum lb_exit lb_commands_stop(const struct lb_args *args)
{
	struct lb_client client;
	int error = lb_client_open(&client, args->dir);

	if (error == LB_CLIENT_OK)
		error = lb_client_stop(&client);
	lb_client_close(&client);
	return error == LB_CLIENT_OK ? LB_EXIT_DONE : lb_commands_explain(&client, error, args->dir);
}

enum lb_exit lb_commands_reset(const struct lb_args *args)
{
	enum lb_exit exit = order_module(args->dir, lb_commands_request("reset"));
	cJSON *status;

	if (exit != LB_EXIT_DONE || ask_module(args->dir, lb_commands_request("status"), &status) != LB_CLIENT_OK)
		return exit;
	if (lb_json_is(status, "reset_line", "low")) {
		fprintf(stderr, "lifeboat: the reset line is held low by RTS, or a shield, on the TCP port: the module starts "
		                "when it is let go\n");
	}
	cJSON_Delete(status);
	return exit;
}

enum lb_exit lb_commands_power(const struct lb_args *args)
{
	static const char *const words[] = {"on", "off", NULL};

	if (!lb_args_one_of("power state", args->words[0], words))
		return LB_EXIT_USAGE;
	cJSON *request = lb_commands_request("power");
	cJSON_AddBoolToObject(request, "on", strcmp(args->words[0], "on") == 0);
	return order_module(args->dir, request);
}

/* --- pin --- */

/* Such as 1.2V; whether a pin takes that much is the hardware's to say. */
static bool is_voltage(const char *text)
{
	size_t digits = strspn(text, "0123456789.");

	return digits > 0 && strcmp(text + digits, "V") == 0;
}

static void print_pin(const cJSON *reply)
{
	const cJSON *pwm = lb_json_field(reply, "pwm");

	/* Held from outside, the net is what it is held at. */
	if (pwm != NULL && lb_json_is(reply, "drive", "float")) {
		printf("pwm %.10g Hz %.1f%%\n", cJSON_GetNumberValue(lb_json_field(pwm, "hz")),
		       cJSON_GetNumberValue(lb_json_field(pwm, "duty")) * 100.0);
	} else {
		printf("%s\n", lb_json_text(reply, "level"));
	}
}

enum lb_exit lb_commands_pin(const struct lb_args *args)
{
	static const char *const levels[] = {"high", "low", "float", "a voltage such as 1.2V", NULL};
	const char *name = args->words[0];
	bool drives = args->word_count == 2;
	cJSON *reply;

	if (lb_pinout_find(name) < 0)
		return lb_args_wrong(
			"unknown pin '%s': it is " LB_PINOUT_NAMES ", or a name of the expansion board such as G23", name);
	if (drives && !is_voltage(args->words[1]) && !lb_args_one_of("level", args->words[1], levels))
		return LB_EXIT_USAGE;
	cJSON *request = lb_commands_request("pin");
	cJSON_AddStringToObject(request, "name", name);
	if (drives)
		cJSON_AddStringToObject(request, "level", args->words[1]);
	int error = ask_module(args->dir, request, &reply);
	if (error != LB_CLIENT_OK) {
		/* Name and level are all that the hardware can refuse. */
		return error == LB_CLIENT_REFUSED ? LB_EXIT_USAGE : LB_EXIT_FAILED;
	}
	if (!drives)
		print_pin(reply);
	cJSON_Delete(reply);
	return LB_EXIT_DONE;
}

/* --- sd --- */

/* The hardware process is in a folder of its own. */
static bool make_absolute(const char *name, char path[PATH_MAX])
{
	size_t used = 0;

	if (name[0] != '/') {
		if (getcwd(path, PATH_MAX - 1) == NULL)
			return false;
		used = strlen(path);
		path[used++] = '/';
	}
	return snprintf(path + used, PATH_MAX - used, "%s", name) < (int)(PATH_MAX - used);
}

enum lb_exit lb_commands_sd(const struct lb_args *args)
{
	static const char *const words[] = {"insert", "eject", NULL};
	bool insert = strcmp(args->words[0], "insert") == 0;
	char path[PATH_MAX];

	if (!lb_args_one_of("sd command", args->words[0], words))
		return LB_EXIT_USAGE;
	if (args->word_count != (insert ? 2 : 1) || (insert && args->words[1][0] == '\0'))
		return lb_args_wrong("it is 'lifeboat sd insert FILE' or 'lifeboat sd eject'");
	cJSON *request = lb_commands_request("sd");
	if (!insert) {
		cJSON_AddTrueToObject(request, "eject");
	} else if (make_absolute(args->words[1], path)) {
		cJSON_AddStringToObject(request, "insert", path);
	} else {
		cJSON_Delete(request);
		return lb_args_failed("the path of %s is too long, or this folder is gone", args->words[1]);
	}
	return order_module(args->dir, request);
}

/* --- led --- */

static void print_led(const cJSON *message, const char *colour_key)
{
	const cJSON *t_ms = lb_json_field(message, "t_ms");

	printf("%.0f %s\n", cJSON_IsNumber(t_ms) ? t_ms->valuedouble : 0.0, lb_json_text(message, colour_key));
	fflush(stdout);
}

static int start_trace(struct lb_client *client)
{
	static const char *const events[] = {"led"};
	cJSON *request = lb_commands_request("watch");
	cJSON *reply = NULL;

	cJSON_AddItemToObject(request, "events", cJSON_CreateStringArray(events, 1));
	int error = lb_client_request(client, request, &reply);
	cJSON_Delete(request);
	if (error == LB_CLIENT_OK)
		print_led(reply, "led");
	cJSON_Delete(reply);
	return error;
}

static enum lb_exit trace_led(const char *dir, long time_ms)
{
	struct lb_client client;
	int64_t until = lb_host_now_ms() + time_ms;
	int error = lb_client_open(&client, dir);

	if (error == LB_CLIENT_OK)
		error = start_trace(&client);
	while (error == LB_CLIENT_OK) {
		int64_t left = until - lb_host_now_ms();
		cJSON *event = lb_client_receive(&client, left > 0 ? (int)left : 0, &error);
		if (event != NULL)
			print_led(event, "rgb");
		cJSON_Delete(event);
	}
	lb_client_close(&client);
	/* Silence is how a trace ends. */
	return error == LB_CLIENT_SILENT ? LB_EXIT_DONE : lb_commands_explain(&client, error, dir);
}

enum lb_exit lb_commands_led(const struct lb_args *args)
{
	const char *trace = args->values[LB_LED_TRACE];
	long time_ms;
	cJSON *reply;

	if (trace != NULL)
		return lb_args_seconds("--trace", trace, &time_ms) ? trace_led(args->dir, time_ms) : LB_EXIT_USAGE;
	if (ask_module(args->dir, lb_commands_request("led"), &reply) != LB_CLIENT_OK)
		return LB_EXIT_FAILED;
	printf("%s\n", lb_json_text(reply, "rgb"));
	cJSON_Delete(reply);
	return LB_EXIT_DONE;
}

/* --- status --- */

/* The reply to `status`, or NULL with LB_CLIENT_OK for a module that does not run. */
static int ask_status(const char *dir, cJSON **reply)
{
	struct lb_client client;
	int error = lb_client_open(&client, dir);

	*reply = NULL;
	if (error == LB_CLIENT_OK) {
		cJSON *request = lb_commands_request("status");
		error = lb_client_request(&client, request, reply);
		cJSON_Delete(request);
	}
	lb_client_close(&client);
	if (error == LB_CLIENT_NOT_RUNNING || error == LB_CLIENT_GONE)
		return LB_CLIENT_OK;
	if (error != LB_CLIENT_OK)
		lb_commands_explain(&client, error, dir);
	return error;
}

enum lb_exit lb_commands_status(const struct lb_args *args)
{
	cJSON *reply;

	if (ask_status(args->dir, &reply) != LB_CLIENT_OK)
		return LB_EXIT_FAILED;
	cJSON *status = reply != NULL ? lb_status_compose(reply) : lb_status_stopped();
	if (args->values[LB_STATUS_JSON] != NULL) {
		char *text = cJSON_PrintUnformatted(status);
		printf("%s\n", text != NULL ? text : "{}");
		cJSON_free(text);
	} else {
		lb_report_print(status, args->dir, reply != NULL);
	}
	cJSON_Delete(status);
	cJSON_Delete(reply);
	return LB_EXIT_DONE;
}
