/* `lifeboat led` */
#include <stdio.h>

#include "host/client/host_time.h"
#include "host/client/json.h"
#include "host/commands/commands.h"
#include "host/commands/module.h"

enum { TRACE };

static void print_led(const cJSON *message, const char *colour_key)
{
	const cJSON *t_ms = lb_json_field(message, "t_ms");

	printf("%.0f %s\n", cJSON_IsNumber(t_ms) ? t_ms->valuedouble : 0.0, lb_json_text(message, colour_key));
	fflush(stdout);
}

static int start_trace(struct lb_client *client)
{
	cJSON *reply;
	int error = lb_module_watch(client, "led", &reply);

	if (error == LB_CLIENT_OK)
		print_led(reply, "led");
	cJSON_Delete(reply);
	return error;
}

/* By events, so that no change between two polls is missed. */
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
	return error == LB_CLIENT_SILENT ? LB_EXIT_DONE : lb_module_explain(&client, error, dir);
}

static enum lb_exit run(const struct lb_args *args)
{
	const char *trace = args->values[TRACE];
	long time_ms;
	cJSON *reply;

	if (trace != NULL)
		return lb_args_seconds("--trace", trace, &time_ms) ? trace_led(args->dir, time_ms) : LB_EXIT_USAGE;
	if (lb_module_ask(args->dir, lb_client_make_request("led"), &reply) != LB_CLIENT_OK)
		return LB_EXIT_FAILED;
	printf("%s\n", lb_json_text(reply, "rgb"));
	cJSON_Delete(reply);
	return LB_EXIT_DONE;
}

const struct lb_command lb_cmd_led = {
	.name = "led",
	.usage = "[--trace SECONDS]",
	.summary = "the LED's colour, once or at each change",
	.help = "Prints the colour of the LED as #RRGGBB.\n",
	.example = "lifeboat led --trace 5",
	.options = {[TRACE] = {"--trace", "SECONDS",
                           "for so long (of your clock), prints a line now and at each change: milliseconds\n"
                           "of module time since the last reset, and the colour"}},
	.run = run,
};
