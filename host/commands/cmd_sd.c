/* `lifeboat sd` */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/client/json.h"
#include "host/commands/commands.h"
#include "host/commands/module.h"

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

/* insert and eject differ in their words, so the parser cannot count them. */
static enum lb_exit run(const struct lb_args *args)
{
	static const char *const words[] = {"insert", "eject", NULL};
	bool insert = strcmp(args->words[0], "insert") == 0;
	char path[PATH_MAX];
	cJSON *reply;

	if (!lb_args_one_of("sd command", args->words[0], words))
		return LB_EXIT_USAGE;
	if (args->word_count != (insert ? 2 : 1) || (insert && args->words[1][0] == '\0'))
		return lb_args_wrong("it is 'lifeboat sd insert FILE' or 'lifeboat sd eject'");
	cJSON *request = lb_client_make_request("sd");
	if (!insert) {
		cJSON_AddTrueToObject(request, "eject");
	} else if (make_absolute(args->words[1], path)) {
		cJSON_AddStringToObject(request, "insert", path);
	} else {
		cJSON_Delete(request);
		return lb_args_failed("the path of %s is too long, or this folder is gone", args->words[1]);
	}
	if (lb_module_ask(args->dir, request, &reply) != LB_CLIENT_OK)
		return LB_EXIT_FAILED;
	if (cJSON_IsFalse(lb_json_field(reply, "ejected")))
		printf("sd: there was no card in the slot\n");
	cJSON_Delete(reply);
	return LB_EXIT_DONE;
}

const struct lb_command lb_cmd_sd = {
	.name = "sd",
	.usage = "insert FILE | eject",
	.summary = "put an SD card in, pull it out",
	.help = "Puts FILE into the SD card slot, or pulls the card out, at any moment. The card's size is the file's;\n"
			"a file that is not there is made, as an empty FAT card of 32 MiB. The card stays in over resets and\n"
			"without power, until 'lifeboat stop'.\n",
	.example = "lifeboat sd insert card.img",
	.words_min = 1,
	.words_max = 2,
	.run = run,
};
