/* `lifeboat reset` */
#include <stdio.h>

#include "host/client/json.h"
#include "host/commands/commands.h"
#include "host/commands/module.h"

static enum lb_exit run(const struct lb_args *args)
{
	enum lb_exit exit = lb_module_order(args->dir, lb_client_make_request("reset"));
	cJSON *status;

	if (exit != LB_EXIT_DONE || lb_module_ask(args->dir, lb_client_make_request("status"), &status) != LB_CLIENT_OK)
		return exit;
	if (lb_json_is(status, "reset_line", "low")) {
		fprintf(stderr, "lifeboat: the reset line is held low by RTS, or a shield, on the TCP port: the module starts "
		                "when it is let go\n");
	}
	cJSON_Delete(status);
	return exit;
}

const struct lb_command lb_cmd_reset = {
	.name = "reset",
	.usage = "",
	.summary = "press the reset switch",
	.help = "Presses the reset switch; returns when the old boot is over.\n",
	.example = "lifeboat reset && lifeboat wait repl",
	.run = run,
};
