/* `lifeboat power` */
#include <string.h>

#include "host/commands/commands.h"
#include "host/commands/module.h"

static enum lb_exit run(const struct lb_args *args)
{
	static const char *const words[] = {"on", "off", NULL};

	if (!lb_args_one_of("power state", args->words[0], words))
		return LB_EXIT_USAGE;
	cJSON *request = lb_client_make_request("power");
	cJSON_AddBoolToObject(request, "on", strcmp(args->words[0], "on") == 0);
	return lb_module_order(args->dir, request);
}

const struct lb_command lb_cmd_power = {
	.name = "power",
	.usage = "on|off",
	.summary = "put the plug in, pull it",
	.help = "Puts the module's plug in or pulls it, at any moment: that is a power cut.\n",
	.example = "lifeboat power off",
	.words_min = 1,
	.words_max = 1,
	.run = run,
};
