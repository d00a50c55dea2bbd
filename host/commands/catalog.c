#include "host/commands/catalog.h"

#include <string.h>

#include "host/commands/commands.h"

const struct lb_command *const lb_catalog[LB_CATALOG_COUNT] = {
	&lb_cmd_run,    &lb_cmd_stop, &lb_cmd_pin,  &lb_cmd_led,   &lb_cmd_reset, &lb_cmd_power, &lb_cmd_sd,
	&lb_cmd_status, &lb_cmd_wait, &lb_cmd_repl, &lb_cmd_check, &lb_cmd_image, &lb_cmd_ota,   &lb_cmd_flash,
};

const struct lb_command *lb_catalog_find(const char *name)
{
	for (size_t i = 0; i < LB_CATALOG_COUNT; i++)
		if (strcmp(lb_catalog[i]->name, name) == 0)
			return lb_catalog[i];
	return NULL;
}
