#include "host/commands/flash_target.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "host/commands/commands.h"
#include "host/client/json.h"
#include "host/client/status.h"

enum {
	SYNC_TRIES = 50,
	LOOK_MS = 50,
	REPL_MS = 30000,
	SCRIPT_MS = 5000, /* scripts that go on so long are what the image is there for */
	CRASHES = 5,      /* in a row: it is not going to come up */
};

bool lb_flash_explain(struct lb_flash_target *target, int error)
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

	if (error == LB_ESP_REFUSED) {
		snprintf(target->reason, sizeof(target->reason), "%s, code %u (docs/spec/loader.md tells what it means)",
		         words[-error], target->flash.esp.code);
	} else {
		snprintf(target->reason, sizeof(target->reason), "%s", words[-error]);
	}
	return false;
}

static bool explain_client(struct lb_flash_target *target, const struct lb_client *client, int error)
{
	lb_client_explain(client, error, target->dir, target->reason);
	return false;
}

static bool order(struct lb_flash_target *target, cJSON *request, cJSON **reply)
{
	int error = lb_client_request(&target->control, request, reply);

	cJSON_Delete(request);
	return error == LB_CLIENT_OK || explain_client(target, &target->control, error);
}

static bool drive_g23(struct lb_flash_target *target, const char *level)
{
	cJSON *request = lb_commands_request("pin");

	cJSON_AddStringToObject(request, "name", "G23");
	cJSON_AddStringToObject(request, "level", level);
	return order(target, request, NULL);
}

/* --- in --- */

static bool connect_module(struct lb_flash_target *target)
{
	int error = lb_client_open(&target->control, target->dir);

	if (error != LB_CLIENT_OK)
		return explain_client(target, &target->control, error);
	error = lb_client_open(&target->uart, target->dir);
	if (error == LB_CLIENT_OK)
		error = lb_client_attach(&target->uart);
	if (error != LB_CLIENT_OK)
		return explain_client(target, &target->uart, error);
	fcntl(target->uart.fd, F_SETFL, O_NONBLOCK);
	lb_line_adopt(&target->line, target->uart.fd, target->stop);
	return true;
}

static bool look(struct lb_flash_target *target, cJSON **status)
{
	cJSON *reply = NULL;

	if (!order(target, lb_commands_request("status"), &reply))
		return false;
	*status = lb_status_compose(reply);
	cJSON_Delete(reply);
	return true;
}

static bool press_into_loader(struct lb_flash_target *target)
{
	cJSON *status;

	if (!look(target, &status))
		return false;
	bool on = lb_json_is(status, "power", "on");
	cJSON_Delete(status);
	if (!on) {
		snprintf(target->reason, sizeof(target->reason), "the module in %.300s has no power: 'lifeboat power on' first",
		         target->dir);
		return false;
	}
	if (!drive_g23(target, "low"))
		return false;
	bool pressed = order(target, lb_commands_request("reset"), NULL);
	int result = pressed ? lb_esp_sync(&target->flash.esp, SYNC_TRIES) : LB_ESP_OK;
	/* It counts at a reset only, so it is let go at once: whatever happens now, the next reset is the person's. */
	if (!drive_g23(target, "float") || !pressed)
		return false;
	if (result != LB_ESP_OK)
		order(target, lb_commands_request("reset"), NULL); /* nothing was changed: it may go on as before */
	if (result == LB_ESP_SILENT) {
		snprintf(target->reason, sizeof(target->reason),
		         "the module in %.300s does not answer in bootloader mode: 'lifeboat status' tells what it does",
		         target->dir);
		return false;
	}
	return result == LB_ESP_OK || lb_flash_explain(target, result);
}

bool lb_flash_enter(struct lb_flash_target *target)
{
	target->control.fd = -1;
	target->uart.fd = -1;
	target->line.fd = -1;
	lb_esp_init(&target->flash.esp, &target->line.port);
	if (target->port != NULL ? !lb_flash_port_enter(target) : !connect_module(target) || !press_into_loader(target))
		return false;
	int result = lb_espflash_open(&target->flash);
	return result == LB_ESP_OK || lb_flash_explain(target, result);
}

/* --- out --- */

bool lb_flash_leave(struct lb_flash_target *target)
{
	if (target->port != NULL)
		return lb_flash_port_leave(target);
	return order(target, lb_commands_request("reset"), NULL);
}

static enum lb_flash_state state_of(const char *phase)
{
	if (strcmp(phase, "repl") == 0)
		return LB_FLASH_AT_REPL;
	if (strcmp(phase, "loader") == 0)
		return LB_FLASH_IN_LOADER;
	return strcmp(phase, "script") == 0 || strcmp(phase, "sleep") == 0 ? LB_FLASH_IN_SCRIPT : LB_FLASH_UNKNOWN;
}

/* For how long the same program goes on. Waking from deep sleep, it does; a reset by anything else begins anew. */
struct watch {
	double boots;
	unsigned crashes;
	int64_t since_ms;
};

static void poll_once(struct watch *watch, const cJSON *status, int64_t now_ms, struct lb_flash_running *running)
{
	const cJSON *boot = lb_json_field(status, "boot");
	double boots = lb_json_number(status, "boots");

	*running = (struct lb_flash_running){.state = state_of(lb_json_text(status, "phase"))};
	lb_json_copy(boot, "version", running->version, sizeof(running->version));
	lb_json_copy(boot, "slot", running->slot, sizeof(running->slot));
	if (!lb_json_is(boot, "cause", "deep-sleep") && (running->state == LB_FLASH_UNKNOWN || boots != watch->boots))
		watch->since_ms = now_ms;
	if (boots != watch->boots)
		watch->crashes = lb_json_is(boot, "cause", "fault") ? watch->crashes + 1 : 0;
	watch->boots = boots;
}

/* Is what is running now what will be said about it? */
static bool is_settled(const struct lb_flash_running *running, int64_t script_ms)
{
	return running->state == LB_FLASH_AT_REPL || running->state == LB_FLASH_IN_LOADER ||
	       (running->state == LB_FLASH_IN_SCRIPT && script_ms >= SCRIPT_MS);
}

bool lb_flash_await(struct lb_flash_target *target, const char *slot, struct lb_flash_running *running)
{
	const struct lb_port *port = &target->line.port;
	int64_t start_ms = port->now_ms(port->ctx), now_ms = start_ms;
	struct watch watch = {.since_ms = start_ms};

	if (target->port != NULL)
		return lb_flash_port_await(target, running);
	do {
		cJSON *status;

		if (!look(target, &status))
			return false;
		now_ms = port->now_ms(port->ctx);
		poll_once(&watch, status, now_ms, running);
		snprintf(running->verdict, sizeof(running->verdict), "%s",
		         lb_json_text(cJSON_GetObjectItemCaseSensitive(status, "images"), slot));
		bool on = lb_json_is(status, "power", "on");
		cJSON_Delete(status);
		if (!on) {
			snprintf(target->reason, sizeof(target->reason), "its power was switched off: 'lifeboat power on'");
			return false;
		}
		if (is_settled(running, now_ms - watch.since_ms))
			return true;
		int result = port->pause(port->ctx, LOOK_MS);
		if (result < 0)
			return lb_flash_explain(target, result);
	} while (now_ms - start_ms < REPL_MS && watch.crashes < CRASHES);
	running->state = LB_FLASH_UNKNOWN;
	return true;
}

void lb_flash_close(struct lb_flash_target *target)
{
	if (target->port != NULL)
		lb_line_close(&target->line);
	lb_client_close(&target->uart);
	lb_client_close(&target->control);
}
