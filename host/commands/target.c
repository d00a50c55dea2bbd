#include "host/commands/target.h"

#include <stdio.h>

bool lb_target_explain(struct lb_target *target, int error)
{
	static const char *const words[] = {
		[-LB_ESP_GONE] = "the connection ended",
		[-LB_ESP_STOPPED] = "interrupted",
		[-LB_ESP_UNSUPPORTED] = "this port does not do what is needed",
		[-LB_ESP_SILENT] = "the module stopped answering: check cable and power",
		[-LB_ESP_REFUSED] = "the module refused it",
		[-LB_ESP_DIFFERS] = "what is in flash is not what was sent: the line, or the flash chip, is bad",
		[-LB_ESP_NO_CHIP] = "what answers is no chip and flash that Lifeboat runs on",
		[-LB_ESP_NO_MEMORY] = "no memory",
	};

	if (error == LB_ESP_GONE && target->port.has_ended != NULL) {
		snprintf(target->reason, sizeof(target->reason), "%s", lb_watch_why(&target->watch));
	} else if (error == LB_ESP_REFUSED) {
		snprintf(target->reason, sizeof(target->reason), "%s, code %u (docs/spec/loader.md explains it)", words[-error],
		         target->flash.esp.code);
	} else {
		snprintf(target->reason, sizeof(target->reason), "%s", words[-error]);
	}
	return false;
}

bool lb_target_enter(struct lb_target *target)
{
	target->control.fd = -1;
	target->port.fd = -1;
	lb_esp_init(&target->flash.esp, &target->port);
	if (!target->way->enter(target))
		return false;
	int result = lb_espflash_open(&target->flash);
	return result == LB_ESP_OK || lb_target_explain(target, result);
}

void lb_target_close(struct lb_target *target)
{
	lb_watch_end(&target->watch, &target->port);
	lb_port_close(&target->port);
	lb_client_close(&target->control);
}
