/* `lifeboat stop` */
#include "host/commands/commands.h"
#include "host/commands/module.h"

static enum lb_exit run(const struct lb_args *args)
{
	struct lb_client client;
	int error = lb_client_open(&client, args->dir);

	if (error == LB_CLIENT_OK)
		error = lb_client_stop(&client);
	lb_client_close(&client);
	return error == LB_CLIENT_OK ? LB_EXIT_DONE : lb_module_explain(&client, error, args->dir);
}

const struct lb_command lb_cmd_stop = {
	.name = "stop",
	.usage = "",
	.summary = "power off the module and end its hardware process",
	.help = "Powers the module off and ends its hardware process; returns when it is off.\n",
	.example = "lifeboat stop",
	.run = run,
};
